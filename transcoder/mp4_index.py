"""Sample tables of an mp4 or mov file: when each keyframe is shown, and where each sample lies.

libavformat's own index of such a file holds decoding times. Where frames are reordered a keyframe is shown
later than that, by an amount that only the `ctts` table knows.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from transcoder.boxes import Box, find, require, walk
from transcoder.errors import BoxError

MAX_SAMPLE_COUNT = 20_000_000  # 46 hours of 120 frames per second; a table that claims more lies


@dataclass(frozen=True, slots=True)
class SampleTimes:
    """Times of one track's samples in units of its time scale, in decoding order."""

    decoding: list[int]
    offsets: list[int]  # shown - decoded, per sample
    keys: list[int]  # sample indexes, from 0
    last_duration: int
    positions: list[int] = field(default_factory=list)  # of each sample's bytes in the file; empty: not told

    @property
    def count(self) -> int:
        """How many samples the track has."""
        return len(self.decoding)

    def duration(self, number: int) -> int:
        """Return how long a sample lasts."""
        last = number + 1 == self.count
        return self.last_duration if last else self.decoding[number + 1] - self.decoding[number]


def parse_sample_times(moov: bytes, track_id: int) -> SampleTimes | None:
    """Return the times of track `track_id`, or None if this file has no such table (a fragmented one).

    Args:
        moov: The whole `moov` box.
        track_id: As `tkhd` has it.

    Raises:
        BoxError: The tables contradict themselves.
    """
    root = require(moov, b"moov")
    for track in walk(moov, root.body, root.stop):
        if track.kind == b"trak" and _track_id(moov, track) == track_id:
            table = require(moov, b"mdia", b"minf", b"stbl", within=track)
            return _sample_times(moov, table)
    return None


def samples_at(times: SampleTimes, positions: Sequence[int]) -> list[int] | None:
    """Return which samples lie at `positions`; None if one of these is no sample's.

    Edit lists leave samples out, and have some twice: a reader's own index is another list than the table.
    """
    number_at = {position: number for number, position in reversed(list(enumerate(times.positions)))}
    found: list[int] = []
    for position in positions:
        following = found[-1] + 1 if found else 0  # empty samples lie where the next one does
        if following < len(times.positions) and times.positions[following] == position:
            number: int | None = following
        else:
            number = number_at.get(position)
        if number is None or number >= times.count:
            return None
        found.append(number)
    return found


def _track_id(moov: bytes, track: Box) -> int:
    header = require(moov, b"tkhd", within=track)
    return _u32(moov, header, 20 if moov[header.body] == 1 else 12)


def _sample_times(moov: bytes, table: Box) -> SampleTimes | None:
    decoding, last_duration = _decoding_times(moov, require(moov, b"stts", within=table))
    if not decoding:
        return None
    count = len(decoding)
    offsets_box = find(moov, b"ctts", within=table)
    offsets = _composition_offsets(moov, offsets_box, count) if offsets_box else [0] * count
    keys_box = find(moov, b"stss", within=table)  # absent: every sample is a keyframe
    keys = [key - 1 for (key,) in _entries(moov, keys_box, ">I")] if keys_box else list(range(count))
    if keys and not (keys[0] >= 0 and keys[-1] < count):
        raise BoxError("a keyframe beyond the last sample")
    return SampleTimes(decoding, offsets, keys, last_duration, _positions(moov, table, count))


def _decoding_times(moov: bytes, box: Box) -> tuple[list[int], int]:
    times: list[int] = []
    now = delta = 0
    for run, delta in _entries(moov, box, ">II"):
        if len(times) + run > MAX_SAMPLE_COUNT:
            raise BoxError("more samples than any film has")
        times.extend(range(now, now + run * delta, delta) if delta else [now] * run)
        now += run * delta
    return times, delta


def _composition_offsets(moov: bytes, box: Box, count: int) -> list[int]:
    offsets: list[int] = []
    # Version 0 says unsigned, and writers put negative ones there all the same: read as libavformat does.
    for run, offset in _entries(moov, box, ">Ii"):
        offsets.extend([offset] * min(run, count - len(offsets)))
    return offsets + [0] * (count - len(offsets))


def _positions(moov: bytes, table: Box, count: int) -> list[int]:
    sizes_box, runs_box = find(moov, b"stsz", within=table), find(moov, b"stsc", within=table)
    chunks_box, layout = find(moov, b"stco", within=table), ">I"
    if chunks_box is None:
        chunks_box, layout = find(moov, b"co64", within=table), ">Q"
    if sizes_box is None or runs_box is None or chunks_box is None:
        return []
    size = _u32(moov, sizes_box, 4)
    # One size for all stands where their number would.
    sizes = [size] * count if size else _sizes(moov, sizes_box)
    positions: list[int] = []
    chunks = [position for (position,) in _entries(moov, chunks_box, layout)]
    for position, held in zip(chunks, _chunk_lengths(moov, runs_box, len(chunks)), strict=True):
        done = len(positions)
        own = sizes[done : min(done + held, count)]
        positions += list(accumulate(own, initial=position))[: len(own)]
    return positions


def _sizes(moov: bytes, box: Box) -> list[int]:
    inner = Box(box.kind, box.start, box.body + 4, box.stop)
    return [size for (size,) in _entries(moov, inner, ">I")]


def _chunk_lengths(moov: bytes, box: Box, chunk_count: int) -> Iterator[int]:
    """Yield how many samples each chunk holds: the table has runs of chunks alike, by their first one's number."""
    runs = _entries(moov, box, ">III")
    stops = [first - 1 for first, _, _ in runs[1:]]
    done = 0
    for (_, held, _), stop in zip(runs, [*stops, chunk_count], strict=True):
        for _ in range(done, min(stop, chunk_count)):
            yield held
        done = max(done, min(stop, chunk_count))
    for _ in range(done, chunk_count):
        yield 0


def _entries(moov: bytes, box: Box, layout: str) -> list[tuple[int, ...]]:
    count = _u32(moov, box, 4)
    size = struct.calcsize(layout)
    start = box.body + 8
    if start + count * size > box.stop:
        raise BoxError(f"{count} entries do not fit into their table")
    return list(struct.iter_unpack(layout, moov[start : start + count * size]))


def _u32(moov: bytes, box: Box, offset: int) -> int:
    start = box.body + offset
    if start + 4 > box.stop:
        raise BoxError("a box too short for its fields")
    return int.from_bytes(moov[start : start + 4], "big")
