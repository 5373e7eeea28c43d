"""Subtitles of a Matroska film read by its index: a few bytes a line instead of all of the film.

mkvmerge and libavformat write an index entry for every subtitle. Whether a file's index is complete is not said, so
it is believed only where the writer is known or the count of lines stands beside it.

Source: RFC 9559 (Matroska), RFC 8794 (EBML).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from transcoder.http_range import RangeReader, Ranges
from transcoder.stored_lines import Line, NoIndexError

# Ids of elements by their names in RFC 9559.
_SEGMENT = 0x18538067
_SEEK_HEAD = 0x114D9B74
_SEEK_ID, _SEEK_POSITION = 0x53AB, 0x53AC
_INFO = 0x1549A966
_TIMESTAMP_SCALE, _MUXING_APP = 0x2AD7B1, 0x4D80
_TRACKS = 0x1654AE6B
_TRACK_NUMBER, _TRACK_TYPE = 0xD7, 0x83
_CONTENT_ENCODINGS = 0x6D80
_CONTENT_ENCRYPTION = 0x5035
_CONTENT_COMPRESSION = 0x5034
_CONTENT_COMP_ALGO, _CONTENT_COMP_SETTINGS = 0x4254, 0x4255
_CLUSTER = 0x1F43B675
_SIMPLE_BLOCK, _BLOCK_GROUP = 0xA3, 0xA0
_BLOCK, _BLOCK_DURATION = 0xA1, 0x9B
_CUES = 0x1C53BB6B
_CUE_TIME, _CUE_TRACK_POSITIONS = 0xB3, 0xB7
_CUE_TRACK, _CUE_CLUSTER_POSITION, _CUE_RELATIVE_POSITION, _CUE_DURATION = 0xF7, 0xF1, 0xF0, 0xB2

_DEFAULT_TIMESTAMP_SCALE = (1_000_000).to_bytes(3, "big")  # nanoseconds
_SUBTITLE = 0x11  # a type of tracks
_KNOWN_WRITERS = (b"Lavf",)
_HEAD_SIZE = 1 << 20
_MAX_CUES_SIZE = 64 << 20
_READ_SIZE = 16 << 10  # of a line: most fit
_MAX_BLOCK_SIZE = 4 << 20
_ZLIB, _HEADER_STRIPPING = 0, 3


@dataclass(slots=True)
class _Track:
    number: int = 0
    kind: int = 0
    compression: int | None = None
    stripped: bytes = b""
    encrypted: bool = False


@dataclass(slots=True)
class _Film:
    data_start: int
    scale_s: float = 0.001
    writer: bytes = b""
    tracks: list[_Track] = field(default_factory=list)
    cues_at: int | None = None
    header_size: int = 12  # of clusters; the last one seen


@dataclass(frozen=True, slots=True)
class _Cue:
    """An entry of the index: when a line is shown, its cluster's place in the segment, and its own in the cluster."""

    time_s: float
    duration_s: float
    cluster: int
    within: int


def read_lines(url: str, place: int, line_count: int | None) -> list[Line]:
    """Return all lines of a subtitle track of the film behind a loopback `url`; see `lines_in`."""
    with RangeReader(url) as reader:
        return lines_in(reader, place, line_count)


def lines_in(reader: Ranges, place: int, line_count: int | None) -> list[Line]:
    """Return all lines of a subtitle track, in the order of the index.

    Args:
        reader: The film.
        place: Of the track among the subtitle tracks.
        line_count: How many there are, where the file says so.

    Raises:
        NoIndexError: The index is not there, or cannot be relied on.
        OSError: The file cannot be read.
    """
    try:
        film = _read_head(reader)
        subtitles = [track for track in film.tracks if track.kind == _SUBTITLE]
        if film.cues_at is None or not 0 <= place < len(subtitles) or subtitles[place].encrypted:
            raise NoIndexError("no index")
        cues = _read_cues(reader, film, subtitles[place].number)
        complete = film.writer.startswith(_KNOWN_WRITERS) or line_count == len(cues)
        if not cues or not complete:
            raise NoIndexError("an index that may lack some")
        return [_read_line(reader, film, subtitles[place], cue) for cue in cues]
    except (IndexError, zlib.error) as error:
        raise NoIndexError("an index that contradicts the file") from error


