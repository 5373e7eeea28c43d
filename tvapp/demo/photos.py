"""The demo's photos: which picture, taken when, where and how; and how that is written into the file."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image

from tvapp.demo import indoors, northern, seaside
from tvapp.demo.canvas import Size, seeded

Painter = Callable[[Size, random.Random], Image.Image]
Place = tuple[float, float]
"""Latitude and longitude in degrees, north and east positive."""

WINTER = "2026 Northern lights"
SUMMER = "2026 By the sea"
LANDSCAPE: Size = (2160, 1440)
PORTRAIT: Size = (1440, 2160)
TURNED_RIGHT = 6
"""EXIF orientation of a camera held upright: turn the stored picture a quarter clockwise to see it."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to make; its name's ending is its format."""

    folder: str
    name: str
    paint: Painter
    taken_at: datetime
    place: Place | None = None
    size: Size = LANDSCAPE
    orientation: int = 1


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


PHOTOS = (
    Photo(
        WINTER,
        "Aurora over the lake.jpg",
        northern.aurora_over_the_lake,
        _at("2026-02-12T22:41:07+01:00"),
        (68.3495, 18.8312),
    ),
    Photo(
        WINTER,
        "Cabin in the snow.jpg",
        northern.cabin_in_the_snow,
        _at("2026-02-12T23:18:52+01:00"),
        (68.3584, 18.7826),
    ),
    Photo(WINTER, "Blue hour.jpg", northern.blue_hour, _at("2026-02-13T15:56:30+01:00"), (68.2090, 14.5630)),
    Photo(
        WINTER,
        "Forest in mist.jpg",
        northern.forest_in_mist,
        _at("2026-02-14T10:12:44+01:00"),
    ),
    Photo(
        WINTER,
        "Milky Way over the pass.jpg",
        northern.milky_way_over_the_pass,
        _at("2026-02-15T01:33:19+01:00"),
        (68.4385, 17.4279),
    ),
    Photo(
        WINTER,
        "Moonrise.jpg",
        northern.moonrise,
        _at("2026-02-15T18:04:01+01:00"),
        (68.0883, 13.2326),
        PORTRAIT,
        TURNED_RIGHT,
    ),
    Photo(
        WINTER,
        "First light.heic",
        northern.first_light,
        _at("2026-02-16T09:21:36+01:00"),
        (67.9323, 13.0887),
        (1800, 1200),
    ),
    Photo(
        SUMMER,
        "Lighthouse at dusk.jpg",
        seaside.lighthouse_at_dusk,
        _at("2026-07-11T21:58:12+02:00"),
        (48.6848, -2.3186),
    ),
    Photo(
        SUMMER,
        "Harbour in the evening.jpg",
        seaside.harbour_evening,
        _at("2026-07-12T22:20:45+02:00"),
        (47.8716, -3.9127),
    ),
    Photo(
        SUMMER,
        "Sails at sunset.jpg",
        seaside.sails_at_sunset,
        _at("2026-07-13T21:47:29+02:00"),
        (47.2763, -2.4420),
    ),
    Photo(
        SUMMER,
        "City across the bay.jpg",
        seaside.city_across_the_bay,
        _at("2026-07-14T23:31:08+02:00"),
    ),
    Photo(
        SUMMER, "The great dune.jpg", seaside.great_dune, _at("2026-07-16T21:33:55+02:00"), (44.5892, -1.2136)
    ),
    Photo(
        SUMMER,
        "Full moon tide.jpg",
        seaside.full_moon_tide,
        _at("2026-07-29T23:09:40+02:00"),
        (45.6957, -1.3280),
    ),
    Photo(
        SUMMER,
        "Rainy day, magic lantern.png",
        indoors.rainy_day,
        _at("2026-07-30T16:05:00+02:00"),
        None,
        (1920, 1280),
    ),
)


def make_photo(photo: Photo, directory: Path, scale: float = 1.0) -> Path:
    """Paint `photo`, write it into its folder below `directory`, dated as it was taken, and return its path."""
    folder = directory / photo.folder
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / photo.name
    width, height = (max(64, round(side * scale / 2) * 2) for side in photo.size)
    picture = photo.paint((width, height), seeded(photo.name))
    if photo.orientation == TURNED_RIGHT:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    _save(picture, photo, target)
    moment = photo.taken_at.timestamp()
    os.utime(target, (moment, moment))
    return target


def _save(picture: Image.Image, photo: Photo, target: Path) -> None:
    if target.suffix == ".png":
        picture.save(target, compress_level=4)  # as a screenshot is: no EXIF
    elif target.suffix == ".heic":
        heif = pillow_heif.from_pillow(picture)
        heif.save(target, quality=70, exif=photo_exif(photo).tobytes())
    else:
        picture.save(target, quality=86, exif=photo_exif(photo), optimize=True)


def photo_exif(photo: Photo) -> Image.Exif:
    """Return what a camera would have noted: itself, the time with its offset, the place if it knew it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Lanterne"
    exif[ExifTags.Base.Model] = "Magic lantern"
    exif[ExifTags.Base.Orientation] = photo.orientation
    offset = photo.taken_at.strftime("%z")
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = photo.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    details[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:]}"
    if photo.place is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude, longitude = photo.place
        gps[ExifTags.GPS.GPSLatitudeRef] = "N" if latitude >= 0 else "S"
        gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(latitude)
        gps[ExifTags.GPS.GPSLongitudeRef] = "E" if longitude >= 0 else "W"
        gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(longitude)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    """Return degrees, minutes and seconds, to a hundredth of a second (some 30 cm)."""
    hundredths = round(abs(degrees) * 360_000)
    return float(hundredths // 360_000), float(hundredths // 6_000 % 60), hundredths % 6_000 / 100
