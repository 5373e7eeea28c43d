import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.ranges import UnsatisfiableRangeError, parse_range


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_first_and_last(size, first, last):
    """RFC 9110, 14.1.2: both ends inclusive, the last cut to the end, a first past the end refused."""
    header = f"bytes={first}-{last}"
    if last < first:
        assert parse_range(header, size) is None
    elif first >= size:
        with pytest.raises(UnsatisfiableRangeError):
            parse_range(header, size)
    else:
        start, stop = parse_range(header, size)
        assert list(range(start, stop)) == [i for i in range(size) if first <= i <= last]


@given(st.integers(0, 50), st.integers(0, 60))
def test_open_end_and_suffix(size, number):
    everything = list(range(size))
    for header, wanted in [
        (f"bytes={number}-", everything[number:]),
        (f"bytes=-{number}", everything[-number:] if number else []),
    ]:
        if not wanted:
            with pytest.raises(UnsatisfiableRangeError):
                parse_range(header, size)
        else:
            assert list(range(*parse_range(header, size))) == wanted


@given(st.one_of(st.none(), st.text()), st.integers(0, 100))
def test_anything_else_is_the_whole(header, size):
    try:
        part = parse_range(header, size)
    except UnsatisfiableRangeError:
        return
    assert part is None or 0 <= part.start < part.stop <= size


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "bytes=-", "items=0-1", "bytes 0-1", "bytes=1-0", ""])
def test_ignored(header):
    assert parse_range(header, 10) is None
