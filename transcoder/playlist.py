"""HLS playlists (RFC 8216): a dataclass per kind of line, formatted and parsed."""

import math
import re
from dataclasses import dataclass
from typing import Literal

from transcoder.errors import PlaylistError

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')
_UNQUOTABLE = re.compile(r'["\r\n]')
_SUBTITLE_GROUP = "subs"

VideoRange = Literal["HLG", "PQ"]  # SDR is what it is without a word
_VIDEO_RANGES: dict[str, VideoRange] = {"HLG": "HLG", "PQ": "PQ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One rung of quality (EXT-X-STREAM-INF)."""

    uri: str
    bandwidth: int  # bits per second, of the segment that has the most
    average_bandwidth: int | None = None
    codecs: str | None = None
    resolution: tuple[int, int] | None = None
    frame_rate: float | None = None
    video_range: VideoRange | None = None  # RFC 8216bis, 4.4.6.2: without it players take a picture for SDR


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleRendition:
    """A track of text that goes with every variant (EXT-X-MEDIA, RFC 8216, section 4.3.4.1)."""

    uri: str
    name: str
    language: str | None = None  # RFC 5646
    default: bool = False
    autoselect: bool = False
    forced: bool = False

    def __post_init__(self) -> None:
        if _UNQUOTABLE.search(f"{self.uri}{self.name}{self.language or ''}"):
            raise ValueError("a quoted string holds neither quotes nor ends of lines")


@dataclass(frozen=True, slots=True)
class MultivariantPlaylist:
    """Lists variants, and the subtitles that go with them."""

    variants: tuple[Variant, ...]
    version: int = 7
    subtitles: tuple[SubtitleRendition, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaSegment:
    """One segment (EXTINF and its address)."""

    uri: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlaylist:
    """Lists all segments of a recording that is known from beginning to end."""

    segments: tuple[MediaSegment, ...]
    map_uri: str | None = None  # the init segment (EXT-X-MAP)
    version: int = 7

    @property
    def target_duration_s(self) -> int:
        """The longest segment, rounded to whole seconds (RFC 8216, 4.3.3.1), at least 1."""
        return max([1, *(math.ceil(segment.duration_s) for segment in self.segments)])


def format_multivariant(playlist: MultivariantPlaylist) -> str:
    """Return the playlist's text."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{playlist.version}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_format_subtitles(rendition) for rendition in playlist.subtitles]
    for variant in playlist.variants:
        attributes = [f"BANDWIDTH={variant.bandwidth}"]
        if variant.average_bandwidth:
            attributes.append(f"AVERAGE-BANDWIDTH={variant.average_bandwidth}")
        if variant.codecs:
            attributes.append(f'CODECS="{variant.codecs}"')
        if variant.resolution:
            attributes.append(f"RESOLUTION={variant.resolution[0]}x{variant.resolution[1]}")
        if variant.frame_rate:
            attributes.append(f"FRAME-RATE={variant.frame_rate:.3f}")
        if variant.video_range:
            attributes.append(f"VIDEO-RANGE={variant.video_range}")
        if playlist.subtitles:
            attributes.append(f'SUBTITLES="{_SUBTITLE_GROUP}"')
        lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", variant.uri]
    return "\n".join(lines) + "\n"


def _format_subtitles(rendition: SubtitleRendition) -> str:
    language = f',LANGUAGE="{rendition.language}"' if rendition.language else ""
    said = {"DEFAULT": rendition.default, "AUTOSELECT": rendition.autoselect, "FORCED": rendition.forced}
    flags = ",".join(f"{name}={'YES' if holds else 'NO'}" for name, holds in said.items())
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{_SUBTITLE_GROUP}",NAME="{rendition.name}"{language},{flags},'
        f'URI="{rendition.uri}"'
    )


def format_media(playlist: MediaPlaylist) -> str:
    """Return the playlist's text."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{playlist.version}",
        f"#EXT-X-TARGETDURATION:{playlist.target_duration_s}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if playlist.map_uri is not None:
        lines.append(f'#EXT-X-MAP:URI="{playlist.map_uri}"')
    for segment in playlist.segments:
        lines += [f"#EXTINF:{segment.duration_s:.6f},", segment.uri]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def parse_multivariant(text: str) -> MultivariantPlaylist:
    """Return the playlist that `text` is; tags that we do not write are passed over.

    Raises:
        PlaylistError: It is no multivariant playlist.
    """
    version, variants, attributes = 1, [], None
    subtitles = []
    for tag, value in _lines(text):
        if tag == "EXT-X-VERSION":
            version = _whole(value)
        elif tag == "EXT-X-MEDIA":
            rendition = _attributes(value)
            if rendition.get("TYPE") == "SUBTITLES":
                subtitles.append(_subtitles(rendition))
        elif tag == "EXT-X-STREAM-INF":
            attributes = _attributes(value)
        elif tag == "" and attributes is not None:
            variants.append(_variant(value, attributes))
            attributes = None
    if not variants:
        raise PlaylistError("no variants")
    return MultivariantPlaylist(tuple(variants), version, tuple(subtitles))


def parse_media(text: str) -> MediaPlaylist:
    """Return the playlist that `text` is; tags that we do not write are passed over.

    Raises:
        PlaylistError: It is no media playlist, or one that is not complete.
    """
    version, segments, map_uri, duration_s, complete = 1, [], None, None, False
    for tag, value in _lines(text):
        if tag == "EXT-X-VERSION":
            version = _whole(value)
        elif tag == "EXT-X-MAP":
            map_uri = _attributes(value).get("URI")
        elif tag == "EXTINF":
            duration_s = _number(value.partition(",")[0])
        elif tag == "" and duration_s is not None:
            segments.append(MediaSegment(value, duration_s))
            duration_s = None
        elif tag == "EXT-X-ENDLIST":
            complete = True
    if not complete:
        raise PlaylistError("no end")
    return MediaPlaylist(segments=tuple(segments), map_uri=map_uri, version=version)


def _lines(text: str) -> list[tuple[str, str]]:
    """Return (tag, value) per line; addresses have an empty tag."""
    lines = text.split("\n")
    if lines[0].rstrip("\r") != "#EXTM3U":
        raise PlaylistError("not a playlist")
    pairs = []
    for line in (one.rstrip("\r") for one in lines[1:]):
        if line.startswith("#EXT"):
            tag, _, value = line[1:].partition(":")
            pairs.append((tag, value))
        elif line and not line.startswith("#"):
            pairs.append(("", line))
    return pairs


def _variant(uri: str, attributes: dict[str, str]) -> Variant:
    resolution = attributes.get("RESOLUTION")
    width, _, height = (resolution or "").partition("x")
    rate, average = attributes.get("FRAME-RATE"), attributes.get("AVERAGE-BANDWIDTH")
    return Variant(
        uri=uri,
        bandwidth=_whole(attributes.get("BANDWIDTH", "")),
        average_bandwidth=_whole(average) if average else None,
        codecs=attributes.get("CODECS"),
        resolution=(_whole(width), _whole(height)) if resolution else None,
        frame_rate=_number(rate) if rate else None,
        video_range=_VIDEO_RANGES.get(attributes.get("VIDEO-RANGE", "")),
    )


def _subtitles(attributes: dict[str, str]) -> SubtitleRendition:
    if not {"URI", "NAME"} <= attributes.keys():
        raise PlaylistError("subtitles without an address or a name")
    return SubtitleRendition(
        uri=attributes["URI"],
        name=attributes["NAME"],
        language=attributes.get("LANGUAGE") or None,
        default=attributes.get("DEFAULT") == "YES",
        autoselect=attributes.get("AUTOSELECT") == "YES",
        forced=attributes.get("FORCED") == "YES",
    )


def _attributes(value: str) -> dict[str, str]:
    found, position = {}, 0
    while position < len(value):
        match = _ATTRIBUTE.match(value, position)
        if match is None:
            raise PlaylistError("an attribute list that is none")
        found[match[1]] = match[2].strip('"')
        position = match.end()
    return found


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise PlaylistError("not a whole number")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{0,20})?", text):
        raise PlaylistError("not a number")
    return float(text)
