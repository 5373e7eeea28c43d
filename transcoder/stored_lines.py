"""Subtitles as a film's file stores them, found by its index."""

from dataclasses import dataclass


class NoIndexError(ValueError):
    """The file has no index that lists every subtitle; it has to be read whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One stored subtitle: its times in seconds of the file's clock, and its bytes for a decoder."""

    start_s: float
    duration_s: float
    payload: bytes
