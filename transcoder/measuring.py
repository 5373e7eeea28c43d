"""How long this machine takes to convert films, measured when nothing else goes on."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from transcoder import speeds
from transcoder.command import PictureEncoder
from transcoder.ladder import Rung
from transcoder.trials import Trials

RUNGS = (Rung(1080, 1920, 1080), Rung(720, 1280, 720), Rung(480, 854, 480))
LOOK_EVERY_S = 5.0  # whether it is our turn
RESTLESS_S = 600.0  # a turn in which the processor has not come to rest: others may have it
STAND_BACK_S = 3600.0  # then: what works there is not ours, and may go on for long


class Turn(Protocol):
    """The right to keep the machine busy while nobody wants anything: one at a time has it."""

    def take(self) -> bool:
        """Ask for it, from now until `leave`; return whether it is ours, at first or still."""

    def leave(self) -> None:
        """Give it back, and ask for it no more."""


class AlwaysOurs:
    """The turn of whoever is alone."""

    def take(self) -> bool:
        """Return that it is."""
        return True

    def leave(self) -> None:
        """Nobody waits for it."""


class Measuring:
    """Measures as soon as it can be done in peace. Not safe for threads.

    Args:
        ffmpeg: The program.
        turn: When it may be done: what else goes on would falsify it, and whoever watches comes first.
        is_calm: Whether the processor has little to do; asked only before, as measuring is work.
        stopped: Ends it.
    """

    def __init__(
        self, ffmpeg: Path, turn: Turn, is_calm: Callable[[], bool], stopped: threading.Event
    ) -> None:
        self._ffmpeg = ffmpeg
        self._turn = turn
        self._is_calm = is_calm
        self._stopped = stopped

    def costs(self, encoder: PictureEncoder) -> dict[str, float] | None:
        """Wait for peace and return what conversions cost; None when stopped.

        Raises:
            FfmpegMissingError: ffmpeg cannot be started.
        """
        restless_s = 0.0
        while not self._stopped.wait(LOOK_EVERY_S):
            if not self._turn.take():
                continue
            if self._is_calm():
                disturbance = _Disturbance(self._turn, self._stopped)
                costs = _measure(Trials(self._ffmpeg, disturbance), encoder)
                if not disturbance.is_set():
                    return costs
                restless_s = 0.0
                continue
            restless_s += LOOK_EVERY_S
            if restless_s >= RESTLESS_S:
                restless_s = 0.0
                self._turn.leave()
                self._stopped.wait(STAND_BACK_S)
        return None


class _Disturbance:
    """Set once somebody else came first, for good: half a measurement is none."""

    def __init__(self, turn: Turn, stopped: threading.Event) -> None:
        self._turn = turn
        self._stopped = stopped
        self._came = False

    def is_set(self) -> bool:
        self._came = self._came or self._stopped.is_set() or not self._turn.take()
        return self._came


def _measure(trials: Trials, encoder: PictureEncoder) -> dict[str, float]:
    costs: dict[str, float] = {}
    for codec in ("h264", "hevc10"):
        verdicts = {speeds.decode_key(codec): trials.reads(codec)}
        for rung in RUNGS:
            for hdr in (False, True) if codec == "hevc10" else (False,):
                key = speeds.rung_key(codec, rung.quality, hdr=hdr)
                verdicts[key] = trials.converts(encoder, codec, rung, hdr=hdr)
        costs |= {key: one.cost for key, one in verdicts.items() if one.cost is not None}
    return costs
