"""The sizes of a converted picture that are worth offering: never above the source, each a rung that people know."""

from collections.abc import Sequence
from dataclasses import dataclass

from transcoder.media_info import VideoStream
from transcoder.output import output_size
from transcoder.profiles import ScreenProfile

_BOXES = ((1920, 1080), (1280, 720), (854, 480))


@dataclass(frozen=True, slots=True)
class Rung:
    """One size: `quality` is what people call it, the picture lies within the other two."""

    quality: int
    max_width: int
    max_height: int


def rungs_of(video: VideoStream, profile: ScreenProfile) -> tuple[Rung, ...]:
    """Return the rungs for a picture on a screen, the best first; at least one.

    Of rungs that come out at the same size, because the source is smaller, the lowest stands for all.
    """
    rungs: dict[tuple[int, int], Rung] = {}
    for width, height in _BOXES:
        box = (min(width, profile.max_width), min(height, profile.max_height))
        rungs[output_size(video, *box)] = Rung(height, *box)
    return tuple(rungs.values())


def rung_at(rungs: Sequence[Rung], quality: int) -> Rung:
    """Return the best of `rungs` (the best first) that is not above `quality`, or else the lowest."""
    return next((rung for rung in rungs if rung.quality <= quality), rungs[-1])


def exceeds(video: VideoStream, quality: int) -> bool:
    """Return whether a picture, lying or upright, is larger than the rung called `quality`."""
    long, short = next((box for box in _BOXES if box[1] <= quality), _BOXES[-1])
    sides = sorted((video.upright_width, video.upright_height))
    return sides[0] > short or sides[1] > long
