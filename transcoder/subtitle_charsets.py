"""Which character set a subtitle file is written in: nothing says so, so it is guessed from its bytes. Pure."""

import codecs
import re

import charset_normalizer

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What households' files are written in. GB 18030 reads GBK, and cp932 Shift JIS, with what Windows added to it.
_CYRILLIC, _LATIN_2, _CHINESE, _JAPANESE = (
    ("cp1251", "koi8_r"),
    ("cp1250",),
    ("gb18030", "big5"),
    ("cp932", "euc_jp"),
)
_LIKELY = (
    *("cp1252", *_CYRILLIC, *_LATIN_2, *_CHINESE, "cp949", *_JAPANESE),
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
)
_BY_LANGUAGE = {
    **dict.fromkeys(("rus", "ukr", "bul", "srp", "mac", "bel"), _CYRILLIC),
    **dict.fromkeys(("pol", "cze", "slo", "slv", "hun", "rum", "hrv", "bos", "alb"), _LATIN_2),
    **dict.fromkeys(("lit", "lav", "est"), ("cp1257",)),
    **dict.fromkeys(
        ("eng", "fre", "ger", "spa", "ita", "por", "dut", "swe", "nor", "dan", "fin", "ice"), ("cp1252",)
    ),
    "gre": ("cp1253",),
    "tur": ("cp1254",),
    "heb": ("cp1255",),
    **dict.fromkeys(("ara", "per"), ("cp1256",)),
    "tha": ("cp874",),
    "vie": ("cp1258",),
    "chi": _CHINESE,
    "jpn": _JAPANESE,
    "kor": ("cp949",),
}
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
_TURKISH = frozenset("ýþð")  # as they come out of cp1252
_WESTERN = frozenset("àâäáãåæçèéêëíîïñòóôöõøùúûüÿßœ")
_SAMPLE_SIZE = 256 * 1024
_HIRAGANA = re.compile("[\N{HIRAGANA LETTER SMALL A}-\N{HIRAGANA LETTER SMALL KE}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_JAPANESE_SHARE = 0.2  # of hiragana among what is not ASCII; other languages' bytes give next to none


def decoded(data: bytes, language: str | None = None) -> str:
    """Return the text of a subtitle file.

    Args:
        data: The file.
        language: ISO 639-2 code that the file's name suggests; it weighs more than statistics.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data.decode(charset, "replace")
    if (wide := _without_mark(data)) is not None:
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_guess(data[:_SAMPLE_SIZE], language), "replace")


def _without_mark(data: bytes) -> str | None:
    """Return which UTF-16 this is; the digits of times have a zero byte each."""
    even, odd = data[0:2048:2].count(0), data[1:2048:2].count(0)
    if max(even, odd) * 8 < min(len(data), 2048):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _guess(sample: bytes, language: str | None) -> str:
    hinted = [name for name in _BY_LANGUAGE.get(language or "", ()) if _reads(sample, name)]
    if len(hinted) == 1:
        return hinted[0]
    for name in _JAPANESE:
        if (not hinted or name in hinted) and _is_japanese(sample.decode(name, "replace")):
            return name
    best = charset_normalizer.from_bytes(sample, cp_isolation=hinted or list(_LIKELY)).best()
    found = best.encoding if best is not None else (hinted or ["cp1252"])[0]
    if found in _CYRILLIC:
        # Each reads as the other with capitals and small letters exchanged: small ones are more in any text.
        return max(_CYRILLIC, key=lambda name: sum(map(str.islower, sample.decode(name, "replace"))))
    return _latin(sample, found) if found in _LATIN and not hinted else found


def _latin(sample: bytes, found: str) -> str:
    """Return which of the Latin sets it is: they share most letters, and statistics are not sure of the others."""
    letters = {letter.lower() for letter in _NOT_ASCII.findall(sample.decode("cp1252", "replace"))}
    if letters & _TURKISH and letters & {"ç", "ü"}:  # Icelandic has the same bytes, and neither of these
        return "cp1254"
    if _is_western(letters):
        return "cp1252"
    return "cp1250" if found == "cp1252" and not letters & _TURKISH else found


def _reads(sample: bytes, charset: str) -> bool:
    text = sample.decode(charset, "replace")
    # The sample may end in the middle of a character.
    return text.count("\N{REPLACEMENT CHARACTER}") <= (len(sample) == _SAMPLE_SIZE)


def _is_japanese(text: str) -> bool:
    foreign = len(_NOT_ASCII.findall(text))
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    return (
        foreign > 0 and broken * 50 <= foreign and len(_HIRAGANA.findall(text)) >= foreign * _JAPANESE_SHARE
    )


def _is_western(letters: set[str]) -> bool:
    """Return whether every accented letter is one of western languages; others' come out with signs between them."""
    # Hungarian's long vowels come out as these two, Portuguese has the other nasal too.
    if "õ" in letters and "ã" not in letters:
        return False
    return all(letter in _WESTERN or not letter.isalnum() for letter in letters)
