"""What a media file is: `MediaInfo`, its streams, and their JSON form.

Times are seconds; those called absolute are the file's own timestamps, of which `start_s` is the first.
"""

import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from transcoder.errors import ProbeError

Json = dict[str, Any]  # plain JSON types only

# How HDR films code brightness, by libavformat's names: ITU-R BT.2100.
PQ, HLG = "smpte2084", "arib-std-b67"
HDR_TRANSFERS = frozenset({PQ, HLG})
# Transport and program streams: without an index, and some with a clock that jumps.
BROADCAST_FORMATS = frozenset({"mpegts", "mpeg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStream:
    """One picture track; attached pictures (covers) are not among them."""

    index: int
    codec: str
    profile: str | None = None
    level: int | None = None  # as the codec writes it: H.264 31 is 3.1, HEVC 120 is 4.0
    pix_fmt: str | None = None
    bit_depth: int = 8
    width: int  # stored, before sample aspect ratio and rotation
    height: int
    sar: float = 1.0  # width of a stored pixel divided by its height
    rotation: int = 0  # degrees clockwise that bring it upright: 0, 90, 180 or 270
    mirrored: bool = False  # before that, left and right are exchanged
    fps: float | None = None
    interlaced: bool = False  # the first picture is of two fields
    may_have_fields: bool = False  # H.264: later pictures may be, as far as its parameters say...
    mixed: bool = False  # ...and some are
    only_idr: bool = True  # H.264: each keyframe is one that any decoder can begin at; see `idr`
    is_cut: bool = False  # an edit list leaves out pictures in the middle or at the end
    color_transfer: str | None = None
    matrix_named: bool = True  # the file says how colours became luma and chroma
    dolby_vision: int | None = None  # profile; 5 has no picture for other screens beneath it
    codec_string: str | None = None  # RFC 6381
    sample_entry: str | None = None  # what an mp4 file calls it: "hvc1", "hev1"; None where not known
    start_s: float | None = None  # absolute pts of the first frame
    end_s: float | None = None  # absolute end of the last frame
    last_s: float | None = None  # absolute pts of the last frame, where it may stay for long

    @property
    def upright_width(self) -> int:
        """Width as shown, in square pixels."""
        return self.height if self.rotation in (90, 270) else round(self.width * self.sar)

    @property
    def upright_height(self) -> int:
        """Height as shown, in square pixels."""
        return round(self.width * self.sar) if self.rotation in (90, 270) else self.height

    @property
    def hdr(self) -> bool:
        """Whether brightness is coded for HDR screens (PQ or HLG)."""
        return self.color_transfer in HDR_TRANSFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioStream:
    """One sound track."""

    index: int
    codec: str
    profile: str | None = None
    channels: int = 2
    sample_rate: int = 48000
    language: str | None = None
    title: str | None = None
    default: bool = False
    codec_string: str | None = None  # RFC 6381
    has_gaps: bool = False  # stretches of silence that are not in the file
    start_s: float | None = None  # absolute pts of the first packet
    end_s: float | None = None  # absolute end of the last packet, or a time by which it has ended
    number: int | None = None  # among all sound tracks of the file, those that are not offered too


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleStream:
    """One subtitle track; `is_text` is false for pictures such as PGS and VobSub."""

    index: int
    codec: str
    language: str | None = None
    title: str | None = None
    forced: bool = False
    default: bool = False
    is_text: bool = True
    width: int | None = None  # of the screen that pictures were made for
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Where a chapter of a film begins, in seconds of playing time, and what it is called."""

    start_s: float
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a recording with a clock of its own, from byte `start` up to `stop` of the file.

    Recordings that were joined, or interrupted, have several; played, they follow each other.
    """

    start: int
    stop: int
    start_s: float  # first timestamp, on its own clock
    at_s: float  # playing time at which it begins
    # Ids in it of the film's subtitle tracks; None for one that is away.
    subtitles: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What the probe found in one file.

    Where the file has several `stretches`, absolute times are those of the first one's clock, gone on with.
    """

    format_name: str  # the libavformat demuxer to force with -f
    mime: str
    duration_s: float
    start_s: float = 0.0
    video: tuple[VideoStream, ...] = ()
    audio: tuple[AudioStream, ...] = ()
    subtitles: tuple[SubtitleStream, ...] = ()
    keyframes_s: tuple[float, ...] = ()  # absolute pts, ascending; empty when unknown
    chapters: tuple[Chapter, ...] = ()  # ascending
    stretches: tuple[Stretch, ...] = ()  # empty when one clock runs through the file
    # Where pictures change their shape: from which playing time on they are how many times as wide as high.
    shapes: tuple[tuple[float, float], ...] = ()
    peak_bitrate: int | None = None  # of a segment with all tracks, in bits per second
    taken_at: str | None = None  # ISO 8601, with the offset where the file has one
    location: tuple[float, float] | None = None  # latitude, longitude in degrees

    def to_json(self) -> Json:
        """Return a dictionary of plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Return what `to_json` gave, every type checked: it may come from a process that decodes hostile files.

        Raises:
            ProbeError: A field is missing or is of another type.
        """
        plain = {
            name: raw[name]
            for name in raw
            if name
            not in (
                "video",
                "audio",
                "subtitles",
                "keyframes_s",
                "chapters",
                "stretches",
                "shapes",
                "location",
            )
        }
        return _checked(
            cls,
            {
                **plain,
                "video": tuple(_checked(VideoStream, one) for one in _list(raw.get("video", ()))),
                "audio": tuple(_checked(AudioStream, one) for one in _list(raw.get("audio", ()))),
                "subtitles": tuple(_checked(SubtitleStream, one) for one in _list(raw.get("subtitles", ()))),
                "keyframes_s": _numbers(raw.get("keyframes_s", ())),
                "chapters": tuple(_checked(Chapter, one) for one in _list(raw.get("chapters", ()))),
                "stretches": tuple(_stretch(one) for one in _list(raw.get("stretches", ()))),
                "shapes": tuple(_pair(one) for one in _list(raw.get("shapes", ()))),
                "location": _location(raw.get("location")),
            },
        )


_T = typing.TypeVar("_T")


def _checked(cls: type[_T], raw: object) -> _T:
    """Build dataclass `cls` from a mapping, refusing unknown names and other types."""
    if not isinstance(raw, Mapping):
        raise ProbeError(f"{cls.__name__} is not an object")
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in hints:
            raise ProbeError(f"{cls.__name__} has no field {name!r}")
        values[name] = _typed(f"{cls.__name__}.{name}", hints[name], value)
    missing = [f.name for f in fields(cls) if f.name not in values]  # type: ignore[arg-type]
    try:
        return cls(**values)
    except TypeError as error:
        raise ProbeError(f"{cls.__name__} lacks some of {', '.join(missing)}") from error


def _typed(name: str, hint: object, value: object) -> object:
    """Return `value` if it is of type `hint`; whole numbers pass as floats."""
    if typing.get_origin(hint) is tuple:
        return value  # built by the caller
    allowed: tuple[object, ...] = typing.get_args(hint) or (hint,)
    if isinstance(value, bool):
        accepted = bool in allowed
    elif isinstance(value, int) and int not in allowed and float in allowed:
        return float(value)
    else:
        accepted = type(value) in allowed or isinstance(value, tuple)
    if not accepted:
        raise ProbeError(f"{name} is of another type")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise ProbeError("a list is not a list")
    return list(value)


def _stretch(raw: object) -> Stretch:
    ids = _list(raw.get("subtitles", ())) if isinstance(raw, Mapping) else []
    if not all(one is None or type(one) is int for one in ids):
        raise ProbeError("a list of tracks is not a list of numbers")
    return _checked(Stretch, {**raw, "subtitles": tuple(ids)} if isinstance(raw, Mapping) else raw)


def _numbers(value: object) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or not all(type(one) in (int, float) for one in value):
        raise ProbeError("a list of times is not a list of numbers")
    return tuple(float(one) for one in value)


def _location(value: object) -> tuple[float, float] | None:
    return None if value is None else _pair(value)


def _pair(value: object) -> tuple[float, float]:
    pair = _numbers(value)
    if len(pair) != 2:
        raise ProbeError("a pair is not one of two numbers")
    return (pair[0], pair[1])
