"""The photos of a winter in the north: northern lights, mountains, woods in mist, stars."""

import math
import random

from PIL import Image

from tvapp.demo.canvas import (
    Colour,
    Size,
    add_glow,
    add_light,
    curve,
    cut_out,
    develop,
    fractal_noise,
    lay,
    mix,
    paint_light,
    ramp,
    whole,
)
from tvapp.demo.land import hillside, outline, ridge_line, wood
from tvapp.demo.sky import Aurora, add_moon, add_stars, add_sun, clouds, milky_way, sky_light
from tvapp.demo.town import cabin
from tvapp.demo.water import glints, mirrored, open_sea, rippled, sea_light

NIGHT = ramp((0, (3, 6, 22)), (0.5, (7, 22, 46)), (0.8, (16, 48, 66)), (1, (24, 62, 76)))


def aurora_over_the_lake(size: Size, rng: random.Random) -> Image.Image:
    """Two curtains of light over dark mountains, mirrored in a lake between firs."""
    wide, tall = size
    shore = round(tall * 0.64)
    above = paint_light((wide, shore), sky_light(NIGHT), rng)
    add_stars(above, rng, 420, 0.95, tall / 650)
    for index in range(2):
        curtain = Aurora((wide, round(shore * 1.02)), rng, index * 0.9)
        add_light(above, curtain.at(5.0 + 3 * index), (0, round(shore * (0.06 * index - 0.1))))
    for top, rise, ridge in ((0.80, 0.34, (18, 40, 56)), (0.93, 0.2, (9, 22, 36))):
        line = outline(ridge_line(rng, wide, 6, 0.52), 6, above.size, shore * top, shore * rise)
        lay(above, hillside(above.size, line, (ridge, mix(ridge, (40, 96, 100), 0.55)), rng))
    image = Image.new("RGB", size)
    image.paste(above)
    water = mirrored(above, tall - shore, (8, 26, 40), 0.86, tall / 500)
    image.paste(rippled(water, 1.0, tall / 130), (0, shore))
    _firs(image, rng, (5, 10, 18), 0.92, 0.26)
    return develop(image, rng)


def _firs(image: Image.Image, rng: random.Random, colour: Colour, top: float, height: float) -> None:
    """Stand firs in both lower corners of `image`, leaving the middle open."""
    wide, tall = image.size
    steps = 40
    line = [
        (wide * x / steps, tall * (top + 0.42 - 0.46 * abs(2 * x / steps - 1) ** 1.1 + 0.01 * rng.random()))
        for x in range(steps + 1)
    ]
    points = [*line, (wide, tall), (0, tall)]
    lay(
        image,
        cut_out(
            Image.new("RGB", image.size, whole(colour)), wood(image.size, points, tall * height, rng, 0.7)
        ),
    )


def cabin_in_the_snow(size: Size, rng: random.Random) -> Image.Image:
    """A lit cabin on a snowy slope under a green sky."""
    wide, tall = size
    image = paint_light(size, sky_light(NIGHT), rng)
    add_stars(image, rng, 460, 0.7, tall / 650)
    add_light(image, Aurora((wide, round(tall * 0.66)), rng, 0.3).at(11.0), (0, -round(tall * 0.08)))
    line = outline(ridge_line(rng, wide, 6, 0.55), 6, size, tall * 0.62, tall * 0.26)
    lay(image, hillside(size, line, ((46, 74, 96), (72, 112, 126)), rng, 0.4))
    edge = outline(ridge_line(rng, wide, 6, 0.45), 6, size, tall * 0.72, tall * 0.05)
    lay(image, cut_out(Image.new("RGB", size, (10, 22, 32)), wood(size, edge, tall * 0.17, rng, 1.2)))
    drift = [
        (wide * x / 30, tall * (0.79 - 0.05 * (x / 30) + 0.035 * (x / 30 - 0.5) ** 2)) for x in range(31)
    ]
    snow = hillside(size, [*drift, (wide, tall), (0, tall)], ((150, 190, 206), (58, 84, 118)), rng, 0.9)
    lay(image, snow)
    home = cabin(round(wide * 0.23), (44, 30, 30), (176, 206, 220))
    at = (round(wide * 0.56), round(tall * 0.79) - round(home.height * 0.93))
    lay(image, home, at=at)
    for left in (0.28, 0.5, 0.72):
        add_glow(
            image, (at[0] + home.width * left, at[1] + home.height * 0.7), home.width * 0.24, (120, 78, 28)
        )
    add_glow(image, (at[0] + home.width * 0.5, at[1] + home.height * 1.02), home.width * 0.75, (110, 72, 30))
    lay(image, _near_snow(size, rng))
    _firs(image, rng, (8, 16, 28), 0.98, 0.3)
    return develop(image, rng)


