"""Tickets stand for a token where a player sends none."""

from hypothesis import given
from hypothesis import strategies as st

from tvapp import tickets
from tvapp.tickets import Tickets


def test_a_ticket_is_for_one_item_one_device_one_key():
    ours = Tickets(b"k" * 32)
    ticket = ours.issue("item", "device")
    assert ours.device_id("item", ticket) == "device"
    assert ours.device_id("other", ticket) is None
    assert Tickets(b"x" * 32).device_id("item", ticket) is None


@given(st.text(max_size=80))
def test_a_made_up_ticket_is_nobodys(text):
    assert Tickets(b"k" * 32).device_id("item", text) is None


def test_a_ticket_grows_old(monkeypatch):
    ours = Tickets(b"k" * 32)
    ticket = ours.issue("item", "device")
    monkeypatch.setattr(tickets, "MAX_AGE_S", -1)
    assert ours.device_id("item", ticket) is None
