"""Where a plaintext byte lives in a ciphertext file: arithmetic, no I/O, no keys.

A file is a header and then chunks. Every chunk but the last holds `CHUNK_SIZE` plaintext bytes and costs
`chunk_overhead` bytes more (its nonce and its tag). An empty file is a header alone; some writers add one
chunk without payload, which holds no plaintext byte.

Source: Cryptomator vault format 8, file content.
"""

from dataclasses import dataclass

from vault.errors import TruncatedError

CHUNK_SIZE = 32 * 1024


@dataclass(frozen=True, slots=True)
class Span:
    """The chunks that hold a range of plaintext: `first` to `stop`, half-open; `skip` bytes precede it."""

    first: int
    stop: int
    skip: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of one cipher combo, in bytes."""

    header_size: int
    chunk_overhead: int

    @property
    def stored_chunk_size(self) -> int:
        """Size of a full chunk on disk."""
        return CHUNK_SIZE + self.chunk_overhead

    def plaintext_size(self, stored_size: int) -> int:
        """Return how many plaintext bytes a vault file of `stored_size` bytes holds.

        Args:
            stored_size: Size of the whole file on disk, header included, in bytes.

        Returns:
            Size of the plaintext in bytes, 0 or more.

        Raises:
            TruncatedError: No complete vault file has this size. Sizes alone cannot
                tell a file that lost whole chunks; the seal record does.
        """
        overhead = self.chunk_overhead
        chunk_count, rest = divmod(stored_size - self.header_size, CHUNK_SIZE + overhead)
        if chunk_count < 0 or 0 < rest < overhead:
            raise TruncatedError(stored_size)
        return chunk_count * CHUNK_SIZE + (rest - overhead if rest else 0)

    def stored_size(self, plaintext_size: int) -> int:
        """Return the size on disk, in bytes, of a file that we write with `plaintext_size` bytes."""
        chunk_count, rest = divmod(plaintext_size, CHUNK_SIZE)
        tail = rest + self.chunk_overhead if rest else 0
        return self.header_size + chunk_count * self.stored_chunk_size + tail

    def chunk_count(self, stored_size: int) -> int:
        """Return how many chunks lie in a whole file of `stored_size` bytes, an empty last one included."""
        return -(-(stored_size - self.header_size) // self.stored_chunk_size)

    def chunk_offset(self, chunk_index: int) -> int:
        """Return where a chunk starts in the stored file, in bytes."""
        return self.header_size + chunk_index * self.stored_chunk_size


def span_for(start: int, stop: int) -> Span:
    """Return the chunks that hold the plaintext bytes `start` to `stop`, which must not be an empty range."""
    first = start // CHUNK_SIZE
    return Span(first=first, stop=(stop - 1) // CHUNK_SIZE + 1, skip=start - first * CHUNK_SIZE)
