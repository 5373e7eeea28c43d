"""One run's sound in a row: each packet in its place, once, and silence where there is none."""

from collections import deque
from dataclasses import replace

from transcoder.fmp4 import Sample
from transcoder.packet_grid import JITTER_S, PacketGrid
from transcoder.segments import TOLERANCE_S

_MOST_S = 600.0  # of silence at a time: what a file claims about its times may be anything
_ROUNDED_S = 0.0011  # what clocks that count milliseconds make of a length; 960 samples are no 1024
_SAME_PLACE = 0.75  # of a packet: so far off it is still the one that follows


class SoundLine:
    """Knows where the next packet should be, and which packets of silence stand before another.

    Args:
        grid: Where packets lie.
        begin_s: When the run's sound is to begin, on the clock of segments.
    """

    def __init__(self, grid: PacketGrid, begin_s: float) -> None:
        self._grid = grid
        self._next_s = begin_s - TOLERANCE_S + JITTER_S
        self._parts = 0  # of a packet that is passed on; 0 until it is known
        self._last: int | None = None  # place of the newest packet of converted sound

    def settled(self, time_s: float, step_s: float) -> float | None:
        """Return when a packet is that is said to be at `time_s`; None if there is something in its place already.

        An encoder gives its last packets only when all is over: silence may have taken their places.
        """
        if self._grid.converted:
            at = self._grid.place_of(time_s)
            place = round(at)
            if self._last is not None:
                following = self._last + 1
                place = following if abs(at - following) < _SAME_PLACE else place
                if place < following:
                    return None
            self._last = place
            time_s = self._grid.time_of(place)
        else:
            time_s = self._grid.settled(time_s, step_s)
        passed = self._grid.silence is not None and time_s < self._next_s - self._grid.step_s / 2
        return None if passed else time_s

    def length_s(self, told_s: float) -> float:
        """Return how long a packet is that seems to last for `told_s`: until the next, however far that is."""
        grid = self._grid
        if grid.silence is not None:
            return grid.step_s
        if not grid.countable:
            return told_s
        parts = grid.parts(told_s)
        beyond_s = told_s - parts * grid.step_s
        if abs(beyond_s) < _ROUNDED_S:
            self._parts = min(parts, self._parts or parts)  # all are as long as the shortest
        elif beyond_s < 0:
            return told_s  # of another kind
        return min(parts, self._parts or parts) * grid.step_s

    def passed(self, end_s: float) -> None:
        """Note that there is sound up to `end_s`."""
        self._next_s = max(self._next_s, end_s)

    def silence(self, until_s: float, next_s: float | None = None) -> list[float]:
        """Return when packets of silence begin, which count as passed from now on.

        Args:
            until_s: They begin before it, on the clock of segments.
            next_s: They end before it, for there is sound again.
        """
        if self._grid.silence is None:
            return []
        if next_s is not None:
            until_s = min(until_s, next_s - self._grid.step_s + 2 * JITTER_S)
        if until_s <= self._next_s:  # nor is there an end where no picture came
            return []
        times_s = self._grid.between(max(self._next_s, until_s - _MOST_S), until_s)
        if times_s:
            self.passed(times_s[-1] + self._grid.step_s)
        return times_s


class SoundQueue:
    """Sound packets of a fragmented mp4 that wait for the pictures beside which they are handed on."""

    def __init__(self, grid: PacketGrid, begin_s: float) -> None:
        self._grid = grid
        self._line = SoundLine(grid, begin_s)
        self._waiting: deque[Sample] = deque()
        self.scale = 0  # units per second of the track; 0 until it is known
        self._ended = False

    @property
    def length_s(self) -> float:
        """How much of the sound waits."""
        if not self._waiting:
            return 0.0
        return (self._waiting[-1].time - self._waiting[0].time) / self.scale

    def settled(self, packet: Sample) -> Sample | None:
        """Return a packet where it really is; None if there was one already."""
        length_s = self._line.length_s(packet.duration / self.scale)
        time_s = self._line.settled(packet.time / self.scale, length_s)
        if time_s is None:
            return None
        return replace(packet, time=round(time_s * self.scale), duration=round(length_s * self.scale))

    def take(self, packet: Sample) -> None:
        """Let a packet wait."""
        self._waiting.append(packet)

    def end(self) -> None:
        """Note that no other packet comes."""
        self._ended = True

    def before(self, until_s: float) -> list[Sample]:
        """Return what begins before `until_s`, and lets it go; without an end, that is all there is."""
        ready = []
        while self._waiting and self._waiting[0].time < until_s * self.scale:
            packet = self._waiting.popleft()
            ready += self._silence(packet.time / self.scale, packet)
            ready.append(packet)
            self._line.passed(packet.stop / self.scale)
        if until_s != float("inf") and (self._waiting or self._ended):
            ready += self._silence(until_s, self._waiting[0] if self._waiting else None)
        return ready

    def _silence(self, until_s: float, following: Sample | None) -> list[Sample]:
        if not self.scale:
            return []
        next_s = None if following is None else following.time / self.scale
        times_s = self._line.silence(until_s, next_s)
        if not times_s:
            return []
        assert self._grid.silence is not None
        duration = round(self._grid.step_s * self.scale)
        return [Sample(round(time_s * self.scale), duration, self._grid.silence) for time_s in times_s]
