"""Skies: gradients with a sun in them, moons, stars, clouds and northern lights."""

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tvapp.demo.canvas import (
    Colour,
    Light,
    Point,
    Size,
    add_glow,
    add_light,
    curve,
    cut_out,
    dimmed,
    fractal_noise,
    glow_sprite,
    mix,
    noise_tile,
    whole,
)

AURORA_SCALE = 4
"""Northern lights are painted this many times smaller than they are shown: they have no fine detail."""


def sky_light(
    down: Callable[[float], Colour],
    sun: Point | None = None,
    glow: Colour = (255, 180, 100),
    reach: float = 0.5,
    aspect: float = 1.5,
) -> Light:
    """Return the light of a sky: `down` is its colour from top (0) to bottom (1), with the glow of a `sun`.

    `sun` is in fractions of the picture, `reach` the glow's radius in heights, `aspect` width over height.
    """

    def light(x: float, y: float) -> Colour:
        colour = down(y)
        if sun is None:
            return colour
        distance = math.hypot((x - sun[0]) * aspect * 0.75, y - sun[1]) / reach
        strength = 0.75 * math.exp(-(distance**1.2) * 2.2)
        return mix(colour, glow, min(1.0, strength))

    return light


def add_sun(image: Image.Image, centre: Point, radius: float, colour: Colour, halo: float = 5.0) -> None:
    """Add a bright disc of `radius` pixels with a soft edge and a halo `halo` times as wide."""
    add_glow(image, centre, radius * halo, dimmed(colour, 0.55), 2.6)
    add_glow(image, centre, radius * 2.0, dimmed(colour, 0.8), 1.6)
    side = math.ceil(radius * 2) + 8
    disc = Image.new("L", (side * 4, side * 4))
    middle = side * 2
    ImageDraw.Draw(disc).ellipse(
        [middle - radius * 4, middle - radius * 4, middle + radius * 4, middle + radius * 4], fill=255
    )
    mask = disc.reduce(4).filter(ImageFilter.GaussianBlur(max(0.6, radius / 40)))
    at = (round(centre[0] - side / 2), round(centre[1] - side / 2))
    image.paste(Image.new("RGB", mask.size, whole(mix(colour, (255, 255, 250), 0.6))), at, mask)


def add_moon(image: Image.Image, centre: Point, radius: float, rng: random.Random) -> None:
    """Add a full moon of `radius` pixels: pale, with soft grey seas and a faint halo."""
    add_glow(image, centre, radius * 6, (70, 80, 100), 2.4)
    add_glow(image, centre, radius * 1.9, (110, 115, 120), 1.8)
    side = math.ceil(radius * 2) + 4
    face = fractal_noise((side, side), rng, (3, 3), 4)
    tone = curve(face, lambda value: 0.86 + 0.14 * max(-1.0, min(1.0, (value - 0.47) * 7)))
    paint = Image.merge("RGB", [tone.point([round(i * c) for i in range(256)]) for c in (1.0, 0.98, 0.92)])
    disc = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(disc).ellipse([8, 8, 8 + radius * 8, 8 + radius * 8], fill=255)
    at = (round(centre[0] - radius - 2), round(centre[1] - radius - 2))
    image.paste(paint, at, disc.reduce(4))


def add_stars(image: Image.Image, rng: random.Random, count: int, lowest: float, unit: float) -> None:
    """Scatter `count` stars above `lowest` (fraction of the height), fewer towards it.

    `unit` is the size of the smallest star in pixels; a few are large and have a glow, some blue, some amber.
    """
    tints: Sequence[Colour] = ((255, 255, 255), (205, 222, 255), (255, 236, 205), (225, 235, 255))
    for _ in range(count):
        x = rng.random() * image.width
        y = rng.random() ** 1.25 * lowest * image.height
        magnitude = rng.random() ** 5
        fade = 1 - (y / (lowest * image.height)) ** 2 * 0.8
        tint = rng.choice(tints)
        strength = (0.3 + 0.7 * magnitude) * fade
        dim: Colour = (tint[0] * strength, tint[1] * strength, tint[2] * strength)
        add_glow(image, (x, y), max(2, unit * (1.1 + 1.6 * magnitude)), dim, 1.6)
        if magnitude > 0.55:
            faint: Colour = (dim[0] * 0.35, dim[1] * 0.4, dim[2] * 0.5)
            add_glow(image, (x, y), unit * 7 * magnitude, faint, 2.5)


def clouds(
    size: Size, rng: random.Random, colours: tuple[Colour, Colour], cover: float = 0.5, lumps: Size = (3, 8)
) -> Image.Image:
    """Return a layer of long clouds: lit with the first colour where thin, the second where thick.

    `cover` from 0 (none) to 1; `lumps` is the number of cloud banks across and down.
    """
    density = fractal_noise(size, rng, lumps, 5)
    alpha = curve(density, lambda value: max(0.0, (value - 0.62 + cover * 0.26) * 3.4) ** 1.3)
    fade = Image.linear_gradient("L").resize(size)
    edges = curve(fade, lambda value: min(1.0, 6 * value, 5 * (1 - value)))
    thick = curve(density, lambda value: (value - 0.5) * 3)
    paint = Image.new("RGB", size, whole(colours[0]))
    paint.paste(Image.new("RGB", size, whole(colours[1])), (0, 0), thick)
    return cut_out(paint, ImageChops.multiply(alpha, edges))


