"""Marks tell which blocks of a file were changed."""

import itertools
import os

from hypothesis import given
from hypothesis import strategies as st

from library.marks import BLOCK_SIZE, MARK_SIZE, MarkMaker, changed_ranges, joined

CHUNK_SIZE = 32 * 1024
PER_BLOCK = BLOCK_SIZE // CHUNK_SIZE
BATCH = 8


def marks_of(nonces, size, batch=BATCH):
    maker = MarkMaker()
    for first in range(0, len(nonces), batch):
        part = nonces[first : first + batch]
        maker.update(b"".join(part), min((first + len(part)) * CHUNK_SIZE, size))
    return maker.finish()


@given(
    chunk_count=st.integers(0, 5 * PER_BLOCK + 3),
    tail=st.integers(1, CHUNK_SIZE),
    picks=st.sets(st.integers(0, 1 << 16), max_size=6),
    batch=st.sampled_from([1, 2, 4, 8]),
)
def test_exactly_the_blocks_with_another_chunk_are_named(chunk_count, tail, picks, batch):
    size = max(0, (chunk_count - 1) * CHUNK_SIZE + tail) if chunk_count else 0
    nonces = [os.urandom(12) for _ in range(chunk_count)]
    before = marks_of(nonces, size)
    changed = {pick % chunk_count for pick in picks} if chunk_count else set()
    now = marks_of([os.urandom(12) if i in changed else n for i, n in enumerate(nonces)], size, batch)
    assert len(before) == -(-size // BLOCK_SIZE) * MARK_SIZE
    if not changed:
        assert now == before
        return
    named = {
        block
        for start, stop in changed_ranges(before, now, size)
        for block in range(start // BLOCK_SIZE, -(-stop // BLOCK_SIZE))
    }
    assert named == {index // PER_BLOCK for index in changed}
    assert changed_ranges(before, now, size)[-1][1] <= size


def test_where_nothing_is_known_it_may_be_anywhere():
    assert changed_ranges(None, b"12345678", 100) == [(0, 100)]
    assert changed_ranges(b"12345678", b"12345678", 100) == [(0, 100)]


@given(st.lists(st.booleans(), max_size=40))
def test_joined_ranges_are_the_same_bytes_in_as_few_pieces_as_can_be(flags):
    ranges = [(i, i + 1) for i, flag in enumerate(flags) if flag]
    found = list(joined(iter(ranges)))
    assert [i for start, stop in found for i in range(start, stop)] == [start for start, _ in ranges]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))
