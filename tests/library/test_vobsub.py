"""Pairs of files with the subtitles of a DVD, beside a film in a real vault."""

import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library import NoSubtitlesError
from library.vobsub import MAX_TRACKS, PairIndex, parse_pair_index
from tests.library.material import HEADER_SIZE, flip_byte, put, stored_file, video
from tests.media.pgs import Caption
from tests.media.vobsub import vobsub_pair
from transcoder import PROFILES, Pool, VobSub, find_ffmpeg

SHOWN = (0.2, 0.8)
SRT = b"1\n00:00:00,500 --> 00:00:01,000\nHello\n"


@pytest.fixture
def pair(tmp_path):
    """German from 0.2 to 0.8 s, French later: the index and the pictures."""
    box = (200, 480, 320, 40)
    tracks = [("de", [Caption(*SHOWN, *box)]), ("fr", [Caption(1.0, 1.5, *box), Caption(1.6, 1.9, *box)])]
    return vobsub_pair(tracks, tmp_path)


@pytest.fixture
def house(vault, library, pair):
    """A film between whose subtitles a pair lies, in the order of names."""
    put(vault, "/Film.mkv", video(2, form="matroska"))
    put(vault, "/Film.en.srt", SRT)
    put(vault, "/Film.forced.idx", pair[0])
    put(vault, "/Film.forced.SUB", pair[1])
    put(vault, "/Film.it.srt", SRT)
    library.scan()
    return library


def film_id(library):
    return library.find_path("/Film.mkv").id


def tracks(library):
    return [
        (one.index, one.codec, one.language, one.is_text)
        for one in library.subtitles.tracks(film_id(library))
    ]


def test_a_pair_is_a_track_of_pictures_for_every_language(house):
    assert tracks(house) == [
        ("x0", "subrip", "eng", True),
        ("x1", "dvd_subtitle", "ger", False),
        ("x2", "dvd_subtitle", "fre", False),
        ("x3", "subrip", "ita", True),
    ]
    assert house.subtitles.tracks(film_id(house))[1].forced
    for index in ("x1", "x2"):
        with pytest.raises(NoSubtitlesError):
            house.subtitles.webvtt(film_id(house), index)
    assert b"Hello" in house.subtitles.webvtt(film_id(house), "x3")


def test_both_files_are_lent_to_draw_one_of_its_tracks(house):
    with house.subtitles.drawn(film_id(house), 2) as drawn:
        assert isinstance(drawn, VobSub)
        assert (drawn.track, drawn.size) == (1, (720, 576))
        read = subprocess.run(
            ["ffprobe", "-v", "error", "-f", "vobsub", "-sub_name", drawn.sub_url, "-select_streams", "1",
             "-show_entries", "packet=pts_time", "-of", "csv=p=0", drawn.url],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert [float(time) for time in read.stdout.split()] == [1.0, 1.6]
    with house.subtitles.drawn(film_id(house), 3) as drawn:
        assert not isinstance(drawn, VobSub)


@pytest.mark.ffmpeg
def test_it_is_drawn_into_the_film_out_of_the_vault(house, tmp_path):
    def brightest(burn):
        """Return the luma of the brightest place there is while the German subtitle shows."""
        with Pool(find_ffmpeg()) as pool:
            stream = pool.stream(house.source(film_id(house)), screen, session_id="tv", burn=burn)
            (tmp_path / "made").write_bytes(stream.init_segment() + b"".join(stream.segment(0)))
        said = subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", "0.5", "-i", str(tmp_path / "made"), "-frames:v", "1", "-vf",
             "crop=iw/4:ih/20:iw*3/8:ih*0.85,signalstats,metadata=print:file=-", "-f", "null", "-"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        return float(re.search(r"YMIN=(\d+)", said)[1])

    screen = replace(PROFILES["baseline"], name="plain", video={})
    assert brightest(1) > 180
    assert brightest(2) < 180


def test_a_film_is_another_source_when_its_pair_is(vault, house, pair):
    before = house.source(film_id(house)).source_id
    put(vault, "/Film.forced.SUB", pair[1] + bytes(2048), replace=True)
    house.scan()
    assert house.source(film_id(house)).source_id != before
    between = house.source(film_id(house)).source_id
    put(vault, "/Film.forced.idx", pair[0].replace(b"id: de", b"id: es"), replace=True)
    house.scan()
    assert house.source(film_id(house)).source_id not in (before, between)
    assert tracks(house)[1] == ("x1", "dvd_subtitle", "spa", False)


@pytest.mark.parametrize("half", ["/Film.idx", "/Film.sub"])
def test_half_a_pair_is_no_track_of_pictures(vault, library, pair, half):
    put(vault, "/Film.mkv", video(2, form="matroska"))
    put(vault, half, pair[0])
    library.scan()
    assert all(is_text for _, _, _, is_text in tracks(library))


def test_an_index_that_cannot_be_read_has_no_tracks_and_the_film_has_its_others(vault, house):
    flip_byte(stored_file(vault, "/Film.forced.idx"), HEADER_SIZE + 100)
    assert [index for index, *_ in tracks(house)] == ["x0", "x1"]


def test_languages_of_which_there_is_nothing_are_no_tracks():
    """As libavformat counts them; a name that says nothing is left to the file's name."""
    index = b"# VobSub index file, v7\nsize: 720x480\nid: en, index: 0\nid: --, index: 1\ntimestamp: 00:00:01:000\n"
    index += b"timestamp: 00:00:02:000\nid: zh, index: 2\r\ntimestamp: 00:00:01:000\r\n"
    assert parse_pair_index(index) == PairIndex((720, 480), (None, "chi"))
    assert parse_pair_index(b"timestamp: 00:00:01:000, filepos: 000000000\n").languages == (None,)


@given(
    st.binary(max_size=200) | st.from_regex(rb"(id: [a-z]{2}\n|timestamp: 0\n|size: \d{1,5}x\d{1,5}\n){0,80}")
)
def test_any_index_is_read(data):
    found = parse_pair_index(data)
    assert len(found.languages) <= MAX_TRACKS
    assert found.size is None or all(10 <= side <= 9999 for side in found.size)
