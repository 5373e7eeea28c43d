"""The Range header of HTTP, for one range of bytes. Pure.

Source: RFC 9110, section 14. A header that is no single byte range is ignored, as the RFC allows.
"""

import re
from typing import NamedTuple

_SINGLE = re.compile(r"bytes=\s*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})\s*", re.ASCII | re.IGNORECASE)


class ByteRange(NamedTuple):
    """Half-open: the bytes from `start` up to, not with, `stop`."""

    start: int
    stop: int


class UnsatisfiableRangeError(ValueError):
    """A range that begins past the end: status 416."""


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the part of `size` bytes that `header` asks for, None for all of them.

    Raises:
        UnsatisfiableRangeError: None of the bytes exist.
    """
    match = _SINGLE.fullmatch(header) if header else None
    if match is None:
        return None
    first, last = match["first"], match["last"]
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    elif last:
        start, stop = max(size - int(last), 0), size
    else:
        return None
    if start >= stop:
        raise UnsatisfiableRangeError(f"no byte of {size} in this range")
    return ByteRange(start, stop)
