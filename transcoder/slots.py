"""How many runs there may be at a time, and who waits for one: first come, first served."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from transcoder.errors import BusyError
from transcoder.run import Run

SLOT_WAIT_S = 10.0
PLACE_KEPT_S = 6.0  # for one who was sent away and comes again
PREEMPT_AFTER_S = 6.0  # a run unasked for so long gives its slot to one who waits
RETRY_AFTER_S = 2.0


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
    came later. One who has a slot already and seeks goes before all.

    Args:
        limit: How many runs.
        lock: The pool's.
        now: A clock in seconds, for idle times.
        wake: Called when there is something to end.
    """

    def __init__(
        self, limit: int, lock: threading.Condition, now: Callable[[], float], wake: Callable[[], None]
    ) -> None:
        self.limit = limit
        self._lock = lock
        self._now = now
        self._wake = wake
        self._places: OrderedDict[str, _Place] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(place.waiting for place in self._places.values())

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
            free = self._lock.wait_for(
                lambda: closed() or (self._is_next(session_id) and self._free(list(taken()))),
                timeout=SLOT_WAIT_S,
            )
        finally:
            place.waiting -= 1
            place.left_at_s = self._now()
            self._lock.notify_all()
        if not free:
            raise self._busy(len(list(taken())))
        if not place.waiting:
            self._places.pop(session_id, None)

    def _busy(self, taken: int) -> BusyError:
        films = "film" if self.limit == 1 else "films"
        return BusyError(f"The box is busy: {taken} of {self.limit} {films} playing.", RETRY_AFTER_S)

    def _is_next(self, session_id: str) -> bool:
        return next((one for one, place in self._places.items() if place.waiting), None) == session_id

    def _forget_the_gone(self) -> None:
        for session_id, place in list(self._places.items()):
            if not place.waiting and self._now() - place.left_at_s > PLACE_KEPT_S:
                del self._places[session_id]

    def _free(self, taken: list[Run]) -> bool:
        """Return whether there is a slot, if need be of a run that nobody has asked for a while."""
        if len(taken) < self.limit:
            return True
        now_s = self._now()
        spare = [
            run
            for run in taken
            if not run.waiting and (not run.wanted_by or now_s - run.asked_at_s > PREEMPT_AFTER_S)
        ]
        if not spare:
            return False
        min(spare, key=lambda run: run.asked_at_s).give_up()
        self._wake()
        return True
