"""ISO base media boxes: walk them, find one, build one (ISO/IEC 14496-12, section 4.2)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from transcoder.errors import BoxError
from transcoder.http_range import Ranges

_SIZE_TYPE = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
HEADER_SIZE = _SIZE_TYPE.size
_LONGEST_HEADER_SIZE = HEADER_SIZE + _LARGE_SIZE.size
_MOST_TOP_LEVEL = 1000  # of a film in one piece; one of fragments begins with what describes it


@dataclass(frozen=True, slots=True)
class Box:
    """Where one box lies in the bytes it was found in: header from `start`, contents `body` to `stop`."""

    kind: bytes
    start: int
    body: int
    stop: int


def parse_box_header(data: bytes, start: int = 0) -> tuple[bytes, int, int] | None:
    """Return kind, header size and whole size of the box at `start`, or None if its header is not all there.

    A whole size of 0 means "to the end of the file".

    Raises:
        BoxError: The box would be shorter than its header.
    """
    if len(data) < start + HEADER_SIZE:
        return None
    size, kind = _SIZE_TYPE.unpack_from(data, start)
    header_size = HEADER_SIZE
    if size == 1:
        header_size += _LARGE_SIZE.size
        if len(data) < start + header_size:
            return None
        (size,) = _LARGE_SIZE.unpack_from(data, start + HEADER_SIZE)
    if size != 0 and size < header_size:
        raise BoxError(f"a box of {size} bytes")
    return kind, header_size, size


def walk(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[Box]:
    """Yield the boxes that lie side by side in `data[start:stop]`.

    Raises:
        BoxError: A box does not fit.
    """
    stop = len(data) if stop is None else stop
    while start < stop:
        header = parse_box_header(data, start)
        if header is None:
            raise BoxError("half a box header")
        kind, header_size, size = header
        end = start + size if size else stop
        if end > stop or start + header_size > end:
            raise BoxError(f"a box of {size} bytes where {stop - start} are left")
        yield Box(kind, start, start + header_size, end)
        start = end


@dataclass(frozen=True, slots=True)
class TopLevelBox:
    """One of the boxes that a file consists of: where its header begins, and its whole size in bytes.

    The last one's size may be None: it goes on to the end of the file, wherever that is.
    """

    kind: bytes
    start: int
    size: int | None

    def read(self, ranges: Ranges, most: int) -> bytes:
        """Return it with its header; no more than the first `most` bytes of a larger one.

        Raises:
            OSError: It cannot be read.
        """
        return ranges.read(self.start, most if self.size is None else min(self.size, most))


def top_level(ranges: Ranges) -> Iterator[TopLevelBox]:
    """Yield the boxes that a file consists of, by their headers alone, until one is cut.

    Raises:
        BoxError: A box would be shorter than its header.
        OSError: The file cannot be read.
    """
    start = 0
    for _ in range(_MOST_TOP_LEVEL):
        header = parse_box_header(ranges.read(start, _LONGEST_HEADER_SIZE))
        if header is None:
            return
        kind, _, size = header
        yield TopLevelBox(kind, start, size or None)
        if not size:
            return
        start += size


def find_top_level(ranges: Ranges, kind: bytes) -> TopLevelBox | None:
    """Return the first box of a kind that a file consists of, or None.

    Raises:
        BoxError, OSError: As for `top_level`.
    """
    return next((box for box in top_level(ranges) if box.kind == kind), None)


def find(data: bytes, *path: bytes, within: Box | None = None) -> Box | None:
    """Return the first box at `path`, one kind per level, or None."""
    box = within
    for kind in path:
        bounds = (box.body, box.stop) if box else (0, len(data))
        box = next((one for one in walk(data, *bounds) if one.kind == kind), None)
        if box is None:
            return None
    return box


def require(data: bytes, *path: bytes, within: Box | None = None) -> Box:
    """Return the first box at `path`.

    Raises:
        BoxError: There is none.
    """
    box = find(data, *path, within=within)
    if box is None:
        raise BoxError(f"no {'/'.join(kind.decode('latin-1') for kind in path)} box")
    return box


def build(kind: bytes, *contents: bytes) -> bytes:
    """Return a box of `kind` around `contents`."""
    size = HEADER_SIZE + sum(map(len, contents))
    return b"".join((_SIZE_TYPE.pack(size, kind), *contents))


def build_full(kind: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """Return a box of `kind` with a version and 24 bits of flags."""
    return build(kind, struct.pack(">I", version << 24 | flags), *contents)
