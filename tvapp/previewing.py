"""Pictures to scrub by, made when somebody asks for a film's, and of all films when nobody wants anything."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from library import LibraryError, Previews
from transcoder import TranscoderError
from tvapp.quiet_work import Turn
from vault import VaultError

logger = logging.getLogger(__name__)

_LOOK_S = 10.0  # how often it is looked whether nobody wants anything
_REST_S = 600.0  # until it is looked again whether a film has no previews
_MOST_FAILURES = 3  # films in a row: then it is not the films, but a disk that is away or full
_LONGEST_S = 900.0  # for a film that somebody asked for; what is left is made when nobody wants anything
_MOST_WAITING = 8  # films; who asks for more has left the first ones


class PreviewWorker:
    """Owner of the thread that makes previews; as long as the vault is unlocked.

    Args:
        previews: Of the opened library.
        turn: When previews that nobody asked for may be made.
        clock: In seconds.
    """

    def __init__(
        self, previews: Previews, turn: Turn, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._previews = previews
        self._turn = turn
        self._clock = clock
        self._asked: deque[str] = deque(maxlen=_MOST_WAITING)
        self._asking = threading.Lock()
        self._closed = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="previews")

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def ask(self, item_id: str) -> None:
        """Have the previews of a film made next; returns at once."""
        with self._asking:
            if item_id in self._asked:
                self._asked.remove(item_id)
            self._asked.append(item_id)
        self._wake.set()

    def cancel(self) -> None:
        """Have it stop after the sheet at hand, without waiting."""
        self._closed.set()
        self._wake.set()

    def close(self) -> None:
        """Stop, and wait for that. Safe twice."""
        self.cancel()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        wait_s = 0.0
        failures = 0
        while not self._closed.is_set():
            self._wake.wait(wait_s)
            self._wake.clear()
            try:
                wait_s = self._work()
                failures = 0
            except (VaultError, LibraryError, TranscoderError, OSError) as error:
                # A disk that is away, a film that went: whoever uses the house is told, too.
                if not self._closed.is_set():
                    logger.warning("previews could not be made now (%s)", type(error).__name__)
                failures += 1
                wait_s = 0.0
            if failures >= _MOST_FAILURES:
                self._turn.leave()
                failures, wait_s = 0, _REST_S

    def _work(self) -> float:
        """Make the previews of one film; return in how many seconds to look again."""
        item_id = self._next_asked()
        if item_id is not None:
            until_s = self._clock() + _LONGEST_S
            with self._turn.urgent():
                self._previews.make(item_id, lambda: not self._closed.is_set() and self._clock() < until_s)
            return 0.0
        if not self._turn.take():
            return _LOOK_S
        item_id = self._previews.next_due()
        if item_id is None:
            self._turn.leave()
            return _REST_S
        self._previews.make(item_id, self._is_undisturbed)
        return 0.0

    def _next_asked(self) -> str | None:
        """Return the film that was asked for last: it is the one that somebody watches."""
        with self._asking:
            return self._asked.pop() if self._asked else None

    def _is_undisturbed(self) -> bool:
        return not self._closed.is_set() and not self._asked and self._turn.take()
