"""When a video's keyframes are shown and when it ends, found as cheaply as its container allows.

Runs in the media helper only: it drives PyAV objects that it is given.

* mp4, mov: libavformat's index has decoding times; the sample table gives the rest (`mp4_index`).
* Matroska, WebM: the index is there after one seek, and has the times shown.
* FLV, Ogg, fragmented mp4: all packets are read, for a bounded time (MPEG-TS and MPEG-PS: `broadcast`).
* AVI, ASF and others: unknown; their seeks start early instead.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from transcoder.bitrates import peak_bitrate
from transcoder.boxes import find_top_level
from transcoder.errors import BoxError
from transcoder.http_range import RangeReader
from transcoder.media_info import Stretch
from transcoder.mp4_index import parse_sample_times, samples_at
from transcoder.shapes import Shapes

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer
    from av.index import IndexEntry

SCAN_LIMIT_S = 90.0
MAX_MOOV_SIZE = 256 * 1024 * 1024
# What an edit list leaves out at the end is passed on all the same if it is so short: nothing is converted for that.
LEFT_OUT_S = 0.25
_MOST_PARTS = 1000  # of a film that somebody cut
_SEEK_ERROR_S = 0.4  # a seek aims so near to its keyframe
_SCANNED = frozenset({"flv", "ogg", "mov"})
_PACKETS_FOR_FIRST_PICTURE = 300


@dataclass(frozen=True, slots=True)
class PacketTimes:
    """When a packet is shown and decoded and for how long, in its stream's time base."""

    pts: int
    dts: int | None
    duration: int
    key: bool


@dataclass(slots=True)
class Beginning:
    """The first packets of a video stream, up to the first picture that decodes.

    The picture knows rotation and interlacing; `rest` goes on reading behind `packets`.
    """

    stream: "VideoStream"
    rest: "Iterator[Packet[VideoStream]]"
    packets: list[PacketTimes] = field(default_factory=list)
    first_bytes: bytes = b""
    picture: "VideoFrame | None" = None


def read_beginning(container: "InputContainer", stream: "VideoStream") -> Beginning:
    """Read from the container's beginning, where it must stand, to the first picture."""
    rest = container.demux(stream)
    beginning = Beginning(stream, rest)
    for _, packet in zip(range(_PACKETS_FOR_FIRST_PICTURE), rest, strict=False):
        beginning.first_bytes = beginning.first_bytes or bytes(packet)
        if packet.pts is not None:
            times = PacketTimes(packet.pts, packet.dts, packet.duration or 0, packet.is_keyframe)
            beginning.packets.append(times)
        try:
            beginning.picture = next(iter(packet.decode()), None)
        except (OSError, ValueError):
            continue  # damage; PyAV's errors are of these two kinds
        if beginning.picture is not None:
            break
    return beginning


@dataclass(frozen=True, slots=True)
class Keyframes:
    """Absolute times in seconds; `times_s` is empty and the ends are None where they are unknown."""

    times_s: tuple[float, ...] = ()
    start_s: float | None = None
    end_s: float | None = None
    last_s: float | None = None  # when the last picture is first seen
    sound_end_s: float | None = None  # where packets were read that say it
    peak_bitrate: int | None = None  # of all tracks, in bits per second
    stretches: tuple[Stretch, ...] = ()
    shapes: Shapes = ()  # in playing time
    is_cut: bool = False  # an edit list leaves out pictures in the middle or at the end
    with_gaps: frozenset[int] = frozenset()  # stream indexes of sound with holes
    never_sent: frozenset[int] = frozenset()  # of sound that is announced, and never comes
    # By stream index: when sound has ended. One that ends long before the film may do so earlier still.
    sound_ends_s: Mapping[int, float] = field(default_factory=dict)


def find_keyframes(container: "InputContainer", beginning: Beginning, url: str) -> Keyframes:
    """Return the keyframes of the stream whose beginning was read. The container's position is lost."""
    name = container.format.name.split(",")[0]
    found = None
    if name == "mov":
        found = _from_sample_table(beginning, url)
    elif name == "matroska":
        found = _from_cues(container, beginning)
    if found is None and (name in _SCANNED or name == "matroska"):
        found = _from_packets(beginning)
    return found or Keyframes()


def _from_sample_table(beginning: Beginning, url: str) -> Keyframes | None:
    stream = beginning.stream
    try:
        times = parse_sample_times(read_moov(url), stream.id)
    except (BoxError, OSError):
        return None
    entries = list(stream.index_entries)
    if times is None or not entries or not beginning.packets or stream.time_base is None:
        return None
    samples = samples_at(times, [entry.pos for entry in entries])
    first = beginning.packets[0]
    if samples is None or first.dts != entries[0].timestamp:
        return None
    shift = first.pts - first.dts - times.offsets[samples[0]]
    unit, keys = stream.time_base, set(times.keys)
    pictures = [
        _Picture(entry.timestamp + times.offsets[number] + shift, times.duration(number), entry)
        for entry, number in zip(entries, samples, strict=True)
    ]
    keyframes = [one for one, number in zip(pictures, samples, strict=True) if number in keys]
    if not all(one.entry.is_keyframe for one in keyframes):
        return None
    keyframes = _reachable(keyframes, entries, round(_SEEK_ERROR_S / unit))
    return _as_edited(pictures, keyframes, _edited_end(stream), unit, is_cut=_is_spliced(samples))


@dataclass(frozen=True, slots=True)
class _Picture:
    """One entry of libavformat's index, in units of its stream: when it is shown, for how long."""

    shown: int
    duration: int
    entry: "IndexEntry"


