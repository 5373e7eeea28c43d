"""Where the packets of sound lie, whatever a run made of their times.

Sound that is passed on: containers that count milliseconds round the times, and ffmpeg smooths them from wherever it
began to read: the same packet is a little earlier in one run than in another. At a boundary it would be in both
segments, or in none.

Sound that is converted: where a track goes from stereo to 5.1, ffmpeg makes its filters anew and the packets that
follow lie elsewhere, by less than one. All runs are to have the same.
"""

import math
from dataclasses import dataclass

JITTER_S = 0.002  # a millisecond of rounding, and what smoothing adds; real gaps are longer
# Samples in a packet, or in the least part that packets are made of.
_SAMPLES = {"aac": 1024, "ac3": 1536, "eac3": 256, "mp3": 576}
_MOST_PARTS = {"aac": 2, "ac3": 1, "eac3": 6, "mp3": 2}  # in a packet


@dataclass(frozen=True, slots=True)
class PacketGrid:
    """Packets of equal length, one of them at `origin_s`; None: their times are exact already.

    `silence` is a packet without sound, as the container has it; None if it is not known how to write one. With
    `converted` every packet lies on the grid.
    """

    origin_s: float | None
    codec: str = ""
    sample_rate: int = 0
    silence: bytes | None = None
    converted: bool = False

    @property
    def step_s(self) -> float:
        """How long the shortest packet is."""
        return _SAMPLES[self.codec] / self.sample_rate

    @property
    def countable(self) -> bool:
        """Whether it is known what packets are made of."""
        return self.codec in _SAMPLES and self.sample_rate > 0

    def parts(self, step_s: float) -> int:
        """Return how many parts are in a packet that is said to be about `step_s` long, where that may be a hole."""
        return min(max(1, round(step_s / self.step_s)), _MOST_PARTS[self.codec])

    def settled(self, time_s: float, step_s: float) -> float:
        """Return when a packet is that is said to be at `time_s`, and about `step_s` long."""
        if self.origin_s is None or not self.countable:
            return time_s
        exact_step_s = self.step_s * max(1, round(step_s / self.step_s))
        exact_s = self.origin_s + round((time_s - self.origin_s) / exact_step_s) * exact_step_s
        return exact_s if abs(exact_s - time_s) < JITTER_S else time_s

    def place_of(self, time_s: float) -> float:
        """Return how many packets there are from the origin to `time_s`."""
        return (time_s - (self.origin_s or 0.0)) / self.step_s

    def time_of(self, place: int) -> float:
        """Return when the packet begins that has so many before it."""
        return (self.origin_s or 0.0) + place * self.step_s

    def between(self, from_s: float, until_s: float) -> list[float]:
        """Return when packets begin from `from_s` on and before `until_s`."""
        begin, stop = (math.ceil(self.place_of(time_s - JITTER_S)) for time_s in (from_s, until_s))
        return [self.time_of(place) for place in range(begin, stop)]


ANYWHERE = PacketGrid(None)
