"""What the name of a subtitle file says: which film it belongs to, its language, whether it is forced. Pure.

`Film.mkv` has `Film.srt`, `Film.en.srt`, `Film.eng.forced.ass`, `Film.German.sdh.vtt`; in a folder of subtitles that
lies beside the only film there, also `2_English.srt`.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from library.folding import fold

# Extension to libavcodec's name of what is in it.
CODECS = {
    "srt": "subrip",
    "ass": "ass",
    "ssa": "ass",
    "vtt": "webvtt",
    "sub": "microdvd",
    "smi": "sami",
    "mpl": "mpl2",
    "idx": "dvd_subtitle",
}
COUNTS_PICTURES = frozenset({"microdvd"})  # where the others have times
FOLDERS = frozenset({"sub", "subs", "subtitle", "subtitles", "untertitel", "sous-titres", "subtitulos"})

# ISO 639-2 (bibliographic, as Matroska writes it), then 639-1, other codes and names, in lower case.
_LANGUAGES = {
    code: words.split()
    for code, words in {
        "alb": "sq sqi albanian", "ara": "ar arabic", "bel": "be belarusian", "bos": "bs bosnian",
        "bul": "bg bulgarian", "cat": "ca catalan", "chi": "zh zho chs cht chinese mandarin cantonese",
        "cze": "cs ces czech cesky", "dan": "da danish dansk", "dut": "nl nld dutch nederlands flemish",
        "eng": "en english", "est": "et estonian", "fin": "fi finnish suomi",
        "fre": "fr fra french francais vff vfq", "ger": "de deu german deutsch", "gre": "el ell greek",
        "heb": "he hebrew", "hin": "hi hindi", "hrv": "hr croatian hrvatski", "hun": "hu hungarian magyar",
        "ice": "is isl icelandic", "ind": "id indonesian", "ita": "it italian italiano", "jpn": "ja japanese",
        "kor": "ko korean", "lav": "lv latvian", "lit": "lt lithuanian", "mac": "mk mkd macedonian",
        "may": "ms msa malay", "nor": "no nob nb nn norwegian norsk", "per": "fa fas persian farsi",
        "pol": "pl polish polski", "por": "pt portuguese portugues brazilian", "rum": "ro ron romanian",
        "rus": "ru russian", "slo": "sk slk slovak", "slv": "sl slovenian",
        "spa": "es spanish espanol castellano latino",
        "srp": "sr serbian", "swe": "sv swedish svenska", "tha": "th thai", "tur": "tr turkish",
        "ukr": "uk ukrainian", "vie": "vi vietnamese",
    }.items()
}  # fmt: skip
_CODE_OF = {word: code for code, words in _LANGUAGES.items() for word in (code, *words)}
_FORCED = frozenset({"forced", "foreign"})
_FOR_DEAF = {"sdh": "SDH", "cc": "CC", "hi": "SDH"}
_DEFAULT = "default"
_SEPARATORS = re.compile(r"[\s._\-()\[\]]+")


@dataclass(frozen=True, slots=True)
class SubtitleName:
    """What a name says: `language` is an ISO 639-2 code, `title` whatever else it says."""

    codec: str
    language: str | None = None
    title: str | None = None
    forced: bool = False
    default: bool = False


def belongs(name: str, film: str) -> str | None:
    """Return what `name` says beyond the name of the film it lies beside; None if it is another film's."""
    if _extension(name) not in CODECS:
        return None
    stem, own = PurePosixPath(name).stem, fold(PurePosixPath(film).stem)
    if not fold(stem).startswith(own):  # most names: a text is folded character by character
        return None
    # Folding may change lengths: where the film's name ends is found by trying.
    ends = [end for end in range(len(stem) + 1) if fold(stem[:end]) == own]
    if not ends:
        return None
    rest = stem[ends[-1] :]
    return rest if not rest or _SEPARATORS.match(rest) else None


def describe(name: str, rest: str) -> SubtitleName:
    """Return what a subtitle file called `name` is, whose name says `rest` beyond its film's."""
    language, forced, default = None, False, False
    told: list[str] = []
    for word in reversed([word for word in _SEPARATORS.split(rest) if word]):
        plain = fold(word)
        if plain in _FORCED:
            forced = True
        elif plain == _DEFAULT:
            default = True
        elif plain in _FOR_DEAF and not (plain == "hi" and _names_no_language(rest)):
            told.append(_FOR_DEAF[plain])
        elif language is None and plain in _CODE_OF:
            language = _CODE_OF[plain]
        elif not word.isdigit():
            told.append(word)
    return SubtitleName(CODECS[_extension(name)], language, " ".join(reversed(told)) or None, forced, default)


def language_named(word: str) -> str | None:
    """Return the ISO 639-2 code of a language by any of its codes, or by its English name."""
    return _CODE_OF.get(fold(word))


def _names_no_language(rest: str) -> bool:
    """Return whether no other word is a language: then "hi" is Hindi, else it is for the hard of hearing."""
    words = {fold(word) for word in _SEPARATORS.split(rest)} - {"hi"}
    return not any(word in _CODE_OF for word in words)


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.removeprefix(".").lower()
