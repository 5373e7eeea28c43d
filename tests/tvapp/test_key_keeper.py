"""The masterkey that the launcher keeps for a restarted worker."""

import socket
import threading

import pytest

from tvapp.key_keeper import MASTERKEY_SIZE, KeyKeeper, Trust, socket_pair
from vault import SecretMemory


@pytest.fixture
def trusting():
    """A launcher's end, answered in a thread, and the web process's end."""
    ours, theirs = socket_pair()
    trust = Trust(ours)

    def answer():
        while ours.recv(1, socket.MSG_PEEK):
            trust.answer()

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