def _read_head(reader: Ranges) -> _Film:
    head = reader.read(0, _HEAD_SIZE)
    elements = _elements(head, 0, len(head))
    for kind, start, _ in elements:
        if kind == _SEGMENT:
            film = _Film(start)
            for inner, begin, stop in _elements(head, start, len(head)):
                if inner == _CLUSTER:
                    break
                _take_head(film, head, inner, begin, stop)
            return film
    raise NoIndexError("no Matroska file")


def _take_head(film: _Film, head: bytes, kind: int, start: int, stop: int) -> None:
    if kind == _SEEK_HEAD:
        for _, entry_start, entry_stop in _elements(head, start, stop):
            entry = {one: head[at:end] for one, at, end in _elements(head, entry_start, entry_stop)}
            if _number(entry.get(_SEEK_ID, b"")) == _CUES:
                film.cues_at = film.data_start + _number(entry.get(_SEEK_POSITION, b""))
    elif kind == _INFO:
        info = {one: head[at:end] for one, at, end in _elements(head, start, stop)}
        film.scale_s = _number(info.get(_TIMESTAMP_SCALE, _DEFAULT_TIMESTAMP_SCALE)) / 1e9
        film.writer = info.get(_MUXING_APP, b"")
    elif kind == _TRACKS:
        film.tracks = [_track(head, at, end) for _, at, end in _elements(head, start, stop)]


def _track(head: bytes, start: int, stop: int) -> _Track:
    track = _Track()
    for kind, at, end in _elements(head, start, stop):
        if kind == _TRACK_NUMBER:
            track.number = _number(head[at:end])
        elif kind == _TRACK_TYPE:
            track.kind = _number(head[at:end])
        elif kind == _CONTENT_ENCODINGS:
            encodings = list(_elements(head, at, end))
            track.encrypted = len(encodings) != 1
            for _, inner_at, inner_end in encodings:
                _take_encoding(track, head, inner_at, inner_end)
    return track


def _take_encoding(track: _Track, head: bytes, start: int, stop: int) -> None:
    for kind, at, end in _elements(head, start, stop):
        if kind == _CONTENT_ENCRYPTION:
            track.encrypted = True
        elif kind == _CONTENT_COMPRESSION:
            inside = {one: head[a:b] for one, a, b in _elements(head, at, end)}
            track.compression = _number(inside.get(_CONTENT_COMP_ALGO, b""))
            track.stripped = inside.get(_CONTENT_COMP_SETTINGS, b"")
            track.encrypted |= track.compression not in (_ZLIB, _HEADER_STRIPPING)


def _read_cues(reader: Ranges, film: _Film, number: int) -> list[_Cue]:
    """Return the entries of a track, one per line."""
    assert film.cues_at is not None
    beginning = reader.read(film.cues_at, 16)
    kind, start, stop = next(_elements(beginning, 0, 1 << 62), (0, 0, 0))
    if kind != _CUES or stop - start > _MAX_CUES_SIZE:
        raise NoIndexError("no index where it should be")
    data = reader.read(film.cues_at + start, stop - start)
    if len(data) < stop - start:
        raise NoIndexError("an index that was cut short")
    cues = []
    for _, point_start, point_stop in _elements(data, 0, len(data)):
        time_s = 0.0
        for one, at, end in _elements(data, point_start, point_stop):
            if one == _CUE_TIME:
                time_s = _number(data[at:end]) * film.scale_s
            elif one == _CUE_TRACK_POSITIONS:
                place = {name: _number(data[a:b]) for name, a, b in _elements(data, at, end)}
                if place.get(_CUE_TRACK) == number:
                    cues.append(_cue(place, time_s, film.scale_s))
    return cues


