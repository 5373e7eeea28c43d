"""Fragmented mp4: init segments read and merged, fragments read, moved in time and made (ISO/IEC 14496-12, 8.8).

Two ffmpeg processes write one track each. Here they become one film of two tracks: `VIDEO_TRACK` first,
`AUDIO_TRACK` second.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transcoder.boxes import Box, build, build_full, parse_box_header, require, walk
from transcoder.errors import BoxError

VIDEO_TRACK = 1
AUDIO_TRACK = 2
MAX_BOX_SIZE = 512 * 1024 * 1024

_TFHD_BASE_DATA_OFFSET = 0x000001
_TFHD_DESCRIPTION = 0x000002
_TFHD_DURATION = 0x000008
_TFHD_SIZE = 0x000010
_TFHD_FLAGS = 0x000020
_TFHD_BASE_IS_MOOF = 0x020000
_TRUN_DATA_OFFSET = 0x000001
_TRUN_FIRST_FLAGS = 0x000004
_TRUN_DURATION = 0x000100
_TRUN_SIZE = 0x000200
_TRUN_FLAGS = 0x000400
_TRUN_OFFSET = 0x000800
_FLAGS_INDEPENDENT = 0x02000000  # sample_depends_on = 2: every sound packet stands alone


class BoxReader:
    """Cuts a stream of bytes into whole top-level boxes."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Take the next bytes and yield (kind, whole box) for each box that is complete now.

        Raises:
            BoxError: A box of impossible size.
        """
        self._pending += data
        while (header := parse_box_header(bytes(self._pending[:16]))) is not None:
            kind, _, size = header
            if size == 0 or size > MAX_BOX_SIZE:
                raise BoxError(f"a box of {size} bytes in a stream")
            if len(self._pending) < size:
                return
            box = bytes(self._pending[:size])
            del self._pending[:size]
            yield kind, box


@dataclass(frozen=True, slots=True)
class Sample:
    """One packet: when it begins, how long it lasts (in the track's time scale), its bytes."""

    time: int
    duration: int
    data: bytes

    @property
    def stop(self) -> int:
        """When the next one begins, if there is no gap."""
        return self.time + self.duration


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` of one track: when it starts and what it holds. Times are in the track's time scale."""

    decode_time: int  # of the first sample; may be negative
    first_shown: int  # composition time of the first sample
    durations: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def stop(self) -> int:
        """Decode time of the sample after the last."""
        return self.decode_time + sum(self.durations)


def time_scale(moov: bytes) -> int:
    """Return the time scale of the only track, in units per second."""
    box = require(moov, b"moov", b"trak", b"mdia", b"mdhd")
    scale = int.from_bytes(_slice(moov, box, 20 if moov[box.body] == 1 else 12, 4), "big")
    if scale == 0:
        raise BoxError("a time scale of 0")
    return scale


def merge_inits(inits: Sequence[tuple[int, bytes]]) -> bytes:
    """Return one init segment (`ftyp` and `moov`) of several films of one track each.

    Args:
        inits: The track id wanted, and the `moov` box.
    """
    head = require(inits[0][1], b"moov", b"mvhd")
    header = bytearray(inits[0][1][head.start : head.stop])
    header[-4:] = (AUDIO_TRACK + 1).to_bytes(4, "big")  # next_track_ID
    tracks, extends = [], []
    for track_id, moov in inits:
        tracks.append(_track_with_id(moov, track_id))
        extends.append(_trex(moov, track_id))
    # hlsf: what Samsung's own player looks for.
    kinds = build(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5", b"iso6", b"mp41", b"hlsf")
    return kinds + build(b"moov", bytes(header), *tracks, build(b"mvex", *extends))


def parse_fragment(moof: bytes) -> Fragment:
    """Return what the only track of a `moof` box holds.

    Raises:
        BoxError: It is no such box, or its tables do not fit.
    """
    traf = require(moof, b"moof", b"traf")
    defaults = _tfhd(moof, require(moof, b"tfhd", within=traf))
    start = _decode_time(moof, require(moof, b"tfdt", within=traf))
    durations: list[int] = []
    sizes: list[int] = []
    first_shown = start
    for run in walk(moof, traf.body, traf.stop):
        if run.kind == b"trun":
            entries = _trun(moof, run, *defaults)
            if entries and not durations:
                first_shown = start + entries[0][2]
            durations += [entry[0] for entry in entries]
            sizes += [entry[1] for entry in entries]
    if not durations:
        raise BoxError("a fragment without samples")
    return Fragment(start, first_shown, tuple(durations), tuple(sizes))


def numbered(moof: bytes, sequence: int) -> bytes:
    """Return the `moof` with another sequence number."""
    box = require(moof, b"moof", b"mfhd")
    at = box.body + 4
    return moof[:at] + sequence.to_bytes(4, "big") + moof[at + 4 :]


def samples(fragment: Fragment, mdat: bytes) -> list[Sample]:
    """Return the samples of a fragment whose bytes are this `mdat` box, in order.

    Raises:
        BoxError: They do not fit.
    """
    body = require(mdat, b"mdat").body
    found, at, now = [], body, fragment.decode_time
    for duration, size in zip(fragment.durations, fragment.sizes, strict=True):
        found.append(Sample(now, duration, mdat[at : at + size]))
        at += size
        now += duration
    if at > len(mdat):
        raise BoxError("samples reach beyond their mdat box")
    return found


def build_fragment(track_id: int, sequence: int, samples: Sequence[Sample]) -> bytes:
    """Return `moof` and `mdat` of samples that follow each other and need no other."""
    run_flags = _TRUN_DATA_OFFSET | _TRUN_DURATION | _TRUN_SIZE
    table = b"".join(struct.pack(">II", sample.duration, len(sample.data)) for sample in samples)

    def moof(data_offset: int) -> bytes:
        return build(
            b"moof",
            build_full(b"mfhd", 0, 0, struct.pack(">I", sequence)),
            build(
                b"traf",
                build_full(
                    b"tfhd",
                    0,
                    _TFHD_BASE_IS_MOOF | _TFHD_FLAGS,
                    struct.pack(">II", track_id, _FLAGS_INDEPENDENT),
                ),
                build_full(b"tfdt", 1, 0, struct.pack(">q", samples[0].time)),
                build_full(b"trun", 0, run_flags, struct.pack(">Ii", len(samples), data_offset), table),
            ),
        )

    return moof(len(moof(0)) + 8) + build(b"mdat", *(sample.data for sample in samples))


def _track_with_id(moov: bytes, track_id: int) -> bytes:
    track = require(moov, b"moov", b"trak")
    header = require(moov, b"tkhd", within=track)
    at = header.body + (20 if moov[header.body] == 1 else 12)
    return moov[track.start : at] + track_id.to_bytes(4, "big") + moov[at + 4 : track.stop]


def _trex(moov: bytes, track_id: int) -> bytes:
    box = require(moov, b"moov", b"mvex", b"trex")
    return moov[box.start : box.body + 4] + track_id.to_bytes(4, "big") + moov[box.body + 8 : box.stop]


def _tfhd(moof: bytes, box: Box) -> tuple[int, int]:
    """Return the default duration and size of samples, 0 where there is none."""
    flags = int.from_bytes(_slice(moof, box, 1, 3), "big")
    at = 8
    at += 8 if flags & _TFHD_BASE_DATA_OFFSET else 0
    at += 4 if flags & _TFHD_DESCRIPTION else 0
    duration = size = 0
    if flags & _TFHD_DURATION:
        duration = int.from_bytes(_slice(moof, box, at, 4), "big")
        at += 4
    if flags & _TFHD_SIZE:
        size = int.from_bytes(_slice(moof, box, at, 4), "big")
    return duration, size


def _decode_time(moof: bytes, box: Box) -> int:
    if moof[box.body] == 1:
        return int.from_bytes(_slice(moof, box, 4, 8), "big", signed=True)
    return int.from_bytes(_slice(moof, box, 4, 4), "big")


def _trun(moof: bytes, box: Box, duration: int, size: int) -> list[tuple[int, int, int]]:
    """Return duration, size and composition offset of each sample."""
    flags = int.from_bytes(_slice(moof, box, 1, 3), "big")
    count = int.from_bytes(_slice(moof, box, 4, 4), "big")
    at = 8 + (4 if flags & _TRUN_DATA_OFFSET else 0) + (4 if flags & _TRUN_FIRST_FLAGS else 0)
    fields = [flag for flag in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_OFFSET) if flags & flag]
    layout = ">" + "".join("i" if flag == _TRUN_OFFSET else "I" for flag in fields)
    table = _slice(moof, box, at, count * 4 * len(fields))
    if not fields:
        return [(duration, size, 0)] * min(count, 1 << 16)
    entries = []
    for values in struct.iter_unpack(layout, table):
        entry = dict(zip(fields, values, strict=True))
        entries.append(
            (entry.get(_TRUN_DURATION, duration), entry.get(_TRUN_SIZE, size), entry.get(_TRUN_OFFSET, 0))
        )
    return entries


def _slice(data: bytes, box: Box, offset: int, size: int) -> bytes:
    start = box.body + offset
    if start + size > box.stop:
        raise BoxError("a box too short for its fields")
    return data[start : start + size]
