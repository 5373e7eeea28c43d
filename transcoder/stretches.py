"""Recordings whose clock jumps, played as what they are: one stretch after the other."""

from bisect import bisect_right
from dataclasses import replace

from transcoder.media_info import MediaInfo, Stretch
from transcoder.segments import SegmentPlan


def stretch_at(info: MediaInfo, time_s: float) -> Stretch | None:
    """Return the stretch that is played at `time_s`, or None where one clock runs through the file."""
    if not info.stretches:
        return None
    number = bisect_right([one.at_s for one in info.stretches], time_s + 1e-6) - 1
    return info.stretches[max(number, 0)]


def on_own_clock(info: MediaInfo, stretch: Stretch | None) -> MediaInfo:
    """Return what is known of the file with absolute times on the clock of one stretch.

    Playing times stay: `start_s` is what the stretch's clock would have shown at the beginning of the film.
    """
    if stretch is None:
        return info
    start_s = stretch.start_s - stretch.at_s
    shift_s = start_s - info.start_s
    following = (one.at_s for one in info.stretches if one.at_s > stretch.at_s)
    stop_s = start_s + next(following, info.duration_s)
    keyframes_s = (time_s + shift_s for time_s in info.keyframes_s)
    video = info.video and (replace(info.video[0], start_s=stretch.start_s, end_s=stop_s), *info.video[1:])
    return replace(
        info,
        start_s=start_s,
        video=video,
        keyframes_s=tuple(time_s for time_s in keyframes_s if stretch.start_s <= time_s < stop_s),
    )


def stop_of_run(info: MediaInfo, plan: SegmentPlan, index: int) -> int:
    """Return the segment before which a run that starts at segment `index` must end: a program reads one stretch."""
    start_s = plan.start_s(index)
    following = (one.at_s for one in info.stretches if one.at_s > start_s + 1e-6)
    stop_s = next(following, None)
    return plan.count if stop_s is None else plan.index_at(stop_s)
