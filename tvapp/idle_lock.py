"""When the house was last used, and a lock that closes when that is long ago."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

SECONDS_PER_MINUTE = 60.0


class Activity:
    """What goes on in the house, and since when nothing does; safe for threads.

    Args:
        now: The clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._under_way = 0
        self._last_s = now()

    def begin(self) -> None:
        """Something begins; whoever says so also says `end`."""
        with self._guard:
            self._under_way += 1

    def end(self) -> None:
        """Something that began has ended."""
        with self._guard:
            self._under_way -= 1
            self._last_s = self._now()

    @contextlib.contextmanager
    def during(self) -> Iterator[None]:
        """Something goes on inside the block."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    @property
    def idle_s(self) -> float:
        """For how many seconds nothing has gone on; 0 while something does."""
        with self._guard:
            return 0.0 if self._under_way else self._now() - self._last_s


class Alarm:
    """Calls `ring` when no time is left. Owner of one thread, which sleeps in between.

    Args:
        left_s: How many seconds are left; None for as long as there is nothing to wait for.
        ring: What to do then. Without effect on `left_s`, it would be called over and over.
        name: Of the thread.
    """

    def __init__(self, left_s: Callable[[], float | None], ring: Callable[[], None], name: str) -> None:
        self._left_s = left_s
        self._ring = ring
        self._changed = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name)
        self._starting = threading.Lock()

    def wake(self) -> None:
        """Look again at how much time is left: there may be less of it now, or any at all."""
        with self._starting:
            if self._thread.ident is None and not self._closed:
                self._thread.start()
        self._changed.set()

    def close(self) -> None:
        """End the thread; safe twice. Not to be called by `ring`."""
        with self._starting:
            self._closed = True
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed:
            left_s = self._left_s()
            if left_s is not None and left_s <= 0:
                self._ring()
            else:
                self._changed.wait(left_s)
                self._changed.clear()  # before it is looked again: nothing that changes from here on is missed
