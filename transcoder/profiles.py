"""What each kind of screen plays.

Conservative where models of one family differ: converting what would have played costs electricity, passing on
what does not play costs the evening.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from transcoder.errors import UnknownProfileError

Packaging = Literal["fmp4", "ts"]

_MP4 = frozenset({"video/mp4", "audio/mp4", "video/quicktime"})
_WEBM = frozenset({"video/webm", "audio/webm"})
_MATROSKA = frozenset({"video/x-matroska", "audio/x-matroska"})
_SOUND_FILES = frozenset({"audio/mpeg", "audio/wav"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoLimit:
    """The most of one codec that a screen decodes. Levels are as the codec writes them: H.264 5.1 is 51."""

    max_level: int | None = None
    max_bit_depth: int = 8
    max_width: int = 3840
    max_height: int = 2160


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenProfile:
    """What one kind of screen plays, and what to make for it of the rest."""

    name: str
    containers: frozenset[str] = frozenset()  # media types that it opens as files
    video: Mapping[str, VideoLimit] = field(default_factory=dict)  # by codec
    audio: Mapping[str, int] = field(default_factory=dict)  # codec -> greatest channel count
    packaging: Packaging = "fmp4"
    max_width: int = 1920  # of what is converted for it
    max_height: int = 1080
    hdr: bool = False
    dolby_vision: bool = False  # of profile 5, beneath which there is no other picture
    interlaced: bool = False
    recovery_points: bool = True  # in a stream it can begin at H.264 keyframes that are no IDR pictures
    rotates: bool = True  # turns a phone's video upright by the matrix in an mp4 file
    plays_all: bool = False
    # Converted sound may keep six channels; else they are mixed here, where none is lost.
    surround: bool = False
    black_entries: frozenset[str] = frozenset()  # sample entries of mp4 files that it plays without a picture
    distrusted: frozenset[str] = frozenset()  # abilities that these engines claim whatever they can


_H264_UHD = VideoLimit(max_level=52)
_TV_VIDEO = {
    "h264": VideoLimit(max_level=51),
    "hevc": VideoLimit(max_level=153, max_bit_depth=10),
    "vp9": VideoLimit(max_bit_depth=10),
    "mpeg2video": VideoLimit(max_width=1920, max_height=1088),
}
_CHROMIUM = ScreenProfile(
    name="chromium",
    containers=_MP4 | _WEBM | _MATROSKA | _SOUND_FILES | {"audio/ogg", "audio/flac"},
    video={
        "h264": _H264_UHD,
        "vp8": VideoLimit(),
        "vp9": VideoLimit(max_bit_depth=10),
        "av1": VideoLimit(max_bit_depth=10),
    },
    audio={"aac": 8, "mp3": 2, "opus": 8, "vorbis": 8, "flac": 8},
    recovery_points=False,  # without a decoder chip it takes what follows them for damage
)
_TIZEN = ScreenProfile(
    name="tizen",
    containers=_MP4 | _WEBM | _MATROSKA | _SOUND_FILES | {"video/mp2t", "video/mpeg", "video/x-msvideo"},
    video=_TV_VIDEO,
    audio={"aac": 6, "mp3": 2, "mp2": 2, "ac3": 6, "eac3": 8, "opus": 6, "vorbis": 6, "pcm_s16le": 2},
    packaging="ts",  # fMP4 in HLS fails on sets before 2019 and is unreliable on later ones
    hdr=True,
    interlaced=True,
    rotates=False,
    distrusted=frozenset({"flac"}),  # beside a picture it plays late
)

_ALL = (
    ScreenProfile(name="everything", plays_all=True, hdr=True, dolby_vision=True, interlaced=True),
    ScreenProfile(
        name="baseline",
        containers=_MP4,
        video={"h264": VideoLimit(max_level=42, max_width=1920, max_height=1088)},
        audio={"aac": 2},
        recovery_points=False,
        rotates=False,
    ),
    ScreenProfile(
        name="legacy",
        containers=frozenset({"video/mp4", "audio/mp4"}),
        video={"h264": VideoLimit(max_level=40, max_width=1280, max_height=720)},
        audio={"aac": 2},
        packaging="ts",
        max_width=1280,
        max_height=720,
        rotates=False,
    ),
    _CHROMIUM,
    ScreenProfile(
        name="safari",
        containers=_MP4 | _SOUND_FILES,
        video={"h264": _H264_UHD, "hevc": VideoLimit(max_level=153, max_bit_depth=10)},
        audio={"aac": 8, "mp3": 2, "ac3": 6, "eac3": 8, "flac": 2, "alac": 8},
        black_entries=frozenset({"hev1", "dvhe"}),  # ffmpeg's default; without an error, with the sound
        hdr=True,
        dolby_vision=True,
        surround=True,
    ),
    _TIZEN,
    replace(
        _TIZEN,
        name="webos",
        dolby_vision=True,
        # Opus and FLAC: sets say yes and stay silent, or play two channels only.
        audio={"aac": 6, "mp3": 2, "mp2": 2, "ac3": 6, "eac3": 8, "pcm_s16le": 2},
        distrusted=frozenset({"flac", "opus"}),
    ),
    ScreenProfile(
        name="vidaa",
        containers=_MP4 | _SOUND_FILES,
        video={"h264": VideoLimit(max_level=51), "hevc": VideoLimit(max_level=153, max_bit_depth=10)},
        audio={"aac": 6, "mp3": 2, "ac3": 6, "eac3": 6},
        hdr=True,
        rotates=False,
    ),
    replace(
        _CHROMIUM,
        name="android",
        video={"h264": VideoLimit(max_level=51), "vp8": VideoLimit(), "vp9": VideoLimit()},
    ),
    replace(
        _CHROMIUM,
        name="xbox",
        containers=_MP4 | _SOUND_FILES,
        video={"h264": VideoLimit(max_level=51)},
        audio={"aac": 8, "mp3": 2},
        distrusted=frozenset({"av1", "av110", "opus"}),
    ),
    ScreenProfile(
        name="playstation",
        containers=frozenset({"video/mp4", "audio/mp4"}),
        video={"h264": VideoLimit(max_level=42, max_width=1920, max_height=1088)},
        audio={"aac": 2},
        rotates=False,
    ),
    ScreenProfile(
        name="chromecast",
        containers=frozenset({"video/mp4", "audio/mp4"}) | _WEBM | _SOUND_FILES,
        video={
            "h264": VideoLimit(max_level=41, max_width=1920, max_height=1088),
            "vp8": VideoLimit(max_width=1920),
        },
        audio={"aac": 2, "mp3": 2, "opus": 2, "vorbis": 2},
        packaging="ts",
        rotates=False,
    ),
    ScreenProfile(  # a TV's own player, which says little of itself: what sets of ten years agree on
        name="dlna",
        containers=frozenset(
            {"video/mp4", "audio/mp4", "video/x-matroska", "video/mp2t", "video/mpeg", "audio/mpeg"}
        ),
        video={
            "h264": VideoLimit(max_level=41, max_width=1920, max_height=1088),
            "mpeg2video": VideoLimit(max_width=1920, max_height=1088),
        },
        audio={"aac": 6, "ac3": 6, "mp2": 2, "mp3": 2},
        packaging="ts",
        interlaced=True,
        rotates=False,
    ),
)

PROFILES: Mapping[str, ScreenProfile] = {profile.name: profile for profile in _ALL}


def profile_named(name: str) -> ScreenProfile:
    """Return the screen profile called `name`.

    Raises:
        UnknownProfileError: There is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfileError(name) from None
