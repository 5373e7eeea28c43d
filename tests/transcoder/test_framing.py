import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import framing

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), json_values), st.binary())
def test_a_message_is_read_as_it_was_written(header, payload):
    message = framing.format_message(header, payload) + payload
    header_size, payload_size = framing.parse_sizes(message[: framing.SIZES_SIZE])
    body = message[framing.SIZES_SIZE :]
    assert framing.parse_header(body[:header_size]) == header
    assert body[header_size:] == payload
    assert payload_size == len(payload)


@given(st.binary(min_size=framing.SIZES_SIZE, max_size=framing.SIZES_SIZE), st.binary())
def test_nonsense_is_refused_or_is_an_object(sizes, header_bytes):
    try:
        header_size, payload_size = framing.parse_sizes(sizes)
        assert header_size <= framing.MAX_HEADER_SIZE
        assert payload_size <= framing.MAX_PAYLOAD_SIZE
        assert isinstance(framing.parse_header(header_bytes), dict)
    except framing.FrameError:
        pass


def test_a_header_that_is_no_object_is_refused():
    with pytest.raises(framing.FrameError, match="object"):
        framing.parse_header(b"[1]")
