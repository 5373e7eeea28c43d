"""Where in a file a program begins to read, to have picture and sound from a moment on. Times are the file's own.

What is said here is done in `transcoder.command`, and relied on where a film goes on behind damage.
"""

from bisect import bisect_right

from transcoder.decision import max_gop_s
from transcoder.media_info import MediaInfo, VideoStream

GUARD_S = 0.002  # boundaries are met from a little before: time bases round
SOUND_EARLY_S = 3.0  # where it is passed on, or a seek may land behind the moment
EXACT_SOUND_EARLY_S = 0.25
SEARCH_S = 6.0
_INDEXED = frozenset({"mov", "matroska"})


def is_indexed(info: MediaInfo) -> bool:
    """Return whether a seek leads to the keyframe before a moment exactly; elsewhere it is searched for."""
    return info.format_name in _INDEXED and bool(info.keyframes_s)


def keyframe_before(info: MediaInfo, time_s: float) -> int:
    """Return which of the keyframes, which are known, is the last one at or before a moment; else the first."""
    return max(bisect_right(info.keyframes_s, time_s + GUARD_S) - 1, 0)


def search_s(info: MediaInfo, picture: VideoStream) -> float:
    """Return how long before a moment reading begins where a keyframe has to be searched for."""
    return max(SEARCH_S, max_gop_s(info, picture) + 1) if info.keyframes_s else SEARCH_S
