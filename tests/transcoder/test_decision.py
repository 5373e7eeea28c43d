"""What is played how, and what the family is told."""

from dataclasses import replace

import pytest

from transcoder import (
    PROFILES,
    AudioStream,
    MediaInfo,
    UnknownProfileError,
    VideoStream,
    decide,
    profile_named,
)
from transcoder.decision import chosen_audio, decide_stream

EVERY_TWO_SECONDS = tuple(float(second) for second in range(0, 20, 2))


def media(
    video="h264", audio="aac", mime="video/mp4", format_name="mov", keyframes_s=EVERY_TWO_SECONDS, **picture
):
    channels = picture.pop("channels", 2)
    fields = {
        "profile": "High",
        "level": 40,
        "pix_fmt": "yuv420p",
        "width": 1920,
        "height": 1080,
        "fps": 24.0,
    }
    return MediaInfo(
        format_name=format_name,
        mime=mime,
        duration_s=20.0,
        video=(VideoStream(index=0, codec=video, end_s=20.0, **{**fields, **picture}),) if video else (),
        audio=(AudioStream(index=1, codec=audio, channels=channels),) if audio else (),
        keyframes_s=keyframes_s,
    )


MKV = {"mime": "video/x-matroska", "format_name": "matroska"}
HEVC10 = {
    "video": "hevc",
    "bit_depth": 10,
    "pix_fmt": "yuv420p10le",
    "profile": "Main 10",
    "level": 120,
    **MKV,
}
CASES = [
    # profile, file, mode, video, audio, words of the reason
    ("everything", media(**HEVC10, audio="truehd"), "direct", "copy", "copy", "as it is"),
    ("baseline", media(), "direct", "copy", "copy", "as it is"),
    ("baseline", media(**MKV), "remux", "copy", "copy", "does not open Matroska files"),
    ("baseline", media(channels=6), "transcode", "copy", "encode", "6 channels"),
    ("baseline", media(rotation=90), "transcode", "encode", "copy", "on its side"),
    ("baseline", media(width=3840, height=2160, level=51), "transcode", "encode", "copy", "3840x2160"),
    ("legacy", media(width=1280, height=720, level=31), "direct", "copy", "copy", "as it is"),
    ("legacy", media(), "transcode", "encode", "copy", "1920x1080"),
    ("chromium", media(**HEVC10, audio="ac3"), "transcode", "encode", "encode", "converted to H.264"),
    ("chromium", media(**MKV), "direct", "copy", "copy", "as it is"),
    ("chromium", media(mime="video/quicktime", rotation=90), "direct", "copy", "copy", "as it is"),
    ("chromium", media(audio="ac3", **MKV), "transcode", "copy", "encode", "the sound is AC-3"),
    ("chromium", media(video="vp9", audio="opus", mime="video/webm", format_name="matroska", level=None), "direct",
     "copy", "copy", "as it is"),
    ("chromium", media(video="h264", bit_depth=10, pix_fmt="yuv420p10le"), "transcode", "encode", "copy", "10-bit"),
    ("chromium", media(pix_fmt="yuv444p"), "transcode", "encode", "copy", "finer colour"),
    ("chromium", media(interlaced=True), "transcode", "encode", "copy", "interlaced"),
    ("chromium", media(level=62), "transcode", "encode", "copy", "higher level"),
    ("chromium", media(color_transfer="smpte2084", video="av1", level=9), "transcode", "encode", "copy", "HDR"),
    ("chromium", media(video="mpeg4", mime="video/x-msvideo", format_name="avi", audio="mp3", keyframes_s=()),
     "transcode", "encode", "encode", "DivX"),
    ("chromium", media(video=None, audio="mp3", mime="audio/mpeg", format_name="mp3"), "direct", None, "copy", "as"),
    ("chromium", media(audio=None), "direct", "copy", None, "as it is"),
    ("tizen", media(**HEVC10, audio="eac3", color_transfer="smpte2084"), "direct", "copy", "copy", "as it is"),
    ("tizen", media(audio="dts", **MKV), "transcode", "copy", "encode", "the sound is DTS"),
    ("safari", media(**HEVC10), "remux", "copy", "copy", "Matroska"),
    ("baseline", media(**MKV, keyframes_s=(0.0, 16.0)), "transcode", "encode", "copy", "far apart"),
    ("baseline", media(**MKV, keyframes_s=()), "transcode", "encode", "copy", "cannot be cut exactly"),
    ("baseline", media(**MKV, keyframes_s=(-3.0, 2.0)), "transcode", "encode", "copy", "begins where"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "info", "mode", "video", "audio", "words"), CASES)
