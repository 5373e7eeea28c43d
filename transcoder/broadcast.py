"""Keyframes, clock jumps and holes in the sound of transport and program streams, which have no index.

Runs in the media helper only.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import av
from av.container import InputContainer

from transcoder.bitrates import peak_bitrate
from transcoder.http_range import RangeReader, Ranges
from transcoder.keyframe_scan import Keyframes
from transcoder.media_info import Stretch
from transcoder.media_opening import is_decodable, open_media
from transcoder.packet_scan import Piece, cut_stretches, scan_packets
from transcoder.shapes import changes, shape_of

_LOOK_BACK = 256 * 1024
_SYNC = 0x47
_LAYOUTS = ((188, 0), (192, 4))  # packet size, where in it the sync byte is; 192: Blu-ray and AVCHD


class SubtitleId(NamedTuple):
    """What tells a subtitle track from others: `number` is the PID of a transport stream."""

    number: int
    codec: str
    language: str | None


def scan_broadcast(url: str, picture: int, others: frozenset[int] = frozenset()) -> Keyframes | None:
    """Read all of the recording; None if that takes too long or shows no picture.

    Args:
        url: A loopback URL.
        picture: Stream index of the picture track.
        others: Indexes of streams that have nothing to do with it.
    """
    with open_media(url) as container:
        start_s = (container.start_time or 0) / av.time_base
        subtitles = _subtitle_ids(container, others)  # while it is read, those of later stretches are added
        sounds = [one for one in container.streams.audio if is_decodable(one) and one.index not in others]
        announced = frozenset(one.index for one in sounds)
        pictures = container.streams[picture]
        codec = pictures.codec_context.codec.canonical_name
        scan = scan_packets(container.demux(pictures, *sounds), picture, partial(shape_of, codec))
        size = container.size
    if scan is None or scan.pieces[0].start_s == float("inf"):
        return None
    stretches = _stretches(url, scan.pieces, size, subtitles)
    shifts = _shifts(scan.pieces, start_s) if stretches else [0.0]
    last = scan.pieces[-1]
    shapes = [
        (time_s + shift - start_s, shape)
        for piece, shift in zip(scan.pieces, shifts, strict=False)
        for time_s, shape in piece.shapes
    ]
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
        shapes=changes(shapes, last.picture_end_s + shifts[-1] - start_s),
        with_gaps=frozenset(scan.with_gaps),
        never_sent=announced - scan.sound_ends_s.keys(),
        sound_ends_s={} if stretches else scan.sound_ends_s,
    )


def _shifts(pieces: list[Piece], start_s: float) -> list[float]:
    """Return what each piece's times are moved by, to follow each other on the first one's clock."""
    shifts, now_s = [], start_s
    for number, piece in enumerate(pieces):
        shifts.append(now_s - piece.start_s if number else 0.0)
        now_s += piece.end_s - (piece.start_s if number else start_s)
    return shifts


def _stretches(url: str, pieces: list[Piece], size: int, subtitles: list[SubtitleId]) -> tuple[Stretch, ...]:
    if len(pieces) == 1:
        return ()
    present: list[list[SubtitleId]] = []

    def start_of(start: int, stop: int) -> float:
        with open_media(url, span=(start, stop)) as container:
            present.append(_subtitle_ids(container))
            return (container.start_time or 0) / av.time_base

    with RangeReader(url) as reader:
        cut = cut_stretches(pieces, size, start_of, lambda low, high: _table_between(reader, low, high))
    known = known_again(subtitles, present)
    return tuple(replace(one, subtitles=ids) for one, ids in zip(cut, known, strict=True))


def _subtitle_ids(container: InputContainer, others: frozenset[int] = frozenset()) -> list[SubtitleId]:
    return [
        SubtitleId(one.id, one.codec_context.codec.canonical_name, one.language)
        for one in container.streams.subtitles
        if is_decodable(one) and one.index not in others
    ]


def known_again(
    tracks: Sequence[SubtitleId], present: Sequence[Sequence[SubtitleId]]
) -> list[tuple[int | None, ...]]:
    """Return by which id each stretch has each of a film's tracks; None where it has none like it.

    Joined recordings number their tracks in their own ways. One stands for another if it is of the same kind and
    language, and the two are nowhere side by side.

    Args:
        tracks: The film's.
        present: Each stretch's.
    """

    def found(track: SubtitleId, there: Sequence[SubtitleId]) -> int | None:
        if track in there:
            return track.number
        others = {one for stretch in present if track in stretch for one in stretch}
        alike = (one for one in there if one[1:] == track[1:] and one not in others)
        return next((one.number for one in alike), None)

    return [tuple(found(track, there) for track in tracks) for there in present]


def _table_between(reader: Ranges, low: int, high: int) -> int:
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
