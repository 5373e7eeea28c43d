"""The photos of a summer by the sea: a lighthouse, a harbour, sails, a city, dunes, moonlight."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tvapp.demo.boats import fishing_boat, sailing_boat
from tvapp.demo.canvas import (
    Colour,
    Size,
    add_glow,
    add_light,
    cut_out,
    develop,
    lay,
    mix,
    paint_light,
    ramp,
    shape,
)
from tvapp.demo.land import dune, hillside, outline, ridge_line, rolling_line
from tvapp.demo.lighthouse import LAMP_Y, beam, lighthouse
from tvapp.demo.sky import add_moon, add_stars, add_sun, clouds, sky_light
from tvapp.demo.town import light_windows, quay_houses, skyline
from tvapp.demo.water import glints, mirrored, open_sea, rippled, sea_light

DUSK = ramp(
    (0, (34, 42, 92)),
    (0.35, (92, 84, 150)),
    (0.62, (222, 132, 140)),
    (0.85, (255, 196, 142)),
    (1, (255, 220, 164)),
)


def lighthouse_at_dusk(size: Size, rng: random.Random) -> Image.Image:
    """A lighthouse on its cliff with its beam lit, the last sun on the sea."""
    wide, tall = size
    horizon = round(tall * 0.66)
    image = Image.new("RGB", size)
    image.paste(paint_light((wide, horizon), sky_light(DUSK, (0.22, 0.95), (255, 226, 160), 0.55), rng))
    add_stars(image, rng, 130, 0.3, tall / 700)
    lay(
        image,
        clouds((wide, round(tall * 0.42)), rng, ((255, 176, 150), (120, 88, 142)), 0.55, (3, 7)),
        at=(0, round(tall * 0.1)),
    )
    add_sun(image, (wide * 0.22, horizon - tall * 0.02), tall * 0.04, (255, 214, 150))
    sea = open_sea(
        (wide, tall - horizon), sea_light((226, 152, 140), (36, 44, 88), (0.22, (255, 188, 128)), 0.07), rng
    )
    add_light(sea, glints(sea.size, rng, 0.22, (255, 206, 140), 380, 0.22), (0, 0))
    image.paste(sea, (0, horizon))
    lay(image, *headland(size, rng))
    tower = lighthouse(round(tall * 0.5), (246, 226, 214), (196, 58, 60), (34, 32, 58))
    foot = (round(wide * 0.72), round(tall * 0.645))
    at = (foot[0] - tower.width // 2, foot[1] - tower.height)
    lamp = (foot[0], at[1] + tower.height * LAMP_Y)
    ray = beam(
        size,
        lamp,
        ((-wide * 0.25, lamp[1] - tall * 0.16), (-wide * 0.25, lamp[1] + tall * 0.03)),
        (255, 226, 170),
        14,
    )
    add_light(image, ray, (0, 0))
    lay(image, tower, at=at)
    add_glow(image, lamp, tall * 0.14, (255, 220, 150), 2.6)
    return develop(image, rng)


def headland(size: Size, rng: random.Random) -> list[Image.Image]:
    """Return the layers of a rocky headland that falls to the sea on its left."""
    wide, tall = size
    layers = []
    for shift, top, colours in (
        (0.0, 0.62, ((74, 58, 92), (50, 42, 76))),
        (0.09, 0.70, ((44, 38, 68), (26, 26, 52))),
        (0.2, 0.80, ((24, 24, 46), (14, 16, 34))),
    ):
        rough = ridge_line(rng, wide, 8, 0.6)
        line = []
        for index, height in enumerate(rough):
            x = index * 8 / wide
            rise = 1 / (1 + math.exp(-(x - 0.52 - shift) * (26 - 30 * shift)))
            line.append(
                (x * wide, tall * (1.04 - (1.04 - top) * rise + (height - 0.5) * 0.035 * (0.3 + rise)))
            )
        layers.append(hillside(size, [*line, (wide + 8, tall), (0, tall)], colours, rng, 0.8))
    return layers


def harbour_evening(size: Size, rng: random.Random) -> Image.Image:
    """Painted houses along a quay, their windows lit and mirrored between moored boats."""
    wide, tall = size
    shore = round(tall * 0.6)
    down = ramp((0, (28, 40, 88)), (0.5, (84, 88, 148)), (0.8, (196, 138, 156)), (1, (240, 180, 150)))
    above = paint_light((wide, shore), sky_light(down), rng)
    add_stars(above, rng, 140, 0.6, tall / 700)
    lay(
        above,
        clouds((wide, round(shore * 0.6)), rng, ((226, 160, 160), (96, 88, 140)), 0.45, (3, 6)),
        at=(0, round(shore * 0.15)),
    )
    line = outline(ridge_line(rng, wide, 6, 0.5), 6, above.size, shore * 0.66, shore * 0.22)
    lay(above, hillside(above.size, line, ((82, 78, 126), (120, 98, 136)), rng, 0.8))
    walls: list[Colour] = [
        (158, 66, 62),
        (188, 138, 78),
        (70, 100, 118),
        (186, 172, 158),
        (120, 84, 96),
        (206, 164, 110),
    ]
    street = quay_houses((wide + 200, round(tall * 0.27)), rng, walls, (30, 26, 48), 0.55)
    at = (-60, shore - street.layer.height - round(tall * 0.012))
    lay(above, street.layer, at=at)
    light_windows(above, street, at, tall * 0.018)
    ImageDraw.Draw(above).rectangle([0, shore - round(tall * 0.014), wide, shore], fill=(38, 34, 56))
    image = Image.new("RGB", size)
    image.paste(above)
    water = mirrored(above, tall - shore, (34, 40, 80), 0.82, tall / 360, 0.92)
    image.paste(rippled(water, 2.0, tall / 75), (0, shore))
    for x, y, share, hull in (
        (0.12, 0.76, 0.2, (44, 84, 128)),
        (0.62, 0.84, 0.27, (150, 52, 52)),
        (0.42, 0.70, 0.13, (52, 96, 84)),
    ):
        boat = fishing_boat(round(wide * share), hull, (26, 24, 40))
        _moor(image, boat, (round(wide * x), round(tall * y)))
    return develop(image, rng)


def _moor(image: Image.Image, boat: Image.Image, keel: tuple[int, int]) -> None:
    """Put a boat on the water with its waterline at `keel`, and its wavering likeness below."""
    likeness = boat.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((boat.width, round(boat.height * 0.7)))
    likeness = rippled(likeness.filter(ImageFilter.BoxBlur(2)), 0.4, boat.width / 26, 50)
    likeness.putalpha(likeness.getchannel("A").point(lambda value: value * 0.45))
    lay(image, likeness, at=(keel[0], keel[1] - 4))
    lay(image, boat, at=(keel[0], keel[1] - boat.height))


def sails_at_sunset(size: Size, rng: random.Random) -> Image.Image:
    """Sloops sailing home across the path of a large sun."""
    wide, tall = size
    horizon = round(tall * 0.58)
    down = ramp((0, (84, 52, 110)), (0.35, (206, 84, 110)), (0.7, (250, 148, 96)), (1, (255, 206, 128)))
    image = Image.new("RGB", size)
    image.paste(paint_light((wide, horizon), sky_light(down, (0.56, 0.86), (255, 236, 170), 0.55), rng))
    lay(
        image,
        clouds((wide, round(tall * 0.4)), rng, ((255, 190, 130), (150, 62, 106)), 0.62, (2, 9)),
        at=(0, round(tall * 0.02)),
    )
    add_sun(image, (wide * 0.56, horizon - tall * 0.075), tall * 0.085, (255, 222, 150), 4)
    sea = open_sea(
        (wide, tall - horizon),
        sea_light((240, 138, 98), (78, 34, 82), (0.56, (255, 192, 116)), 0.1),
        rng,
        0.24,
    )
    add_light(sea, glints(sea.size, rng, 0.56, (255, 214, 140), 520, 0.3), (0, 0))
    image.paste(sea, (0, horizon))
    line = outline(ridge_line(rng, wide, 6, 0.5), 6, size, horizon - tall * 0.005, tall * 0.05)
    isle = [(x * 0.3, min(y, horizon + 1.0)) for x, y in line[:-2]]
    lay(
        image,
        cut_out(
            Image.new("RGB", size, (140, 60, 96)), shape(size, [*isle, (isle[-1][0], horizon), (0, horizon)])
        ),
    )
    for x, y, height in ((0.2, 0.62, 0.14), (0.42, 0.66, 0.24), (0.74, 0.78, 0.46), (0.33, 0.595, 0.07)):
        boat = sailing_boat(round(tall * height), (70 + 40 * (1 - height), 34, 62), (36, 18, 42))
        _moor(image, boat, (round(wide * x), round(tall * y)))
    return develop(image, rng)


def city_across_the_bay(size: Size, rng: random.Random) -> Image.Image:
    """A city's lit windows and their long lights on the bay."""
    wide, tall = size
    shore = round(tall * 0.63)
    down = ramp((0, (8, 12, 38)), (0.55, (30, 34, 82)), (0.85, (96, 62, 112)), (1, (176, 96, 110)))
    above = paint_light((wide, shore), sky_light(down, (0.5, 1.0), (236, 150, 110), 0.3), rng)
    add_stars(above, rng, 200, 0.6, tall / 700)
    lay(
        above,
        clouds((wide, round(shore * 0.5)), rng, ((110, 74, 124), (36, 36, 80)), 0.4),
        at=(0, round(shore * 0.25)),
    )
    add_moon(above, (wide * 0.17, shore * 0.24), tall * 0.03, rng)
    for height, wall, lit in (
        (0.30, (58, 46, 92), 0.2),
        (0.40, (24, 24, 56), 0.32),
        (0.19, (12, 13, 34), 0.38),
    ):
        block = skyline((wide, round(tall * height)), rng, wall, lit)
        lay(above, block, at=(0, shore - block.height))
    image = Image.new("RGB", size)
    image.paste(above)
    water = mirrored(above, tall - shore, (12, 16, 44), 0.9, tall / 160)
    streaks = water.filter(ImageFilter.BoxBlur((tall / 500, tall / 22))).point(
        lambda value: (value - 36) * 1.9
    )
    image.paste(rippled(ImageChops.lighter(water, streaks), 0.7, tall / 90), (0, shore))
    return develop(image, rng)