def milky_way(size: Size, rng: random.Random) -> Image.Image:
    """Return the light (RGB on black) of a band of stars from the lower left to the upper right."""
    width, height = size
    band = Image.linear_gradient("L").resize((width * 2, height))
    glow = curve(band, lambda value: 0.62 * math.exp(-(((value - 0.5) / 0.15) ** 2)))
    dust = fractal_noise((width * 2, height), rng, (9, 6), 5)
    lanes = curve(dust, lambda value: 0.15 + 1.1 * max(0.0, (value - 0.32) * 2.0))
    haze = ImageChops.multiply(glow, lanes)
    specks = noise_tile(rng, (width * 2, height))
    fine = curve(specks, lambda value: max(0.0, (value - 0.965) * 24))
    sparkle = ImageChops.multiply(fine, curve(glow, lambda value: value * 1.4))
    tinted = Image.merge("RGB", [haze.point([round(i * c) for i in range(256)]) for c in (0.8, 0.78, 1.0)])
    tinted = ImageChops.add(tinted, Image.merge("RGB", [sparkle] * 3))
    turned = tinted.rotate(38, Image.Resampling.BICUBIC, expand=True)
    left, top = (turned.width - width) // 2, (turned.height - height) // 2
    return turned.crop((left, top, left + width, top + height))


class Aurora:
    """A curtain of northern lights that sways: rays of light hung on a slowly bending line."""

    def __init__(self, size: Size, rng: random.Random, hue: float = 0.0) -> None:
        self.size = (max(8, size[0] // AURORA_SCALE), max(8, size[1] // AURORA_SCALE))
        self._full_size = size
        self._phases = [rng.uniform(0, math.tau) for _ in range(4)]
        self._rays = self._curtain(rng, hue)

    def _curtain(self, rng: random.Random, hue: float) -> Image.Image:
        """The curtain hung straight, three pictures wide: bright and green at its hem, violet at its top."""
        width, height = self.size[0] * 3, self.size[1]
        fine = Image.frombytes("L", (width // 3, 1), rng.randbytes(width // 3))
        broad = Image.frombytes("L", (width // 26, 1), rng.randbytes(width // 26))
        rays = Image.blend(
            fine.resize((width, height), Image.Resampling.BICUBIC),
            broad.resize((width, height), Image.Resampling.BICUBIC),
            0.62,
        )
        rays = curve(rays, lambda value: max(0.0, (value - 0.2) * 1.5) ** 1.5)
        down = Image.linear_gradient("L").resize((width, height))
        fall = curve(
            down, lambda y: (y / 0.74) ** 2.6 if y < 0.74 else max(0.0, 1 - (y - 0.74) / 0.08) ** 1.4
        )
        veil = ImageChops.multiply(rays, fall)
        red = curve(down, lambda y: 0.62 * max(0.0, 1 - y / 0.75) + 0.18 * y**4 + 0.1 * hue)
        green = curve(down, lambda y: 0.22 + 0.9 * y**1.3 - 0.15 * hue)
        blue = curve(down, lambda y: 0.72 - 0.32 * y + 0.2 * hue)
        return ImageChops.multiply(Image.merge("RGB", [veil] * 3), Image.merge("RGB", [red, green, blue]))

    def at(self, time_s: float) -> Image.Image:
        """Return the light (RGB on black, full size) at a moment."""
        return self.coarsely_at(time_s).resize(self._full_size, Image.Resampling.BICUBIC)

    def coarsely_at(self, time_s: float) -> Image.Image:
        """Return the light at a moment, `AURORA_SCALE` times smaller."""
        width, height = self.size
        drift = (time_s * 2.2) % width
        strips = min(40, width // 2)
        mesh = []
        for index in range(strips):
            left, right = index * width // strips, (index + 1) * width // strips
            y0, y1 = (-height * self._sway(x / width, time_s) for x in (left, right))
            x0, x1 = (width + drift + width * self._fold(x / width, time_s) for x in (left, right))
            mesh.append(((left, 0, right, height), (x0, y0, x0, y0 + height, x1, y1 + height, x1, y1)))
        return self._rays.transform((width, height), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)

    def _sway(self, x: float, time_s: float) -> float:
        """How far down the hem hangs at `x`, in heights."""
        one, two, three, _ = self._phases
        return (
            0.10 * math.sin(x * 4.2 + one + time_s * 0.16)
            + 0.05 * math.sin(x * 9.7 + two - time_s * 0.27)
            + 0.02 * math.sin(x * 21 + three + time_s * 0.6)
            - 0.04
        )

    def _fold(self, x: float, time_s: float) -> float:
        """Where on the straight curtain the place `x` lies: folds bunch its rays."""
        return x + 0.07 * math.sin(x * 7 + self._phases[3] + time_s * 0.22)


def add_twinkle(
    image: Image.Image, stars: Sequence[tuple[int, int, float]], sprite: Image.Image, time_s: float
) -> None:
    """Add the `stars` (left, top, phase) that are bright at this moment to `image`."""
    for left, top, phase in stars:
        if math.sin(time_s * 2.3 + phase * 7) > 0.35:
            add_light(image, sprite, (left, top))


def twinkle_sprite(radius: int) -> Image.Image:
    """Return the light of one twinkling star."""
    return glow_sprite(radius, (215, 225, 255), 2.0)
