"""One pass over all chunks of a file that does not stop at the first that is damaged.

A reader refuses a file with a damaged end and breaks off at damage, as it must for whoever watches the film.
Whoever wants to know what is left of a file reads it this way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from vault.content import ChunkCipher, Header
from vault.errors import AuthenticationError, TruncatedError
from vault.keyring import Keyring
from vault.layout import CHUNK_SIZE
from vault.storage import StoredFile

BATCH_CHUNKS = 8
"""Chunks that are read together, 256 KiB: larger batches leave the CPU's cache."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Plaintext bytes `start` to `stop` of a file, in one of two states.

    Attributes:
        start, stop: Half-open, in bytes of plaintext.
        stored_stop: Where it ends in the stored file, in bytes.
        plaintext: The bytes, good until the next stretch is asked for; None where they are damaged: then the
            stretch is one chunk.
        first_chunk: Index of the first of its chunks.
        chunk_nonces: Of the chunks, as they are stored. A chunk that was sealed anew has another nonce even if its
            plaintext is the same.
    """

    start: int
    stop: int
    stored_stop: int
    plaintext: memoryview | None
    first_chunk: int
    chunk_nonces: Sequence[bytes]


class Verification:
    """All chunks of one file, opened in their order. For one thread; `close` it, or use `with`.

    Attributes:
        size: Plaintext bytes.
        stored_size: Bytes on disk.
        mtime_ns: When the stored file was last changed, nanoseconds since the epoch.
        header_nonce: Tells these contents from any other.
    """

    def __init__(self, stored: StoredFile, keyring: Keyring, node_id: str) -> None:
        """Begin; the verification owns `stored` from then on. Use `Vault.verify`."""
        self._stored = stored
        self._keyring = keyring
        self._node_id = node_id
        content = keyring.content
        self._layout = content.layout
        self._nonce_size = content.nonce_size
        self.stored_size = stored.size
        self.mtime_ns = stored.mtime_ns
        self.size = self._layout.plaintext_size(stored.size)
        header = self._read_header()
        self.header_nonce = header.nonce
        self._chunks: ChunkCipher | None = content.chunks(header, node_id)
        self._chunk_count = self._layout.chunk_count(stored.size)
        self._ciphertext = memoryview(bytearray(BATCH_CHUNKS * self._layout.stored_chunk_size))
        self._plaintext = memoryview(bytearray(BATCH_CHUNKS * CHUNK_SIZE))

    def _read_header(self) -> Header:
        header = memoryview(bytearray(self._layout.header_size))
        read = self._stored.read_into(0, header)
        return self._keyring.content.open_header(bytes(header[:read]), self._node_id)

    def stretches(self) -> Iterator[Stretch]:
        """Yield the whole file, from its beginning to its end; an empty file yields nothing.

        Raises:
            TruncatedError: It was cut while it was read.
            StorageError: The disk refuses.
            VaultLockedError: The vault was locked meanwhile.
        """
        for first in range(0, self._chunk_count, BATCH_CHUNKS):
            self._keyring.keys()  # a lock ends the pass
            yield from self._batch(first, min(first + BATCH_CHUNKS, self._chunk_count))

    def _batch(self, first: int, stop: int) -> Iterator[Stretch]:
        stored = self._read_stored(first, stop)
        good_from = first
        for chunk_index in range(first, stop):
            chunk = self._stored_chunk(stored, chunk_index - first)
            if not self._open_chunk(chunk_index, chunk_index - first, chunk):
                if good_from < chunk_index:
                    yield self._stretch(first, good_from, chunk_index, stored, good=True)
                yield self._stretch(first, chunk_index, chunk_index + 1, stored, good=False)
                good_from = chunk_index + 1
        if good_from < stop:
            yield self._stretch(first, good_from, stop, stored, good=True)

    def _read_stored(self, first: int, stop: int) -> memoryview:
        offset = self._layout.chunk_offset(first)
        stored = self._ciphertext[: min(self._layout.chunk_offset(stop), self.stored_size) - offset]
        if self._stored.read_into(offset, stored) < len(stored):
            raise TruncatedError(self.stored_size, self._node_id)
        return stored

    def _stored_chunk(self, stored: memoryview, slot: int) -> memoryview:
        return stored[slot * self._layout.stored_chunk_size :][: self._layout.stored_chunk_size]

    def _open_chunk(self, chunk_index: int, slot: int, chunk: memoryview) -> bool:
        """Open a chunk into its slot of the plaintext; say whether it is genuine."""
        assert self._chunks is not None, "used after close"
        into = self._plaintext[slot * CHUNK_SIZE :][: len(chunk) - self._layout.chunk_overhead]
        try:
            self._chunks.open_into(chunk_index, chunk, into)
        except AuthenticationError:
            return False
        return True

    def _stretch(self, first: int, begin: int, end: int, stored: memoryview, *, good: bool) -> Stretch:
        """Return the chunks `begin` to `end` of the batch that starts with chunk `first`."""
        start, stop = begin * CHUNK_SIZE, min(end * CHUNK_SIZE, self.size)
        offset = first * CHUNK_SIZE
        return Stretch(
            start=start,
            stop=stop,
            stored_stop=min(self._layout.chunk_offset(end), self.stored_size),
            plaintext=self._plaintext[start - offset : stop - offset] if good else None,
            first_chunk=begin,
            chunk_nonces=[
                bytes(self._stored_chunk(stored, index - first)[: self._nonce_size])
                for index in range(begin, end)
            ],
        )

    def close(self) -> None:
        """Release the file and wipe what was read of it. Safe twice."""
        self._chunks = None
        self._plaintext[:] = bytes(len(self._plaintext))
        self._stored.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
