"""What this machine can do: which encoders work, and what is made in the time it takes to watch it.

Both are found by doing it, once, in the background, and remembered in a file that holds no secret.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcoder import speeds
from transcoder.command import SOFTWARE, PictureEncoder
from transcoder.devices import DEVICES, candidates
from transcoder.errors import FfmpegMissingError
from transcoder.ladder import Rung
from transcoder.measuring import RUNGS, AlwaysOurs, Measuring, Turn
from transcoder.media_info import VideoStream
from transcoder.remembered import MachineFacts, fingerprint, recall, remember
from transcoder.trials import TOO_LONG, Trials, Verdict

logger = logging.getLogger(__name__)

# How long an encoder is not tried again on pictures like one that it made nothing of: mostly it never will, and each
# trial costs a viewer seconds; but its driver may only have been out of memory, or of sessions, for a film's length.
REFUSED_S = 600.0
# How long a rung is not offered after it was too slow even with least work: only who begins to play is offered less,
# and what else went on is mostly over by then.
SLOW_S = 1800.0
_GOOD_ENOUGH = 0.6  # seconds per second: a device as fast as this leaves the processor to others


@dataclass(frozen=True, slots=True)
class EncoderReport:
    """What is known of an encoder."""

    name: str  # as ffmpeg calls it
    device: str | None
    reads: bool  # the device decodes the source too
    works: bool
    chosen: bool
    reason: str  # why it does not work
    cost: float | None  # seconds per second of a 1080p film, as far as measured


def _is_calm() -> bool:
    """Return whether the processor has little to do."""
    return os.getloadavg()[0] < (os.cpu_count() or 1) / 2


class Machine:
    """Knows encoders and speeds. Safe for threads. Leaving it unstarted, it knows only what ffmpeg brings along.

    Args:
        ffmpeg: The program.
        memory: A file to remember in; None forgets.
        hardware: Whether devices are tried at all.
        turn: When speeds may be measured; asked for until they are.
        is_calm: Whether the processor has little to do.
        devices: Where the system shows its devices.
        now: A clock in seconds.
    """

    def __init__(
        self,
        ffmpeg: Path,
        *,
        memory: Path | None = None,
        hardware: bool = True,
        turn: Turn | None = None,
        is_calm: Callable[[], bool] = _is_calm,
        devices: Path = DEVICES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._memory = memory
        self._turn = turn or AlwaysOurs()
        self._is_calm = is_calm
        self._now = now
        self._candidates = candidates(devices) if hardware else ()
        self._guard = threading.Lock()
        self._facts = MachineFacts()
        self._trouble = ""  # why ffmpeg itself does not run
        self._refused: dict[tuple[PictureEncoder, str, int], float] = {}
        self._slow: dict[tuple[str, int], float] = {}
        self._stopped = threading.Event()
        self.settled = threading.Event()  # encoders are chosen, as far as they ever will be
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Find out, in the background, what is not remembered."""
        self._thread = threading.Thread(target=self._find_out, name="transcoder-machine")
        self._thread.start()

    def close(self) -> None:
        """End what is going on. Safe twice."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def encoder_for(self, video: VideoStream | None) -> PictureEncoder:
        """Return what converts this picture best."""
        with self._guard:
            chosen = self._facts.chosen
            if video is None or not chosen.is_hardware:
                return SOFTWARE
            refused_s = self._refused.get((chosen, video.codec, video.bit_depth), float("-inf"))
            return SOFTWARE if self._now() - refused_s < REFUSED_S else chosen

    def refuse(self, encoder: PictureEncoder, video: VideoStream) -> None:
        """Learn that an encoder made nothing of such a picture."""
        logger.warning("%s made nothing of %s; for a while it is not tried", encoder.name, video.codec)
        with self._guard:
            self._refused[encoder, video.codec, video.bit_depth] = self._now()

    def keeps_up(self, video: VideoStream, rung: Rung) -> bool:
        """Return whether a picture is converted in the time it takes to watch it; what is unknown is tried."""
        with self._guard:
            slow_s = self._slow.get((speeds.codec_class(video), rung.quality), float("-inf"))
            if self._now() - slow_s < SLOW_S:
                return False
            return speeds.keeps_up(self._facts.costs, video, rung)

    def note_slow(self, video: VideoStream, rung: Rung) -> None:
        """Learn that a picture like this was converted more slowly than it is watched, the cheapest way."""
        with self._guard:
            self._slow[speeds.codec_class(video), rung.quality] = self._now()

    def report(self) -> tuple[EncoderReport, ...]:
        """Return what is known of each encoder, the chosen one first."""
        with self._guard:
            found, trouble = self._facts, self._trouble
        key = speeds.rung_key("h264", 1080, hdr=False)
        verdicts = {SOFTWARE: Verdict(found.software_cost, trouble), **found.verdicts}
        reports = [
            EncoderReport(
                encoder.name,
                encoder.device,
                encoder.decodes,
                not verdict.reason,
                encoder == found.chosen,
                verdict.reason,
                found.costs.get(key) if encoder == found.chosen and found.costs else verdict.cost,
            )
            for encoder, verdict in verdicts.items()
        ]
        return tuple(sorted(reports, key=lambda one: (not one.chosen, not one.works)))

    # In the background.

    def _find_out(self) -> None:
        self._turn.take()  # before others do, who would have days of work
        try:
            self._choose_and_measure()
        except FfmpegMissingError as error:
            self._say(str(error))
        finally:
            self._turn.leave()
            self.settled.set()  # whatever happened: nobody waits for ever

    def _choose_and_measure(self) -> None:
        """Choose an encoder, then measure what it costs.

        Raises:
            FfmpegMissingError: ffmpeg cannot be started.
        """
        trouble = Trials(self._ffmpeg, self._stopped).starts()
        if trouble:
            self._say(trouble)
            return
        mark = fingerprint(self._ffmpeg, self._candidates)
        known = recall(self._memory, mark) if self._memory else None
        if known is None:
            known = self._try_encoders()
            if self._stopped.is_set():
                return
            if not any(verdict.reason == TOO_LONG for verdict in known.verdicts.values()):
                self._keep(known, mark)
        self._take(known)
        self.settled.set()
        if not known.costs:
            costs = Measuring(self._ffmpeg, self._turn, self._is_calm, self._stopped).costs(known.chosen)
            if costs is not None:
                known = known.with_costs(costs)
                self._take(known)
                self._keep(known, mark)

    def _say(self, trouble: str) -> None:
        """Tell the owner why nothing can be converted; screens that play a film as it is need no ffmpeg."""
        if self._stopped.is_set():
            return
        logger.error(
            "films cannot be converted: %s; they play where a screen takes them as they are", trouble
        )
        with self._guard:
            self._trouble = trouble

    def _take(self, facts: MachineFacts) -> None:
        with self._guard:
            self._facts = facts

    def _keep(self, facts: MachineFacts, mark: str) -> None:
        if self._memory is not None:
            remember(self._memory, mark, facts)

    def _try_encoders(self) -> MachineFacts:
        """Have each device encode a little, then convert clips as films are, and choose."""
        if not self._candidates:
            return MachineFacts()
        trials = Trials(self._ffmpeg, self._stopped)
        verdicts: dict[PictureEncoder, Verdict] = {}
        for encoder in self._candidates:
            answer = trials.answers(encoder)
            if answer.reason:
                verdicts[encoder] = answer
                continue
            for reading in (False, True):
                variant = PictureEncoder(encoder.kind, encoder.device, reading)
                verdicts[variant] = trials.converts(variant, "h264", RUNGS[0])
        software = trials.converts(SOFTWARE, "h264", RUNGS[0]).cost
        chosen = _best(verdicts, software)
        logger.info("films are converted by %s", chosen.name)
        return MachineFacts(chosen, verdicts, software)


def _best(verdicts: dict[PictureEncoder, Verdict], software: float | None) -> PictureEncoder:
    """Return the fastest device that works, unless the processor alone is faster than it and it is slow."""
    working = {
        encoder: one.cost for encoder, one in verdicts.items() if one.cost is not None and not one.reason
    }
    if not working:
        return SOFTWARE
    best = min(working, key=lambda encoder: working[encoder])
    if software is not None and working[best] > max(software, _GOOD_ENOUGH):
        return SOFTWARE
    return best
