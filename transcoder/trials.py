"""Encoders tried out on clips of our own: whether they do what is asked, and how long they take.

That ffmpeg lists an encoder, or that its device is there, proves nothing. The clips are test pictures, in memory.
"""

import signal
from dataclasses import dataclass
from pathlib import Path

from transcoder import fmp4
from transcoder.assembly import Fmp4Assembly
from transcoder.boxes import require
from transcoder.command import (
    STANDARD_INPUT,
    EncodeJob,
    PictureEncoder,
    clip_arguments,
    commands,
    reading_arguments,
    trial_arguments,
    version_arguments,
)
from transcoder.errors import BoxError
from transcoder.ladder import Rung
from transcoder.media_info import PQ, MediaInfo, VideoStream
from transcoder.process import Finished, Stop, run_to_end
from transcoder.segments import plan_segments
from transcoder.speeds import CLIP_FPS, CLIP_HEIGHT, CLIP_WIDTH

CLIP_S = 4
TRIAL_LIMIT_S = 15.0
CLIP_LIMIT_S = 60.0
TOO_LONG = "it took too long"  # which may be another's fault: not to be remembered
_HIGH_PROFILE = 100
_IDR = 5
_SLICE = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trial came to: `cost` is seconds per second of clip, None where it failed for `reason`."""

    cost: float | None = None
    reason: str = ""


class Trials:
    """Runs trials one after the other. Not safe for threads.

    Args:
        ffmpeg: The program.
        stopped: Ends a trial that is under way; its verdict means nothing then.

    Each raises `FfmpegMissingError` if the program cannot be started.
    """

    def __init__(self, ffmpeg: Path, stopped: Stop) -> None:
        self._ffmpeg = ffmpeg
        self._stopped = stopped
        self._clips: dict[str, bytes | None] = {}

    def starts(self) -> str:
        """Return why ffmpeg does not even say its version; nothing if it does, or is only slow today.

        Raises:
            FfmpegMissingError: It cannot be started.
        """
        finished = self._run(version_arguments(str(self._ffmpeg)))
        verdict = Verdict() if finished.status == 0 else _failed(finished)
        return "" if verdict.reason in ("", TOO_LONG) else f"ffmpeg does not work: {verdict.reason}"

    def answers(self, encoder: PictureEncoder) -> Verdict:
        """Return whether an encoder encodes anything at all."""
        finished = self._run(trial_arguments(str(self._ffmpeg), encoder))
        return Verdict(finished.took_s) if finished.status == 0 else _failed(finished)

    def reads(self, codec: str) -> Verdict:
        """Return how long a clip of `codec` takes to read ("h264" or "hevc10")."""
        clip = self._clip(codec)
        if clip is None:
            return Verdict(reason="no clip")
        finished = self._run(reading_arguments(str(self._ffmpeg)), clip)
        return Verdict(finished.took_s / CLIP_S) if finished.status == 0 else _failed(finished)

    def converts(self, encoder: PictureEncoder, codec: str, rung: Rung, *, hdr: bool = False) -> Verdict:
        """Return whether a clip is converted just as films are, and how long that takes."""
        clip = self._clip(codec)
        if clip is None:
            return Verdict(reason="no clip")
        job = _job(self._ffmpeg, encoder, codec, rung, hdr=hdr)
        ((_, argv),) = commands(job)
        finished = self._run(argv, clip)
        if finished.status != 0:
            return _failed(finished)
        complaint = _complaint(job, finished.output)
        return Verdict(reason=complaint) if complaint else Verdict(finished.took_s / CLIP_S)

    def _clip(self, codec: str) -> bytes | None:
        if codec not in self._clips:
            finished = self._run(clip_arguments(str(self._ffmpeg), codec, CLIP_S), limit_s=CLIP_LIMIT_S)
            self._clips[codec] = finished.output if finished.status == 0 else None
        return self._clips[codec]

    def _run(self, argv: list[str], given: bytes = b"", *, limit_s: float | None = None) -> Finished:
        timeout_s = TRIAL_LIMIT_S if limit_s is None else limit_s
        return run_to_end(argv, given, timeout_s=timeout_s, stopped=self._stopped)


def _failed(finished: Finished) -> Verdict:
    if finished.status == -signal.SIGKILL:
        return Verdict(reason=TOO_LONG)
    said = finished.last_lines[0] if finished.last_lines else f"ended with status {finished.status}"
    return Verdict(reason=said[:200])


def _job(ffmpeg: Path, encoder: PictureEncoder, codec: str, rung: Rung, *, hdr: bool) -> EncodeJob:
    deep = codec == "hevc10"
    picture = VideoStream(
        index=0,
        codec="hevc" if deep else "h264",
        pix_fmt="yuv420p10le" if deep else "yuv420p",
        bit_depth=10 if deep else 8,
        width=CLIP_WIDTH,
        height=CLIP_HEIGHT,
        fps=CLIP_FPS,
        color_transfer=PQ if hdr else None,
        end_s=CLIP_S,
    )
    info = MediaInfo(
        format_name="matroska",
        mime="video/x-matroska",
        duration_s=CLIP_S,
        video=(picture,),
        keyframes_s=tuple(float(second) for second in range(CLIP_S)),
    )
    return EncodeJob(
        ffmpeg=ffmpeg,
        url=STANDARD_INPUT,
        info=info,
        plan=plan_segments(info, "encode"),
        first=0,
        packaging="fmp4",
        video="encode",
        audio=None,
        audio_stream=None,
        max_width=rung.max_width,
        max_height=rung.max_height,
        encoder=encoder,
    )


class _Segments:
    """What an assembly makes of an encoder's output."""

    def __init__(self) -> None:
        self.init = b""
        self.made: dict[int, bytearray] = {}

    def set_init(self, init: bytes) -> None:
        self.init = init

    def append(self, index: int, data: bytes) -> None:
        self.made.setdefault(index, bytearray()).extend(data)

    def complete(self, _stop: int) -> None:
        pass


def _complaint(job: EncodeJob, output: bytes) -> str:
    """Return what is wrong with an encoder's output, or nothing."""
    segments = _Segments()
    assembly = Fmp4Assembly(job.plan, 0, {"video"}, segments)
    try:
        assembly.feed("video", output)
        assembly.finish("video")
        made = [bytes(segments.made.get(index, b"")) for index in range(job.plan.count)]
        if not all(made):
            return "segments are missing"
        if not all(_begins_anew(segment) for segment in made):
            return "a segment does not begin with a keyframe"
        if sum(_picture_count(segment) for segment in made) < CLIP_S * CLIP_FPS - 1:
            return "pictures are missing"
        configuration = segments.init[segments.init.index(b"avcC") + 4 :]
    except (BoxError, ValueError) as error:
        return f"the output cannot be read: {error}"
    return "" if configuration[1] == _HIGH_PROFILE else "it is not High profile"


def _begins_anew(segment: bytes) -> bool:
    """Return whether the first picture of a segment needs none before it (an IDR)."""
    at = require(segment, b"mdat").body
    while at + 5 <= len(segment):
        kind = segment[at + 4] & 0x1F
        if kind in (_IDR, _SLICE):
            return kind == _IDR
        at += 4 + int.from_bytes(segment[at : at + 4], "big")
    return False


def _picture_count(segment: bytes) -> int:
    reader = fmp4.BoxReader()
    return sum(
        len(fmp4.parse_fragment(box).durations) for kind, box in reader.feed(segment) if kind == b"moof"
    )
