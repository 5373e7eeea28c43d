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
