"""Presentation graphics (Blu-ray subtitles): a stream of white boxes, which no encoder of ffmpeg's makes.

Source: US patent application 2009/0185789 and libavcodec/pgssubdec.c, for the layout of the segments.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_CLOCK = 90_000
_PALETTE, _OBJECT, _COMPOSITION, _WINDOW, _END = 0x14, 0x15, 0x16, 0x17, 0x80
_EPOCH_START = 0x80
_FIRST_AND_LAST = 0xC0  # the picture is in this segment, whole
_FRAME_RATE = 0x10
_WHITE = bytes([1, 235, 128, 128, 255])  # palette entry 1: Y, Cr, Cb, opaque


@dataclass(frozen=True)
class Caption:
    """A white box, shown from `start_s` to `stop_s`."""

    start_s: float
    stop_s: float
    left: int = 220
    top: int = 300
    width: int = 200
    height: int = 30


def sup_stream(captions: Iterable[Caption], screen: tuple[int, int] = (640, 360)) -> bytes:
    """Return the captions as a .sup file."""
    return b"".join(_caption(number, one, screen) for number, one in enumerate(captions))


def _caption(number: int, caption: Caption, screen: tuple[int, int]) -> bytes:
    window = struct.pack(">BBHHHH", 1, 0, caption.left, caption.top, caption.width, caption.height)
    picture = struct.pack(">HH", caption.width, caption.height) + _run_lengths(caption)
    shown = struct.pack(">HBBHH", 0, 0, 0, caption.left, caption.top)
    segments = [
        (caption.start_s, _COMPOSITION, _composition(screen, 2 * number, _EPOCH_START, 1) + shown),
        (caption.start_s, _WINDOW, window),
        (caption.start_s, _PALETTE, b"\0\0" + _WHITE),
        (
            caption.start_s,
            _OBJECT,
            struct.pack(">HBB", 0, 0, _FIRST_AND_LAST) + len(picture).to_bytes(3, "big") + picture,
        ),
        (caption.start_s, _END, b""),
        (caption.stop_s, _COMPOSITION, _composition(screen, 2 * number + 1, 0, 0)),
        (caption.stop_s, _WINDOW, window),
        (caption.stop_s, _END, b""),
    ]
    return b"".join(_segment(*one) for one in segments)


def _composition(screen: tuple[int, int], number: int, state: int, objects: int) -> bytes:
    return struct.pack(">HHBHBBBB", *screen, _FRAME_RATE, number, state, 0, 0, objects)


def _run_lengths(caption: Caption) -> bytes:
    """Return a box of colour 1: a line is one run of it and an end of line."""
    run = struct.pack(">BHB", 0, 0xC000 | caption.width, 1)
    return (run + b"\0\0") * caption.height


def _segment(time_s: float, kind: int, body: bytes) -> bytes:
    return b"PG" + struct.pack(">IIBH", round(time_s * _CLOCK), 0, kind, len(body)) + body
