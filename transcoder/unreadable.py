"""Why a file that is called a video cannot be read as one, by its first bytes and its boxes.

The signatures are those of the formats' own specifications; who was given a file wants to know what it is instead.
"""

import codecs
from typing import Literal, get_args

from transcoder.boxes import find_top_level
from transcoder.errors import BoxError
from transcoder.http_range import RangeReader, Ranges

Cause = Literal[
    "empty",
    "blank",  # nothing but zeros where it begins
    "unfinished",  # an mp4 file without the box that describes it
    "playlist",
    "page",  # of the web: what a download brings that was refused
    "text",
    "picture",
    "document",
    "archive",
]
CAUSES: frozenset[str] = frozenset(get_args(Cause))

_HEAD_SIZE = 4096
_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"moof", b"pnot"})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"})
_SIGNATURES: tuple[tuple[bytes, Cause], ...] = (
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"GIF8", "picture"),
    (b"%PDF-", "document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),
)
_PLAYLISTS = ("#extm3u", "ffconcat ", "[playlist]", "<asx")
_PAGES = ("<!doctype html", "<html")
_DASH = "<mpd"
_TEXT_CONTROLS = frozenset(b"\t\n\f\r\x1b")
_LEAST_ASCII = 0.8  # of a text that is not UTF-8: names in an old character set are a small part of it


def read_cause(url: str) -> Cause | None:
    """Return why the file behind a loopback `url` is no video, None where it does not show."""
    try:
        with RangeReader(url) as reader:
            return cause_of(reader)
    except (ValueError, OSError):  # not an address that is read, or nothing is known
        return None


def cause_of(ranges: Ranges) -> Cause | None:
    """Return why a file is no video, None where it does not show.

    Raises:
        OSError: It cannot be read.
    """
    head = ranges.read(0, _HEAD_SIZE)
    if not head:
        return "empty"
    if not head.strip(b"\0"):
        return "blank"
    for signature, cause in _SIGNATURES:
        if head.startswith(signature):
            return cause
    if head[4:8] in _MP4_BOXES:
        if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
            return "picture"
        return None if _has_index(ranges) else "unfinished"
    return _text_cause(head)


def _has_index(ranges: Ranges) -> bool:
    """Return whether the box that describes an mp4 file is there, to its end."""
    try:
        moov = find_top_level(ranges, b"moov")
    except BoxError:
        return False
    if moov is None or moov.size is None:
        return moov is not None
    return len(ranges.read(moov.start + moov.size - 1, 1)) == 1


def _text_cause(head: bytes) -> Cause | None:
    text = _as_text(head)
    if text is None:
        return None
    beginning = text.lstrip("\ufeff \t\r\n").lower()
    if beginning.startswith(_PLAYLISTS) or _DASH in beginning:
        return "playlist"
    return "page" if any(mark in beginning for mark in _PAGES) else "text"


def _as_text(head: bytes) -> str | None:
    """Return the file's beginning as text, None where it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        ascii_count = sum(byte < 0x80 for byte in head)
        return head.decode("latin-1") if ascii_count >= _LEAST_ASCII * len(head) else None
