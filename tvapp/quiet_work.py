"""Who may keep the box busy while nobody wants anything of it: one at a time, in an order."""

import contextlib
import enum
import threading
from collections.abc import Callable, Iterator


class QuietWork(enum.IntEnum):
    """What there is to do, the first first."""

    SPEEDS = 0  # minutes, once; and they mean something only if nothing else goes on
    PREVIEWS = 1  # hours, once
    SCRUB = 2  # for ever


class QuietTime:
    """Gives turns to workers, each in a thread of its own; safe for threads.

    Args:
        is_quiet: Whether nobody wants anything: nothing plays, no scan runs, nobody browses.
    """

    def __init__(self, is_quiet: Callable[[], bool]) -> None:
        self._is_quiet = is_quiet
        self._guard = threading.Lock()
        self._wanted: set[QuietWork] = set()
        self._at_work: QuietWork | None = None
        self._urgent_count = 0

    def turn(self, work: QuietWork) -> "Turn":
        """Return the turn of whoever does that work."""
        return Turn(self, work)

    def take(self, work: QuietWork) -> bool:
        """Note that the work is wanted, and return whether it may be done now (for `Turn`)."""
        with self._guard:
            self._wanted.add(work)
            if self._at_work in (None, work):
                is_first = work == min(self._wanted) and not self._urgent_count
                self._at_work = work if is_first and self._is_quiet() else None
            return self._at_work == work

    def leave(self, work: QuietWork) -> None:
        """Note that the work is done for now (for `Turn`)."""
        with self._guard:
            self._wanted.discard(work)
            if self._at_work == work:
                self._at_work = None

    @contextlib.contextmanager
    def urgent(self) -> Iterator[None]:
        """Give no turns meanwhile: somebody waits for what is done, quiet or not (for `Turn`)."""
        with self._guard:
            self._urgent_count += 1
        try:
            yield
        finally:
            with self._guard:
                self._urgent_count -= 1


class Turn:
    """One worker's. It has it from a `take` that says so to the next that does not, or to `leave`.

    So it has to ask often: who comes first waits for that.
    """

    def __init__(self, time: QuietTime, work: QuietWork) -> None:
        self._time = time
        self._work = work

    def take(self) -> bool:
        """Ask for the turn, from now until `leave`; return whether the worker has it, at first or still."""
        return self._time.take(self._work)

    def leave(self) -> None:
        """Have no work for now. Safe twice."""
        self._time.leave(self._work)

    def urgent(self) -> contextlib.AbstractContextManager[None]:
        """Work without a turn, because somebody waits for it; nobody gets one meanwhile."""
        return self._time.urgent()