def test_decisions(name, info, mode, video, audio, words):
    decision = decide(info, PROFILES[name])
    assert (decision.mode, decision.video, decision.audio) == (mode, video, audio)
    assert words in decision.reason


def test_the_reason_says_both_halves():
    reason = decide(media(**HEVC10, audio="ac3"), PROFILES["baseline"]).reason
    assert reason == (
        "the video is HEVC, which this screen does not play; it is converted to H.264; "
        "the sound is AC-3, which this screen does not play; it is converted to AAC"
    )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_everything_can_be_streamed_to_every_screen(profile, case):
    info = case[1]
    decision = decide_stream(info, profile)
    assert decision.mode in ("remux", "transcode")
    assert (decision.mode == "remux") == ("encode" not in (decision.video, decision.audio))
    assert (decision.video is None) == (not info.video)
    assert (decision.audio is None) == (not info.audio)
    if profile.packaging == "ts" and decision.video == "copy":
        assert info.video[0].codec == "h264"


@pytest.mark.parametrize(
    ("profile", "entry", "mode"),
    [
        ("safari", "hev1", "remux"),
        ("safari", "dvhe", "remux"),
        ("safari", "hvc1", "direct"),
        ("safari", None, "direct"),  # a file that was read before this was looked for
        ("tizen", "hev1", "direct"),
        ("everything", "hev1", "direct"),
    ],
)
def test_apples_engines_get_hevc_under_the_name_that_they_show(profile, entry, mode):
    hevc = media(**{**HEVC10, "mime": "video/mp4", "format_name": "mov"}, sample_entry=entry)
    decision = decide(hevc, PROFILES[profile])
    assert (decision.mode, decision.video, decision.audio) == (mode, "copy", "copy")
    assert ("hev1" in decision.reason or "dvhe" in decision.reason) == (mode == "remux")


PLAIN = media(width=1280, height=720, level=31)  # which all of them play as it is


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
@pytest.mark.parametrize("ask", [decide, decide_stream])
def test_a_player_that_got_stuck_has_everything_converted(profile, ask):
    decision = ask(PLAIN, profile, convert=True)
    assert (decision.mode, decision.video, decision.audio) == ("transcode", "encode", "encode")
    assert decision.reason == (
        "asked for by the player: the picture is converted to H.264 and the sound to AAC"
    )


@pytest.mark.parametrize(
    ("kept", "video", "audio", "words"),
    [
        ("video", "encode", None, "the picture is converted"),
        ("audio", None, "encode", "the sound is converted"),
    ],
)
def test_it_is_converted_as_far_as_there_is_any(kept, video, audio, words):
    alone = replace(PLAIN, **{"video": (), "audio": (), kept: getattr(PLAIN, kept)})
    decision = decide(alone, PROFILES["baseline"], convert=True)
    assert (decision.video, decision.audio) == (video, audio)
    assert decision.reason.startswith(f"asked for by the player: {words}")


@pytest.mark.parametrize(("duration_s", "video"), [(21.0, "copy"), (30.0, "copy"), (40.0, "encode")])
def test_a_picture_that_has_ended_is_shown_on_for_long_sound(duration_s, video):
    """A copied one cannot be: the last segment would be as long as the rest of the sound."""
    film = replace(media(mime="video/x-matroska", format_name="matroska"), duration_s=duration_s)
    decision = decide_stream(film, PROFILES["baseline"])
    assert decision.video == video
    assert ("has ended" in decision.reason) == (video == "encode")


