"""MPEG transport stream cut into segments by presentation time (ISO/IEC 13818-1).

Every segment begins with the tables (PAT, PMT), so that each can be played by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

PACKET_SIZE = 188
CLOCK = 90_000  # units of a presentation time per second

_SYNC = 0x47
_PAT = 0x0000
_SDT = 0x0011
_WRAP = 1 << 33
_AAC = 0x0F  # stream type, as ADTS

Track = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Transport packets of one track that belong together.

    `time_s`, on the stream's clock, is set on the first packets of a picture or of a sound packet; what follows
    without it belongs to it.
    """

    track: Track
    time_s: float | None
    random_access: bool
    data: bytes


@dataclass
class TransportReader:
    """Cuts a stream of bytes into units, and keeps the tables to repeat."""

    _pending: bytearray = field(default_factory=bytearray)
    _tables: dict[int, bytes] = field(default_factory=dict)
    _tracks: dict[int, Track] = field(default_factory=dict)
    _program_pid: int | None = None
    _tables_written: int = 0

    @property
    def aac_pid(self) -> int | None:
        """Which packets are the AAC sound, by the tables; None as long as these are not there, or name none."""
        table = self._tables.get(self._program_pid) if self._program_pid is not None else None
        return None if table is None else _aac_pid(table)

    def feed(self, data: bytes) -> Iterator[Unit]:
        """Take the next bytes and yield what they complete.

        Raises:
            ValueError: This is no transport stream.
        """
        self._pending += data
        whole = len(self._pending) // PACKET_SIZE * PACKET_SIZE
        packets, self._pending = bytes(self._pending[:whole]), self._pending[whole:]
        for at in range(0, whole, PACKET_SIZE):
            unit = self._take(packets[at : at + PACKET_SIZE])
            if unit is not None:
                yield unit

    def tables(self) -> bytes:
        """Return the tables for the beginning of a segment, numbered so that no two in a row look the same."""
        number = self._tables_written
        self._tables_written += 1
        return b"".join(
            numbered(packet, number)
            for pid in (_PAT, self._program_pid)
            if pid is not None and (packet := self._tables.get(pid))
        )

    def _take(self, packet: bytes) -> Unit | None:
        if packet[0] != _SYNC:
            raise ValueError("lost the beat of a transport stream")
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid in (_PAT, _SDT) or pid == self._program_pid:
            self._take_table(pid, packet)
            return None
        starts = bool(packet[1] & 0x40)
        if not starts:
            track = self._tracks.get(pid)
            return Unit(track, None, random_access=False, data=packet) if track else None
        body = _body_start(packet)
        track = self._tracks.setdefault(pid, "video" if packet[body + 3] & 0xF0 == 0xE0 else "audio")
        return Unit(track, _presentation_time_s(packet, body), _random_access(packet), packet)

    def _take_table(self, pid: int, packet: bytes) -> None:
        if pid == _PAT:
            section = _body_start(packet) + 1  # behind the pointer
            self._program_pid = (packet[section + 10] & 0x1F) << 8 | packet[section + 11]
        self._tables[pid] = packet


def _aac_pid(table: bytes) -> int | None:
    """Return the PID of the first AAC track in a program's table (PMT)."""
    start = _body_start(table) + 1  # behind the pointer
    end = min(start + 3 + ((table[start + 1] & 0x0F) << 8 | table[start + 2]) - 4, PACKET_SIZE)
    at = start + 12 + ((table[start + 10] & 0x0F) << 8 | table[start + 11])
    while at + 5 <= end:
        if table[at] == _AAC:
            return (table[at + 1] & 0x1F) << 8 | table[at + 2]
        at += 5 + ((table[at + 3] & 0x0F) << 8 | table[at + 4])
    return None


def _body_start(packet: bytes) -> int:
    """Return where the payload starts, behind an adaptation field if there is one."""
    start = 5 + packet[4] if packet[3] & 0x20 else 4
    if start > PACKET_SIZE - 14:
        raise ValueError("a packet without room for its header")
    return start


def _random_access(packet: bytes) -> bool:
    return bool(packet[3] & 0x20 and packet[4] and packet[5] & 0x40)


def _presentation_time_s(packet: bytes, body: int) -> float | None:
    """Return the PTS in seconds; times in the upper half of the clock are before 0."""
    if packet[body : body + 3] != b"\x00\x00\x01" or not packet[body + 7] & 0x80:
        return None
    field_bytes = packet[body + 9 : body + 14]
    time = (field_bytes[0] >> 1 & 7) << 30 | field_bytes[1] << 22 | (field_bytes[2] >> 1) << 15
    time |= field_bytes[3] << 7 | field_bytes[4] >> 1
    return (time - _WRAP if time >= _WRAP // 2 else time) / CLOCK


def stamp(time_s: float) -> bytes:
    """Return a PTS as it is written where there is no DTS."""
    time = round(time_s * CLOCK) % _WRAP
    return bytes(
        (
            0x21 | time >> 29 & 0x0E,
            time >> 22 & 0xFF,
            time >> 14 & 0xFE | 1,
            time >> 7 & 0xFF,
            time << 1 & 0xFE | 1,
        )
    )


def stamped(packet: bytes, time_s: float) -> bytes:
    """Return the first packet of a unit with another PTS in place of the one that it has."""
    at = _body_start(packet) + 9
    return packet[:at] + stamp(time_s) + packet[at + 5 :]


def numbered(packet: bytes, number: int) -> bytes:
    """Return a packet as the one with this number, of those with contents of its track."""
    return packet[:3] + bytes([packet[3] & 0xF0 | number & 0x0F]) + packet[4:]


def discontinuity(packet: bytes) -> bytes:
    """Return a packet without contents that allows `packet`, which follows it, to have any number."""
    number = (packet[3] - 1) & 0x0F
    head = bytes([_SYNC, packet[1] & 0x1F, packet[2], 0x20 | number])  # adaptation field only
    return head + bytes([PACKET_SIZE - 5, 0x80]) + b"\xff" * (PACKET_SIZE - 6)
