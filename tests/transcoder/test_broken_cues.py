"""A cue whose times cannot be read is not shown; all others are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import SubtitleHelper
from transcoder.broken_cues import without_broken_cues

FIRST = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
THIRD = "3\n00:00:05,000 --> 00:00:06,000\nBye\n"
BROKEN = [
    "2\n00:00:03,000 -> 00:00:04,000\nWorld\n",
    "2\n00:00:03,000 -->\nWorld\n",
    "2\n00:00:03 --> 00:00:04\nWorld\n",
    "2\nxx:yy --> zz\nWorld\n",
    "2\n00:00:03,000 00:00:04,000\nWorld\n",
    "2\n\ufffd\ufffd\ufffd\nWorld\n",
    "00:00:03,000 -> 00:00:04,000\nWorld\n",
    "2\n00:00:03,000 -> 00:00:04,000\nWorld\n\nand more of it\n",
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_broken_cue_is_dropped(broken, ends):
    text = f"{FIRST}\n{broken}\n{THIRD}"
    assert without_broken_cues(text.replace("\n", ends)) == f"{FIRST}\n{THIRD}"


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n{THIRD}",
        f"{FIRST}\nand behind an empty line\n\n{THIRD}",
        f"{FIRST}\nat 12:30 -- or later\n\n{THIRD}",
        f"{FIRST}\n1984\n\n{THIRD}",
        "1\n0:0:1.5 --> 0:0:2.5 X1:10 X2:20 Y1:1 Y2:2\nHello\n",
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nHello\n\n2\n00:03.000 --> 00:04.000\nWorld\n",
        "{0}{50}Hello|you\n{75}{100}2 -> 3\n",
        "hello\n\n2\nworld\n",
        "",
    ],
)
def test_all_else_stays_as_it_is(text):
    assert without_broken_cues(text) == text


@given(st.text(), st.text())
def test_whatever_stands_between_the_others_are_there(between, behind):
    found = without_broken_cues(f"{FIRST}\n{between}\n\n{THIRD}\n{behind}")
    assert "Hello" in found
    assert "Bye" in found


def test_it_is_not_shown_as_text_of_the_cue_before():
    with SubtitleHelper() as helper:
        text = helper.file(f"{FIRST}\n{BROKEN[0]}\n{THIRD}".encode()).webvtt.decode()
    assert text == ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n\n00:00:05.000 --> 00:00:06.000\nBye\n")
