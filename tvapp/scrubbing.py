"""Every file read whole once in a while, slowly, when nobody is there: what rots is found while a copy exists."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from library import CheckCancelledError, DueFile, Integrity, LibraryError
from tvapp.quiet_work import Turn
from vault import NodeNotFoundError, VaultError

logger = logging.getLogger(__name__)

SECONDS_PER_DAY = 86_400
_NS = 1_000_000_000
LEAST_RATE = 2 << 20  # bytes per second: a disk does not feel it, and a small vault is through in an evening
_HASTE = 2.0  # half of the time somebody may be there
_BATCH = 100  # files fetched at a time
_LOOK_S = 10.0  # how often a paused scrub looks whether it may go on
_REST_S = 3600.0  # until it is looked again whether a file is due


@dataclass(frozen=True, slots=True)
class ScrubStatus:
    """How far the reading is: of `total` files, `checked` were read within the days, `damaged` are not whole."""

    running: bool
    checked: int = 0
    total: int = 0
    damaged: int = 0


class RateLimit:
    """Says how long to pause so that no more than a rate is read.

    Args:
        rate: Bytes per second.
        clock: In seconds.
    """

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._free_at = clock()

    def after(self, size: int) -> float:
        """Return the seconds to pause now that `size` bytes were read."""
        now = self._clock()
        # What was not read in a pause is not caught up with.
        self._free_at = max(self._free_at, now) + size / self._rate
        return self._free_at - now


def rate_for(stored_size: int, days: int) -> float:
    """Return how many bytes per second to read, so that all is read within the days."""
    return max(LEAST_RATE, stored_size * _HASTE / (days * SECONDS_PER_DAY))


class Scrubber:
    """Owner of the thread that reads; as long as the vault is unlocked.

    Args:
        integrity: Of the opened library.
        days: Within how many days every file is read.
        turn: When files may be read for themselves.
        now_ns: The time of day, nanoseconds since the epoch.
        clock: For the pace, in seconds.
        pause: Waits for that many seconds, or until it is closed; says whether it is closed.
    """

    def __init__(
        self,
        integrity: Integrity,
        days: int,
        turn: Turn,
        *,
        now_ns: Callable[[], int] = time.time_ns,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._integrity = integrity
        self._window_ns = days * SECONDS_PER_DAY * _NS
        self._days = days
        self._turn = turn
        self._now_ns = now_ns
        self._clock = clock
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._limit = RateLimit(LEAST_RATE, clock)
        # Files that were read and are not those that the index knows: a scan has to come first.
        self._stale: set[str] = set()
        self._status = ScrubStatus(running=False)
        self._thread = threading.Thread(target=self.run, name="scrub")

    @property
    def status(self) -> ScrubStatus:
        """How far the reading is."""
        return self._status

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def cancel(self) -> None:
        """Have it stop after the chunks at hand, without waiting."""
        self._closed.set()

    def close(self) -> None:
        """Stop, and wait for that. Safe twice."""
        self.cancel()
        if self._thread.ident is not None:
            self._thread.join()

    def run(self) -> None:
        """Read what is due, for ever; returns when it is closed."""
        try:
            while not self._pause_until_quiet():
                if not self._round():
                    self._turn.leave()
                    if self._pause(_REST_S):
                        return
        except (VaultError, LibraryError, OSError):
            if not self._closed.is_set():
                # A disk that is away, a full state folder: whoever uses the house is told, too.
                logger.warning("the reading of all files was broken off until the next unlock", exc_info=True)
        finally:
            self._turn.leave()
            self._status = ScrubStatus(
                running=False,
                checked=self._status.checked,
                total=self._status.total,
                damaged=self._status.damaged,
            )

    def _round(self) -> bool:
        """Read a batch of what is due; return whether there was anything."""
        since_ns = self._now_ns() - self._window_ns
        self._note(since_ns, running=True)
        due = list(self._due(since_ns))
        for file in due:
            if self._pause_until_quiet():
                return False
            self._read(file)
        self._note(since_ns, running=bool(due))
        return bool(due)

    def _due(self, since_ns: int) -> Iterator[DueFile]:
        found = self._integrity.due(since_ns, _BATCH + len(self._stale))
        return (file for file in found if file.item_id not in self._stale)

    def _note(self, since_ns: int, *, running: bool) -> None:
        status = self._integrity.status(since_ns)
        self._limit = RateLimit(rate_for(status.stored_size, self._days), self._clock)
        self._status = ScrubStatus(running, status.checked_count, status.file_count, status.damaged_count)

    def _read(self, file: DueFile) -> None:
        try:
            check = self._integrity.check_file(file.node, self._on_bytes, self._now_ns())
        except NodeNotFoundError:
            self._stale.add(file.item_id)
            return
        except CheckCancelledError:
            return
        if (check.stored_size, check.mtime_ns) != (file.node.stored_size, file.node.mtime_ns):
            self._stale.add(file.item_id)
        if check.problem is not None:
            logger.warning("item %s is not what was stored", file.item_id)

    def _on_bytes(self, size: int) -> bool:
        """Keep the pace, and stand still while somebody is there; false when it is closed."""
        return not self._pause(self._limit.after(size)) and not self._pause_until_quiet()

    def _pause_until_quiet(self) -> bool:
        """Wait for the turn; return whether it was closed meanwhile."""
        while not self._closed.is_set():
            if self._turn.take():
                return False
            if self._pause(_LOOK_S):
                return True
        return True
