"""What each kind of encoder is told, against reviewed lists. LANTERNE_WRITE_GOLDEN=1 writes them anew."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from transcoder import PROFILES, AudioStream, MediaInfo, VideoStream
from transcoder.command import KINDS, EncodeJob, PictureEncoder, clip_arguments, commands, trial_arguments
from transcoder.segments import plan_segments

GOLDEN = Path(__file__).parent / "golden"
NODE = "/dev/dri/renderD128"

FILM = MediaInfo(
    format_name="matroska",
    mime="video/x-matroska",
    duration_s=12.0,
    video=(
        VideoStream(
            index=0,
            codec="hevc",
            bit_depth=10,
            pix_fmt="yuv420p10le",
            width=1920,
            height=1080,
            fps=24.0,
            end_s=12.0,
        ),
    ),
    audio=(AudioStream(index=1, codec="eac3", channels=2),),
    keyframes_s=(0.0, 5.0, 10.0),
)


def encoder_of(kind):
    return PictureEncoder(kind, NODE if kind == "vaapi" else None, decodes=kind != "software")


def job_for(kind, packaging="fmp4"):
    return EncodeJob(
        ffmpeg=Path("/usr/bin/ffmpeg"),
        url="http://127.0.0.1:4000/f/TOKEN",
        info=FILM,
        plan=plan_segments(FILM, "encode"),
        first=1,
        packaging=packaging,
        video="encode",
        audio="encode",
        audio_stream=FILM.audio[0],
        max_width=1280,
        max_height=720,
        encoder=encoder_of(kind),
    )


def check_golden(name, lists):
    text = "".join(f"# {what}\n" + "\n".join(argv) + "\n" for what, argv in lists)
    path = GOLDEN / f"{name}.args"
    if os.environ.get("LANTERNE_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_what_encoders_are_told(kind):
    trial = [("trial", trial_arguments("/usr/bin/ffmpeg", encoder_of(kind)))]
    picture = [one for one in commands(job_for(kind)) if one[0] == "video"]
    check_golden(f"encoder-{kind}", trial + picture)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("packaging", ["fmp4", "ts"])
def test_all_meet_the_boundaries_and_hold_nothing_back(kind, packaging):
    job = job_for(kind, packaging)
    argv = commands(job)[0][1]
    keys = argv[argv.index("-force_key_frames") + 1].split(",")
    assert [float(key) for key in keys] == pytest.approx(
        [job.plan.start_s(index) - 0.002 for index in range(2, job.plan.count)]
    )
    assert argv[argv.index("-bf") + 1] == "0"
    assert argv[argv.index("-profile:v") + 1] == ("100" if kind in ("qsv", "v4l2m2m") else "high")
    filters = argv[argv.index("-bsf:v") + 1].split(",") if "-bsf:v" in argv else []
    assert ("dump_extra=freq=keyframe" in filters) == (packaging == "fmp4")
    assert any(one.startswith("h264_metadata=tick_rate=48:") for one in filters) == (kind == "software")
    assert ("hwupload" in argv[argv.index("-filter_complex") + 1]) == (kind in ("vaapi", "qsv"))


def test_sound_opens_no_device():
    sound = next(argv for track, argv in commands(job_for("vaapi")) if track == "audio")
    assert "-init_hw_device" not in sound
    assert "-hwaccel" not in sound


def test_what_is_passed_on_opens_no_device():
    job = replace(job_for("vaapi"), video="copy")
    for _, argv in commands(job):
        assert "-init_hw_device" not in argv
        assert "-hwaccel" not in argv


def test_less_work_is_still_the_profile_that_the_playlist_names():
    argv = commands(replace(job_for("software"), savings=1))[0][1]
    assert argv[argv.index("-preset") + 1] == "ultrafast"
    assert argv[argv.index("-8x8dct") + 1] == "1"


@pytest.mark.parametrize("codec", ["h264", "hevc10"])
def test_clips_of_our_own_touch_no_file(codec):
    argv = clip_arguments("/usr/bin/ffmpeg", codec, 4)
    assert argv[-1] == "pipe:1"
    assert [argv[at + 1] for at, one in enumerate(argv) if one == "-i"] == ["testsrc2=s=1920x1080:r=24:d=4"]


def test_profiles_ask_for_nothing_that_no_encoder_makes():
    assert all(profile.max_width <= 1920 for profile in PROFILES.values())
