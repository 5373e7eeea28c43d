"""When and where a photo was taken, from its EXIF. Runs in the photo helper only.

Source: Exif 3.0 (CIPA DC-008), tags by number below.
"""

import math
import re
from datetime import datetime
from typing import Any

from PIL import Image

_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825

_DATE_TIME = 0x0132
_OFFSET_TIME = 0x9010
_DATE_TIME_ORIGINAL = 0x9003
_OFFSET_TIME_ORIGINAL = 0x9011
_DATE_TIME_DIGITIZED = 0x9004
_OFFSET_TIME_DIGITIZED = 0x9012
ORIENTATION = 0x0112

_GPS_LATITUDE_REF, _GPS_LATITUDE, _GPS_LONGITUDE_REF, _GPS_LONGITUDE = 1, 2, 3, 4

_DATE = re.compile(r"\s*(\d{4})\D(\d{2})\D(\d{2})\D+(\d{2})\D(\d{2})\D(\d{2})", re.ASCII)
_OFFSET = re.compile(r"\s*([+-])(\d{2}):?(\d{2})", re.ASCII)


def taken_at(exif: Image.Exif) -> str | None:
    """Return when the shutter went, ISO 8601, with the offset from UTC where the camera wrote one."""
    details = exif.get_ifd(_EXIF_IFD)
    candidates = (
        (details.get(_DATE_TIME_ORIGINAL), details.get(_OFFSET_TIME_ORIGINAL)),
        (details.get(_DATE_TIME_DIGITIZED), details.get(_OFFSET_TIME_DIGITIZED)),
        (exif.get(_DATE_TIME), details.get(_OFFSET_TIME)),
    )
    for date, offset in candidates:
        if (moment := _moment(date)) is not None:
            return moment + _offset(offset)
    return None


def location(exif: Image.Exif) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, None without a fix."""
    gps = exif.get_ifd(_GPS_IFD)
    lat = _degrees(gps.get(_GPS_LATITUDE), gps.get(_GPS_LATITUDE_REF), "S", 90)
    lon = _degrees(gps.get(_GPS_LONGITUDE), gps.get(_GPS_LONGITUDE_REF), "W", 180)
    # Cameras that have no fix yet write zeros.
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return lat, lon


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _moment(value: object) -> str | None:
    """Return "YYYY:MM:DD hh:mm:ss" as ISO 8601, None for a date that does not exist (zeros, blanks)."""
    match = _DATE.match(_text(value))
    if match is None:
        return None
    try:
        return datetime(*(int(group) for group in match.groups())).isoformat()  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _offset(value: object) -> str:
    match = _OFFSET.match(_text(value))
    if match is None or int(match[2]) > 15 or int(match[3]) > 59:
        return ""
    return f"{match[1]}{match[2]}:{match[3]}"


def _degrees(dms: Any, ref: object, negative_ref: str, limit: int) -> float | None:  # noqa: ANN401 - as Pillow gives it
    """Return degrees, minutes and seconds as signed degrees."""
    if not isinstance(dms, tuple) or not 1 <= len(dms) <= 3:
        return None
    degrees: float = sum(float(part) / 60.0**power for power, part in enumerate(dms))
    if not math.isfinite(degrees) or not 0 <= degrees <= limit:
        return None
    return round(-degrees if _text(ref).upper() == negative_ref else degrees, 6)