def test_another_sound_track_is_never_played_directly():
    info = media()
    two = replace(info, audio=(*info.audio, AudioStream(index=2, codec="aac", language="fra")))
    assert decide(two, PROFILES["baseline"], audio=0).mode == "direct"
    assert decide(two, PROFILES["baseline"], audio=1).mode == "remux"
    assert chosen_audio(two, 1).language == "fra"
    assert chosen_audio(two, 7) == two.audio[0]


def test_the_default_sound_track_comes_first():
    info = media()
    two = replace(info, audio=(*info.audio, AudioStream(index=2, codec="ac3", default=True)))
    assert chosen_audio(two).codec == "ac3"
    assert decide(two, PROFILES["baseline"]).audio == "encode"


@pytest.mark.parametrize(
    ("profile", "container", "default", "mode"),
    [
        ("chromium", "matroska", 1, "remux"),
        ("tizen", "matroska", 1, "remux"),
        ("chromium", "matroska", 0, "direct"),
        ("chromium", "mov", 1, "direct"),  # the others are not enabled there
        ("everything", "matroska", 1, "direct"),
    ],
)
def test_players_of_matroska_take_the_first_sound_track(profile, container, default, mode):
    film = media(**MKV) if container == "matroska" else media()
    tracks = tuple(AudioStream(index=1 + at, codec="aac", default=at == default) for at in range(2))
    film = replace(film, audio=tracks)
    decision = decide(film, PROFILES[profile])
    assert (decision.mode, decision.video, decision.audio) == (mode, "copy", "copy")
    assert decide(film, PROFILES[profile], audio=default).mode == mode
    webm = media(video="vp9", mime="video/webm", format_name="matroska", level=None)
    assert decide(replace(webm, audio=tracks), PROFILES["chromium"]).mode == (
        "remux" if default else "direct"
    )


@pytest.mark.parametrize(
    ("codec", "channels", "start_s", "treatment"),
    [
        ("ac3", 6, 0.0, "copy"),
        ("ac3", 6, 0.8, "copy"),
        ("ac3", 6, 3.0, "encode"),
        ("eac3", 6, 3.0, "encode"),
        ("aac", 2, 3.0, "copy"),  # silence is written before it
        ("aac", 8, 3.0, "encode"),
    ],
)
def test_sound_that_begins_late_is_passed_on_beside_silence_only(codec, channels, start_s, treatment):
    film = media(**MKV, start_s=0.5)
    plain = "mp4a.40.2" if codec == "aac" else None
    late = AudioStream(
        index=1, codec=codec, channels=channels, codec_string=plain, start_s=0.5 + start_s, end_s=20.0
    )
    decision = decide_stream(replace(film, audio=(late,)), PROFILES["safari"])
    assert (decision.video, decision.audio) == ("copy", treatment)
    assert ("begins after the picture" in decision.reason) == (treatment == "encode")
    alone = replace(film, video=(), keyframes_s=(), audio=(late,))
    assert decide_stream(alone, PROFILES["safari"]).audio == "copy"


def test_profiles_are_found_by_name():
    assert profile_named("legacy").packaging == "ts"
    assert {
        "everything",
        "baseline",
        "legacy",
        "chromium",
        "safari",
        "tizen",
        "webos",
        "vidaa",
        "android",
    } <= set(PROFILES)
    with pytest.raises(UnknownProfileError, match="toaster"):
        profile_named("toaster")


@pytest.mark.parametrize(
    ("profile", "picture"), [("chromium", "encode"), ("baseline", "encode"), ("webos", "copy")]
)
def test_recovery_points_are_no_beginning_for_every_screen(profile, picture):
    recorded = media(only_idr=False, mime="video/mp2t", format_name="mpegts")
    assert decide_stream(recorded, PROFILES[profile]).video == picture
    assert (
        decide_stream(
            replace(recorded, video=(replace(recorded.video[0], only_idr=True),)), PROFILES[profile]
        ).video
        == "copy"
    )


def test_a_file_with_recovery_points_is_tried_as_it_is():
    assert decide(media(only_idr=False), PROFILES["chromium"]).mode == "direct"
