"""SubRip cues whose line of times cannot be read. Pure.

libavformat takes such a cue for more text of the one before it: its number and what is left of its times would be
shown over the film. Nobody knows when its own text was to be.
"""

import re

# As libavformat reads it (libavformat/srtdec.c), which asks for milliseconds.
_TIMES = re.compile(r"\s*-?\d+:\s*\d+:\s*\d+[,.]\s*\d+\s*-->\s*-?\d+:\s*\d+:\s*\d+[,.]\s*\d+")
_ARROW = re.compile(r"-+\s?>|\u2192")
_CLOCK = re.compile(r"\d{1,2}\s*:\s*\d{1,2}")
_NUMBER = re.compile(r"\s*(\d+)\s*")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_OTHER_FORMATS = ("WEBVTT", "[Script Info]", "<")


def without_broken_cues(text: str) -> str:
    """Return the text of a subtitle file without those; what is no SubRip file stays as it is."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if plain.lstrip("\ufeff \n").startswith(_OTHER_FORMATS) or not any(map(_TIMES.match, plain.split("\n"))):
        return text
    kept: list[str] = []
    number, broken, any_broken = 0, False, False
    for block in _BLANK.split(plain.strip("\n")):
        lines = block.split("\n")
        own = _NUMBER.fullmatch(lines[0])
        if _begins(lines):
            broken = False
        elif _is_broken(lines, number):
            broken = any_broken = True
        # Else it is more of the same cue's text, behind an empty line.
        if own and (broken or _begins(lines)):
            number = int(own[1])
        if not broken:
            kept.append(block)
    return "\n\n".join(kept) + "\n" if any_broken else text


def _begins(lines: list[str]) -> bool:
    """Return whether a cue begins here: with its number or without."""
    return any(_TIMES.match(line) for line in lines[:2])


def _is_broken(lines: list[str], number: int) -> bool:
    """Return whether this was to be a cue; `number` is that of the cue before."""
    own = _NUMBER.fullmatch(lines[0])
    times = lines[1] if own and len(lines) > 1 else lines[0]
    if _ARROW.search(times) and (own or _CLOCK.search(times)):
        return True
    return own is not None and len(lines) > 1 and (bool(_CLOCK.match(times)) or int(own[1]) == number + 1)
