"""Argument lists against reviewed ones. When a flag changes, run with LANTERNE_WRITE_GOLDEN=1 and review the diff."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from transcoder import PROFILES, AudioStream, MediaInfo, VideoStream
from transcoder.command import EncodeJob, commands
from transcoder.decision import chosen_audio, decide_stream
from transcoder.output import output_codec_string, output_fps, output_level, output_size
from transcoder.segments import plan_segments

GOLDEN = Path(__file__).parent / "golden"

H264_MKV = MediaInfo(
    format_name="matroska",
    mime="video/x-matroska",
    duration_s=12.0,
    video=(
        VideoStream(
            index=0, codec="h264", level=40, pix_fmt="yuv420p", width=1280, height=720, fps=24.0, end_s=12.0
        ),
    ),
    audio=(AudioStream(index=1, codec="aac"),),
    keyframes_s=(0.0, 2.5, 5.0, 7.5, 10.0),
)
HDR_MP4 = replace(
    H264_MKV,
    format_name="mov",
    mime="video/mp4",
    video=(replace(H264_MKV.video[0], codec="hevc", bit_depth=10, pix_fmt="yuv420p10le", color_transfer="smpte2084",
                   width=3840, height=2160, fps=50.0),),
    audio=(AudioStream(index=2, codec="eac3", channels=6),),
)  # fmt: skip
CAMERA_TS = replace(
    H264_MKV,
    format_name="mpegts",
    mime="video/mp2t",
    start_s=1.4,
    video=(
        replace(H264_MKV.video[0], interlaced=True, width=1440, height=1080, sar=4 / 3, fps=25.0, end_s=13.4),
    ),
    audio=(AudioStream(index=1, codec="ac3", channels=6),),
    keyframes_s=tuple(1.4 + time for time in H264_MKV.keyframes_s),
)
OLD_AVI = replace(
    H264_MKV,
    format_name="avi",
    mime="video/x-msvideo",
    video=(replace(H264_MKV.video[0], codec="mpeg4", width=640, height=481, end_s=None),),
    audio=(AudioStream(index=1, codec="mp3", sample_rate=44100),),
    keyframes_s=(),
)
SLOW_MOTION = replace(
    HDR_MP4, video=(replace(HDR_MP4.video[0], color_transfer=None, rotation=90, fps=240.0),), audio=()
)
ALBUM = replace(
    H264_MKV,
    duration_s=60.0,
    video=(replace(H264_MKV.video[0], fps=1.0, end_s=1.0, last_s=0.0),),
    audio=(AudioStream(index=1, codec="flac"),),
    keyframes_s=(0.0,),
)
SONG = MediaInfo(
    format_name="mp3", mime="audio/mpeg", duration_s=12.0, audio=(AudioStream(index=0, codec="mp3"),)
)

CASES = {
    "remux-from-the-middle": (H264_MKV, "baseline", 2),
    "remux-to-transport-stream": (H264_MKV, "tizen", 1),
    "remux-camera-stream": (replace(CAMERA_TS, audio=H264_MKV.audio), "tizen", 1),
    "hdr-from-the-beginning": (HDR_MP4, "baseline", 0),
    "hdr-from-the-middle": (HDR_MP4, "baseline", 3),
    "interlaced-and-anamorphic": (CAMERA_TS, "baseline", 3),
    "no-index": (OLD_AVI, "baseline", 4),
    "legacy-from-the-middle": (HDR_MP4, "legacy", 2),
    "slow-motion-without-sound": (SLOW_MOTION, "baseline", 1),
    "album-behind-its-picture": (ALBUM, "baseline", 7),
    "song": (SONG, "baseline", 1),
}


def job_for(info, profile, first):
    decision = decide_stream(info, profile)
    return EncodeJob(
        ffmpeg=Path("/usr/bin/ffmpeg"),
        url="http://127.0.0.1:4000/f/TOKEN",
        info=info,
        plan=plan_segments(info, decision.video),
        first=first,
        packaging=profile.packaging,
        video=decision.video,
        audio=decision.audio,
        audio_stream=chosen_audio(info),
        max_width=profile.max_width,
        max_height=profile.max_height,
    )


@pytest.mark.parametrize("name", CASES)
def test_argument_lists_are_as_reviewed(name):
    info, profile, first = CASES[name]
    lists = commands(job_for(info, PROFILES[profile], first))
    text = "".join(f"# {track}\n" + "\n".join(argv) + "\n" for track, argv in lists)
    path = GOLDEN / f"{name}.args"
    if os.environ.get("LANTERNE_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", CASES)
def test_every_command_is_confined(name):
    info, profile, first = CASES[name]
    for _, argv in commands(job_for(info, PROFILES[profile], first)):
        for input_at in (at for at, argument in enumerate(argv) if argument == "-i"):
            before = argv[:input_at]
            assert "http,tcp" in before
            assert info.format_name in before  # a forced demuxer: an mp4 that is a playlist is refused
        assert argv[-4:] == ["pipe:1", "-nostdin", "-v", "error"]
        assert not {"-t", "-to", "-y"} & set(argv)
        assert argv[argv.index("-map_metadata") + 1] == "-1"


def test_keys_are_named_as_one_argument_that_linux_takes():
    long = replace(
        H264_MKV, duration_s=40_000.0, keyframes_s=(), video=(replace(OLD_AVI.video[0], codec="mpeg4"),)
    )
    for _, argv in commands(job_for(long, PROFILES["baseline"], 0)):
        assert max(len(argument) for argument in argv) < 100_000


@pytest.mark.parametrize(
    ("picture", "box", "size", "level", "fps"),
    [
        ({"width": 3840, "height": 2160, "fps": 24.0}, (1920, 1080), (1920, 1080), 40, 24.0),
        ({"width": 1920, "height": 1080, "fps": 60.0}, (1920, 1080), (1920, 1080), 42, 60.0),
        ({"width": 1920, "height": 1080, "fps": 60.0}, (1280, 720), (1280, 720), 32, 60.0),
        ({"width": 1920, "height": 1080, "rotation": 90, "fps": 240.0}, (1920, 1080), (606, 1080), 32, 60.0),
        ({"width": 720, "height": 576, "sar": 64 / 45, "fps": 25.0}, (1920, 1080), (1024, 576), 31, 25.0),
        ({"width": 321, "height": 181, "fps": None}, (1920, 1080), (320, 180), 30, 30.0),
        ({"width": 1920, "height": 1080, "fps": 60.05}, (1920, 1080), (1920, 1080), 42, 60.05),
        ({"width": 1, "height": 1, "fps": 59.94}, (1920, 1080), (2, 2), 30, 59.94),
    ],
)
def test_what_comes_out(picture, box, size, level, fps):
    video = VideoStream(index=0, codec="hevc", **picture)
    assert output_size(video, *box) == size
    assert output_level(video, *box) == level
    assert output_fps(video) == pytest.approx(fps)
    assert output_codec_string(video, *box) == f"avc1.6400{level:02x}"