def _cue(place: dict[int, int], time_s: float, scale_s: float) -> _Cue:
    if _CUE_CLUSTER_POSITION not in place or _CUE_RELATIVE_POSITION not in place:
        raise NoIndexError("an index that does not lead to lines")
    duration_s = place.get(_CUE_DURATION, 0) * scale_s
    return _Cue(time_s, duration_s, place[_CUE_CLUSTER_POSITION], place[_CUE_RELATIVE_POSITION])


def _read_line(reader: Ranges, film: _Film, track: _Track, cue: _Cue) -> Line:
    at = film.data_start + cue.cluster + cue.within
    data = reader.read(at, _READ_SIZE)
    found = _block_in(data, film.header_size)
    if found is None or _number_of(data, *found) != track.number:
        # Positions count from behind the cluster's header, whose size is the same nearly everywhere, but not quite.
        header = reader.read(film.data_start + cue.cluster, 12)
        kind, film.header_size, _ = next(_elements(header, 0, 1 << 62), (0, 0, 0))
        found = _block_in(data, film.header_size)
        if kind != _CLUSTER or found is None:
            raise NoIndexError("no block where the index says so")
    kind, start, stop = found
    if stop > len(data):
        data = reader.read(at, stop)
    payload, duration_s = data[start:stop], cue.duration_s
    if kind == _BLOCK_GROUP:
        inside = {one: data[a:b] for one, a, b in _elements(data, start, stop)}
        payload = inside.get(_BLOCK, b"")
        duration_s = _number(inside.get(_BLOCK_DURATION, b"")) * film.scale_s or duration_s
    number, size = _variable(payload, 0)
    if number != track.number or payload[size + 2] & 0x06:  # laced: several in one block
        raise NoIndexError("another track where the index says so")
    return Line(cue.time_s, duration_s, _plain(track, payload[size + 3 :]))


def _block_in(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Return kind, start and end of the block that begins at a place; None if there is none."""
    kind, start, stop = next(_elements(data, at, 1 << 62), (0, 0, 0))
    return (kind, start, stop) if kind in (_BLOCK_GROUP, _SIMPLE_BLOCK) and stop <= _MAX_BLOCK_SIZE else None


def _number_of(data: bytes, kind: int, start: int, stop: int) -> int | None:
    """Return the track of a block."""
    if kind == _BLOCK_GROUP:
        start = next((at for one, at, _ in _elements(data, start, stop) if one == _BLOCK), len(data))
    return _variable(data, start)[0] if start < len(data) and data[start] else None


def _plain(track: _Track, payload: bytes) -> bytes:
    if track.compression == _ZLIB:
        return zlib.decompressobj().decompress(payload, _MAX_BLOCK_SIZE)
    return track.stripped + payload if track.compression == _HEADER_STRIPPING else payload


def _elements(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Yield (id, start of its data, its end) of the elements between `start` and `stop`, until one is cut."""
    at = start
    while at < min(stop, len(data)):
        length = 9 - data[at].bit_length() if data[at] else 9
        if length > 4 or at + length >= len(data):
            return
        kind = int.from_bytes(data[at : at + length], "big")
        size_length = 9 - data[at + length].bit_length() if data[at + length] else 9
        begin = at + length + size_length
        if size_length > 8 or begin > len(data):
            return
        size, _ = _variable(data, at + length)
        unknown = size == (1 << 7 * size_length) - 1
        end = stop if unknown else begin + size
        yield kind, begin, end
        at = end


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-size number and how many bytes it takes.

    Raises:
        IndexError: There is nothing.
    """
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return value & ((1 << 7 * length) - 1), length


def _number(data: bytes) -> int:
    return int.from_bytes(data[:8], "big")
