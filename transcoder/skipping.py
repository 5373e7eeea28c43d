"""Where a film can be gone on with, behind a part of it that cannot be read."""

from bisect import bisect_right

from transcoder.decision import chosen_video, max_gop_s
from transcoder.media_info import MediaInfo
from transcoder.segments import SegmentPlan

_INDEXED = frozenset({"mov", "matroska"})  # a seek reads nothing before its keyframe
_SOUND_EARLY_S = 3.0  # sound that is passed on is read from so much earlier, see `command.sound`
_GUARD_S = 0.002
_SEARCH_S = 7.0  # elsewhere it begins so much earlier, see `command.inputs`


def playable_again_s(info: MediaInfo, plan: SegmentPlan, index: int) -> float | None:
    """Return the playing time of the first segment that is made without reading what segment `index` is made of.

    None when there is no such segment.
    """
    damaged_until_s = plan.stop_s(index)
    for later in range(index + 1, plan.count):
        if _read_from_s(info, plan.start_s(later)) >= damaged_until_s - 0.001:
            return plan.start_s(later)
    return None


def _read_from_s(info: MediaInfo, time_s: float) -> float:
    """Return the playing time from which on is read to show the picture at `time_s` and play its sound."""
    picture = chosen_video(info)
    if picture is None:
        return time_s - _SOUND_EARLY_S
    if info.format_name in _INDEXED and info.keyframes_s:
        # Matroska's index knows pictures only: sound is read from the keyframe before it.
        early_s = _SOUND_EARLY_S if info.format_name == "matroska" else 0.0
        keyframe_s = _keyframe_before_s(info, time_s - early_s)
        return min(keyframe_s, time_s - _SOUND_EARLY_S) if info.audio else _keyframe_before_s(info, time_s)
    return time_s - max(_SEARCH_S, max_gop_s(info, picture) + 1 if info.keyframes_s else 0.0)


def _keyframe_before_s(info: MediaInfo, time_s: float) -> float:
    before = bisect_right(info.keyframes_s, time_s + info.start_s + _GUARD_S) - 1
    return info.keyframes_s[max(before, 0)] - info.start_s
