"""Marks tell which blocks of a file were changed."""

import hashlib
import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.marks import BLOCK_SIZE, MARK_SIZE, MarkMaker, Passage, changed_ranges, joined, mark_at

CHUNK_SIZE = 32 * 1024
PER_BLOCK = BLOCK_SIZE // CHUNK_SIZE
BATCH = 8

chunk_counts = st.integers(0, 5 * PER_BLOCK + 3)
tails = st.one_of(st.integers(1, CHUNK_SIZE), st.just(CHUNK_SIZE))


def size_of(chunk_count, tail):
    return max(0, (chunk_count - 1) * CHUNK_SIZE + tail) if chunk_count else 0


def marks_of(nonces, size, batch=BATCH):
    maker = MarkMaker(size)
    for first in range(0, len(nonces), batch):
        maker.see(first, nonces[first : first + batch])
    return maker.finish()


def marks_in_words(nonces, size):
    """A mark is the beginning of the SHA-256 of its chunks' nonces; what is too much lies in the last."""
    count = -(-size // BLOCK_SIZE)
    edges = [block * PER_BLOCK for block in range(count)] + [len(nonces)]
    blocks = [nonces[start:stop] for start, stop in itertools.pairwise(edges)]
    return b"".join(hashlib.sha256(b"".join(block)).digest()[:8] for block in blocks)


@given(
    chunk_count=chunk_counts,
    tail=tails,
    picks=st.sets(st.integers(0, 1 << 16), max_size=6),
    batch=st.sampled_from([1, 2, 4, 6, 8, 100]),
)
def test_exactly_the_blocks_with_another_chunk_are_named(chunk_count, tail, picks, batch):
    size = size_of(chunk_count, tail)
    nonces = [os.urandom(12) for _ in range(chunk_count)]
    before = marks_of(nonces, size)
    assert before == marks_in_words(nonces, size)
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


@pytest.mark.parametrize("chunk_count", [0, 1, PER_BLOCK, 3 * PER_BLOCK])
@pytest.mark.parametrize("batch", [1, 6, 8])
def test_an_empty_chunk_at_the_end_belongs_to_the_last_block(chunk_count, batch):
    size = chunk_count * CHUNK_SIZE
    nonces = [os.urandom(12) for _ in range(chunk_count + 1)]
    assert marks_of(nonces, size, batch) == marks_in_words(nonces, size)


def test_marks_are_not_made_of_chunks_that_come_in_another_order():
    maker = MarkMaker(5 * CHUNK_SIZE)
    maker.see(0, [b"a", b"b"])
    for first in (0, 1, 3):
        with pytest.raises(ValueError, match="order"):
            maker.see(first, [b"c"])


# --- a passage


def passing(passage, nonces, reads):
    """The blocks that are passed by these reads (first chunk, stop), with the marks that they showed."""
    return [found for first, stop in reads for found in passage.see(first, nonces[first:stop])]


def batches(chunk_count, batch, *, empty=False):
    """A reader brings an empty chunk at the end together with the one before it."""
    edges = [*range(0, chunk_count, batch), chunk_count + empty]
    return list(itertools.pairwise(edges))


@given(
    chunk_count=st.integers(1, 4 * PER_BLOCK + 3),
    tail=tails,
    batch=st.sampled_from([1, 5, 6, 8, 40]),
    empty=st.booleans(),
    data=st.data(),
)
def test_a_whole_reading_passes_every_block_whatever_was_read_before(chunk_count, tail, batch, empty, data):
    size = size_of(chunk_count, CHUNK_SIZE if empty else tail)
    nonces = [os.urandom(12) for _ in range(chunk_count + empty)]
    whole = batches(chunk_count, batch, empty=empty)
    before = data.draw(st.lists(st.sampled_from(whole), max_size=4))
    changed = data.draw(st.sets(st.integers(0, chunk_count - 1), max_size=2))
    passage = Passage(size)
    marks = marks_of(nonces, size)
    assert all(mark_at(marks, block) == mark for block, mark in passing(passage, nonces, before))
    now = [os.urandom(12) if index in changed else nonce for index, nonce in enumerate(nonces)]
    found = passing(passage, now, whole)
    assert {block for block, _ in found} == set(range(len(marks) // MARK_SIZE))
    assert {block for block, mark in found if mark != mark_at(marks, block)} == {
        index // PER_BLOCK for index in changed
    }


@given(
    chunk_count=st.integers(1, 3 * PER_BLOCK),
    reads=st.lists(st.tuples(st.integers(0, 3 * PER_BLOCK), st.integers(1, 40)), max_size=12),
)
def test_only_what_was_read_through_is_passed(chunk_count, reads):
    size = chunk_count * CHUNK_SIZE
    nonces = [os.urandom(12) for _ in range(chunk_count)]
    marks = marks_of(nonces, size)
    passage, seen = Passage(size), set()
    for first, count in reads:
        stop = min(first + count, chunk_count)
        if first >= stop:
            continue
        seen |= set(range(first, stop))
        for block, mark in passage.see(first, nonces[first:stop]):
            assert mark == mark_at(marks, block)
            assert set(range(block * PER_BLOCK, min((block + 1) * PER_BLOCK, chunk_count))) <= seen


@pytest.mark.parametrize("chunk_count", [PER_BLOCK, 3 * PER_BLOCK])
def test_an_empty_chunk_at_the_end_is_passed_with_the_last_block(chunk_count):
    size = chunk_count * CHUNK_SIZE
    nonces = [os.urandom(12) for _ in range(chunk_count + 1)]
    found = passing(Passage(size), nonces, batches(chunk_count, 6, empty=True))
    assert b"".join(mark for _, mark in found) == marks_of(nonces, size)


def test_going_back_a_little_and_on_again_passes_the_block():
    nonces = [os.urandom(12) for _ in range(70)]
    passage = Passage(70 * CHUNK_SIZE)
    back_and_on = [(0, 6), (6, 12), (3, 9), (9, 15), (15, 32)]
    assert [block for block, _ in passing(passage, nonces, back_and_on)] == [0]
    assert [block for block, _ in passing(passage, nonces, [(30, 40), (40, 64)])] == [1]


def test_a_chunk_that_changes_between_two_readings_spoils_its_block():
    nonces = [os.urandom(12) for _ in range(40)]
    passage = Passage(40 * CHUNK_SIZE)
    passing(passage, nonces, [(0, 8)])
    nonces[5] = os.urandom(12)
    assert passing(passage, nonces, [(4, 8)]) == [(0, b"")]


# --- ranges


def test_where_nothing_is_known_it_may_be_anywhere():
    assert changed_ranges(None, b"12345678", 100) == [(0, 100)]
    assert changed_ranges(b"12345678", b"12345678", 100) == [(0, 100)]


@given(st.lists(st.booleans(), max_size=40))
def test_joined_ranges_are_the_same_bytes_in_as_few_pieces_as_can_be(flags):
    ranges = [(i, i + 1) for i, flag in enumerate(flags) if flag]
    found = list(joined(iter(ranges)))
    assert [i for start, stop in found for i in range(start, stop)] == [start for start, _ in ranges]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))
