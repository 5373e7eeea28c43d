"""Films whose picture and sound do not begin or end together."""

from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.media.measure import packets_of
from tests.transcoder.conftest import FFMPEGS, H264
from transcoder import PROFILES, FilmEndedError, MediaInfo, Pool, SegmentNotFoundError, Source, VideoStream
from transcoder.decision import decide_stream
from transcoder.segments import EPOCH_S, is_outlasted, plan_segments
from transcoder.session import PresentationKey, make_presentation

PICTURE_S, SOUND_S = 3.0, 8.0
KINDS = {"avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"), "wmv": ("-c:v", "wmv2", "-c:a", "wmav2")}


@pytest.fixture(scope="session")
def film(clips):
    """Return a function that makes a film of a kind with sound of a length."""
    clips.make("pictures.mkv", *H264, "-g", "48", seconds=str(PICTURE_S), sound=False)

    def make(kind: str, sound_s: float) -> bytes:
        sound = ("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={sound_s}")
        return clips.remake(f"{kind}{sound_s:g}.{kind}", "pictures.mkv", *sound, *KINDS[kind])

    return make


def played(source, profile="baseline", order=None):
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        segments = {index: b"".join(stream.segment(index)) for index in order or range(stream.plan.count)}
        return stream.init_segment(), segments


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [None, (3, 2, 1, 0)])
def test_the_last_picture_stays_while_the_sound_goes_on(kind, order, film, source_of, tmp_path):
    source = source_of(f"long.{kind}", film(kind, SOUND_S))
    assert source.info.video[0].end_s == pytest.approx(PICTURE_S, abs=0.1)
    assert source.info.duration_s == pytest.approx(SOUND_S, abs=0.1)
    init, segments = played(source, order=order)
    for index in range(4):
        path = tmp_path / "segment"
        path.write_bytes(init + segments[index])
        pictures = [one.shown_s - EPOCH_S for one in packets_of(path)["video"]]
        assert pictures[0] == pytest.approx(2.0 * index, abs=0.06)
        assert max((after - before for before, after in pairwise(pictures)), default=0.0) < 0.6


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_lasts_is_not_held(kind, film, source_of):
    info = source_of(f"even.{kind}", film(kind, PICTURE_S)).info
    assert info.video[0].end_s == pytest.approx(PICTURE_S, abs=0.1)
    assert not is_outlasted(info)


def test_a_picture_that_comes_late_makes_no_long_segment(clips, source_of, tmp_path):
    clips.make("pictures.mkv", *H264, "-g", "48", seconds=str(PICTURE_S), sound=False)
    late = clips.remake(
        "late.mkv",
        "pictures.mkv",
        *("-f", "lavfi", "-i", "sine=f=440:r=48000:d=20", "-c:v", "copy", "-c:a", "aac"),
        *("-bsf:v", "setts=ts=TS+16/TB"),
    )
    source = source_of("late.mkv", late)
    assert source.info.keyframes_s[0] == pytest.approx(16.0, abs=0.1)
    decision = decide_stream(source.info, PROFILES["chromium"])
    assert (decision.video, decision.audio) == ("encode", "copy")
    assert max(plan_segments(source.info, decision.video).durations_s) < 4.0


def test_a_film_that_ends_sooner_than_was_thought_is_said_to_have_ended(film, source_of):
    source = source_of("sooner.avi", film("avi", PICTURE_S))
    promised = replace(source, info=replace(source.info, duration_s=9.0, video=(endless(source.info),)))
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(promised, PROFILES["baseline"], session_id="tv")
        assert stream.plan.boundaries_s == (0.0, 2.0, 4.0, 6.0, 8.0, 9.0)
        assert all(b"".join(stream.segment(index)) for index in (0, 1))
        for index in (2, 4):
            with pytest.raises(FilmEndedError):
                stream.segment(index)


def test_a_part_that_is_missing_is_not_the_end():
    """Later segments may still be made: nobody has come to the end of the file without them."""
    info = MediaInfo(format_name="mp3", mime="audio/mpeg", duration_s=20.0)
    asked = PresentationKey("song", "baseline")
    presentation, _ = make_presentation(
        asked, Source("song", info, nullcontext), PROFILES["baseline"], 0.0, lambda *_: True
    )
    for _ in range(2):
        for index in (1, 3, 4):
            presentation.note_failure(index, 0.0, None, None)
    with pytest.raises(FilmEndedError):
        presentation.raise_failure(3, 0.0)
    with pytest.raises(SegmentNotFoundError) as missing:
        presentation.raise_failure(1, 0.0)
    assert not isinstance(missing.value, FilmEndedError)


def endless(info: MediaInfo) -> VideoStream:
    return replace(info.video[0], end_s=None, last_s=None)
