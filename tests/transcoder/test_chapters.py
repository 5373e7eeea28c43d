"""Chapters, as containers tell them and as players want them."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcoder.conftest import AAC, H264
from transcoder import Chapter
from transcoder.chapters import LONGEST_TITLE, MOST_CHAPTERS, chapters_of


def told(start, title=None, unit=Fraction(1, 1000)):
    return {"start": start, "time_base": unit, "metadata": {} if title is None else {"title": title}}


def test_chapters_are_on_the_playing_timeline():
    chapters = chapters_of([told(1_001_400, "One"), told(1_003_400, " Two\n(and a half) ")], 1001.4, 10.0)
    assert chapters == (Chapter(start_s=0.0, title="One"), Chapter(start_s=2.0, title="Two (and a half)"))


def test_what_lies_outside_the_film_is_left_out():
    chapters = chapters_of([told(-500, "before"), told(10_000, "behind"), told(9_999)], 0.0, 10.0)
    assert chapters == (Chapter(start_s=0.0, title="before"), Chapter(start_s=9.999))
    assert len(chapters_of([told(10_000)], 0.0, 0.0)) == 1  # nobody knows how long it is


@given(
    st.lists(st.tuples(st.integers(-(10**6), 10**8), st.none() | st.text(max_size=300)), max_size=600),
    st.floats(-100, 1e5),
    st.floats(0, 1e5),
)
def test_chapters_ascend_whatever_a_file_says(many, start_s, duration_s):
    chapters = chapters_of([told(*one) for one in many], start_s, duration_s)
    begins = [chapter.start_s for chapter in chapters]
    assert len(begins) <= MOST_CHAPTERS
    assert all(one < other for one, other in itertools.pairwise(begins))
    assert all(begin >= 0 and (not duration_s or begin < duration_s) for begin in begins)
    assert all(chapter.title is None or 0 < len(chapter.title) <= LONGEST_TITLE for chapter in chapters)


@pytest.mark.parametrize("name", ["chapters.mkv", "chapters.mp4"])
def test_the_probe_finds_them(clips, media_server, media_helper, tmp_path, name):
    metadata = tmp_path / "metadata.txt"
    metadata.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=4000\ntitle=Überfahrt\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=4000\nEND=10000\n",
        encoding="utf-8",
    )
    clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")
    clip = clips.remake(
        name, "h264.mkv", "-i", str(metadata), "-map_chapters", "1", "-map", "0", "-c", "copy"
    )
    info = media_helper.probe(media_server.offer(name, clip))
    first, second = info.chapters
    assert (first.start_s, first.title) == (0.0, "Überfahrt")
    assert second.start_s == pytest.approx(4.0, abs=0.1)
    assert second.title in (None, "")
