"""Names made comparable: for search, and for the order in which people expect them. Pure."""

import re
import unicodedata

# Letters that people type without their stroke and that Unicode does not take apart.
_STROKES = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ŧ": "t",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
    }
)
_DIGITS = re.compile(r"[0-9]+")
_LONGEST_KEY = 256


def fold(text: str) -> str:
    """Return `text` without case, accents and width: "Été À L'ŒUVRE" gives "ete a l'oeuvre"."""
    # Taking apart comes first and last: it may bring capitals to light, and folding may compose letters.
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.translate(_STROKES)


def natural_key(name: str) -> str:
    """Return a key whose code-point order is the natural order of `name`: file2 before File10.

    A run of digits is written with its length in front, so that a shorter number comes first. Long
    keys are cut; the caller breaks ties (by id).
    """
    return _DIGITS.sub(_number_key, fold(name))[:_LONGEST_KEY]


def list_key(name_key: str, *, is_folder: bool) -> str:
    """Return what the items of a folder are listed by: folders first, then by their `natural_key`."""
    return ("0" if is_folder else "1") + name_key


def _number_key(match: re.Match[str]) -> str:
    number = match.group().lstrip("0")
    return f"{min(len(number), 999):03d}{number}"
