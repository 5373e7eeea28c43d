"""Messages between a process and its helper: a JSON header and a payload of bytes, both with their length.

uint32 header size | uint32 payload size | header (JSON, UTF-8) | payload
"""

import json
import struct
from typing import Any

_SIZES = struct.Struct(">II")
SIZES_SIZE = _SIZES.size
MAX_HEADER_SIZE = 64 * 1024 * 1024  # keyframes of a long film are a few hundred kilobytes
MAX_PAYLOAD_SIZE = 1024 * 1024 * 1024


class FrameError(ValueError):
    """Bytes that are no message."""


def format_message(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Return the sizes and the header, ready to be followed by `payload`."""
    header_bytes = json.dumps(header, separators=(",", ":")).encode()
    return _SIZES.pack(len(header_bytes), len(payload)) + header_bytes


def parse_sizes(sizes: bytes, max_payload_size: int = MAX_PAYLOAD_SIZE) -> tuple[int, int]:
    """Return the size of the header and of the payload, in bytes.

    Raises:
        FrameError: More than any message has.
    """
    header_size, payload_size = _SIZES.unpack(sizes)
    if header_size > MAX_HEADER_SIZE or payload_size > max_payload_size:
        raise FrameError("a message of impossible size")
    return header_size, payload_size


def parse_header(header_bytes: bytes) -> dict[str, Any]:
    """Return the header.

    Raises:
        FrameError: Not a JSON object.
    """
    try:
        header = json.loads(header_bytes)
    except ValueError as error:
        raise FrameError("a header that is no JSON") from error
    if not isinstance(header, dict):
        raise FrameError("a header that is no JSON object")
    return header
