"""Why something is no video: its first bytes say it, or its boxes do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import ProbeError
from transcoder.boxes import build
from transcoder.probe import parse_answer
from transcoder.unreadable import CAUSES, cause_of


class Bytes:
    """A file, and whatever may be asked of it."""

    def __init__(self, data):
        self._data = data

    def read(self, start, size):
        return self._data[start : start + size]


FTYP = build(b"ftyp", b"isom\0\0\2\0isomiso2")
MDAT = build(b"mdat", bytes(range(256)) * 40)
MOOV = build(b"moov", build(b"mvhd", bytes(100)))
CASES = [
    (b"", "empty"),
    (bytes(5000), "blank"),
    (FTYP + MDAT, "unfinished"),
    (FTYP + MDAT[:-7], "unfinished"),
    (FTYP + b"\0\0\0\0mdat" + MDAT, "unfinished"),  # as a camera leaves it that lost its power
    (MDAT + MOOV[:-1], "unfinished"),
    (FTYP + b"\0\0\0\1mdat" + (10_000).to_bytes(8, "big") + bytes(9_984), "unfinished"),
    (
        FTYP + b"\0\0\0\1mdat" + (10_000).to_bytes(8, "big") + bytes(9_984) + MOOV,
        None,
    ),  # described, yet unreadable
    (FTYP + MOOV + MDAT, None),
    (FTYP + MDAT + bytes(4) + MOOV[4:], None),  # to the end of the file
    (FTYP + bytes(4) + MDAT[4:] + MOOV, "unfinished"),
    (build(b"ftyp", b"heic\0\0\0\0mif1heic") + build(b"meta", bytes(40)), "picture"),
    (b"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n", "playlist"),
    (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
    (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', "playlist"),
    (b"\xef\xbb\xbf<!DOCTYPE html>\n<html><title>Sign in</title>", "page"),
    (b"not a film\n", "text"),
    ("der Müllerin Töchter, schöner als je".encode("latin-1"), "text"),
    (("é" * 3000).encode()[:4097], "text"),  # the last character that is looked at is cut
    ("ein Text".encode("utf-16"), "text"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
    (b"%PDF-1.7\n", "document"),
    (b"PK\x03\x04\x14\0\0\0", "archive"),
    (bytes(100) + bytes(range(256)) * 20, None),
    (b"\x1a\x45\xdf\xa3\x01\0\0\0", None),
]


@pytest.mark.parametrize(("data", "cause"), CASES)
def test_what_it_is_instead(data, cause):
    assert cause_of(Bytes(data)) == cause


@given(st.binary(max_size=200) | st.binary(max_size=40).map(lambda tail: FTYP + tail))
def test_whatever_it_is_one_of_the_known_words_is_said_or_none(data):
    assert cause_of(Bytes(data)) in CAUSES | {None}


def test_the_helper_says_why(media_server, media_helper, h264_mp4):
    for number, (data, cause) in enumerate(
        [(b"", "empty"), (b"hello " * 500, "text"), (h264_mp4[: len(h264_mp4) // 2], "unfinished")]
    ):
        with pytest.raises(ProbeError) as caught:
            media_helper.probe(media_server.offer(f"{number}.mp4", data))
        assert caught.value.cause == cause


@pytest.mark.parametrize("cause", ["a word of its own", 7, ["text"], None])
def test_a_helper_that_says_nonsense_is_not_quoted(cause):
    with pytest.raises(ProbeError) as caught:
        parse_answer({"error": "unreadable", "cause": cause})
    assert caught.value.cause is None
