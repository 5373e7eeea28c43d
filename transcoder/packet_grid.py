"""Where the packets of passed-on sound lie, whatever a run made of their times.

Containers that count milliseconds round them, and ffmpeg smooths them from wherever it began to read: the same packet
is a little earlier in one run than in another. At a boundary it would be in both segments, or in none.
"""

from dataclasses import dataclass

_JITTER_S = 0.002  # a millisecond of rounding, and what smoothing adds; real gaps are longer
# Samples in a packet, or in the least part that packets are made of.
_SAMPLES = {"aac": 1024, "ac3": 1536, "eac3": 256, "mp3": 576}


@dataclass(frozen=True, slots=True)
class PacketGrid:
    """Packets of equal length, the first at `origin_s`; None: their times are exact already."""

    origin_s: float | None
    codec: str = ""
    sample_rate: int = 0

    def settled(self, time_s: float, step_s: float) -> float:
        """Return when a packet is that is said to be at `time_s`, and about `step_s` long."""
        samples = _SAMPLES.get(self.codec)
        if self.origin_s is None or samples is None or self.sample_rate <= 0:
            return time_s
        exact_step_s = samples * max(1, round(step_s * self.sample_rate / samples)) / self.sample_rate
        exact_s = self.origin_s + round((time_s - self.origin_s) / exact_step_s) * exact_step_s
        return exact_s if abs(exact_s - time_s) < _JITTER_S else time_s


ANYWHERE = PacketGrid(None)
