"""What the box does for itself: one thing at a time, in an order, and nothing while somebody is there."""

import io
import threading

import pytest

from library import Library
from tests.tvapp.test_previews import Films
from tvapp.previewing import PreviewWorker
from tvapp.quiet_work import QuietTime, QuietWork
from tvapp.scrubbing import Scrubber
from vault import Vault

PATIENCE_S = 60


@pytest.fixture
def home():
    """Set while somebody is there."""
    return threading.Event()


@pytest.fixture
def time(home):
    return QuietTime(lambda: not home.is_set())


def test_one_at_a_time_and_the_first_of_the_order_first(time, home):
    speeds, previews, scrub = (time.turn(work) for work in QuietWork)
    assert scrub.take()
    assert scrub.take()
    assert not previews.take()  # the other has not stopped yet
    assert not scrub.take()
    assert previews.take()
    assert not speeds.take()
    assert not previews.take()
    assert not scrub.take()
    assert speeds.take()
    speeds.leave()
    assert not scrub.take()
    assert previews.take()
    home.set()
    assert not previews.take()
    home.clear()
    assert not scrub.take()
    assert not speeds.take() or not previews.take()
    for turn in (previews, speeds):
        turn.leave()
        turn.leave()
    assert scrub.take()


def test_nobody_has_a_turn_while_somebody_waits_for_something(time, home):
    speeds, previews, _ = (time.turn(work) for work in QuietWork)
    assert speeds.take()
    with previews.urgent(), previews.urgent():
        assert not speeds.take()
    assert speeds.take()


def test_a_film_that_somebody_asked_for_disturbs_a_measurement(time):
    speeds = time.turn(QuietWork.SPEEDS)
    assert speeds.take()
    had_it = []

    class Asked(Films):
        def make(self, item_id, may_go_on):
            had_it.append(speeds.take())
            super().make(item_id, may_go_on)

    films = Asked()
    worker = PreviewWorker(films, time.turn(QuietWork.PREVIEWS))
    worker.start()
    try:
        worker.ask("a")
        films.wait_for(1)
    finally:
        worker.close()
    assert had_it == [False]


def test_speeds_then_previews_then_files(time, tmp_path):
    """All three want to begin at once: none does before the one before it is through."""
    order = []
    speeds = time.turn(QuietWork.SPEEDS)
    assert speeds.take()
    read = threading.Event()

    class Noted(Films):
        def make(self, item_id, may_go_on):
            order.append(item_id)
            super().make(item_id, may_go_on)

    def pause(_seconds):
        """The scrub waits; somewhere in between the measurement ends."""
        if not order:
            order.append("speeds")
            speeds.leave()
            previews._wake.set()
        return read.wait(0.01)

    films = Noted(["a", "b"])
    with Vault.create(tmp_path / "vault", "x", scrypt_cost=2) as vault:
        vault.write_file("", "file", io.BytesIO(b"x"))
        with Library(vault, tmp_path / "state") as library:
            library.scan()
            really_check = library.integrity.check_file

            def check(node, on_bytes, checked_ns):
                order.append(node.name)
                read.set()
                return really_check(node, on_bytes, checked_ns)

            library.integrity.check_file = check
            previews = PreviewWorker(films, time.turn(QuietWork.PREVIEWS))
            scrub = Scrubber(library.integrity, 30, time.turn(QuietWork.SCRUB), pause=pause)
            previews.start()
            scrub.start()
            try:
                assert read.wait(PATIENCE_S)
            finally:
                previews.close()
                scrub.close()
    assert order[:4] == ["speeds", "a", "b", "file"]
