"""Subtitles of DVDs that lie beside a film as a pair of files, drawn into its picture."""

import contextlib
from dataclasses import replace

import pytest

from tests.media.pgs import Caption
from tests.media.vobsub import vobsub_pair
from tests.transcoder.conftest import FFMPEGS, H264
from tests.transcoder.test_burning import white_times
from tests.transcoder.test_playing import played
from transcoder import PROFILES, Pool, VobSub

pytestmark = pytest.mark.ffmpeg

SCREEN = (720, 576)
BOX = (200, 480, 320, 40)
ENGLISH, GERMAN = (
    ((19.0, 20.0), (21.0, 22.0), (24.0, 34.0), (36.0, 37.0)),
    ((19.5, 21.0), (23.0, 34.0), (36.0, 38.0)),
)


def late_first(indexes):
    """A run that starts in the middle of a subtitle, behind others, and another at the beginning."""
    at = len(indexes) * 4 // 5
    return [*indexes[at:], *indexes[:at]]


@pytest.fixture
def beside(media_server, tmp_path):
    """Return a function that puts a pair with two languages beside a source."""
    tracks = [
        (language, [Caption(*span, *BOX) for span in spans])
        for language, spans in (("en", ENGLISH), ("de", GERMAN))
    ]
    index, pictures = vobsub_pair(tracks, tmp_path)
    media_server.offer("pair.idx", index)
    media_server.offer("pair.sub", pictures)

    def make(source):
        @contextlib.contextmanager
        def drawn(number):
            with media_server.lease("pair.idx")() as first, media_server.lease("pair.sub")() as second:
                yield VobSub(first.url, second.url, number - len(source.info.subtitles), SCREEN)

        return replace(source, drawn=drawn)

    return make


def check(source, ffmpeg, profile, number, wanted, folder):
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv", burn=number)
        found = white_times(played(stream, late_first), folder)
    assert len(found) == len(wanted), found
    for (start, stop), (wanted_start, wanted_stop) in zip(found, wanted, strict=True):
        assert -0.05 < start - wanted_start < 0.06
        assert -0.05 < stop - wanted_stop < 0.06


@pytest.fixture
def black(clips, source_of):
    """Return a function that makes a black film of 40 s."""

    def make(name, *arguments):
        black = ("-vf", "drawbox=c=black:t=fill", *H264, "-g", "48", "-an", *arguments)
        return source_of(name, clips.make(name, *black, seconds="40", size="720x576"))

    return make


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(("number", "wanted"), [(0, ENGLISH), (1, GERMAN)])
def test_pictures_beside_a_film_are_drawn(black, beside, media_server, ffmpeg, number, wanted, tmp_path):
    """From the start and from the middle of a subtitle; each language of the pair by itself."""
    check(beside(black("black.mkv")), ffmpeg, "baseline", number, wanted, tmp_path)
    assert media_server.leases == 0


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_their_times_are_playing_times(black, beside, ffmpeg, tmp_path):
    source = beside(black("black_late.ts", "-output_ts_offset", "1000"))
    assert source.info.start_s > 1000
    check(source, ffmpeg, "legacy", 0, ENGLISH, tmp_path)
