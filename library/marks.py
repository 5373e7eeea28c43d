"""Marks: a few bytes for every block of a file, to tell afterwards which block was changed. Pure.

A mark is made of the chunks' nonces as they are stored, which are random: a chunk that was sealed anew, or an
older one that was put back, has another. They tell where; *whether* is the SHA-256's to say.
"""

import hashlib
from collections.abc import Iterator

MARK_SIZE = 8  # bytes
BLOCK_SIZE = 1 << 20  # bytes of plaintext: 8 MB of marks for a terabyte

Range = tuple[int, int]  # plaintext bytes, half-open


class MarkMaker:
    """Makes the marks of a file whose chunks come in their order.

    Args:
        chunk_size: Plaintext bytes of a full chunk; a block is a whole number of them.
        nonce_size: Bytes of a chunk's nonce.
    """

    def __init__(self, chunk_size: int, nonce_size: int) -> None:
        self._bytes_per_block = BLOCK_SIZE // chunk_size * nonce_size
        self._nonces = bytearray()
        self._marks = bytearray()

    def update(self, chunk_nonces: bytes) -> None:
        """Go on with the nonces of the next chunks."""
        self._nonces += chunk_nonces
        while len(self._nonces) >= self._bytes_per_block:
            self._marks += _mark(self._nonces[: self._bytes_per_block])
            del self._nonces[: self._bytes_per_block]

    def finish(self) -> bytes:
        """Return the marks of all blocks."""
        if self._nonces:
            self._marks += _mark(self._nonces)
            self._nonces.clear()
        return bytes(self._marks)


def _mark(nonces: bytes | bytearray) -> bytes:
    return hashlib.sha256(nonces).digest()[:MARK_SIZE]


def changed_ranges(before: bytes | None, now: bytes, size: int) -> list[Range]:
    """Return where a file of `size` plaintext bytes is another than before; all of it where nobody knows.

    Args:
        before: The marks that were kept, None if there are none.
        now: The marks of today.
        size: Plaintext bytes; the same as before.
    """
    if before is None or len(before) != len(now):
        return [(0, size)]
    changed = (
        (block * BLOCK_SIZE, min((block + 1) * BLOCK_SIZE, size))
        for block in range(len(now) // MARK_SIZE)
        if before[block * MARK_SIZE :][:MARK_SIZE] != now[block * MARK_SIZE :][:MARK_SIZE]
    )
    # Other plaintext under the same marks: nobody forges 64 bits by chance, so the marks are no help.
    return list(joined(changed)) or [(0, size)]


def joined(ranges: Iterator[Range]) -> Iterator[Range]:
    """Yield ranges that come in order, those that touch each other as one."""
    held: Range | None = None
    for start, stop in ranges:
        if held is not None and held[1] == start:
            held = (held[0], stop)
            continue
        if held is not None:
            yield held
        held = (start, stop)
    if held is not None:
        yield held
