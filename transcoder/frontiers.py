"""How far a run's tracks have come: what says which segments are complete."""

from typing import Protocol

_NEVER = 1 << 60


class Output(Protocol):
    """What takes the segments."""

    def set_init(self, init: bytes) -> None:
        """Take the init segment."""

    def append(self, index: int, data: bytes) -> None:
        """Take the next bytes of segment `index`."""

    def complete(self, stop: int) -> None:
        """Learn that all segments before `stop` have all their bytes."""


class Frontiers:
    """How far each track has come, and so which segments are complete."""

    def __init__(self, tracks: set[str], first: int, output: Output) -> None:
        self.first = first
        self.pictured = False  # whether a picture of what was asked for has come
        self._reached = dict.fromkeys(tracks, first)
        self._output = output

    def reach(self, track: str, index: int) -> None:
        """Note that `track` will bring nothing more for segments before `index`."""
        before = min(self._reached.values())
        self._reached[track] = max(self._reached[track], index)
        after = min(self._reached.values())
        if after > before:
            self._output.complete(after)

    def finish(self, track: str) -> None:
        """Note that `track` has come to its end."""
        self.reach(track, _NEVER)

    def has(self, track: str) -> bool:
        """Return whether there is such a track."""
        return track in self._reached

    def of(self, track: str) -> int:
        """Return the segment that `track` is in."""
        return self._reached[track]
