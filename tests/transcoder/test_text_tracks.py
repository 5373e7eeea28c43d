"""Subtitles in the stream: what playlists say of any tracks, and where their times are."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.subtitle_names import _LANGUAGES
from transcoder.languages import language_tag, own_name
from transcoder.playlist import (
    MultivariantPlaylist,
    Variant,
    format_multivariant,
    parse_media,
    parse_multivariant,
)
from transcoder.text_tracks import on_the_clock, text_playlist, text_renditions


@dataclass(frozen=True)
class Track:
    language: str | None = None
    title: str | None = None
    forced: bool = False
    default: bool = False


def listed(*tracks: Track):
    return text_renditions([(track, f"{number}.m3u8") for number, track in enumerate(tracks)])


words = (
    st.none()
    | st.text(max_size=100)
    | st.sampled_from(['a"b', "a\nb", "a\r\nb", ",", "=", "a\u2028b", "\0", "ger", "de"])
)
tracks = st.builds(Track, words, words, st.booleans(), st.booleans())


@given(st.lists(tracks, max_size=6))
def test_any_titles_and_languages_make_a_playlist_that_is_read_again(many):
    renditions = listed(*many)
    playlist = MultivariantPlaylist((Variant(uri="media.m3u8", bandwidth=1),), subtitles=renditions)
    text = format_multivariant(playlist)
    assert parse_multivariant(text) == playlist
    assert len(text.splitlines()) == 5 + len(many)  # none of the ends of lines that Python knows is in a name
    assert len({one.name for one in renditions}) == len(many)
    assert sum(one.default for one in renditions) == any(track.default for track in many)
    chosen = [(one.language, one.forced) for one in renditions if one.autoselect and not one.default]
    assert len(chosen) == len(set(chosen))
    assert all(one.autoselect for one in renditions if one.default)


def test_names_are_titles_or_languages_and_differ():
    found = listed(
        Track("ger"), Track("eng", 'The "long" one'), Track("deu"), Track("xal"), Track(), Track(None, "\n")
    )
    assert [one.name for one in found] == [
        "Deutsch",
        "The 'long' one",
        "Deutsch 2",
        "xal",
        "Subtitles",
        "Subtitles 2",
    ]
    assert [one.language for one in found] == ["de", "en", "de", "xal", None, None]
    assert [one.autoselect for one in found] == [True, True, False, True, False, False]


def test_a_forced_track_is_another_kind():
    plain, forced = listed(Track("eng", default=True), Track("eng", forced=True, default=True))
    assert (plain.default, plain.autoselect, plain.forced) == (True, True, False)
    assert (forced.default, forced.autoselect, forced.forced) == (False, True, True)


@pytest.mark.parametrize(
    ("code", "tag", "name"),
    [
        ("ger", "de", "Deutsch"),
        ("deu", "de", "Deutsch"),
        ("pt_BR", "pt-br", "Português"),
        ("en", "en", "English"),
        ("sco", "sco", None),
        ("und", None, None),
        ("English", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_languages(code, tag, name):
    assert (language_tag(code), own_name(code)) == (tag, name)


@pytest.mark.parametrize("code", sorted(_LANGUAGES))
def test_a_language_that_is_read_in_a_file_name_has_its_tag_and_its_own_name(code):
    assert len(language_tag(code)) == 2
    assert own_name(code)


def test_times_are_on_the_clock_of_the_segments():
    text = on_the_clock(b"WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nA\n")
    clock = b"X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"
    assert text == b"WEBVTT\n" + clock + b"\n\n00:00:00.500 --> 00:00:01.500\nA\n"


def test_a_track_is_one_piece():
    (segment,) = parse_media(text_playlist("0.vtt?ticket=t", 5400.25)).segments
    assert (segment.uri, segment.duration_s) == ("0.vtt?ticket=t", 5400.25)
