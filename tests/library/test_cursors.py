import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.cursors import CursorSealer
from library.errors import BadCursorError

SEALER = CursorSealer(bytes(32))
values = st.one_of(st.text(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))


@given(values, st.text(min_size=1), st.sampled_from(["", "-name", "taken"]))
def test_round_trip(value, item_id, sort):
    assert SEALER.open(sort, SEALER.seal(sort, (value, item_id))) == (value, item_id)


@given(st.text())
def test_anything_else_is_refused(cursor):
    with pytest.raises(BadCursorError):
        SEALER.open("", cursor)


@given(st.integers(0), st.integers(0, 7))
def test_a_changed_cursor_is_refused(at, bit):
    cursor = bytearray(base64.urlsafe_b64decode(SEALER.seal("name", ("a", "b")) + "=="))
    cursor[at % len(cursor)] ^= 1 << bit
    with pytest.raises(BadCursorError):
        SEALER.open("name", base64.urlsafe_b64encode(cursor).rstrip(b"=").decode())


def test_another_order_and_another_key_are_refused():
    cursor = SEALER.seal("name", ("a", "b"))
    with pytest.raises(BadCursorError):
        SEALER.open("-name", cursor)
    with pytest.raises(BadCursorError):
        CursorSealer(b"\1" * 32).open("name", cursor)


def test_a_cursor_does_not_show_the_name():
    cursor = SEALER.seal("name", ("secret title", "id"))
    assert b"secret" not in base64.urlsafe_b64decode(cursor + "==")
    assert cursor.isascii()
    assert not set(cursor) & set("+/=")
