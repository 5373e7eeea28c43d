"""A plaintext file to read anywhere.

Chunks are read and opened in batches into two buffers that are used again and again: making new ones for
every read costs more than the cipher does. Only bytes whose tag matched ever leave the buffers.
"""

import functools
import io
import struct
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vault.content import ChunkCipher
from vault.errors import AuthenticationError, LastChunkError, TruncatedError, VaultLockedError
from vault.keyring import Keyring
from vault.layout import CHUNK_SIZE, span_for
from vault.storage import StoredFile
from vault.witness import Limit, Witness

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BATCH_CHUNKS = 6
"""Chunks that are read and opened together: 192 KiB. More would be memory for every viewer, and no faster."""

_ZEROS = memoryview(bytes((BATCH_CHUNKS + 1) * CHUNK_SIZE))  # an empty chunk may come with a batch


class PlaintextReader(io.RawIOBase):
    """The plaintext of one file of the vault.

    For one thread at a time. `read` and `readinto` are short only at the end of the file. What the reader
    shows is the file that was opened, even if another is put in its place meanwhile.

    Attributes:
        size: Plaintext bytes.
        stored_size: Bytes on disk.
        mtime_ns: When the stored file was last changed, nanoseconds since the epoch.
        header_nonce: Tells this content from any other: with the size, what an ETag needs.
    """

    def __init__(self, stored: StoredFile, keyring: Keyring, node_id: str) -> None:
        """Open a stored file; the reader owns `stored` from then on.

        Raises:
            TruncatedError: No whole file has its size, or it ends inside its last chunk.
            AuthenticationError: Its header or its last chunk is not what was written.
            VaultLockedError: The keys are forgotten.
        """
        super().__init__()
        self._stored = stored
        self._node_id = node_id
        # Held while buffers are in use, so that locking the vault from another thread can wipe them.
        self._guard = threading.Lock()
        self._position = 0
        self._ciphertext = memoryview(bytearray())
        self._plaintext = memoryview(bytearray())
        self._window_first = self._window_stop = 0
        self._witnesses: list[Witness] = []
        self._untold: list[tuple[int, Sequence[bytes]]] = []
        self._limit: Limit | None = None
        self._chunks: ChunkCipher | None = None
        content = keyring.content
        self._layout = content.layout
        self._nonce_size = content.nonce_size
        self.stored_size = stored.size
        self.mtime_ns = stored.mtime_ns
        try:
            self.size = self._layout.plaintext_size(stored.size)
        except TruncatedError as error:
            raise TruncatedError(stored.size, node_id) from error
        header = content.open_header(self._read_header(), node_id)
        self.header_nonce = header.nonce
        self._chunk_count = self._layout.chunk_count(stored.size)
        self._filled_count = -(-self.size // CHUNK_SIZE)
        self._chunks = content.chunks(header, node_id)
        self._check_last_chunk()

    def _read_header(self) -> bytes:
        header = memoryview(bytearray(self._layout.header_size))
        return bytes(header[: self._stored.read_into(0, header)])

    def _check_last_chunk(self) -> None:
        """Open the last chunk before anything else: a file that was cut inside a chunk shows it here."""
        if self._chunk_count == 0:
            return
        last = self._chunk_count - 1
        try:
            self._ensure(last, last + 1)
        except AuthenticationError as error:
            raise LastChunkError(self._node_id, last, self._stored.size) from error

    def watch(self, witness: Witness) -> None:
        """Have a witness told of every chunk that is read from now on; several are told in the order they came.

        A file read from its beginning to its end shows it every chunk in order, an empty one at the end included.
        Chunks that are read ahead are told of, too, and such as are read twice are told of twice.
        """
        with self._guard:
            self._witnesses.append(witness)
            # What was opened before it came is opened again: it is to see all that it lets pass.
            self._window_first = self._window_stop = self._chunk_count

    def limit(self, limit: Limit) -> None:
        """Have some bytes never given out; whoever reads others does not notice."""
        self._limit = limit

    def is_current(self) -> bool:
        """Tell whether its place still holds the very file that is open, unchanged since it was opened.

        False, too, where a storage cannot tell that cheaply, and when the vault was locked.
        """
        return self._chunks is not None and self._stored.is_current()

    # --- io.RawIOBase

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in the plaintext, in bytes."""
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move, also past the end; return the new position."""
        self._check_open()
        origins = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}
        if whence not in origins:
            raise ValueError(f"whence cannot be {whence}")
        position = origins[whence] + offset
        if position < 0:
            raise ValueError("a position cannot be negative")
        self._position = position
        return position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill `buffer` from the position on; return how many bytes there were.

        Raises:
            AuthenticationError: A chunk in the range is damaged; what `buffer` then holds of earlier chunks is
                genuine, the rest of it is untouched.
            TruncatedError: The file was cut while it was open.
            VaultLockedError: The vault was locked.
            Exception: What a witness has against it.
        """
        into = memoryview(buffer).cast("B")
        stop = min(self._position + len(into), self.size)
        done = 0
        with self._guard:
            self._check_open()
            while self._position + done < stop:
                piece = self._piece(self._position + done, stop)
                into[done : done + len(piece)] = piece
                done += len(piece)
        self._tell()
        self._position += done
        return done

    def read(self, size: int | None = -1, /) -> bytes:
        """Return `size` bytes from the position on, or all; errors as for `readinto`."""
        stop = self.size if size is None or size < 0 else min(self._position + size, self.size)
        start = min(self._position, stop)
        content = b"".join(self.iter_range(start, stop))
        self._position = max(self._position, stop)
        return content

    def readall(self) -> bytes:
        """Return all bytes from the position on."""
        return self.read()

    def iter_range(self, start: int, stop: int) -> Iterator[bytes]:
        """Return the plaintext bytes `start` to `stop` in pieces of up to 192 KiB; the position stays.

        The first piece is opened before this returns, so that a caller can still answer with an error.

        Raises:
            ValueError: The range is not one of this file.
            AuthenticationError, TruncatedError, VaultLockedError: As for `readinto`; while iterating, too.
        """
        if not 0 <= start <= stop <= self.size:
            raise ValueError("the range is not inside the file")
        self._check_open()
        if start == stop:
            return iter(())
        return self._pieces(self._copy(start, stop), start, stop)

    def _pieces(self, first: bytes, start: int, stop: int) -> Iterator[bytes]:
        yield first
        start += len(first)
        while start < stop:
            piece = self._copy(start, stop)
            yield piece
            start += len(piece)

    def _copy(self, start: int, stop: int) -> bytes:
        with self._guard:
            self._check_open()
            piece = bytes(self._piece(start, stop))
        self._tell()
        return piece

    def _tell(self) -> None:
        """Tell the witnesses what they were not told yet. Where one objects, it is told again the next time."""
        for first, nonces in self._untold:
            for witness in self._witnesses:
                witness(first, nonces)
        self._untold.clear()

    def close(self) -> None:
        """Release the file and wipe the buffers; safe twice."""
        if not self.closed:
            with self._guard:
                self._forget()
        super().close()

    # --- chunks

    def lock(self) -> None:
        """Forget the content key and the plaintext; every later call raises VaultLockedError. Any thread."""
        with self._guard:
            self._forget()

    def wipe(self) -> None:
        """Wipe the plaintext that was read, before a pause: whoever reads on has it opened anew."""
        with self._guard:
            self._wipe()

    def _wipe(self) -> None:
        self._plaintext[:] = _ZEROS[: len(self._plaintext)]
        self._window_first = self._window_stop = 0

    def _forget(self) -> None:
        self._chunks = None
        self._wipe()
        self._stored.close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("read of a closed file")
        if self._chunks is None:
            raise VaultLockedError

    def _piece(self, start: int, stop: int) -> memoryview:
        """Return the plaintext from `start` on, to `stop` or the end of a batch. Valid until the next call."""
        stop = stop if self._limit is None else self._limit(start, stop)
        span = span_for(start, stop)
        last = min(span.stop, span.first + BATCH_CHUNKS)
        if self._window_first <= span.first < self._window_stop:
            last = min(last, self._window_stop)  # what is there first: nothing is opened twice on the way
        self._ensure(span.first, last)
        window_start = self._window_first * CHUNK_SIZE
        return self._plaintext[start - window_start : min(stop, last * CHUNK_SIZE) - window_start]

    def _ensure(self, first: int, stop: int) -> None:
        """Have the chunks `first` to `stop`, at most a batch of them, in the window."""
        if self._window_first <= first and stop <= self._window_stop:
            return
        wanted = stop
        if self._window_first <= first <= self._window_stop:
            # One read follows on another: read ahead, the next will, too.
            wanted = min(first + BATCH_CHUNKS, self._chunk_count)
        if wanted == self._filled_count:
            wanted = self._chunk_count  # an empty chunk at the end: nobody asks for a byte of it
        stored = self._read_stored(first, wanted)
        self._window_first = self._window_stop = first
        try:
            for chunk_index in range(first, wanted):
                self._open_chunk(chunk_index, stored)
        except AuthenticationError:
            if self._window_stop < stop:
                raise
            # Only read ahead: whoever gets there is told.
        finally:
            if self._witnesses and self._window_stop > first:
                self._untold.append((first, self._nonces(stored)))

    def _nonces(self, stored: memoryview) -> Sequence[bytes]:
        """Return the nonces of the chunks of the window; `stored` starts with the first."""
        count = self._window_stop - self._window_first
        return _nonces_at(count, self._nonce_size, self._layout.stored_chunk_size).unpack_from(stored)

    def _read_stored(self, first: int, stop: int) -> memoryview:
        """Return the stored bytes of the chunks `first` to `stop`."""
        self._make_room(stop - first)
        offset = self._layout.chunk_offset(first)
        stored = self._ciphertext[: min(self._layout.chunk_offset(stop), self._stored.size) - offset]
        if self._stored.read_into(offset, stored) < len(stored):
            raise TruncatedError(self._stored.size, self._node_id)
        return stored

    def _make_room(self, chunk_count: int) -> None:
        """Have buffers for `chunk_count` chunks; most files that are opened are read at one place only."""
        if len(self._plaintext) < chunk_count * CHUNK_SIZE:
            self._window_first = self._window_stop = 0
            self._plaintext = memoryview(bytearray(chunk_count * CHUNK_SIZE))
            self._ciphertext = memoryview(bytearray(chunk_count * self._layout.stored_chunk_size))

    def _open_chunk(self, chunk_index: int, stored: memoryview) -> None:
        """Open the next chunk of the window; `stored` starts with the window's first."""
        assert self._chunks is not None
        slot = chunk_index - self._window_first
        chunk = stored[slot * self._layout.stored_chunk_size :][: self._layout.stored_chunk_size]
        into = self._plaintext[slot * CHUNK_SIZE :][: len(chunk) - self._layout.chunk_overhead]
        self._chunks.open_into(chunk_index, chunk, into)
        self._window_stop = chunk_index + 1


@functools.cache
def _nonces_at(count: int, nonce_size: int, stored_chunk_size: int) -> struct.Struct:
    """Return what takes the nonces out of chunks that lie side by side: ten times faster than one by one."""
    return struct.Struct(f"{nonce_size}s" + f"{stored_chunk_size - nonce_size}x{nonce_size}s" * (count - 1))
