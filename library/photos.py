"""Pictures read by the photo helper: bytes in, facts and JPEGs out. Nothing is decoded in this process."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from library.items import Location
from transcoder import HelperCrashedError, HelperProcess, HelperTimeoutError

MAX_PHOTO_SIZE = 512 * 1024 * 1024  # bytes; held in memory while it is read
_TIMEOUT_S = 60.0


class PhotoError(Exception):
    """The picture cannot be read; the message says why, in words for people."""


class PhotoDecoderError(PhotoError):
    """The decoder failed on the picture: the picture's fault, or the machine's at that moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What a picture is, upright, and its JPEGs by width asked for.

    `contrast` is the standard deviation of its luma, 0 for a blank one.
    """

    mime: str
    width: int
    height: int
    taken_at: str | None
    location: Location | None
    contrast: float
    images: dict[int, bytes]


class PhotoReader:
    """The owner of a photo helper. Threads take turns.

    Args:
        background: Nobody waits for its pictures: it leaves the processor to others.
    """

    def __init__(self, *, background: bool = False) -> None:
        argv = [sys.executable, "-m", "library.photo_helper"]
        self._helper = HelperProcess(argv, name="photo helper", background=background)

    @property
    def pid(self) -> int | None:
        """The running helper's process id, None between helpers."""
        return self._helper.pid

    def read(self, picture: bytes, widths: Sequence[int]) -> Photo:
        """Return what `picture` is, with a JPEG for each of `widths`, in pixels at most.

        Raises:
            PhotoError: Damaged, no picture, too large.
            PhotoDecoderError: Too much for the helper.
        """
        if len(picture) > MAX_PHOTO_SIZE:
            raise PhotoError("the picture is too large to be read")
        try:
            answer, jpegs = self._helper.call({"widths": list(widths)}, picture, timeout_s=_TIMEOUT_S)
        except HelperTimeoutError:
            raise PhotoDecoderError("reading the picture took too long") from None
        except HelperCrashedError:
            raise PhotoDecoderError("the picture made its decoder fail") from None
        if "problem" in answer:
            raise PhotoError(str(answer["problem"]))
        return _parse_answer(answer, jpegs, widths)

    def close(self) -> None:
        """End the helper. Safe twice."""
        self._helper.close()


def _parse_answer(answer: dict[str, Any], jpegs: bytes, widths: Sequence[int]) -> Photo:
    """Return the helper's answer, checked: it decodes hostile files and may have been taken over.

    Raises:
        PhotoError: Not an answer that our helper gives.
    """
    try:
        return Photo(
            mime=_text(answer["mime"]),
            width=int(answer["width"]),
            height=int(answer["height"]),
            taken_at=None if answer["taken_at"] is None else _text(answer["taken_at"]),
            location=_location(answer["location"]),
            contrast=float(answer["contrast"]),
            images=dict(zip(widths, _cut(jpegs, answer["sizes"]), strict=True)),
        )
    except (KeyError, TypeError, ValueError):
        raise PhotoError("the picture's decoder gave no sensible answer") from None


def _cut(jpegs: bytes, sizes: list[int]) -> list[bytes]:
    """Return the pieces of `jpegs` that are `sizes` long."""
    pieces: list[bytes] = []
    for size in sizes:
        pieces.append(jpegs[:size])
        jpegs = jpegs[size:]
    if jpegs or not all(pieces):
        raise ValueError("sizes")
    return pieces


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > 100:
        raise ValueError("text")
    return value


def _location(value: object) -> Location | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("location")
    lat, lon = (float(degrees) for degrees in value)
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("location")
    return Location(lat, lon)