def _near_snow(size: Size, rng: random.Random) -> Image.Image:
    wide, tall = size
    bank = [(wide * x / 30, tall * (0.90 + 0.06 * (x / 30) - 0.05 * (x / 30) ** 3)) for x in range(31)]
    return hillside(size, [*bank, (wide, tall), (0, tall)], ((104, 140, 166), (34, 52, 84)), rng, 1.0)


def blue_hour(size: Size, rng: random.Random) -> Image.Image:
    """Range behind range of blue mountains under a thin pink sky and a moon."""
    wide, tall = size
    down = ramp((0, (52, 84, 146)), (0.3, (122, 148, 196)), (0.5, (226, 186, 196)), (0.62, (248, 214, 200)))
    image = paint_light(size, sky_light(down), rng)
    add_moon(image, (wide * 0.74, tall * 0.2), tall * 0.034, rng)
    for index in range(7):
        share = index / 6
        ridge = ramp((0, (166, 168, 202)), (0.5, (74, 98, 150)), (1, (10, 22, 50)))(share)
        haze = mix(ridge, (206, 200, 222), 0.5 * (1 - share))
        heights = ridge_line(rng, wide, 6, 0.56 - 0.015 * index)
        line = outline(heights, 6, size, tall * (0.47 + 0.078 * index), tall * (0.20 - 0.008 * index))
        lay(image, hillside(size, line, (ridge, haze), rng, 0.45))
    return develop(image, rng)


def forest_in_mist(size: Size, rng: random.Random) -> Image.Image:
    """Rows of firs, each paler than the one before it, with the mist lying between."""
    wide, tall = size
    down = ramp((0, (150, 176, 182)), (0.5, (214, 222, 208)), (1, (232, 230, 210)))
    image = paint_light(size, sky_light(down, (0.66, 0.2), (255, 248, 220), 0.5), rng)
    for index in range(6):
        share = index / 5
        green = ramp((0, (176, 196, 192)), (0.5, (92, 126, 126)), (1, (12, 34, 38)))(share)
        heights = ridge_line(rng, wide, 6, 0.5)
        line = outline(heights, 6, size, tall * (0.36 + 0.125 * index), tall * (0.16 - 0.01 * index))
        mask = wood(size, line, tall * (0.085 + 0.055 * index), rng, 1.5 - 0.6 * share)
        top = min(y for _, y in line) / tall
        haze = mix(green, (232, 234, 220), 0.72 * (1 - share) + 0.1)

        def light(
            _x: float, y: float, top: float = top, green: Colour = green, haze: Colour = haze
        ) -> Colour:
            return mix(green, haze, max(0.0, min(1.0, (y - top + 0.04) / 0.26)) ** 1.2)

        lay(image, cut_out(paint_light(size, light, rng, (2, 96)), mask))
        if index < 5:
            lay(image, _mist(size, rng, tall * (0.45 + 0.12 * index), 0.75 - 0.5 * share))
    return develop(image, rng, vignette=0.16)


def _mist(size: Size, rng: random.Random, y: float, strength: float) -> Image.Image:
    banks = fractal_noise(size, rng, (2, 5), 4)
    tall = size[1]

    def fade(down: float) -> float:
        return math.pow(max(0.0, 1 - abs(down - y / tall) / 0.13), 1.5)

    level = curve(Image.linear_gradient("L").resize(size), fade)
    alpha = Image.composite(banks, Image.new("L", size), level)
    return cut_out(Image.new("RGB", size, (236, 238, 226)), curve(alpha, lambda v: v * strength * 1.3))


