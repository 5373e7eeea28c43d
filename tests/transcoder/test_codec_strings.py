"""Codec strings against what the registration authorities and real files say."""

import pytest

from transcoder.codec_strings import audio_codec_string, video_codec_string

HVCC_MAIN10 = bytes.fromhex("01 02 20000000 9000 00000000 78".replace(" ", ""))
HVCC_MAIN = bytes.fromhex("01 01 60000000 b000 00000000 5d".replace(" ", ""))


def video(codec, extradata, profile=None, bit_depth=8, width=1920, height=1080, fps=24.0):
    return video_codec_string(
        codec, extradata, profile, bit_depth=bit_depth, width=width, height=height, fps=fps
    )


def test_h264_from_avcc_and_from_start_codes():
    assert video("h264", bytes.fromhex("01640028ffe1")) == "avc1.640028"
    assert video("h264", bytes.fromhex("000000012764001e ac 000001 28ee".replace(" ", ""))) == "avc1.64001e"


def test_hevc_as_in_the_standards_examples():
    assert video("hevc", HVCC_MAIN10) == "hvc1.2.4.L120.90"
    assert video("hevc", HVCC_MAIN) == "hvc1.1.6.L93.B0"


def test_hevc_from_start_codes_with_emulation_prevention():
    unit = bytes([0x42, 0x01, 0x01]) + bytes.fromhex("0160000003 00b0000003000003005d a0".replace(" ", ""))
    assert video("hevc", b"\x00\x00\x00\x01" + unit) == "hvc1.1.6.L93.B0"


def test_av1_and_vp9():
    assert video("av1", bytes.fromhex("81084c00")) == "av01.0.08M.10"
    assert video("vp9", b"", "Profile 0") == "vp09.00.40.08"
    assert video("vp9", b"", "Profile 2", bit_depth=10, width=3840, height=2160, fps=60) == "vp09.02.51.10"


@pytest.mark.parametrize(
    ("codec", "extradata", "profile", "expected"),
    [
        ("aac", "1190", "LC", "mp4a.40.2"),
        ("aac", "2b92", None, "mp4a.40.5"),
        ("aac", "f94a", None, "mp4a.40.42"),
        ("aac", "", "HE-AACv2", "mp4a.40.29"),
        ("aac", "", None, "mp4a.40.2"),
        ("ac3", "", None, "ac-3"),
        ("eac3", "", None, "ec-3"),
        ("opus", "", None, "opus"),
        ("flac", "", None, "flac"),
        ("pcm_s16le", "", None, None),
    ],
)
def test_sound(codec, extradata, profile, expected):
    assert audio_codec_string(codec, bytes.fromhex(extradata), profile) == expected


def test_damaged_configuration_gives_no_string():
    for codec in ("h264", "hevc", "av1"):
        assert video(codec, b"") is None
        assert video(codec, b"\x01") is None
