"""Text of an mp4 or mov film read by its sample tables: a few bytes a line instead of all of the film."""

from itertools import pairwise

from transcoder.boxes import find
from transcoder.errors import BoxError
from transcoder.http_range import RangeReader, Ranges
from transcoder.keyframe_scan import read_moov
from transcoder.media_opening import PyavStream
from transcoder.stored_lines import Line, NoIndexError

_EMPTY_SIZE = 2  # bytes: the length of a text that is none; nothing is shown meanwhile
_MAX_SAMPLE_SIZE = 1 << 20


def read_samples(url: str, stream: PyavStream) -> list[Line]:
    """Return the samples of a track of text that hold some, in their order.

    Args:
        url: A loopback URL.
        stream: The track, of a container that was opened: libavformat has made one index of all its tables.

    Raises:
        NoIndexError: The file is made of fragments, or its tables contradict it.
        OSError: The file cannot be read.
    """
    try:
        fragmented = find(read_moov(url), b"moov", b"mvex") is not None
    except BoxError as error:
        raise NoIndexError("no tables of samples") from error
    entries = list(stream.index_entries)
    if fragmented or not entries:
        raise NoIndexError("a file of fragments")
    unit_s = float(stream.time_base)
    stops = [later.timestamp for _, later in pairwise(entries)]
    stops.append((stream.start_time or 0) + stream.duration if stream.duration else entries[-1].timestamp)
    with RangeReader(url) as reader:
        return [
            Line(
                entry.timestamp * unit_s,
                max(stop - entry.timestamp, 0) * unit_s,
                _sample(reader, entry.pos, entry.size),
            )
            for entry, stop in zip(entries, stops, strict=True)
            if entry.size > _EMPTY_SIZE
        ]


def _sample(reader: Ranges, start: int, size: int) -> bytes:
    data = reader.read(start, size) if size <= _MAX_SAMPLE_SIZE else b""
    if len(data) < size:
        raise NoIndexError("a table that leads nowhere")
    return data
