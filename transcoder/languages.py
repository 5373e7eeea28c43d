"""Languages as HLS names them: RFC 5646 tags and what their speakers call them."""

import re

# ISO 639-2 codes (bibliographic and terminological), the tag, the name.
_LANGUAGES = {
    code: (tag, name)
    for codes, tag, name in (
        ("alb sqi", "sq", "Shqip"), ("ara", "ar", "العربية"), ("bel", "be", "Беларуская"), ("bos", "bs", "Bosanski"),
        ("bul", "bg", "Български"), ("cat", "ca", "Català"), ("chi zho", "zh", "中文"),
        ("cze ces", "cs", "Čeština"), ("dan", "da", "Dansk"), ("dut nld", "nl", "Nederlands"),
        ("eng", "en", "English"), ("est", "et", "Eesti"), ("fin", "fi", "Suomi"), ("fre fra", "fr", "Français"),
        ("ger deu", "de", "Deutsch"), ("gre ell", "el", "Ελληνικά"), ("heb", "he", "עברית"), ("hin", "hi", "हिन्दी"),
        ("hrv", "hr", "Hrvatski"), ("hun", "hu", "Magyar"), ("ice isl", "is", "Íslenska"),
        ("ind", "id", "Bahasa Indonesia"), ("ita", "it", "Italiano"), ("jpn", "ja", "日本語"),
        ("kor", "ko", "한국어"), ("lav", "lv", "Latviešu"), ("lit", "lt", "Lietuvių"),
        ("mac mkd", "mk", "Македонски"), ("may msa", "ms", "Bahasa Melayu"),
        ("nor", "no", "Norsk"), ("nob", "nb", "Norsk"),
        ("per fas", "fa", "فارسی"), ("pol", "pl", "Polski"), ("por", "pt", "Português"), ("rum ron", "ro", "Română"),
        ("rus", "ru", "Русский"), ("slo slk", "sk", "Slovenčina"), ("slv", "sl", "Slovenščina"),
        ("spa", "es", "Español"), ("srp", "sr", "Српски"), ("swe", "sv", "Svenska"), ("tha", "th", "ไทย"),
        ("tur", "tr", "Türkçe"), ("ukr", "uk", "Українська"), ("vie", "vi", "Tiếng Việt"),
    )
    for code in (*codes.split(), tag)
}  # fmt: skip
_NONE = frozenset({"und", "mis", "mul", "zxx"})  # ISO 639-2's words for "not known", "no such thing"
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}")


def language_tag(code: str | None) -> str | None:
    """Return the RFC 5646 tag of a language as files name it; None where that is no language.

    A language that has a tag of two letters must be called by it (RFC 5646, section 2.2.1).
    """
    plain = (code or "").strip().lower().replace("_", "-")
    base, dash, rest = plain.partition("-")
    if base in _NONE or not _TAG.fullmatch(plain):
        return None
    tag, _ = _LANGUAGES.get(base, (base, ""))
    return tag + dash + rest


def own_name(code: str | None) -> str | None:
    """Return what the speakers of a language call it; None where that is not known."""
    base = (language_tag(code) or "").partition("-")[0]
    return _LANGUAGES[base][1] if base in _LANGUAGES else None
