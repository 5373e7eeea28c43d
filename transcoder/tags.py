"""When and where a video was taken, read from a container's tags."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

# Apple's tag has the local time and its offset, the others often only UTC: it comes first.
_TIME_TAGS = (
    "com.apple.quicktime.creationdate",
    "datetimeoriginal",
    "date_recorded",
    "creation_time",
    "creationdate",
    "date",
)
_PLACE_TAGS = ("com.apple.quicktime.location.iso6709", "location", "location-eng", "com.android.location")
_TIME = re.compile(
    r"(\d{4})[-:/](\d\d)[-:/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$"
)
_PLACE = re.compile(r"^([+-])(\d{2,6}(?:\.\d+)?)([+-])(\d{3,7}(?:\.\d+)?)")
_MDPM_UUID = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")  # AVCHD camcorders' message in H.264
FIRST_BELIEVED_YEAR = 1971  # 1904 and 1970 are the zeros of clocks that were never set


def taken_at(tags: Mapping[str, str]) -> str | None:
    """Return when it was taken as ISO 8601, with an offset only where the tag has one."""
    lowered = {name.lower(): value for name, value in tags.items()}
    for name in _TIME_TAGS:
        moment = parse_time(lowered.get(name, ""))
        if moment:
            return moment
    return None


def parse_time(text: str) -> str | None:
    """Return a tag's date and time as ISO 8601, or None if it is no date with a time, or an unset clock's."""
    match = _TIME.match(text.strip())
    if match is None:
        return None
    *numbers, offset = match.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers), tzinfo=_zone(offset))  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    if moment.year < FIRST_BELIEVED_YEAR:
        return None
    return moment.isoformat().replace("+00:00", "Z") if offset == "Z" else moment.isoformat()


def location(tags: Mapping[str, str]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, or None."""
    lowered = {name.lower(): value for name, value in tags.items()}
    for name in _PLACE_TAGS:
        place = parse_iso6709(lowered.get(name, ""))
        if place:
            return place
    return None


def parse_iso6709(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of an ISO 6709 string (`+32.0929+034.8620+028.516/`), or None."""
    match = _PLACE.match(text.strip())
    if match is None:
        return None
    latitude = _degrees(match[1], match[2], 2)
    longitude = _degrees(match[3], match[4], 3)
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude, longitude) == (0.0, 0.0):
        return None
    return latitude, longitude


def avchd_time(packet: bytes) -> str | None:
    """Return the time that an AVCHD camcorder writes into its H.264 pictures, or None.

    Source:
        The message is undocumented; layout as observed in files of Sony and Panasonic: pairs of a tag byte and
        four bytes, tag 0x18 = zone, century, year, month; 0x19 = day, hour, minute, second (BCD).
    """
    plain = packet.replace(b"\x00\x00\x03", b"\x00\x00")
    start = plain.find(_MDPM_UUID + b"MDPM")
    if start < 0:
        return None
    body = plain[start + 20 : start + 20 + 1 + 255 * 5]
    fields = {body[at]: body[at + 1 : at + 5] for at in range(1, len(body) - 4, 5)}
    if 0x18 not in fields or 0x19 not in fields:
        return None
    zone, *date = fields[0x18]
    digits = bytes(date).hex() + fields[0x19].hex()
    sign = "-" if zone & 0x20 else "+"
    half_hours = zone >> 1 & 0x0F
    offset = f"{sign}{half_hours:02}:{30 if zone & 1 else 0:02}"
    return parse_time(
        f"{digits[0:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:14]}{offset}"
    )


def _zone(offset: str | None) -> timezone | None:
    if offset is None:
        return None
    if offset == "Z":
        return timezone(timedelta(0))
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _degrees(sign: str, digits: str, whole: int) -> float:
    """Return degrees from DD.D, DDMM.M or DDMMSS.S (`whole` digits of degrees)."""
    integer = digits.partition(".")[0]
    degrees = float(digits[: whole if len(integer) > whole else None])
    if len(integer) >= whole + 4:
        degrees += int(digits[whole : whole + 2]) / 60 + float(digits[whole + 2 :]) / 3600
    elif len(integer) >= whole + 2:
        degrees += float(digits[whole:]) / 60
    return -degrees if sign == "-" else degrees
