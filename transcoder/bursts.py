"""Bursts of seeks: of starts that follow each other closely, only the newest is made."""

import threading
from collections.abc import Callable

from transcoder.errors import BusyError
from transcoder.session import Session
from transcoder.slots import RETRY_AFTER_S

BURST_S = 0.3  # starts of one session closer together than this...
DEBOUNCE_S = 0.12  # ...wait so long for a newer one


class Bursts:
    """Lets bursts pass. Called with the pool's lock held, which it lets go of."""

    def __init__(
        self, lock: threading.Condition, now: Callable[[], float], closed: Callable[[], bool]
    ) -> None:
        self._lock = lock
        self._now = now
        self._closed = closed

    def let_pass(self, session: Session, index: int) -> None:
        """Return when a run at segment `index` should be started; the first of a burst is, at once.

        Raises:
            BusyError: The viewer has gone on to another place.
        """
        session.starts += 1
        session.starting_index = index
        mine = session.starts
        if self._now() - session.started_at_s > BURST_S:
            session.started_at_s = self._now()
            return
        newer = self._lock.wait_for(lambda: session.starts != mine or self._closed(), timeout=DEBOUNCE_S)
        if newer and abs(session.starting_index - index) > 1:
            raise BusyError("the viewer has gone on to another place", RETRY_AFTER_S)
        session.started_at_s = self._now()
