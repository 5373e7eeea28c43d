"""What is made of a track of text, and under which names it is kept. Pure."""

from dataclasses import replace

from transcoder import SubtitleText

WEBVTT, SCRIPT, DRAWN = "webvtt", "script", "drawable"

Texts = dict[tuple[int, str], bytes]  # by number of the track and form

_HEADER = b"WEBVTT\n"
_INCOMPLETE = b"\nNOTE A part of the film cannot be read: lines may be missing here.\n"


def forms_of(number: int, text: SubtitleText) -> Texts:
    """Return what is kept of a track."""
    return {(number, WEBVTT): text.webvtt, (number, SCRIPT): text.script}


def marked_incomplete(text: SubtitleText) -> SubtitleText:
    """Return text that says of itself, to whoever looks into it, that some may be missing."""
    return replace(text, webvtt=_HEADER + _INCOMPLETE + text.webvtt.removeprefix(_HEADER))
