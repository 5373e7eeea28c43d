"""The pieces that need no vault: attempts, tickets, the entrusted key, host names, log records."""

import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvapp import tickets
from tvapp.access import host_is_ours
from tvapp.attempts import Attempts
from tvapp.entrusted import MASTERKEY_SIZE, KeyKeeper, Trust, socket_pair
from tvapp.server import without_requests
from tvapp.tickets import Tickets
from vault import SecretMemory


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_attempts_run_out_and_come_back():
    clock = Clock()
    attempts = Attempts(burst=3, refill_s=10, now=clock)
    assert [attempts.take() for _ in range(3)] == [None] * 3
    assert attempts.take() == pytest.approx(10)
    clock.now = 10
    assert attempts.take() is None
    assert attempts.take() is not None


def test_a_success_gives_the_attempts_back():
    attempts = Attempts(burst=2, refill_s=10, now=Clock())
    attempts.take(), attempts.take()
    attempts.succeed()
    assert attempts.take() is None


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


@pytest.fixture
def trusting():
    """A launcher's end, answered in a thread, and the web process's end."""
    ours, theirs = socket_pair()
    trust = Trust(ours)

    def answer():
        while trust.answer():
            pass

    thread = threading.Thread(target=answer)
    thread.start()
    yield trust, KeyKeeper(theirs)
    theirs.close()
    thread.join()
    ours.close()


def test_the_launcher_keeps_the_key_for_the_next_worker(trusting):
    trust, keeper = trusting
    assert keeper.recall() is None
    keeper.keep(bytes(range(64)))
    assert keeper.recall() == bytes(range(64))
    keeper.forget()
    assert keeper.recall() is None
    assert trust.masterkey is None
    trust.masterkey = from_the_start = SecretMemory(bytes(64))
    keeper.forget()
    assert keeper.recall() is None
    assert from_the_start.is_wiped
    assert len(bytes(range(64))) == MASTERKEY_SIZE


def test_an_answer_to_a_dead_worker_is_not_taken_for_ours(trusting):
    _, keeper = trusting
    keeper.keep(b"a" * 64)
    keeper._end.send(b"?" + b"n" * 16)  # asked by a worker that died before it read the answer
    assert keeper.recall() == b"a" * 64


def test_the_key_is_not_shown_by_accident(trusting):
    trust, keeper = trusting
    keeper.keep(b"secret" * 10 + b"1234")
    keeper.recall()
    assert "secret" not in repr(trust)


def test_without_a_launcher_nothing_is_kept():
    keeper = KeyKeeper(None)
    keeper.keep(b"a" * 64)
    assert keeper.recall() is None


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.2",
        "192.168.1.2:8080",
        "[fd00::1]:8080",
        "127.0.0.1:80",
        "homebox.local:8080",
        "localhost:1",
        "nas",
    ],
)
def test_our_own_names_are_ours(host):
    assert host_is_ours(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "192.168.1.2.evil.example", "", "local", "[x"]
)
def test_other_names_are_not_ours(host):
    assert host_is_ours(host) is (host == "local")


def test_a_name_may_be_allowed():
    assert host_is_ours("films.example", frozenset({"films.example"}))


def test_queries_do_not_reach_the_log():
    record = logging.LogRecord(
        "x", logging.ERROR, "f", 1, "Error handling %s %s", ("GET", "/api/v1/items?q=birthday"), None
    )
    assert without_requests(record)
    assert record.getMessage() == "Error handling GET /api/v1/items"
    quoting = logging.LogRecord(
        "x", logging.WARNING, "f", 1, "Invalid request from ip=1: 'q=birthday'", None, None
    )
    assert not without_requests(quoting)