def _as_edited(
    pictures: list[_Picture], keyframes: list[_Picture], end: int | None, unit: Fraction, *, is_cut: bool
) -> Keyframes:
    """Return what is left when an edit list has left out pictures; those at the front stand before 0."""
    shown = [one for one in pictures if not one.entry.is_discard] or pictures
    begun = min(one.shown for one in shown)
    last = max(shown, key=lambda one: one.shown)
    left_out_until = max((one.shown + one.duration for one in pictures if one.shown > last.shown), default=0)
    stop = last.shown + last.duration
    if left_out_until and end is not None:
        stop = max(min(stop, end), last.shown)
    places = sorted(
        (float(one.shown * unit), one.entry.pos)
        for one in keyframes
        if not one.entry.is_discard or one.shown <= begun
    )
    end_byte = max(one.entry.pos + one.entry.size for one in pictures)
    return Keyframes(
        tuple(time_s for time_s, _ in places),
        float(max(min(one.shown for one in pictures), 0) * unit),  # an edit list hides what lies before 0
        float(stop * unit),
        float(last.shown * unit),
        peak_bitrate=peak_bitrate(places, float(stop * unit), end_byte),
        is_cut=is_cut or (left_out_until - stop) * unit > LEFT_OUT_S,
    )


def _reachable(keyframes: list[_Picture], entries: "list[IndexEntry]", error: int) -> list[_Picture]:
    """Return the first keyframe, and those that a seek leads to.

    Where parts are put together the index goes back in time, and what is searched for in it may be found in the
    wrong part.
    """
    spans = [
        (after.timestamp - error, before.timestamp)
        for before, after in pairwise(entries)
        if after.timestamp < before.timestamp
    ]
    if len(spans) > _MOST_PARTS:
        return keyframes[:1]
    sure = [
        one for one in keyframes[1:] if not any(low <= one.entry.timestamp <= high for low, high in spans)
    ]
    return keyframes[:1] + sure


def _edited_end(stream: "VideoStream") -> int | None:
    """Return when the stream ends by its edit list, in its units."""
    return None if stream.duration is None else (stream.start_time or 0) + stream.duration


def _is_spliced(samples: list[int]) -> bool:
    """Return whether an edit list has put parts together that do not follow each other."""
    return any(after != before + 1 for before, after in pairwise(samples))


def read_moov(url: str) -> bytes:
    """Return the `moov` box.

    Raises:
        BoxError: There is none where one should be.
        OSError: The file cannot be read.
    """
    with RangeReader(url) as reader:
        moov = find_top_level(reader, b"moov")
        if moov is None or (moov.size or 0) > MAX_MOOV_SIZE:
            raise BoxError("no moov box")
        return moov.read(reader, MAX_MOOV_SIZE)


def _from_cues(container: "InputContainer", beginning: Beginning) -> Keyframes | None:
    stream, unit = beginning.stream, beginning.stream.time_base
    if not beginning.packets or unit is None or not container.duration:
        return None
    start = beginning.packets[0].pts
    # Cues are loaded by the first seek. To the end: what lies there says when picture and sound really end.
    container.seek(container.duration, backward=True)
    end = max(one.pts + one.duration for one in beginning.packets)
    tail_s: float | None = None  # where it was read from
    ends_s: dict[int, float] = {}
    last = max(one.pts for one in beginning.packets)
    for packet in container.demux(stream, *container.streams.audio):
        if packet.pts is None:
            continue
        packet_end = packet.pts + (packet.duration or 0)
        tail_s = float(packet.pts * packet.time_base) if tail_s is None else tail_s
        if packet.stream_index == stream.index:
            end, last = max(end, packet_end), max(last, packet.pts)
        else:
            end_s = float(packet_end * packet.time_base)
            ends_s[packet.stream_index] = max(ends_s.get(packet.stream_index, 0.0), end_s)
    sound_end_s = max(ends_s.values(), default=None)
    if tail_s is not None:
        ends_s |= {one.index: tail_s for one in container.streams.audio if one.index not in ends_s}
    places = {entry.timestamp: entry.pos for entry in stream.index_entries if entry.is_keyframe}
    end_s = float(end * unit)
    return Keyframes(
        tuple(float(key * unit) for key in sorted(places.keys() | {start})),
        float(start * unit),
        end_s,
        float(last * unit),
        sound_end_s,
        peak_bitrate([(float(time * unit), byte) for time, byte in places.items()], end_s, container.size),
        sound_ends_s=ends_s,
    )


def _from_packets(beginning: Beginning) -> Keyframes | None:
    give_up = time.monotonic() + SCAN_LIMIT_S
    keys = {packet.pts for packet in beginning.packets if packet.key}
    end = max((packet.pts + packet.duration for packet in beginning.packets), default=None)
    unit = beginning.stream.time_base
    if end is None or unit is None:
        return None
    start, last = min(packet.pts for packet in beginning.packets), max(one.pts for one in beginning.packets)
    for count, packet in enumerate(beginning.rest):
        if packet.pts is not None:
            end, last = max(end, packet.pts + (packet.duration or 0)), max(last, packet.pts)
            if packet.is_keyframe:
                keys.add(packet.pts)
        if count % 1000 == 0 and time.monotonic() > give_up:
            return None
    times_s = tuple(float(key * unit) for key in sorted(keys))
    return Keyframes(times_s, float(start * unit), float(end * unit), float(last * unit))
