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
from typing import TYPE_CHECKING

from transcoder.bitrates import peak_bitrate
from transcoder.boxes import find_top_level
from transcoder.errors import BoxError
from transcoder.http_range import RangeReader
from transcoder.media_info import Stretch
from transcoder.mp4_index import SampleTimes, parse_sample_times
from transcoder.shapes import Shapes

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer
    from av.index import IndexEntry

SCAN_LIMIT_S = 90.0
MAX_MOOV_SIZE = 256 * 1024 * 1024
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
    skipped = _skipped_samples(times, entries)
    first = beginning.packets[0]
    if skipped is None or first.dts != entries[0].timestamp:
        return None
    shift = first.pts - times.decoding[skipped] - times.offsets[skipped]
    shown = [time + offset + shift for time, offset in zip(times.decoding, times.offsets, strict=True)]
    unit = stream.time_base
    last = max(range(skipped, times.count), key=shown.__getitem__)
    keys = sorted((key for key in times.keys if key >= skipped), key=shown.__getitem__)
    end_s = float((shown[last] + times.last_duration) * unit)
    end_byte = max(entry.pos + entry.size for entry in entries)
    places = [(float(shown[key] * unit), entries[key - skipped].pos) for key in keys]
    return Keyframes(
        tuple(time_s for time_s, _ in places),
        float(max(min(shown[skipped:]), 0) * unit),  # an edit list hides what lies before 0
        end_s,
        float(shown[last] * unit),
        peak_bitrate=peak_bitrate(places, end_s, end_byte),
    )


def _skipped_samples(times: SampleTimes, entries: "list[IndexEntry]") -> int | None:
    """Return how many samples an edit list cut off at the front; None if index and table do not match."""
    skipped = times.count - len(entries)
    if skipped < 0:
        return None
    shift = entries[0].timestamp - times.decoding[skipped]
    matches = all(
        entry.timestamp - decoded == shift
        for entry, decoded in zip(entries, times.decoding[skipped:], strict=True)
    )
    return skipped if matches else None


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
