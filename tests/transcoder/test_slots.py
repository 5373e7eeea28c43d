"""Who gets an encoder when there are too few: the queue alone, without encoders."""

import threading

import pytest

from transcoder import BusyError
from transcoder.run import Run
from transcoder.slots import KEPT_FREE_S, PLACE_KEPT_S, RETRY_AFTER_S, Slots


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


class Owner:
    def note_unfinished(self, size):
        pass


class Box:
    """A lock, slots, and runs that take them."""

    def __init__(self, limit):
        self.lock = threading.Condition()
        self.clock = Clock()
        self.runs = []
        self.slots = Slots(limit, self.lock, self.clock, lambda: None)
        self.served = []

    def take(self, session_id, *, holder=False):
        with self.lock:
            self.slots.wait(
                session_id, lambda: [run for run in self.runs if run.alive], lambda: False, holder=holder
            )
            run = Run(session_id, 0, 10, self.lock, Owner())
            run.ask(0, session_id, self.clock())
            run.waiting = 1
            self.runs.append(run)
            self.served.append(session_id)

    def begin_to_wait(self, session_id, **more):
        before = self.slots.waiting
        thread = threading.Thread(target=self.take, args=(session_id,), kwargs=more)
        thread.start()
        with self.lock:
            assert self.lock.wait_for(
                lambda: self.slots.waiting > before or self.served[-1:] == [session_id], 20
            )
            self.lock.notify_all()
        return thread

    def free(self, session_id):
        with self.lock:
            next(run for run in self.runs if run.alive and run.run_id == session_id).give_up()


@pytest.fixture(autouse=True)
def notices_at_once(monkeypatch):
    """A waiter looks again when it is told to, and says when it has begun to wait."""
    real = threading.Condition.wait_for

    def wait_for(self, predicate, timeout=None):
        self.notify_all()
        return real(self, predicate, timeout)

    monkeypatch.setattr(threading.Condition, "wait_for", wait_for)


def send_away(box, session_id):
    """Have a viewer ask a full box, in vain and not for long."""
    patience_s, box.slots.wait_s = box.slots.wait_s, 0.02
    with pytest.raises(BusyError) as caught:
        box.take(session_id)
    box.slots.wait_s = patience_s
    return caught.value


def test_first_come_first_served():
    box = Box(1)
    box.take("a")
    waiting = [box.begin_to_wait(name) for name in ("b", "c", "d")]
    for name in ("a", "b", "c"):
        box.free(name)
        with box.lock:
            assert box.lock.wait_for(lambda name=name: box.served[-1] != name, 20)
    for thread in waiting:
        thread.join()
    assert box.served == ["a", "b", "c", "d"]


def test_who_seeks_goes_before_who_waits():
    box = Box(1)
    box.take("a")
    waiting = [box.begin_to_wait("b"), box.begin_to_wait("a", holder=True)]
    box.free("a")
    waiting[1].join()
    assert box.served == ["a", "a"]
    box.free("a")
    waiting[0].join()
    assert box.served == ["a", "a", "b"]


@pytest.mark.parametrize(("away_s", "first"), [(PLACE_KEPT_S - 1, "b"), (PLACE_KEPT_S + 1, "c")])
def test_who_was_sent_away_and_comes_again_is_not_overtaken(away_s, first):
    box = Box(1)
    box.take("a")
    send_away(box, "b")
    box.clock.now_s += away_s
    waiting = {name: box.begin_to_wait(name) for name in ("c", "b")}
    box.free("a")
    waiting[first].join()
    assert box.served == ["a", first]
    box.free(first)
    for thread in waiting.values():
        thread.join()


def waits_in_vain(box, session_id):
    """Whether a viewer who asks is left to wait; returns when it has looked at least twice."""
    thread = box.begin_to_wait(session_id)
    with box.lock:
        box.lock.notify_all()
    with box.lock:
        assert not box.lock.wait_for(lambda: box.served[-1] == session_id, 0.3)
    return thread


def test_what_becomes_free_while_one_was_sent_away_is_kept_for_that_one():
    box = Box(1)
    box.take("a")
    send_away(box, "b")
    box.free("a")
    later = waits_in_vain(box, "c")
    box.clock.now_s += RETRY_AFTER_S
    box.take("b")
    assert box.served == ["a", "b"]
    box.free("b")
    later.join()


def test_who_was_sent_away_and_stays_away_holds_nobody_up_for_long():
    box = Box(1)
    box.take("a")
    send_away(box, "b")
    box.free("a")
    later = waits_in_vain(box, "c")
    box.clock.now_s += KEPT_FREE_S
    later.join()  # by looking at the clock: nobody tells it
    assert box.served == ["a", "c"]


def test_a_slot_is_kept_for_as_long_as_the_place_is():
    """Not freed at once, but still before who was sent away is given up."""
    box = Box(1)
    box.take("a")
    send_away(box, "b")
    later = waits_in_vain(box, "c")
    box.clock.now_s += PLACE_KEPT_S - 1
    box.runs[0].asked_at_s = box.clock.now_s  # still watched
    box.free("a")
    with box.lock:
        assert not box.lock.wait_for(lambda: box.served[-1] == "c", 0.3)
    box.clock.now_s += 1.1
    later.join()
    assert box.served == ["a", "c"]


def test_who_comes_later_takes_what_nobody_was_sent_away_for():
    box = Box(2)
    box.take("a")
    box.take("b")
    send_away(box, "c")
    box.free("a")
    with box.lock:
        assert not box.slots.has_room("d", [run for run in box.runs if run.alive])
        assert box.slots.has_room("c", [run for run in box.runs if run.alive])
    box.free("b")
    with box.lock:
        assert box.slots.has_room("d", [run for run in box.runs if run.alive])
    box.take("d")
    box.take("c")
    assert box.served == ["a", "b", "d", "c"]


@pytest.mark.parametrize(
    ("limit", "said"),
    [(1, "The box is busy: 1 of 1 film playing."), (2, "The box is busy: 2 of 2 films playing.")],
)
def test_it_is_said_why(limit, said):
    box = Box(limit)
    for number in range(limit):
        box.take(str(number))
    error = send_away(box, "one more")
    assert str(error) == said
    assert error.retry_after_s > 0


def test_a_run_that_nobody_asks_for_gives_its_slot_to_who_waits():
    box = Box(1)
    box.take("a")
    box.runs[0].waiting = 0
    box.clock.now_s += 7
    box.take("b")
    assert [run.alive for run in box.runs] == [False, True]


def test_one_that_somebody_waits_for_does_not():
    box = Box(2)
    box.take("a")
    box.take("b")
    box.runs[1].waiting = 0
    box.clock.now_s += 7
    box.take("c")
    assert [run.alive for run in box.runs] == [True, False, True]
