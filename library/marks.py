"""Marks: a few bytes for every block of a file, to tell afterwards which block was changed. Pure.

A mark is made of the chunks' nonces as they are stored, which are random: a chunk that was sealed anew, or an
older one that was put back, has another. They tell where; *whether* is the SHA-256's to say.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

MARK_SIZE = 8  # bytes
BLOCK_SIZE = 1 << 20  # bytes of plaintext: 8 MB of marks for a terabyte
BLOCK_CHUNKS = 32
CHUNK_SIZE = BLOCK_SIZE // BLOCK_CHUNKS  # the format's

Range = tuple[int, int]  # plaintext bytes, half-open


class MarkMaker:
    """Makes the marks of a file whose chunks come in their order.

    Args:
        size: Plaintext bytes of the file.
    """

    def __init__(self, size: int) -> None:
        self._last_block = _last_block(size)
        self._held: list[bytes] = []  # nonces of the block at hand
        self._marks = bytearray()
        self._next = 0

    def see(self, first: int, nonces: Sequence[bytes]) -> None:
        """Go on with the nonces of the chunks from `first` on; a `vault.Witness`.

        Raises:
            ValueError: They do not follow on those before.
        """
        if first != self._next:
            raise ValueError("marks are made of chunks in their order")
        self._next += len(nonces)
        self._held += nonces
        # An empty chunk at the end lies in no block: it goes with the last.
        while len(self._held) >= BLOCK_CHUNKS and len(self._marks) < self._last_block * MARK_SIZE:
            self._marks += _mark_of(self._held[:BLOCK_CHUNKS])
            del self._held[:BLOCK_CHUNKS]

    def finish(self) -> bytes:
        """Return the marks of all blocks."""
        return bytes(self._marks) + (_mark_of(self._held) if self._last_block >= 0 else b"")


class Passage:
    """Follows a reader through a file, wherever it jumps, and knows the marks of the blocks that it passes whole.

    Args:
        size: Plaintext bytes of the file.
    """

    def __init__(self, size: int) -> None:
        self._last_block = _last_block(size)
        self._chunk_count = -(-size // CHUNK_SIZE)  # an empty one at the end not among them
        # Nonces of chunks that followed on one another, from the first of a block on.
        self._start = 0
        self._held: list[bytes] = []

    def see(self, first: int, nonces: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """Go on with the chunks from `first` on; yield the blocks that end in them, each with its mark.

        An empty chunk at the end has to come with the one before it. The mark of a block of which a chunk came
        twice, with another nonce, is empty: no block has such a mark.
        """
        if not self._start <= first <= self._start + len(self._held):
            self._start = -(-first // BLOCK_CHUNKS) * BLOCK_CHUNKS
            self._held = []
            nonces = nonces[self._start - first :]
            first = self._start
        again = self._held[first - self._start :][: len(nonces)]
        if again != list(nonces[: len(again)]):
            yield self._start // BLOCK_CHUNKS, b""
        self._held += nonces[len(again) :]
        yield from self._passed()

    def _passed(self) -> Iterator[tuple[int, bytes]]:
        block = self._start // BLOCK_CHUNKS
        while block < self._last_block and len(self._held) >= BLOCK_CHUNKS:
            yield block, _mark_of(self._held[:BLOCK_CHUNKS])
            del self._held[:BLOCK_CHUNKS]
            self._start += BLOCK_CHUNKS
            block += 1
        if block == self._last_block and self._start + len(self._held) >= self._chunk_count:
            yield block, _mark_of(self._held)


def _last_block(size: int) -> int:
    return -(-size // BLOCK_SIZE) - 1


def _mark_of(nonces: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"".join(nonces)).digest()[:MARK_SIZE]


def mark_at(marks: bytes, block: int) -> bytes:
    """Return the mark of a block."""
    return marks[block * MARK_SIZE :][:MARK_SIZE]


def range_of(block: int, size: int) -> Range:
    """Return which bytes of a file of `size` plaintext bytes a block holds."""
    return block * BLOCK_SIZE, min((block + 1) * BLOCK_SIZE, size)


def changed_ranges(before: bytes | None, now: bytes, size: int) -> list[Range]:
    """Return where a file of `size` plaintext bytes is another than before; all of it where nobody knows.

    Args:
        before: The marks that were kept, None if there are none.
        now: The marks of today.
        size: Plaintext bytes; the same as before.
    """
    if before is None or len(before) != len(now):
        return [(0, size)]
    # Other plaintext under the same marks: nobody forges 64 bits by chance, so the marks are no help.
    return list(joined(iter(changed_blocks(before, now, size)))) or [(0, size)]


def changed_blocks(before: bytes, now: bytes, size: int) -> list[Range]:
    """Return the blocks of a file of `size` plaintext bytes whose marks are others; as many as before."""
    return [
        range_of(block, size)
        for block in range(len(now) // MARK_SIZE)
        if mark_at(before, block) != mark_at(now, block)
    ]


def united(ranges: Iterable[Range]) -> list[Range]:
    """Return what any of the ranges hold, in order, apart from one another."""
    found: list[Range] = []
    for start, stop in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def overlap(one: Range, other: Range) -> bool:
    """Return whether two ranges have a byte in common."""
    return one[0] < other[1] and other[0] < one[1]


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
