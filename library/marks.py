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
    """Makes the marks of a file whose chunks come in their order."""

    def __init__(self) -> None:
        self._block = hashlib.sha256()
        self._marks = bytearray()
        self._stop = 0

    def update(self, chunk_nonces: bytes, stop: int) -> None:
        """Go on with the nonces of the next chunks, of which the last ends at plaintext byte `stop`.

        The chunks of one call must not lie in two blocks.
        """
        if stop > len(self._marks) // MARK_SIZE * BLOCK_SIZE + BLOCK_SIZE:
            self._end_block()
        self._block.update(chunk_nonces)
        self._stop = stop

    def _end_block(self) -> None:
        self._marks += self._block.digest()[:MARK_SIZE]
        self._block = hashlib.sha256()

    def finish(self) -> bytes:
        """Return the marks of all blocks."""
        if self._stop > 0:
            self._end_block()
        return bytes(self._marks)


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
