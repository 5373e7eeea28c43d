"""Keyframes, clock jumps and holes in the sound of transport and program streams, which have no index.

Runs in the media helper only.
"""

import av

from transcoder.bitrates import peak_bitrate
from transcoder.http_range import RangeReader
from transcoder.keyframe_scan import Keyframes
from transcoder.media_info import Stretch
from transcoder.media_opening import is_decodable, open_media
from transcoder.packet_scan import Piece, cut_stretches, scan_packets

BROADCAST_FORMATS = frozenset({"mpegts", "mpeg"})
_LOOK_BACK = 256 * 1024
_SYNC = 0x47
_LAYOUTS = ((188, 0), (192, 4))  # packet size, where in it the sync byte is; 192: Blu-ray and AVCHD


def scan_broadcast(url: str, picture: int) -> Keyframes | None:
    """Read all of the recording; None if that takes too long or shows no picture.

    Args:
        url: A loopback URL.
        picture: Stream index of the picture track.
    """
    with open_media(url) as container:
        start_s = (container.start_time or 0) / av.time_base
        sounds = [one for one in container.streams.audio if is_decodable(one)]
        scan = scan_packets(container.demux(container.streams[picture], *sounds), picture)
        size = container.size
    if scan is None or scan.pieces[0].start_s == float("inf"):
        return None
    stretches = _stretches(url, scan.pieces, size)
    shifts = _shifts(scan.pieces, start_s) if stretches else [0.0]
    last = scan.pieces[-1]
    keys = [
        (time_s + shift, byte)
        for piece, shift in zip(scan.pieces, shifts, strict=False)
        for time_s, byte in piece.keys
    ]
    return Keyframes(
        times_s=tuple(sorted({time_s for time_s, _ in keys})),
        start_s=scan.pieces[0].picture_start_s,
        end_s=last.picture_end_s + shifts[-1],
        sound_end_s=last.end_s + shifts[-1],
        peak_bitrate=peak_bitrate(keys, last.picture_end_s + shifts[-1], size),
        stretches=stretches,
        with_gaps=frozenset(scan.with_gaps),
    )


def _shifts(pieces: list[Piece], start_s: float) -> list[float]:
    """Return what each piece's times are moved by, to follow each other on the first one's clock."""
    shifts, now_s = [], start_s
    for number, piece in enumerate(pieces):
        shifts.append(now_s - piece.start_s if number else 0.0)
        now_s += piece.end_s - (piece.start_s if number else start_s)
    return shifts


def _stretches(url: str, pieces: list[Piece], size: int) -> tuple[Stretch, ...]:
    if len(pieces) == 1:
        return ()
    reader = RangeReader(url)
    try:
        return cut_stretches(
            pieces,
            size,
            lambda start, stop: _start_s(url, start, stop),
            lambda low, high: _table_between(reader, low, high),
        )
    finally:
        reader.close()


def _start_s(url: str, start: int, stop: int) -> float:
    with open_media(url, span=(start, stop)) as container:
        return (container.start_time or 0) / av.time_base


def _table_between(reader: RangeReader, low: int, high: int) -> int:
    """Return where the last program table (PAT) at or before `high` begins, or `high`."""
    low = max(low, high - _LOOK_BACK)
    data = reader.read(low, high - low + 192)
    for size, sync in _LAYOUTS:
        for at in range(high - low, -1, -size):
            packet = data[at + sync : at + sync + 4]
            if len(packet) < 4 or packet[0] != _SYNC:
                break
            if packet[1] & 0x40 and (packet[1] & 0x1F) << 8 | packet[2] == 0:
                return low + at
    return high
