import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import boxes, fmp4, mp4_index
from transcoder.errors import BoxError

kinds = st.binary(min_size=4, max_size=4)


@given(st.lists(st.tuples(kinds, st.binary(max_size=40))))
def test_what_is_built_is_found_again(contents):
    data = b"".join(boxes.build(kind, body) for kind, body in contents)
    assert [(one.kind, data[one.body : one.stop]) for one in boxes.walk(data)] == contents


def test_large_and_open_ended_boxes():
    large = (1).to_bytes(4, "big") + b"mdat" + (20).to_bytes(8, "big") + b"1234"
    ended = (0).to_bytes(4, "big") + b"free" + b"56"
    found = [(one.kind, (large + ended)[one.body : one.stop]) for one in boxes.walk(large + ended)]
    assert found == [(b"mdat", b"1234"), (b"free", b"56")]


class Bytes:
    """A file, and whatever may be asked of it."""

    def __init__(self, data):
        self._data = data

    def read(self, start, size):
        return self._data[start : start + size]


@given(st.lists(st.tuples(kinds, st.binary(max_size=40))), st.booleans())
def test_a_file_is_walked_by_its_headers(contents, is_open_ended):
    data = bytearray().join(boxes.build(kind, body) for kind, body in contents)
    if contents and is_open_ended:
        start = len(data) - 8 - len(contents[-1][1])
        data[start : start + 4] = bytes(4)
    found = list(boxes.top_level(Bytes(bytes(data))))
    assert [(one.kind, one.read(Bytes(bytes(data)), 99)[8:]) for one in found] == contents
    assert [one.size is None for one in found] == [
        is_open_ended and place == len(contents) - 1 for place in range(len(contents))
    ]


def test_no_more_of_a_box_is_read_than_asked_for():
    data = boxes.build(b"free", b"12") + boxes.build(b"moov", b"345678")
    moov = boxes.find_top_level(Bytes(data), b"moov")
    assert moov.read(Bytes(data), 10) == data[10:20]
    assert boxes.find_top_level(Bytes(data), b"mdat") is None


def test_a_walk_ends_at_a_header_that_is_cut_and_at_one_that_lies():
    whole = boxes.build(b"free", b"12")
    assert [one.kind for one in boxes.top_level(Bytes(whole + whole[:7]))] == [b"free"]
    with pytest.raises(BoxError):
        list(boxes.top_level(Bytes(whole + b"\0\0\0\7moov" + bytes(20))))


def test_a_path_leads_inside():
    data = boxes.build(b"moov", boxes.build(b"trak", boxes.build(b"tkhd", b"x")))
    assert boxes.require(data, b"moov", b"trak", b"tkhd").kind == b"tkhd"
    assert boxes.find(data, b"moov", b"udta") is None
    with pytest.raises(BoxError, match="moov/udta"):
        boxes.require(data, b"moov", b"udta")


nested = st.recursive(
    st.binary(max_size=30),
    lambda inner: st.builds(
        lambda kind, parts: boxes.build(kind, *parts),
        st.sampled_from([b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts", b"ctts", b"stss", b"tkhd", b"moof",
                         b"traf", b"tfhd", b"tfdt", b"trun", b"mdhd", b"mvhd", b"mvex", b"trex"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)  # fmt: skip


@given(nested)
def test_no_bytes_lead_to_anything_but_our_error(data):
    for read in (
        lambda: list(boxes.walk(data)),
        lambda: mp4_index.parse_sample_times(data, 1),
        lambda: fmp4.parse_fragment(data),
        lambda: fmp4.time_scale(data),
        lambda: fmp4.merge_inits([(1, data)]),
        lambda: list(fmp4.BoxReader().feed(data)),
    ):
        with contextlib.suppress(BoxError):
            read()
