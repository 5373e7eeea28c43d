"""The chapters of a film, as its container tells them, put in order. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from transcoder.media_info import Chapter

MOST_CHAPTERS = 500
LONGEST_TITLE = 200  # characters
_SAME_S = 0.1  # chapters that begin together: one is of another edition of the film


def chapters_of(told: Iterable[Mapping[str, Any]], start_s: float, duration_s: float) -> tuple[Chapter, ...]:
    """Return the chapters, ascending, each with a beginning of its own inside the film.

    Args:
        told: As PyAV gives them: `start` in units of `time_base`, absolute, and `metadata`.
        start_s: First timestamp of the file.
        duration_s: How long it plays; 0 when nobody knows.
    """
    chapters: list[Chapter] = []
    for one in sorted(told, key=_absolute_s):
        at_s = max(0.0, round(_absolute_s(one) - start_s, 3))
        if chapters and at_s - chapters[-1].start_s < _SAME_S:
            continue
        if duration_s and at_s >= duration_s:
            break
        title = " ".join(str(one["metadata"].get("title", "")).split())
        chapters.append(Chapter(start_s=at_s, title=title[:LONGEST_TITLE] or None))
    return tuple(chapters[:MOST_CHAPTERS])


def _absolute_s(told: Mapping[str, Any]) -> float:
    return float(told["start"] * told["time_base"])
