from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.errors import PlaylistError
from transcoder.playlist import (
    MediaPlaylist,
    MediaSegment,
    MultivariantPlaylist,
    SubtitleRendition,
    Variant,
    format_media,
    format_multivariant,
    parse_media,
    parse_multivariant,
)

GOLDEN = Path(__file__).parent / "golden"

uris = st.from_regex(r"[a-z0-9/_.%~-][a-z0-9/?=&_.%~-]{0,30}", fullmatch=True)
durations = st.integers(1, 10**9).map(lambda micros: micros / 1e6)
media = st.builds(
    MediaPlaylist,
    segments=st.lists(st.builds(MediaSegment, uris, durations), max_size=8).map(tuple),
    map_uri=st.none() | uris,
    version=st.integers(3, 9),
)
variants = st.builds(
    Variant,
    uri=uris,
    bandwidth=st.integers(1, 10**9),
    average_bandwidth=st.none() | st.integers(1, 10**9),
    codecs=st.none() | st.from_regex(r"[a-z0-9.,]{1,20}", fullmatch=True),
    resolution=st.none() | st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    frame_rate=st.none() | st.integers(1, 240_000).map(lambda millis: millis / 1000),
    video_range=st.sampled_from([None, "HLG", "PQ"]),
)
quotable = st.text(
    st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"]), min_size=1, max_size=20
)
subtitles = st.builds(
    SubtitleRendition,
    uri=uris,
    name=quotable,
    language=st.none() | st.sampled_from(["de", "pt-br"]),
    default=st.booleans(),
    autoselect=st.booleans(),
    forced=st.booleans(),
)


@given(media)
def test_media_playlists_and_back(playlist):
    parsed = parse_media(format_media(playlist))
    assert parsed == playlist
    assert all(round(segment.duration_s) <= playlist.target_duration_s for segment in parsed.segments)


@given(
    st.builds(
        MultivariantPlaylist,
        st.lists(variants, min_size=1, max_size=4).map(tuple),
        st.integers(3, 9),
        st.lists(subtitles, max_size=3).map(tuple),
    )
)
def test_multivariant_playlists_and_back(playlist):
    assert parse_multivariant(format_multivariant(playlist)) == playlist


@given(st.text() | st.text().map(lambda text: "#EXTM3U\n" + text + "\n#EXT-X-ENDLIST"))
def test_any_text_is_parsed_or_refused(text):
    for parse, form in ((parse_media, format_media), (parse_multivariant, format_multivariant)):
        try:
            playlist = parse(text)
        except PlaylistError:
            continue
        assert isinstance(form(playlist), str)


@pytest.mark.parametrize("text", ["", "#EXTM3U\n", "#EXTM3U\n#EXT-X-VERSION:seven\n#EXT-X-ENDLIST"])
def test_half_a_playlist_is_refused(text):
    with pytest.raises(PlaylistError):
        parse_media(text)
    with pytest.raises(PlaylistError):
        parse_multivariant(text)


@pytest.mark.parametrize("part", ['"', "\n", "\r"])
def test_what_would_break_a_playlist_is_refused(part):
    for field in ("uri", "name", "language"):
        with pytest.raises(ValueError, match="quoted"):
            SubtitleRendition(**{"uri": "a.m3u8", "name": "a", "language": "de", field: f"a{part}b"})


@pytest.mark.parametrize("attributes", ['URI="a"', 'NAME="a"'])
def test_subtitles_without_an_address_or_a_name_are_refused(attributes):
    text = f"#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,{attributes}\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"
    with pytest.raises(PlaylistError):
        parse_multivariant(text)


def test_the_text_is_as_reviewed():
    segments = (MediaSegment("0.m4s", 2.0), MediaSegment("1.m4s", 2.736000))
    text = format_media(MediaPlaylist(segments=segments, map_uri="init.mp4"))
    text += format_multivariant(
        MultivariantPlaylist(
            (
                Variant(
                    uri="media.m3u8",
                    bandwidth=5_000_000,
                    average_bandwidth=3_200_000,
                    codecs="avc1.640028,mp4a.40.2",
                    resolution=(1920, 1080),
                    frame_rate=23.976,
                    video_range="PQ",
                ),
            ),
            subtitles=(
                SubtitleRendition(
                    uri="0.m3u8", name="Deutsch, für alle", language="de", default=True, autoselect=True
                ),
                SubtitleRendition(uri="x0.m3u8", name="Untertitel", forced=True),
            ),
        )
    )
    assert text == (GOLDEN / "playlists.m3u8").read_text()
