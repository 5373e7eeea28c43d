"""A brake on guessing: a few free attempts, then one every so often."""

import threading
import time
from collections.abc import Callable


class GuessLimit:
    """A token bucket: `burst` attempts at once, then one more each `refill_s` seconds."""

    def __init__(self, burst: int, refill_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._refill_s = refill_s
        self._now = now
        self._guard = threading.Lock()
        self._left = float(burst)
        self._seen_at = now()

    def take(self) -> float | None:
        """Use one attempt up; return how many seconds to wait when there is none left."""
        with self._guard:
            now = self._now()
            self._left = min(self._burst, self._left + (now - self._seen_at) / self._refill_s)
            self._seen_at = now
            if self._left < 1:
                return (1 - self._left) * self._refill_s
            self._left -= 1
            return None

    def succeed(self) -> None:
        """Forget the failures: somebody knew the secret."""
        with self._guard:
            self._left = float(self._burst)
