"""The photo helper: facts and upright pictures out of any bytes, from a process that may crash."""

import contextlib
import io
import os
import signal
import struct
import subprocess
import sys
import zlib

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from library.photos import Photo, PhotoError, PhotoReader, _parse_answer
from tests.library.material import exif_of, photo
from tests.shared_media import MEDIA, needs_media


@pytest.fixture(scope="module")
def reader():
    """One helper for many tests; it runs, with its threads, before the first of them begins."""
    with contextlib.closing(PhotoReader()) as reader:
        reader.read(photo(), (220,))
        yield reader


@pytest.fixture
def fresh_reader():
    with contextlib.closing(PhotoReader()) as reader:
        yield reader


def quarters(size=(80, 60)):
    """Return a picture whose upper left quarter is red, upper right green, lower left blue, the rest white."""
    image = Image.new("RGB", size, "white")
    half = (size[0] // 2, size[1] // 2)
    image.paste("red", (0, 0, *half))
    image.paste("lime", (half[0], 0, size[0], half[1]))
    image.paste("blue", (0, half[1], half[0], size[1]))
    return image


def corners(jpeg):
    """Return the colours of the corners, roughly: upper left, upper right, lower left, lower right."""
    image = Image.open(io.BytesIO(jpeg))
    w, h = image.size
    spots = [(w // 8, h // 8), (w * 7 // 8, h // 8), (w // 8, h * 7 // 8), (w * 7 // 8, h * 7 // 8)]
    shades = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 1): "white"}
    return [shades.get(tuple(round(channel / 255) for channel in image.getpixel(spot)[:3])) for spot in spots]


UPRIGHT = ["red", "lime", "blue", "white"]
# What a camera stores so that the orientation brings it upright: the inverse of what EXIF prescribes.
STORED = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


def saved(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_come_out_upright(reader, orientation, form):
    stored = STORED[orientation](quarters((800, 600)))
    found = reader.read(saved(stored, form, exif=exif_of(orientation=orientation)), (220, 440))
    assert (found.width, found.height) == (800, 600)
    for width, jpeg in found.images.items():
        assert Image.open(io.BytesIO(jpeg)).size == (width, width * 3 // 4)
        assert corners(jpeg) == UPRIGHT


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heic_is_turned_once(reader, orientation):
    pillow_heif.register_heif_opener()
    stored = STORED[orientation](quarters((640, 480)))
    # As bytes: only then does the encoder write the rotation that phones write.
    exif = exif_of(orientation=orientation).tobytes()
    found = reader.read(saved(stored, "HEIF", exif=exif), (440,))
    assert (found.width, found.height) == (640, 480)
    assert corners(found.images[440]) == UPRIGHT


def test_nothing_of_the_original_is_left_but_the_picture(reader):
    exif = exif_of(
        taken="2020:02:29 12:13:14", gps={1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0)}
    )
    exif[0x010E] = "a secret description"
    picture = photo((600, 400), exif=exif, comment=b"a secret comment")
    for jpeg in reader.read(picture, (220, 1280)).images.values():
        image = Image.open(io.BytesIO(jpeg))
        assert not image.getexif()
        assert "icc_profile" not in image.info
        assert b"secret" not in jpeg


def test_never_enlarged_and_never_taller_than_twice_the_width(reader):
    small = reader.read(photo((50, 40)), (220, 440, 1280, 1920))
    assert {Image.open(io.BytesIO(jpeg)).size for jpeg in small.images.values()} == {(50, 40)}
    tall = reader.read(photo((100, 4000)), (220,))
    assert Image.open(io.BytesIO(tall.images[220])).size == (11, 440)
    assert (tall.width, tall.height) == (100, 4000)


@pytest.mark.parametrize(
    ("exif", "taken"),
    [
        ({"taken": "2013:05:29 09:33:20"}, "2013-05-29T09:33:20"),
        ({"taken": "2013:05:29 09:33:20", "offset": "+02:00"}, "2013-05-29T09:33:20+02:00"),
        ({"taken": "2013:05:29 09:33:20", "offset": "-0330"}, "2013-05-29T09:33:20-03:30"),
        ({"taken": "2013:05:29 09:33:20", "offset": "   :  "}, "2013-05-29T09:33:20"),
        ({"taken": "2013-05-29 09:33:20"}, "2013-05-29T09:33:20"),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "2013:02:30 09:33:20"}, None),
        ({"taken": "yesterday"}, None),
        ({}, None),
    ],
)
def test_dates(reader, exif, taken):
    assert reader.read(photo(exif=exif_of(**exif)), (220,)).taken_at == taken


