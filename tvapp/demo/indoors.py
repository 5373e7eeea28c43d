"""The photo of a rainy day: a magic lantern at work."""

import math
import random

from PIL import Image, ImageDraw, ImageFilter

from tvapp.demo.canvas import (
    Size,
    add_glow,
    add_light,
    curve,
    develop,
    fractal_noise,
    lay,
    mix,
    paint_light,
    ramp,
)
from tvapp.demo.lantern import magic_lantern
from tvapp.demo.lighthouse import beam
from tvapp.demo.seaside import lighthouse_at_dusk


def rainy_day(size: Size, rng: random.Random) -> Image.Image:
    """A magic lantern in a dark room throws a picture of the sea on the wall."""
    wide, tall = size
    wall = ramp((0, (30, 22, 34)), (0.7, (44, 30, 38)), (1, (24, 16, 22)))
    image = paint_light(size, lambda _x, y: wall(y), rng)
    paper = curve(fractal_noise(size, rng, (24, 16), 3), lambda value: 0.5 + (value - 0.5) * 0.06)
    add_light(image, Image.merge("RGB", [paper.point(lambda value: max(0, value - 120))] * 3), (0, 0))
    radius = round(tall * 0.31)
    centre = (round(wide * 0.735), round(tall * 0.42))
    add_glow(image, centre, radius * 2.1, (150, 104, 62), 2.0)
    _throw(image, lighthouse_at_dusk((round(radius * 3), round(radius * 2)), rng), centre, radius)
    lantern = magic_lantern(round(tall * 0.56), (196, 144, 72), (28, 20, 22))
    at = (round(wide * 0.045), round(tall * 0.35))
    table = round(at[1] + lantern.height * 0.93)
    wood_colours = ramp((0, (92, 54, 36)), (1, (34, 20, 20)))
    top = paint_light(
        (wide, tall - table),
        lambda x, y: mix(
            wood_colours(y), (140, 84, 48), 0.5 * math.exp(-(((x - 0.3) / 0.25) ** 2)) * (1 - y)
        ),
        rng,
    )
    image.paste(top, (0, table))
    lens = (at[0] + lantern.width * 0.81, at[1] + lantern.height * 0.58)
    ends = ((centre[0], centre[1] - radius * 1.0), (centre[0], centre[1] + radius * 1.0))
    add_light(image, beam(size, lens, ends, (236, 196, 138), 8), (0, 0))
    lay(image, lantern, at=at)
    add_glow(image, lens, tall * 0.12, (255, 224, 170), 2.4)
    add_glow(
        image, (at[0] + lantern.width * 0.32, at[1] + lantern.height * 0.57), tall * 0.2, (120, 74, 32), 2.0
    )
    return develop(image, rng, vignette=0.5)


def _throw(image: Image.Image, slide: Image.Image, centre: tuple[int, int], radius: int) -> None:
    """Project the middle of `slide` on the wall as a round picture with a soft rim."""
    side = radius * 2
    left = round((slide.width - side) * 0.62)
    picture = slide.crop((left, 0, left + side, side))
    picture = Image.blend(picture, Image.new("RGB", picture.size, (255, 220, 160)), 0.14).point(
        lambda v: v * 1.12
    )
    disc = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(disc).ellipse([8, 8, side * 2 - 8, side * 2 - 8], fill=255)
    mask = disc.reduce(2).filter(ImageFilter.GaussianBlur(radius / 90))
    image.paste(picture, (centre[0] - radius, centre[1] - radius), mask)
