import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import AudioStream, Chapter, MediaInfo, ProbeError, SubtitleStream, VideoStream

times = st.floats(allow_nan=False, allow_infinity=False, width=32)
texts = st.none() | st.text(max_size=8)
videos = st.builds(
    VideoStream,
    index=st.integers(0, 9),
    codec=st.sampled_from(["h264", "hevc"]),
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    rotation=st.sampled_from([0, 90, 180, 270]),
    sar=st.floats(0.1, 10),
    profile=texts,
    level=st.none() | st.integers(0, 200),
    start_s=st.none() | times,
)
infos = st.builds(
    MediaInfo,
    format_name=st.just("mov"),
    mime=st.just("video/mp4"),
    duration_s=times,
    video=st.lists(videos, max_size=2).map(tuple),
    audio=st.lists(st.builds(AudioStream, index=st.integers(0, 9), codec=st.just("aac"), title=texts)).map(
        tuple
    ),
    subtitles=st.lists(st.builds(SubtitleStream, index=st.integers(0, 9), codec=st.just("ass"))).map(tuple),
    keyframes_s=st.lists(times, max_size=4).map(tuple),
    chapters=st.lists(st.builds(Chapter, start_s=times, title=texts), max_size=3).map(tuple),
    taken_at=texts,
    location=st.none() | st.tuples(times, times),
)


@given(infos)
def test_json_and_back_is_the_same(info):
    assert MediaInfo.from_json(json.loads(json.dumps(info.to_json()))) == info


def test_a_picture_on_its_side_is_shown_upright():
    video = VideoStream(index=0, codec="h264", width=568, height=320, rotation=90)
    assert (video.upright_width, video.upright_height) == (320, 568)


def test_wide_pixels_count_before_turning():
    video = VideoStream(index=0, codec="h264", width=720, height=576, sar=64 / 45)
    assert (video.upright_width, video.upright_height) == (1024, 576)


def test_what_was_stored_before_a_field_was_known_is_read():
    info = MediaInfo(
        format_name="mov",
        mime="video/mp4",
        duration_s=1.0,
        video=(VideoStream(index=0, codec="hevc", width=320, height=180),),
    )
    stored = info.to_json()
    del stored["video"][0]["sample_entry"]
    assert MediaInfo.from_json(stored) == info


GOOD = MediaInfo(format_name="mov", mime="video/mp4", duration_s=1.0).to_json()


@pytest.mark.parametrize(
    "damage",
    [
        {"duration_s": "1"},
        {"duration_s": True},
        {"format_name": None},
        {"unheard_of": 1},
        {"video": {"index": 0}},
        {"video": [{"index": 0}]},
        {"video": [{"index": 0, "codec": "h264", "width": 1.5, "height": 1}]},
        {"audio": ["aac"]},
        {"keyframes_s": ["0"]},
        {"keyframes_s": 1},
        {"location": [1.0]},
        {"location": "north"},
    ],
)
def test_what_a_helper_may_not_say_is_refused(damage):
    with pytest.raises(ProbeError):
        MediaInfo.from_json({**GOOD, **damage})


def test_a_missing_field_is_refused():
    with pytest.raises(ProbeError, match="lacks"):
        MediaInfo.from_json({name: value for name, value in GOOD.items() if name != "mime"})
