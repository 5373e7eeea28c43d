"""Where a film can be gone on with, behind a part of it that cannot be read."""

from transcoder.decision import chosen_video
from transcoder.media_info import MediaInfo
from transcoder.seeks import SEARCH_S, SOUND_EARLY_S, is_indexed, keyframe_before, search_s
from transcoder.segments import SegmentPlan

_LANDS_EARLY_S = 1.0  # a seek without an index, before where it should


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
        return time_s - SOUND_EARLY_S
    if is_indexed(info):
        # Matroska's index knows pictures only: sound is read from the keyframe before it.
        early_s = SOUND_EARLY_S if info.format_name == "matroska" else 0.0
        keyframe_s = _keyframe_before_s(info, time_s - early_s)
        return min(keyframe_s, time_s - SOUND_EARLY_S) if info.audio else _keyframe_before_s(info, time_s)
    return time_s - max(SEARCH_S + _LANDS_EARLY_S, search_s(info, picture))


def _keyframe_before_s(info: MediaInfo, time_s: float) -> float:
    return info.keyframes_s[keyframe_before(info, time_s + info.start_s)] - info.start_s
