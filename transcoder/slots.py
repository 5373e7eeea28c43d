"""How many runs there may be at a time, and who waits for one: first come, first served."""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from transcoder.errors import BusyError
from transcoder.run import Run

SLOT_WAIT_S = 10.0
PLACE_KEPT_S = 6.0  # for one who was sent away and comes again
PREEMPT_AFTER_S = 6.0  # a run unasked for so long gives its slot to one who waits
RETRY_AFTER_S = 2.0
KEPT_FREE_S = RETRY_AFTER_S + 0.5  # so long a slot is kept free for who was sent away, at most
_LOOK_S = 0.25  # how often who waits looks at the clock


@dataclass(frozen=True, slots=True)
class PoolState:
    """How much is going on in a pool."""

    playing: int  # films that are converted
    limit: int
    passed_on: int  # films whose picture is not converted
    waiting: int  # requests for a free encoder
    viewers: int
    memory_size: int  # bytes of segments, finished or not


@dataclass(slots=True)
class _Place:
    waiting: int = 0  # requests of this viewer
    left_at_s: float = 0.0


class Slots:
    """The slots of one kind of run. Guarded by the pool's lock.

    A viewer who waited in vain keeps the place in the queue for a while: who asks again is not overtaken by who
    came later, and finds a slot that became free meanwhile. One who never comes again costs the others `KEPT_FREE_S`.
    One who has a slot already and seeks goes before all.

    Args:
        limit: How many runs.
        lock: The pool's.
        now: A clock in seconds, for idle times.
        wake: Called when there is something to end.
        wait_s: How long a viewer waits for one, by the wall.
    """

    def __init__(
        self,
        limit: int,
        lock: threading.Condition,
        now: Callable[[], float],
        wake: Callable[[], None],
        *,
        wait_s: float = SLOT_WAIT_S,
    ) -> None:
        self.limit = limit
        self.wait_s = wait_s
        self._lock = lock
        self._now = now
        self._wake = wake
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._kept_free_since_s: float | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(place.waiting for place in self._places.values())

    def has_room(self, session_id: str, taken: list[Run]) -> bool:
        """Return whether a slot is free beyond those kept for viewers who were sent away."""
        return not self.waiting and self.limit - len(taken) > self._absent_before(session_id)

    def wait(
        self,
        session_id: str,
        taken: Callable[[], Iterable[Run]],
        closed: Callable[[], bool],
        *,
        holder: bool = False,
    ) -> None:
        """Wait for a free slot.

        Args:
            session_id: Whose turn it shall be.
            taken: The live runs of this kind.
            closed: Whether there is nothing to wait for any more.
            holder: It has a run already, which it leaves.

        Raises:
            BusyError: None became free in time.
        """
        self._forget_the_gone()
        place = self._places.setdefault(session_id, _Place())
        if holder:
            self._places.move_to_end(session_id, last=False)
        place.waiting += 1
        try:
            free = self._wait_for(
                lambda: closed() or (self._is_next(session_id) and self._free(session_id, list(taken())))
            )
        finally:
            place.waiting -= 1
            place.left_at_s = self._now()
            self._lock.notify_all()
        if not free:
            raise self._busy(len(list(taken())))
        if not place.waiting:
            self._places.pop(session_id, None)

    def _wait_for(self, served: Callable[[], bool]) -> bool:
        """Wait as the lock does, and look at the clock as well: not all that a slot waits for wakes anybody."""
        until_s = time.monotonic() + self.wait_s
        while (left_s := until_s - time.monotonic()) > 0:
            if self._lock.wait_for(served, timeout=min(left_s, _LOOK_S)):
                return True
        return False

    def _busy(self, taken: int) -> BusyError:
        films = "film" if self.limit == 1 else "films"
        return BusyError(f"The box is busy: {taken} of {self.limit} {films} playing.", RETRY_AFTER_S)

    def _is_next(self, session_id: str) -> bool:
        return next((one for one, place in self._places.items() if place.waiting), None) == session_id

    def _absent_before(self, session_id: str) -> int:
        """Return how many were sent away before this viewer came, and are expected again."""
        before = itertools.takewhile(lambda one: one != session_id, self._places)
        return sum(not self._places[one].waiting and not self._is_gone(self._places[one]) for one in before)

    def _is_gone(self, place: _Place) -> bool:
        return not place.waiting and self._now() - place.left_at_s > PLACE_KEPT_S

    def _forget_the_gone(self) -> None:
        for session_id, place in list(self._places.items()):
            if self._is_gone(place):
                del self._places[session_id]

    def _free(self, session_id: str, taken: list[Run]) -> bool:
        """Return whether there is a slot for a viewer, if need be of a run that nobody has asked for a while."""
        now_s = self._now()
        spare = [
            run
            for run in taken
            if not run.waiting and (not run.wanted_by or now_s - run.asked_at_s > PREEMPT_AFTER_S)
        ]
        free_count = self.limit - len(taken) + len(spare)
        if free_count <= 0 or self._keeps_free(free_count, self._absent_before(session_id)):
            return False
        if len(taken) < self.limit:
            return True
        min(spare, key=lambda run: run.asked_at_s).give_up()
        self._wake()
        return True

    def _keeps_free(self, free_count: int, absent_count: int) -> bool:
        """Return whether the free slots are for those who were sent away, which they are for a short time only."""
        if free_count > absent_count:
            self._kept_free_since_s = None
            return False
        if self._kept_free_since_s is None:
            self._kept_free_since_s = self._now()
        if self._now() - self._kept_free_since_s < KEPT_FREE_S:
            return True
        self._kept_free_since_s = None
        return False
