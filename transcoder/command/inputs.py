"""The source, and where in it a program begins to read."""

from bisect import bisect_right

import ffmpeg

from transcoder.command.encoders import STANDARD_INPUT, reading_options
from transcoder.command.job import EncodeJob, Node, Options
from transcoder.seeks import is_indexed, keyframe_before, search_s


def open_input(job: EncodeJob, *, seek_s: float | None, options: Options | None = None) -> Node:
    """Return the source, read from `seek_s` on (seconds behind `origin_s`) or from its beginning."""
    extra: Options = {"f": job.info.format_name}
    if job.url == STANDARD_INPUT:
        extra["protocol_whitelist"] = "pipe"
    else:
        extra |= loopback_options()
        if job.stretch is not None:
            extra["protocol_whitelist"] = "subfile,http,tcp"
    if seek_s is not None and seek_s > 0:
        extra["ss"] = f"{seek_s:.6f}"
    return ffmpeg.input(_address(job), **extra, **(options or {}))


def loopback_options() -> Options:
    """Return how an address that was lent is read."""
    # libavformat 62 seeks on a connection that it asked the server to close, and takes the end for the file's.
    return {"protocol_whitelist": "http,tcp", "multiple_requests": 1}


def _address(job: EncodeJob) -> str:
    """Return where to read: the file, or its one stretch as if it were a file."""
    if job.stretch is None:
        return job.url
    return f"subfile,,start,{job.stretch.start},end,{job.stretch.stop},,:{job.url}"


def picture_input(job: EncodeJob) -> Node:
    """Return the source, standing so that the first picture wanted is decoded as soon as possible."""
    reading = reading_options(job.encoder) if job.video == "encode" else {}
    if job.first == 0:
        return open_input(job, seek_s=None, options=reading)
    if is_indexed(job.info):
        seek_s = _planned_seek_s(job)
    else:
        shown_s = job.start_s if job.picture.end_s is None else min(job.start_s, job.picture.end_s)
        seek_s = shown_s - search_s(job.info, job.picture)
    return open_input(job, seek_s=seek_s - job.origin_s, options={"noaccurate_seek": None, **reading})


def _planned_seek_s(job: EncodeJob) -> float:
    """Return where to seek to land on the keyframe before the start and not on the one before that.

    libavformat aims up to 0.13 s earlier where pictures are reordered, so this aims behind the keyframe. Where
    keyframes are close together an earlier one does as well, and is safer.
    """
    times = job.info.keyframes_s
    at = keyframe_before(job.info, job.start_s)
    if job.video == "encode" and at and at + 1 < len(times) and times[at + 1] - times[at] < 0.5:
        at = max(bisect_right(times, job.start_s - 0.5) - 1, 0)
    following = times[at + 1] if at + 1 < len(times) else times[at] + 1.0
    return min(times[at] + 0.15, (times[at] + following) / 2)
