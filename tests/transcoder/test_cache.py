from hypothesis import given
from hypothesis import strategies as st

from transcoder.cache import Segment, SegmentCache
from transcoder.session import WINDOW, covers


def segment(size):
    one = Segment()
    one.append(bytes(size))
    one.complete = True
    return one


def test_the_least_recently_asked_for_is_forgotten_first():
    cache = SegmentCache(30)
    for index in range(3):
        cache.add(("film", index), segment(10))
    assert cache.get(("film", 0))
    cache.add(("film", 3), segment(10))
    assert [index for index in range(4) if cache.get(("film", index))] == [0, 2, 3]


def test_a_reader_keeps_what_the_cache_forgets():
    cache = SegmentCache(10)
    cache.add(("film", 0), segment(10))
    held = cache.get(("film", 0))
    cache.add(("film", 1), segment(10))
    assert cache.get(("film", 0)) is None
    assert held.pieces == [bytes(10)]


def test_one_film_or_all_are_forgotten():
    cache = SegmentCache(100)
    cache.add(("film", 0), segment(10))
    cache.add(("other", 0), segment(10))
    cache.drop_presentation("film")
    assert cache.get(("film", 0)) is None
    assert cache.size == 10
    cache.wipe()
    assert cache.size == 0
    assert cache.get(("other", 0)) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40))), st.integers(1, 100))
def test_the_size_is_right_and_the_cap_holds(additions, cap):
    cache = SegmentCache(cap)
    for index, size in additions:
        cache.add(("film", index), segment(size))
        held = [one for number in range(10) if (one := cache.get(("film", number)))]
        assert cache.size == sum(one.size for one in held)
        assert cache.size <= cap or len(held) == 1


def test_which_run_to_wait_for():
    assert covers(position=5, furthest=5, index=5, stop=100)
    assert covers(position=5, furthest=5, index=5 + WINDOW, stop=100)
    assert not covers(position=5, furthest=5, index=6 + WINDOW, stop=100)
    assert covers(position=5, furthest=8, index=8 + WINDOW, stop=100)  # another request waits for 8
    assert not covers(position=5, furthest=5, index=4, stop=100)
    assert not covers(position=5, furthest=5, index=6, stop=6)
