"""How long a film is whose container does not say, or says what it cannot know."""

import pytest

from tests.media.measure import packets_of
from tests.transcoder.conftest import AAC, FFMPEGS, H264
from transcoder import PROFILES, Pool, decide
from transcoder.end_scan import read_to_end

MPEG2 = ("-c:v", "mpeg2video", "-b:v", "1M")
# Nothing, then a tone: the beginning tells nothing of how many bytes a second takes.
_QUIET_FIRST = ("-af", "volume=0:enable='lt(t,9)'", "-q:a", "1")


@pytest.fixture
def probe(media_server, media_helper):
    return lambda name, data: media_helper.probe(media_server.offer(name, data))


def piped(clips, name, *arguments, seconds="7"):
    """Make a film as one that was written into a pipe, or a recorder that was switched off."""
    return clips.make(name, *arguments, "-seekable", "0", seconds=seconds)


def test_films_written_into_a_pipe(clips, probe):
    webm = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "48", "-c:a", "libopus")
    for name, arguments in (("rec.webm", webm), ("rec.mkv", (*H264, "-g", "48", *AAC))):
        info = probe(name, piped(clips, name, "-live", "1", *arguments))
        assert info.duration_s == pytest.approx(7.0, abs=0.06)
        assert len(info.keyframes_s) == 4
        assert info.audio[0].end_s == pytest.approx(7.0, abs=0.06)
        assert info.video[0].end_s == pytest.approx(7.0, abs=0.03)


def test_a_piped_film_is_still_passed_on_unchanged(clips, probe):
    info = probe("rec.mkv", piped(clips, "rec.mkv", "-live", "1", *H264, "-g", "48", *AAC))
    decision = decide(info, PROFILES["baseline"])
    assert (decision.mode, decision.video, decision.audio) == ("remux", "copy", "copy")


def test_sound_written_into_a_pipe(clips, probe):
    memo = piped(clips, "memo.webm", "-live", "1", "-vn", "-c:a", "libopus", seconds="70")
    assert probe("memo.webm", memo).duration_s == pytest.approx(70.0, abs=0.05)
    flac = piped(clips, "memo.flac", "-vn", seconds="20")
    assert probe("memo.flac", flac).duration_s == pytest.approx(20.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("cut.wmv", ("-c:v", "wmv2", "-b:v", "300k", "-c:a", "wmav2")),
        ("cut.flv", ("-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100")),
    ],
)
def test_a_download_that_broke_off(clips, probe, tmp_path, name, arguments):
    half = clips.make(name, *arguments, seconds="20")
    half = half[: len(half) // 2]
    path = tmp_path / name
    path.write_bytes(half)
    real_s = max(one.end_s for own in packets_of(path).values() for one in own)
    assert 5.0 < real_s < 15.0
    info = probe(name, half)
    assert info.duration_s == pytest.approx(real_s, abs=0.05)
    assert info.video[0].end_s == pytest.approx(real_s, abs=0.2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("raw.m2v", (*MPEG2, "-bf", "2")),
        ("raw.m1v", ("-c:v", "mpeg1video", "-b:v", "1M")),
        ("raw.h264", H264),
    ],
)
def test_raw_pictures(clips, probe, name, arguments):
    info = probe(name, clips.make(name, *arguments, "-an", seconds="7"))
    assert info.duration_s == pytest.approx(7.0, abs=0.3)
    assert info.keyframes_s == ()  # seeks do not lead to them


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("raw.aac", ("-c:a", "aac", "-f", "adts", *_QUIET_FIRST)),
        ("raw.mp3", ("-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0", *_QUIET_FIRST)),
        ("titled.mp3", ("-c:a", "libmp3lame", "-write_xing", "0", "-metadata", "title=Info", *_QUIET_FIRST)),
        ("counted.mp3", ("-c:a", "libmp3lame", *_QUIET_FIRST)),
    ],
)
def test_sound_whose_beginning_is_not_like_the_rest(clips, probe, name, arguments):
    info = probe(name, clips.make(name, "-vn", *arguments, seconds="30"))
    assert info.duration_s == pytest.approx(30.0, abs=0.1)
    assert info.audio[0].end_s == pytest.approx(30.0, abs=0.1)


def test_what_counts_its_frames_is_not_read_whole(clips, probe):
    song = clips.make("counted.mp3", "-vn", "-c:a", "libmp3lame", *_QUIET_FIRST, seconds="30")
    assert probe("half.mp3", song[: len(song) // 2]).duration_s == pytest.approx(30.0, abs=0.1)


def test_where_reading_takes_too_long_the_end_is_reckoned(clips, media_server):
    memo = piped(clips, "memo.webm", "-live", "1", "-vn", "-c:a", "libopus", seconds="70")
    found = read_to_end(media_server.offer("memo.webm", memo), None, limit_s=0.0)
    assert found.sound_end_s == pytest.approx(70.0, rel=0.1)
    assert found.sound_ends_s == {}


def test_a_piped_film_plays_to_its_end(clips, source_of):
    source = source_of("rec.mkv", piped(clips, "rec.mkv", "-live", "1", *H264, "-g", "48", *AAC))
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        assert stream.plan.count == 4
        assert all(b"".join(stream.segment(index)) for index in range(stream.plan.count))
