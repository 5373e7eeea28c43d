"""What a screen finds out about itself, added to what is known of its kind.

A page asks its engine (`canPlayType`, `MediaSource.isTypeSupported`) and sends a list of words: `hevc` for what the
engine says it plays, `-vp9` for what it says it does not. Some engines say yes and stay dark; for them the profile
knows better (`ScreenProfile.distrusted`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from transcoder.errors import UnknownAbilityError, UnknownProfileError
from transcoder.profiles import ScreenProfile, VideoLimit, profile_named

_SIGN = re.compile(r"[.-]")
_WORD = re.compile(r"[.-][a-z0-9]+")

_VIDEO: Mapping[str, tuple[str, VideoLimit]] = {
    "h264": ("h264", VideoLimit(max_level=42, max_width=1920, max_height=1088)),
    "h264uhd": ("h264", VideoLimit(max_level=52)),
    "hevc": ("hevc", VideoLimit(max_level=153)),
    "hevc10": ("hevc", VideoLimit(max_level=153, max_bit_depth=10)),
    "vp8": ("vp8", VideoLimit()),
    "vp9": ("vp9", VideoLimit()),
    "vp910": ("vp9", VideoLimit(max_bit_depth=10)),
    "av1": ("av1", VideoLimit()),
    "av110": ("av1", VideoLimit(max_bit_depth=10)),
}
_AUDIO: Mapping[str, tuple[str, int]] = {
    "aac51": ("aac", 6),
    "ac3": ("ac3", 6),
    "eac3": ("eac3", 8),
    "flac": ("flac", 8),
    "mp3": ("mp3", 2),
    "opus": ("opus", 8),
    "vorbis": ("vorbis", 8),
}
_CONTAINERS: Mapping[str, frozenset[str]] = {
    "mkv": frozenset({"video/x-matroska", "audio/x-matroska"}),
    "webm": frozenset({"video/webm", "audio/webm"}),
    "mov": frozenset({"video/quicktime"}),
    "ts": frozenset({"video/mp2t"}),
}
ABILITIES = frozenset({*_VIDEO, *_AUDIO, *_CONTAINERS, "hdr"})
"""The words that a screen may use."""


def profile_for(name: str, can: str = "") -> ScreenProfile:
    """Return the profile of a screen.

    Args:
        name: Of its kind, or what `refined` has called a profile: "chromium.ac3-vp9".
        can: Words of `ABILITIES` with commas between them: "ac3,-vp9".

    Raises:
        UnknownProfileError: There is no such kind.
        UnknownAbilityError: A word is none of `ABILITIES`.
    """
    kind = _SIGN.split(name, maxsplit=1)[0]
    words = [word.removeprefix(".") for word in _WORD.findall(name[len(kind) :])]
    if kind + "".join(word if word[0] == "-" else f".{word}" for word in words) != name:
        raise UnknownProfileError(name)
    return refined(profile_named(kind), [*words, *can.split(",")])


def refined(profile: ScreenProfile, words: Iterable[str]) -> ScreenProfile:
    """Return `profile` with what a screen says of itself.

    Args:
        profile: Of the screen's kind.
        words: Of `ABILITIES`, each with a "-" in front where the screen cannot; in any order, the same twice or not.

    Returns:
        A profile whose name tells it from others: "chromium.ac3-vp9".

    Raises:
        UnknownAbilityError: A word is none of `ABILITIES`.
    """
    # What it cannot comes last, and so wins.
    said = sorted({word if word.startswith("-") else f".{word}" for word in words if word}, reverse=True)
    name = profile.name
    for word in said:
        sign, ability = word[0], word[1:]
        if ability not in ABILITIES:
            raise UnknownAbilityError(ability)
        if ability in profile.distrusted or profile.plays_all:
            continue
        changed = (_with if sign == "." else _without)(profile, ability)
        name += word if changed != profile else ""
        profile = changed
    return replace(profile, name=name)


def _with(profile: ScreenProfile, ability: str) -> ScreenProfile:
    if ability == "hdr":
        return replace(profile, hdr=True)
    if ability in _CONTAINERS:
        return replace(profile, containers=profile.containers | _CONTAINERS[ability])
    if ability in _AUDIO:
        codec, channels = _AUDIO[ability]
        return replace(profile, audio={**profile.audio, codec: max(channels, profile.audio.get(codec, 0))})
    codec, limit = _VIDEO[ability]
    known = profile.video.get(codec)
    return replace(profile, video={**profile.video, codec: _wider(known, limit) if known else limit})


def _without(profile: ScreenProfile, ability: str) -> ScreenProfile:
    if ability == "hdr":
        return replace(profile, hdr=False)
    if ability in _CONTAINERS:
        return replace(profile, containers=profile.containers - _CONTAINERS[ability])
    if ability in _AUDIO:
        return _without_sound(profile, ability)
    codec, _ = _VIDEO[ability]
    known = profile.video.get(codec)
    if known is None:
        return profile
    if (narrow := _NARROWER.get(ability)) is not None:
        return replace(profile, video={**profile.video, codec: narrow(known)})
    return replace(profile, video={name: one for name, one in profile.video.items() if name != codec})


def _without_sound(profile: ScreenProfile, ability: str) -> ScreenProfile:
    codec, _ = _AUDIO[ability]
    if ability == "aac51":  # it plays the stereo sound of the same codec
        return replace(profile, audio={**profile.audio, "aac": min(2, profile.audio.get("aac", 2))})
    return replace(profile, audio={name: count for name, count in profile.audio.items() if name != codec})


def _eight_bit(limit: VideoLimit) -> VideoLimit:
    return replace(limit, max_bit_depth=8)


def _full_hd(limit: VideoLimit) -> VideoLimit:
    level = 42 if limit.max_level is None else min(42, limit.max_level)
    return replace(
        limit, max_level=level, max_width=min(1920, limit.max_width), max_height=min(1088, limit.max_height)
    )


# What the lack of these takes away is a part of the codec, not all of it.
_NARROWER: Mapping[str, Callable[[VideoLimit], VideoLimit]] = {
    "h264uhd": _full_hd,
    "hevc10": _eight_bit,
    "vp910": _eight_bit,
    "av110": _eight_bit,
}


def _wider(one: VideoLimit, other: VideoLimit) -> VideoLimit:
    """Return what a screen plays that plays both."""
    levels = (one.max_level, other.max_level)
    return VideoLimit(
        max_level=None if None in levels else max(level for level in levels if level is not None),
        max_bit_depth=max(one.max_bit_depth, other.max_bit_depth),
        max_width=max(one.max_width, other.max_width),
        max_height=max(one.max_height, other.max_height),
    )
