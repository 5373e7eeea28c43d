"""Where a film is cut: keyframes and durations to segment boundaries, before any encoder starts."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, floor

from transcoder.decision import Treatment, chosen_video
from transcoder.media_info import MediaInfo

TARGET_S = 2.0  # short segments: a player that waits for a whole one shows its first picture sooner
MIN_S = 1.5
MAX_S = 3.0
SOUND_ONLY_S = 4.0
# A picture that stays is shown again so often: where there is no keyframe, cuts are multiples of it.
HOLD_S = 0.5
LONGEST_TAIL_S = 1.0  # behind the last picture: if it stays for longer it is shown again
SHORTEST_LAST_S = 0.5  # what remains below this belongs to the segment before
# Playing time 0 on the clock of segments: decoding times a little before it must not be negative.
EPOCH_S = 10.0
# Behind the end that was known, nothing is of the film: the last segment must not grow for ever.
BEYOND_S = 60.0
TOLERANCE_S = 0.004  # output times are compared with boundaries: twice the guard that encoders are given


@dataclass(frozen=True)
class SegmentPlan:
    """Boundaries in playing time (0 is the beginning), one more than there are segments."""

    boundaries_s: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.boundaries_s) < 2 or any(
            after <= before for before, after in pairwise(self.boundaries_s)
        ):
            raise ValueError("boundaries must ascend, and there must be two")

    @property
    def count(self) -> int:
        """How many segments there are."""
        return len(self.boundaries_s) - 1

    @cached_property
    def durations_s(self) -> tuple[float, ...]:
        """Duration of each segment in seconds."""
        return tuple(after - before for before, after in pairwise(self.boundaries_s))

    def start_s(self, index: int) -> float:
        """Return where segment `index` begins, in playing time."""
        return self.boundaries_s[index]

    def stop_s(self, index: int) -> float:
        """Return where segment `index` ends, in playing time."""
        return self.boundaries_s[index + 1]

    def index_at(self, time_s: float) -> int:
        """Return the segment that `time_s` falls into, -1 before the first, the last one after the end.

        Times a few milliseconds before a boundary count as behind it: time bases round. Long after the end it is the
        number of segments.
        """
        if time_s > self.boundaries_s[-1] + BEYOND_S:
            return self.count
        return min(bisect_right(self.boundaries_s, time_s + TOLERANCE_S), self.count) - 1


def plan_segments(info: MediaInfo, video: Treatment | None) -> SegmentPlan:
    """Return the plan of a file whose picture is copied, converted, or absent."""
    picture = chosen_video(info)
    end_s = max(info.duration_s, 0.1)
    if video is None or picture is None:
        return _closed(_grid(end_s, SOUND_ONLY_S), end_s, end_s)
    # The last segment must hold a picture: the container's word on the duration is not enough.
    video_end_s = end_s if picture.end_s is None else min(end_s, max(picture.end_s - info.start_s, 0.1))
    if video == "encode" and is_outlasted(info):
        video_end_s = end_s  # the last picture stays
    keyframes_s = [time - info.start_s for time in info.keyframes_s]
    if video == "copy":
        cuts = _at_keyframes(keyframes_s)
    elif info.stretches:
        cuts = _by_stretches([one.at_s for one in info.stretches], keyframes_s, video_end_s)
    elif keyframes_s:
        cuts = _near_keyframes(keyframes_s, video_end_s)
    else:
        cuts = _grid(video_end_s, TARGET_S)
    return _closed(cuts, video_end_s, end_s)


def is_outlasted(info: MediaInfo) -> bool:
    """Return whether the film goes on when its last picture has come: a slide, an album with its cover."""
    picture = chosen_video(info)
    if picture is None or info.stretches:
        return False
    if picture.end_s is None:  # one that comes so rarely stays for as long, the last one too
        return picture.fps is not None and picture.fps * LONGEST_TAIL_S < 1
    last_s = picture.end_s if picture.last_s is None else picture.last_s
    return info.start_s + info.duration_s - last_s > LONGEST_TAIL_S


def _at_keyframes(keyframes_s: list[float]) -> list[float]:
    cuts = [0.0]
    for keyframe_s in keyframes_s:
        if keyframe_s - cuts[-1] >= TARGET_S:
            cuts.append(keyframe_s)
    return cuts


def _near_keyframes(keyframes_s: list[float], end_s: float) -> list[float]:
    """Cut at keyframes where they are near enough: an encoder that starts there decodes nothing in vain.

    A longer stretch without keyframes is divided evenly.
    """
    cuts = [0.0]
    while cuts[-1] < end_s - MIN_S:
        last = cuts[-1]
        low, high = bisect_right(keyframes_s, last + MIN_S), bisect_right(keyframes_s, last + MAX_S)
        if low < high:
            cuts.append(min(keyframes_s[low:high], key=lambda time: abs(time - last - TARGET_S)))
        else:
            cuts += _between(last, keyframes_s[high] if high < len(keyframes_s) else end_s)
    return cuts


def _between(last_s: float, stop_s: float) -> list[float]:
    """Divide what lies between two places, where pictures that stay are shown again; `stop_s` is the last cut.

    One segment may become longer than others by `HOLD_S`.
    """
    cuts = []
    while stop_s - last_s > MAX_S:
        step_s = (stop_s - last_s) / ceil((stop_s - last_s) / MAX_S)
        low, high = ceil((last_s + MIN_S) / HOLD_S), floor((min(stop_s - MIN_S, last_s + MAX_S)) / HOLD_S)
        if low > high:
            break
        last_s = HOLD_S * min(max(round((last_s + step_s) / HOLD_S), low), high)
        cuts.append(last_s)
    return [*cuts, stop_s]


def _by_stretches(starts_s: list[float], keyframes_s: list[float], end_s: float) -> list[float]:
    """Cut where stretches begin, for a program reads one of them, and in each as if it were a film of its own."""
    cuts = []
    for start_s, stop_s in pairwise([*starts_s, end_s]):
        own = [time_s - start_s for time_s in keyframes_s if start_s <= time_s < stop_s]
        inside = _near_keyframes(own, stop_s - start_s)
        cuts += [start_s + cut for cut in inside if cut == 0.0 or cut <= stop_s - start_s - SHORTEST_LAST_S]
    return cuts


def _grid(end_s: float, step_s: float) -> list[float]:
    return [step_s * number for number in range(int(end_s / step_s) + 1)]


def _closed(cuts: list[float], video_end_s: float, end_s: float) -> SegmentPlan:
    """Return a plan of those cuts that leave a picture for the last segment, and the end of it all."""
    kept = [round(cut, 6) for cut in cuts if cut == 0.0 or cut <= video_end_s - SHORTEST_LAST_S]
    return SegmentPlan((*kept, round(max(end_s, kept[-1] + 0.1), 6)))