def great_dune(size: Size, rng: random.Random) -> Image.Image:
    """Dunes in the last light, each with its dark lee side."""
    wide, tall = size
    down = ramp((0, (70, 60, 122)), (0.35, (214, 120, 122)), (0.6, (255, 200, 136)))
    image = paint_light(size, sky_light(down, (0.28, 0.4), (255, 228, 164), 0.45), rng)
    add_sun(image, (wide * 0.28, tall * 0.38), tall * 0.042, (255, 226, 170))
    for index in range(5):
        share = index / 4
        colours = (
            mix((244, 168, 118), (206, 104, 56), share),
            mix((196, 112, 116), (64, 32, 52), share),
            mix((250, 186, 144), (112, 52, 50), share),
        )
        crest = rolling_line(rng, wide, 6, 1.5 + 0.1 * index)
        lay(
            image,
            dune(
                size,
                outline(crest, 6, size, tall * (0.55 + 0.105 * index), tall * (0.11 + 0.035 * index)),
                colours,
                rng,
            ),
        )
    return develop(image, rng)


def full_moon_tide(size: Size, rng: random.Random) -> Image.Image:
    """Moonlight on the open sea, a lone boat in it."""
    wide, tall = size
    horizon = round(tall * 0.55)
    down = ramp((0, (6, 12, 34)), (0.6, (22, 44, 84)), (1, (86, 116, 146)))
    image = Image.new("RGB", size)
    image.paste(paint_light((wide, horizon), sky_light(down, (0.4, 0.42), (120, 150, 178), 0.42), rng))
    add_stars(image, rng, 260, 0.5, tall / 700)
    add_moon(image, (wide * 0.4, tall * 0.23), tall * 0.05, rng)
    lay(
        image,
        clouds((wide, round(tall * 0.4)), rng, ((150, 172, 194), (34, 54, 92)), 0.55, (2, 6)),
        at=(0, round(tall * 0.16)),
    )
    sea = open_sea(
        (wide, tall - horizon), sea_light((74, 102, 132), (8, 18, 44), (0.4, (196, 212, 222)), 0.09), rng
    )
    add_light(sea, glints(sea.size, rng, 0.4, (214, 226, 234), 620, 0.26), (0, 0))
    image.paste(sea, (0, horizon))
    _moor(
        image,
        sailing_boat(round(tall * 0.2), (40, 52, 80), (14, 20, 40)),
        (round(wide * 0.63), round(tall * 0.62)),
    )
    return develop(image, rng)
