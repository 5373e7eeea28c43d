"""How fast a run makes what is wanted of it."""

import math

WINDOW_S = 10.0


class Pace:
    """Measures seconds of film per second, over windows of time in which the run was let work.

    What passes before the first segment is complete is start-up, and does not count.
    """

    def __init__(self) -> None:
        self._worked_s = 0.0
        self._begun: tuple[float, float] | None = None  # worked, made

    def work(self, duration_s: float) -> None:
        """Note that the run was let work for so long."""
        self._worked_s += duration_s

    def reach(self, made_s: float) -> float:
        """Note that the film is made up to `made_s`; return the pace of the window that ends here, or infinity."""
        if self._begun is None:
            self._begun = (self._worked_s, made_s)
        worked_s = self._worked_s - self._begun[0]
        if worked_s < WINDOW_S:
            return math.inf
        pace = (made_s - self._begun[1]) / worked_s
        self._begun = (self._worked_s, made_s)
        return pace
