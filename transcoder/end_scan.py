"""When a file ends whose container does not say: its packets are read. Runs in the media helper only.

Recorders that are cut off, and those that write into a pipe, leave no duration; raw streams have no place for one,
and libavformat guesses it from the bit rate of their beginning.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import av

from transcoder.bitrates import peak_bitrate
from transcoder.http_range import RangeReader
from transcoder.keyframe_scan import Keyframes
from transcoder.media_opening import PyavStream, is_decodable, open_media

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer

LIMIT_S = 60.0
# Their duration is a guess, or they are read whole for their keyframes anyway.
_READ = frozenset({"mpegvideo", "h264", "hevc", "m4v", "obu", "aac", "eac3", "dts", "truehd", "flv"})
_WITH_KEYFRAMES = frozenset({"matroska", "flv", "mov", "ogg"})  # elsewhere seeks do not lead to them exactly
_FAR_S = 10**6
_ID3_HEADER_SIZE = 10
_MP3_HEAD_SIZE = 64  # of a first frame that says how many there are, as far as it tells
_RATE = 25  # pictures a second where a raw stream does not say; libavformat's


@dataclass(slots=True)
class _Track:
    """What was read of one stream. Times in seconds; `picture_s` is how long a picture without a time is."""

    picture_s: float
    start_s: float = float("inf")
    end_s: float = 0.0
    last_s: float = 0.0
    keys: list[tuple[float, int]] = field(default_factory=list)  # when shown, where

    def take(self, packet: "Packet[Any]") -> None:
        moment = packet.dts if packet.pts is None else packet.pts
        unit = packet.time_base
        shown_s = self.end_s if moment is None else float(moment * unit)
        duration_s = float(packet.duration * unit) if packet.duration else 0.0
        if moment is None:
            duration_s = self.picture_s
        self.start_s, self.last_s = min(self.start_s, shown_s), max(self.last_s, shown_s)
        self.end_s = max(self.end_s, shown_s + duration_s)
        if packet.is_keyframe:
            self.keys.append((shown_s, packet.pos or 0))


def has_no_end(container: "InputContainer", url: str) -> bool:
    """Return whether the container's word on its duration is none, or a guess."""
    name = container.format.name.split(",")[0]
    if not container.duration or container.duration < 0 or name in _READ:
        return True
    return name == "mp3" and not _counts_frames(url)


def _counts_frames(url: str) -> bool:
    """Return whether an MP3 file's first frame says how many follow (Xing, Info or VBRI)."""
    with RangeReader(url) as reader:
        head = reader.read(0, _ID3_HEADER_SIZE)
        first = 0
        if head.startswith(b"ID3") and len(head) == _ID3_HEADER_SIZE:
            size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]  # ID3v2: seven bits a byte
            first = _ID3_HEADER_SIZE + size
        frame = reader.read(first, _MP3_HEAD_SIZE)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def read_to_end(url: str, picture: int | None, *, limit_s: float = LIMIT_S) -> Keyframes | None:
    """Return when pictures and sound end, and the keyframes where seeks can rely on them.

    Where reading takes too long, the end is reckoned from what was read; nothing else is known then.

    Args:
        url: A loopback URL.
        picture: Stream index of the picture track, if there is one.
        limit_s: How long to read at most.
    """
    with open_media(url) as container:
        name = container.format.name.split(",")[0]
        if name == "asf":
            container.seek(_FAR_S * av.time_base)  # without an index too, it lands near the end
        streams: list[PyavStream] = [one for one in container.streams.audio if is_decodable(one)]
        if picture is not None:
            streams.append(container.streams[picture])
        tracks, read_size = _read(container, streams, time.monotonic() + limit_s)
        size = container.size
    if not tracks:
        return None
    start_s, end_s = min(one.start_s for one in tracks.values()), max(one.end_s for one in tracks.values())
    if read_size is not None:
        return Keyframes(sound_end_s=start_s + (end_s - start_s) * max(size / max(read_size, 1), 1.0))
    sound_ends_s = {index: one.end_s for index, one in tracks.items() if index != picture}
    seen = tracks.get(picture) if picture is not None else None
    if seen is None:
        return Keyframes(sound_end_s=end_s, sound_ends_s=sound_ends_s)
    keys = seen.keys if name in _WITH_KEYFRAMES else []
    return Keyframes(
        times_s=tuple(sorted({time_s for time_s, _ in keys})),
        start_s=None if name == "asf" else seen.start_s,
        end_s=seen.end_s,
        last_s=seen.last_s,
        sound_end_s=end_s,
        peak_bitrate=peak_bitrate(keys, seen.end_s, size),
        sound_ends_s=sound_ends_s,
    )


def _read(
    container: "InputContainer", streams: list[PyavStream], give_up: float
) -> tuple[dict[int, _Track], int | None]:
    """Return what there is of each stream, and how far was read (bytes) if that was not to the end."""
    rates = {one.index: getattr(one, "average_rate", None) for one in streams}
    tracks: dict[int, _Track] = defaultdict(lambda: _Track(1 / _RATE))
    tracks.update({index: _Track(float(1 / rate)) for index, rate in rates.items() if rate})
    try:
        for count, packet in enumerate(container.demux(streams)):
            if packet.size:
                tracks[packet.stream_index].take(packet)
            if count % 1000 == 999 and time.monotonic() > give_up and packet.pos:
                return _begun(tracks), packet.pos
    except av.error.FFmpegError:
        pass  # a damaged end: as far as it goes
    return _begun(tracks), None


def _begun(tracks: dict[int, _Track]) -> dict[int, _Track]:
    return {index: one for index, one in tracks.items() if one.start_s <= one.end_s}