def milky_way_over_the_pass(size: Size, rng: random.Random) -> Image.Image:
    """The band of the galaxy above two sharp ridges."""
    wide, tall = size
    down = ramp((0, (4, 6, 22)), (0.45, (14, 20, 52)), (0.72, (58, 52, 88)), (0.85, (128, 92, 104)))
    image = paint_light(size, sky_light(down), rng)
    add_light(image, milky_way(size, rng), (0, 0))
    add_stars(image, rng, 700, 0.85, tall / 650)
    for top, rise, ridge, haze in (
        (0.74, 0.26, (44, 42, 78), (92, 74, 104)),
        (0.86, 0.24, (22, 22, 46), (44, 40, 66)),
        (0.97, 0.16, (7, 8, 18), (10, 12, 22)),
    ):
        line = outline(ridge_line(rng, wide, 6, 0.58), 6, size, tall * top, tall * rise)
        lay(image, hillside(size, line, (ridge, haze), rng, 0.5))
    return develop(image, rng)


def moonrise(size: Size, rng: random.Random) -> Image.Image:
    """A full moon over a fjord, and its path on the water; meant for a picture held upright."""
    wide, tall = size
    shore = round(tall * 0.6)
    down = ramp((0, (14, 20, 54)), (0.55, (48, 56, 106)), (1, (138, 112, 142)))
    above = paint_light((wide, shore), sky_light(down, (0.5, 0.52), (186, 170, 190), 0.4, wide / shore), rng)
    add_stars(above, rng, 150, 0.6, wide / 620)
    lay(
        above,
        clouds((wide, shore // 3), rng, ((150, 140, 176), (70, 72, 116)), 0.4, (2, 7)),
        at=(0, round(shore * 0.3)),
    )
    add_moon(above, (wide * 0.5, shore * 0.5), wide * 0.062, rng)
    for top, rise, ridge in ((0.86, 0.3, (70, 72, 118)), (0.97, 0.16, (30, 36, 70))):
        line = outline(ridge_line(rng, wide, 5, 0.54), 5, above.size, shore * top, shore * rise)
        lay(above, hillside(above.size, line, (ridge, mix(ridge, (150, 130, 160), 0.4)), rng, 0.7))
    image = Image.new("RGB", size)
    image.paste(above)
    sea = open_sea(
        (wide, tall - shore), sea_light((96, 88, 128), (14, 22, 52), (0.5, (206, 196, 200)), 0.09), rng, 0.1
    )
    add_light(sea, glints(sea.size, rng, 0.5, (220, 216, 220), 420, 0.3), (0, 0))
    image.paste(sea, (0, shore))
    _firs(image, rng, (8, 12, 28), 0.94, 0.15)
    return develop(image, rng)


def first_light(size: Size, rng: random.Random) -> Image.Image:
    """Sunrise behind layered mountains, a wood in front."""
    wide, tall = size
    down = ramp((0, (40, 48, 104)), (0.28, (112, 82, 150)), (0.5, (236, 134, 122)), (0.64, (255, 204, 142)))
    image = paint_light(size, sky_light(down, (0.6, 0.5), (255, 224, 160), 0.5), rng)
    lay(
        image,
        clouds((wide, round(tall * 0.34)), rng, ((255, 190, 160), (150, 92, 140)), 0.5),
        at=(0, round(tall * 0.07)),
    )
    add_sun(image, (wide * 0.6, tall * 0.475), tall * 0.034, (255, 222, 160))
    for index in range(6):
        share = index / 5
        ridge = ramp((0, (226, 140, 140)), (0.45, (138, 82, 124)), (1, (26, 22, 54)))(share)
        haze = mix(ridge, (255, 196, 158), 0.5 * (1 - share))
        line = outline(
            ridge_line(rng, wide, 6, 0.53),
            6,
            size,
            tall * (0.55 + 0.085 * index),
            tall * (0.21 - 0.012 * index),
        )
        if index == 5:
            lay(image, cut_out(Image.new("RGB", size, whole(ridge)), wood(size, line, tall * 0.13, rng)))
        else:
            lay(image, hillside(size, line, (ridge, haze), rng, 0.45))
    return develop(image, rng)
