"""What the owner of the subtitle helper believes of its answers, and what it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import MAX_SUBTITLE_FILE_SIZE, ProbeError, SubtitleHelper, SubtitleText
from transcoder.subtitles import parse_texts

VTT, SCRIPT = b"WEBVTT\n", b"[Script Info]\n"


@pytest.fixture(scope="module")
def helper():
    """One process for all: what is asked is small."""
    with SubtitleHelper() as helper:
        yield helper


@pytest.fixture(autouse=True, scope="module")
def no_thread_left_behind(helper):
    """The helper, and the thread that reads what it complains of, are the module's."""


def test_texts_are_taken_apart_by_their_sizes():
    sizes = [len(VTT), len(SCRIPT), len(VTT), 0]
    wanted = [SubtitleText(VTT, SCRIPT), SubtitleText(VTT, b"")]
    assert parse_texts({"sizes": sizes}, VTT + SCRIPT + VTT) == wanted


@pytest.mark.parametrize(
    ("answer", "pieces"),
    [
        ({}, VTT),
        ({"sizes": []}, b""),
        ({"sizes": [7]}, VTT),
        ({"sizes": [7, 1]}, VTT),
        ({"sizes": [8, -1]}, VTT),
        ({"sizes": [7, "0"]}, VTT),
        ({"sizes": [7, True]}, VTT + b"x"),
        ({"sizes": "77"}, VTT),
        ({"sizes": [6, 0]}, b"<html>"),
    ],
)
def test_nonsense_is_refused(answer, pieces):
    with pytest.raises(ProbeError):
        parse_texts(answer, pieces)


def test_kinds_of_files(helper):
    for data, wanted in (
        (b"{0}{50}Hello|you\n{75}{100}a\n{125}{150}b\n", b"00:00:00.000 --> 00:00:02.000\nHello\nyou"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<i>Hi</i>\n", b"00:00:01.000 --> 00:00:02.000\n<i>Hi</i>"),
        (b"<SAMI><BODY><SYNC Start=1000><P>Hi<SYNC Start=2000><P>&nbsp;</BODY></SAMI>", b"00:00:01.000 --> "),
        ("1\n00:00:01,000 --> 00:00:02,000\nÉté\n".encode("utf-16"), "Été".encode()),
    ):
        assert wanted in helper.file(data, fps=25.0).webvtt


def test_a_huge_file_is_not_even_sent(helper):
    with pytest.raises(ProbeError):
        helper.file(b"1" * (MAX_SUBTITLE_FILE_SIZE + 1))


@given(st.binary(max_size=300))
def test_any_file_is_subtitles_or_refused(helper, data):
    try:
        text = helper.file(data)
    except ProbeError:
        return
    assert text.webvtt.startswith(VTT)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "concat:/etc/passwd", "http://127.0.0.1:9/f/x"])
def test_only_a_feed_is_read(helper, url):
    with pytest.raises(ProbeError):
        helper.tracks(url, [0])
    with pytest.raises(ProbeError):
        helper.fonts(url)
