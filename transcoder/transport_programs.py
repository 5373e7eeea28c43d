"""Which tracks of a transport stream are one programme: a recording may hold a whole multiplex, radio and all.

Source: ISO/IEC 13818-1, 2.4.4 (program association and program map sections).
"""

from collections.abc import Iterator

from transcoder.http_range import Ranges

_STEP_SIZE = 256 * 1024
_MAX_SIZE = 2 * 1024 * 1024  # tables come ten times a second
_LAYOUTS = ((188, 0), (192, 4), (204, 0))  # packet size, where in it the sync byte is
_PACKET_SIZE = 188
_SYNC = 0x47
_BEATS = 4  # so many sync bytes in a row are no accident
_PAT_PID = 0
_PAT, _PMT = 0x00, 0x02  # table ids
_CHECKSUM_SIZE = 4

Programs = dict[int, frozenset[int]]  # PIDs of a programme's tracks, by the programme's number


def read_programs(reader: Ranges) -> Programs:
    """Return the programmes that the tables at the beginning name.

    Raises:
        OSError: The file cannot be read.
    """
    data, programs, is_whole = b"", Programs(), False
    while not is_whole and len(data) < _MAX_SIZE:
        piece = reader.read(len(data), _STEP_SIZE)
        data += piece
        programs, is_whole = parse_programs(data)
        if len(piece) < _STEP_SIZE:
            break
    return programs


def parse_programs(data: bytes) -> tuple[Programs, bool]:
    """Return the programmes that are described in a piece of a stream, and whether these are all there are."""
    numbers: dict[int, int] = {}  # PID of its table, by programme number
    programs: Programs = {}
    begun: dict[int, bytes] = {}
    for packet in _packets(data):
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid != _PAT_PID and pid not in numbers.values():
            continue
        section = _section(packet, begun, pid)
        if section is None:
            continue
        if pid == _PAT_PID and section[0] == _PAT:
            numbers |= _tables_in(section)
        elif section[0] == _PMT:
            programs.setdefault(int.from_bytes(section[3:5]), _tracks_in(section))
        if numbers and numbers.keys() <= programs.keys():
            return programs, True
    return programs, False


def _packets(data: bytes) -> Iterator[bytes]:
    """Yield the packets with contents, from the first beat on that goes on for a while."""
    for first in range(min(len(data), 2 * max(size for size, _ in _LAYOUTS))):
        for size, sync in _LAYOUTS:
            beats = data[first + sync : first + sync + _BEATS * size : size]
            if beats == bytes([_SYNC]) * _BEATS:
                for at in range(first + sync, len(data) - _PACKET_SIZE + 1, size):
                    if data[at] == _SYNC and data[at + 3] & 0x10:
                        yield data[at : at + _PACKET_SIZE]
                return


def _section(packet: bytes, begun: dict[int, bytes], pid: int) -> bytes | None:
    """Return the section that a packet completes; what it begins waits in `begun`."""
    payload = packet[5 + packet[4] if packet[3] & 0x20 else 4 :]
    if packet[1] & 0x40:
        begun[pid] = payload[1 + payload[0] :] if payload else b""
    elif pid in begun:
        begun[pid] += payload
    section = begun.get(pid, b"")
    size = 3 + (int.from_bytes(section[1:3]) & 0x0FFF)
    if len(section) < max(size, 12):
        return None
    del begun[pid]
    return section[: size - _CHECKSUM_SIZE]


def _tables_in(section: bytes) -> dict[int, int]:
    entries = (section[at : at + 4] for at in range(8, len(section) - 3, 4))
    found = {int.from_bytes(one[:2]): int.from_bytes(one[2:]) & 0x1FFF for one in entries}
    return {number: pid for number, pid in found.items() if number}  # 0: the network's own table


def _tracks_in(section: bytes) -> frozenset[int]:
    at = 12 + (int.from_bytes(section[10:12]) & 0x0FFF)
    found = set()
    while at + 5 <= len(section):
        found.add(int.from_bytes(section[at + 1 : at + 3]) & 0x1FFF)
        at += 5 + (int.from_bytes(section[at + 3 : at + 5]) & 0x0FFF)
    return frozenset(found)
