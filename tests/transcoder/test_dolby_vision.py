"""Dolby Vision found in headers; no encoder of ours makes it, so the record is put into other films."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcoder.conftest import with_open_end
from tests.transcoder.test_command import HDR_MP4
from transcoder import PROFILES, decide
from transcoder.dolby_vision import profile_in_matroska, profile_in_moov

HEVC10 = (
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-pix_fmt",
    "yuv420p10le",
    "-x265-params",
    "log-level=error",
)


def record(profile: int) -> bytes:
    """Return a configuration record of level 6, with an RPU and a base layer."""
    return struct.pack(">BBH", 1, 0, profile << 9 | 6 << 3 | 0b101).ljust(24, b"\0")


def box(profile: int) -> bytes:
    return struct.pack(">I", 32) + (b"dvcC" if profile < 8 else b"dvvC") + record(profile)


def mapping(profile: int, kind: bytes) -> bytes:
    """Return Matroska's BlockAdditionMapping."""
    inside = b"\x41\xa4\x85video" + b"\x41\xe7\x84" + kind + b"\x41\xed\x98" + record(profile)
    return b"\x41\xe4" + bytes([0x80 | len(inside)]) + inside


@pytest.mark.parametrize("profile", [4, 5, 7, 8])
def test_the_record_is_read(profile):
    assert profile_in_moov(b"moov...." + box(profile)) == profile
    assert profile_in_matroska(b"\x1aE\xdf\xa3" + mapping(profile, b"dvcC") + b"...") == profile
    assert profile_in_matroska(b"\x1aE\xdf\xa3" + mapping(profile, b"dvvC")) == profile


@given(st.binary(max_size=300), st.sampled_from([b"dvcC", b"dvvC", b""]))
def test_any_bytes_are_a_profile_or_none(data, kind):
    for found in (profile_in_moov(kind + data), profile_in_matroska(b"\x41\xe7\x84" + kind + data)):
        assert found is None or 0 <= found < 128


@pytest.mark.ffmpeg
@pytest.mark.parametrize("profile", [5, 8])
def test_it_is_found_in_an_mp4_file(clips, media_helper, media_server, profile):
    film = clips.make("hevc10.mp4", *HEVC10, "-tag:v", "hvc1", seconds="1", sound=False)
    assert media_helper.probe(media_server.offer("plain.mp4", film)).video[0].dolby_vision is None
    # A free box of the size of the record takes its place in the description of the film.
    at = film.index(b"pasp") - 4
    size = struct.unpack_from(">I", film, at)[0]
    assert size == 16
    grown = bytearray(film[:at] + box(profile) + film[at + size :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1"):
        where = grown.rindex(kind, 0, at) - 4
        struct.pack_into(">I", grown, where, struct.unpack_from(">I", grown, where)[0] + 16)
    video = media_helper.probe(media_server.offer("vision.mp4", bytes(grown))).video[0]
    assert video.dolby_vision == profile
    assert (video.width, video.height) == (320, 180)
    open_ended = with_open_end(bytes(grown))
    assert media_helper.probe(media_server.offer("open.mp4", open_ended)).video[0].dolby_vision == profile


def test_a_screen_is_told_why_colours_are_wrong():
    vision = replace(HDR_MP4, video=(replace(HDR_MP4.video[0], dolby_vision=5, color_transfer=None),))
    assert "Dolby Vision of profile 5" in decide(vision, PROFILES["baseline"]).reason
    fallback = replace(HDR_MP4, video=(replace(HDR_MP4.video[0], dolby_vision=8),))
    assert "Dolby Vision" not in decide(fallback, PROFILES["baseline"]).reason


@pytest.mark.parametrize(
    ("profile", "mode"), [("webos", "direct"), ("tizen", "transcode"), ("vidaa", "transcode")]
)
def test_only_screens_made_for_it_get_the_profile_without_another_picture(profile, mode):
    vision = replace(HDR_MP4, video=(replace(HDR_MP4.video[0], dolby_vision=5, color_transfer=None),))
    decision = decide(vision, PROFILES[profile])
    assert decision.mode == mode
    assert ("Dolby Vision of profile 5" in decision.reason) == (mode == "transcode")
    for other in (7, 8, None):
        shown = replace(vision, video=(replace(vision.video[0], dolby_vision=other),))
        assert decide(shown, PROFILES[profile]).mode == "direct"
