"""What failed, and when it is worth another try: soon at first, then ever more rarely."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_S = 600.0
FACTOR = 6.0
LONGEST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class _Setback:
    count: int
    until_s: float


class Setbacks:
    """Failures by the contents that they happened with: other contents begin anew. Safe for threads.

    Args:
        now: A clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._setbacks: dict[bytes, _Setback] = {}

    def note(self, header_nonce: bytes) -> int:
        """Note a failure with these contents; return how many there were."""
        with self._guard:
            before = self._setbacks.get(header_nonce)
            count = before.count + 1 if before else 1
            pause_s = min(LONGEST_S, FIRST_S * FACTOR ** min(count - 1, 10))
            self._setbacks[header_nonce] = _Setback(count, self._now() + pause_s)
            return count

    def forget(self, header_nonce: bytes) -> None:
        """Note that all went well."""
        with self._guard:
            self._setbacks.pop(header_nonce, None)

    def holds(self, header_nonce: bytes) -> bool:
        """Return whether these contents are better left alone for now."""
        with self._guard:
            setback = self._setbacks.get(header_nonce)
            return setback is not None and self._now() < setback.until_s