@pytest.mark.parametrize(
    ("gps", "location"),
    [
        ({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0)}, (48.208333, 16.366667)),
        ({1: "S", 2: (33.0, 51.4, 0.0), 3: "W", 4: (151.0, 12.0, 36.0)}, (-33.856667, -151.21)),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (16.0, 22.0, 0.0)}, None),
        ({1: "N", 2: (48.0, 12.0, 30.0)}, None),
    ],
)
def test_places(reader, gps, location):
    found = reader.read(photo(exif=exif_of(gps=gps)), (220,)).location
    assert found == (pytest.approx(location, abs=1e-6) if location else None)


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_gives_a_picture_of_its_brightness(reader, mode):
    form = "TIFF" if mode in ("CMYK", "1") else "PNG"
    image = (
        Image.new("I;16", (300, 200), 40_000)
        if mode == "I;16"
        else Image.new("RGB", (300, 200), "white").convert(mode)
    )
    jpeg = reader.read(saved(image, form), (220,)).images[220]
    shown = Image.open(io.BytesIO(jpeg))
    assert shown.mode == "RGB"
    wanted = 40_000 / 257 if mode == "I;16" else 255
    assert shown.getpixel((100, 70)) == pytest.approx((wanted,) * 3, abs=3)


def test_what_is_transparent_lies_on_white(reader):
    jpeg = reader.read(saved(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), "PNG"), (220,)).images[220]
    assert Image.open(io.BytesIO(jpeg)).getpixel((50, 50)) == (255, 255, 255)


@needs_media
def test_colours_of_a_profile_are_converted(reader):
    pillow_heif.register_heif_opener()
    with Image.open(MEDIA / "photos" / "IMG_1034.heic") as phone_picture:
        display_p3 = phone_picture.info["icc_profile"]
    plain = reader.read(photo(color=(200, 100, 50)), (220,)).images[220]
    broken = reader.read(photo(color=(200, 100, 50), icc_profile=b"no profile at all"), (220,)).images[220]
    converted = reader.read(photo(color=(200, 100, 50), icc_profile=display_p3), (220,)).images[220]
    shades = [Image.open(io.BytesIO(jpeg)).getpixel((9, 9)) for jpeg in (plain, broken, converted)]
    assert shades[0] == shades[1]
    # More red in sRGB: the same numbers mean a stronger red on a P3 screen.
    assert shades[2][0] > shades[0][0] + 5


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_formats(reader, form):
    pillow_heif.register_heif_opener()
    found = reader.read(photo((120, 80), form=form), (220,))
    assert (found.width, found.height) == (120, 80)
    assert found.mime == f"image/{form.lower()}"
    assert found.images[220].startswith(b"\xff\xd8\xff")


def test_a_cut_picture_is_a_problem_in_words(reader):
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120_000))
    whole = saved(noise, "JPEG")
    with pytest.raises(PhotoError, match="damaged or incomplete"):
        reader.read(whole[: len(whole) // 2], (220,))
    with pytest.raises(PhotoError, match="not a picture"):
        reader.read(b"hello", (220,))
    assert reader.read(whole, (220,)).width == 200


def test_a_decompression_bomb_is_refused(reader):
    for side, words in [(15_000, "too many pixels"), (40_000, "damaged|pixels")]:
        bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
        bomb += png_chunk(b"IDAT", zlib.compress(bytes(10 * (side + 1)))) + png_chunk(b"IEND", b"")
        with pytest.raises(PhotoError, match=words):
            reader.read(bomb, (220,))


def png_chunk(name, contents):
    return struct.pack(">I", len(contents)) + name + contents + struct.pack(">I", zlib.crc32(name + contents))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=8))
def test_mangled_pictures_end_in_a_picture_or_a_problem(reader, changes):
    mangled = bytearray(photo((64, 48), exif=exif_of(taken="2013:05:29 09:33:20", orientation=6)))
    for at, value in changes:
        mangled[at % len(mangled)] = value
    try:
        found = reader.read(bytes(mangled), (220,))
    except PhotoError:
        return
    assert found.width > 0


def test_a_crash_is_told_and_the_next_picture_is_read(fresh_reader):
    reader = fresh_reader
    reader.read(photo(), (220,))
    first = reader.pid
    os.kill(first, signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)
    try:
        reader.read(photo(), (220,))  # it may have been seen dead already
    except PhotoError as error:
        assert "fail" in str(error)  # noqa: PT017 - either is right
    assert reader.read(photo(), (220,)).width == 64
    assert reader.pid != first


def test_the_parent_never_loads_a_decoder():
    """The process that holds the key imports no decoder: asked of a fresh interpreter."""
    program = (
        "import sys, library; print([m for m in ('PIL', 'av', 'pillow_heif', 'numpy') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


GOOD = {
    "mime": "image/png",
    "width": 1,
    "height": 2,
    "taken_at": None,
    "location": [1, 2],
    "contrast": 0,
    "sizes": [3],
}


def test_answers_are_checked():
    assert isinstance(_parse_answer(GOOD, b"abc", (220,)), Photo)
    wrong = [
        {"sizes": [2]},
        {"sizes": [3, 1]},
        {"sizes": []},
        {"sizes": [-1]},
        {"sizes": ["x"]},
        {"mime": 5},
        {"mime": "a\nb"},
        {"width": None},
        {"location": [1]},
        {"location": [91, 0]},
        {"location": "ab"},
        {"taken_at": ["x"]},
    ]
    for change in wrong:
        with pytest.raises(PhotoError, match="no sensible answer"):
            _parse_answer(GOOD | change, b"abc", (220,))
