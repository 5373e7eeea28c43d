"""Pictures that stay on the screen: shown again now and then, so that every segment has one to begin with.

A screen recording or a slide show has one picture for minutes. Between two of them nothing comes out of the decoder,
so there would be nothing to make a keyframe of where a segment begins; and a run that starts in between would wait
for the next one.
"""

import ffmpeg
from ffmpeg.nodes import FilterableStream, FilterNode
from ffmpeg.nodes import Node as GraphNode

from transcoder.command.encoders import VIDEO_TIME_SCALE
from transcoder.command.job import EncodeJob, Node
from transcoder.seeks import GUARD_S
from transcoder.segments import HOLD_S, is_outlasted

# A picture that follows the boundary so soon does as well: films of ten pictures a second or more stay as they are.
_SOON_S = 0.12
# Twice the encoder's: the film's pictures have even times, repeated ones odd times.
_SCALE = 2 * VIDEO_TIME_SCALE
_LONG_AGO = -1_000_000_000_000_000
_SPARE_TICKS = 120  # where the picture ends the film, and may do so later than is known
_CLOCK_SIZE = 16  # pixels of a picture that nobody sees


class _Source(FilterNode):  # type: ignore[misc]
    """A filter that makes pictures of nothing, which `ffmpeg.filter` does not know."""

    def __init__(self, name: str, **options: str) -> None:
        GraphNode.__init__(
            self,
            stream_spec=None,
            name=name,
            incoming_stream_types={FilterableStream},
            outgoing_stream_type=FilterableStream,
            min_inputs=0,
            max_inputs=0,
            kwargs=options,
        )


def held(job: EncodeJob, stream: Node) -> Node:
    """Return the pictures, with those that stay repeated at every multiple of `HOLD_S` of playing time.

    A clock runs beside them, late by as long as the next picture is waited for. What was shown when it ticks is let
    through if that is older, and gets the time at which the clock would have been right.
    """
    stream = _in_units(stream)
    clock = _clock(job)
    if is_outlasted(job.info):
        # Goes on as long as one of the two does, at the price of copying every picture.
        stream = ffmpeg.filter([stream, clock], "xstack", inputs=2, layout="0_0|w0_0")
        stream = stream.filter("crop", w=f"iw-{_CLOCK_SIZE}", h="ih", x=0, y=0, exact=1)
    else:  # ends when the picture does
        stream = ffmpeg.filter([stream, clock], "streamselect", inputs=2, map=0)
    stale = _units(_SOON_S + GUARD_S)
    stream = stream.filter("select", f"not(mod(pts,2))+gte(pts-prev_selected_pts,{stale})")
    return stream.filter("setpts", f"if(mod(PTS,2),PTS-{_units(_SOON_S) + 1},PTS)")


def _clock(job: EncodeJob) -> Node:
    """Return pictures without contents at the times of the clock, the first long before the film's first.

    Only what comes when both have begun is let through.
    """
    begins_s = 0.0 if job.stretch is None else job.stretch.at_s
    start_s = job.plan.start_s(job.first)
    first_s = begins_s + (start_s - begins_s + GUARD_S) // HOLD_S * HOLD_S
    shift = _units(first_s - HOLD_S + job.info.start_s + _SOON_S) + 1
    ticks = 1 - int(-(job.plan.boundaries_s[-1] - first_s) // HOLD_S)
    # Without an end ffmpeg would wait for ever, and busily, for pictures without times, though nobody reads it
    # any more.
    spare = 0 if is_outlasted(job.info) else _SPARE_TICKS
    source = _Source(
        "nullsrc",
        size=f"{_CLOCK_SIZE}x{_CLOCK_SIZE}",
        rate=f"{1 / HOLD_S:g}",
        duration=f"{(ticks + spare) * HOLD_S:g}",
    ).stream()
    return _in_units(source).filter("setpts", f"if(N,PTS+{shift},{_LONG_AGO})")


def _in_units(stream: Node) -> Node:
    return stream.filter("settb", f"1/{VIDEO_TIME_SCALE}").filter("settb", f"1/{_SCALE}")


def _units(time_s: float) -> int:
    return 2 * round(time_s * VIDEO_TIME_SCALE)
