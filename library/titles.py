"""A readable title from a file name. Pure."""

import re

# 1 to 5 letters or digits after the last dot, at least one of them a letter: "Film 2.0" keeps its ".0".
_EXTENSION = re.compile(r"(?<=[^.])\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$")
_CAMERA = re.compile(r"^[A-Z]{2,5}_?[0-9]{3,}", re.ASCII)
_SEPARATORS = re.compile(r"[_\s]+")
_DOTS_FOR_SPACES = re.compile(r"(?<=[^.])\.(?=[^.])")


def title_of(name: str) -> str:
    """Return the title a person would read for the file `name`.

    The extension goes, underscores become spaces, and so do dots where the name has no spaces at all
    ("The.Third.Man.1949.mkv"). A camera's name (`IMG_1034.heic`) stays as the camera wrote it.
    """
    stem = _EXTENSION.sub("", name) or name
    if _CAMERA.match(stem):
        return stem
    spaced = _SEPARATORS.sub(" ", stem)
    if " " not in stem.strip():
        spaced = _DOTS_FOR_SPACES.sub(" ", spaced)
    return _SEPARATORS.sub(" ", spaced).strip() or name
