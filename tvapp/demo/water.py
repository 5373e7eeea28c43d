"""Water: what it mirrors, its waves, and the glints of a low light on it."""

import itertools
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tvapp.demo.canvas import Colour, Light, Point, Size, curve, fractal_noise, mix, paint_light, whole


def mirrored(
    above: Image.Image,
    height: int,
    tint: Colour,
    clearness: float = 0.75,
    blur: float = 1.5,
    depth: float = 1.0,
) -> Image.Image:
    """Return still water `height` pixels high that mirrors the picture `above` its shore (RGB).

    `clearness` from 0 (only `tint`) to 1 (a mirror); `depth` is how much of `above` it shows, in its own heights.
    """
    source = above.crop((0, above.height - round(height * depth), above.width, above.height))
    flipped = source.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((above.width, height))
    soft = flipped.filter(ImageFilter.BoxBlur((blur * 0.6, blur * 2)))
    water = Image.new("RGB", soft.size, whole(tint))
    fade = Image.linear_gradient("L").resize(soft.size)
    water.paste(soft, (0, 0), curve(fade, lambda down: clearness * (1 - 0.4 * down)))
    return water


def rippled(water: Image.Image, time_s: float, strength: float, bands: int = 90) -> Image.Image:
    """Return `water` with its rows pushed to and fro by waves, wider near the viewer.

    `strength` is the largest push, in pixels, at the bottom edge.
    """
    width, height = water.size
    edge = strength * 1.6
    mesh = []
    edges = [round(height * (index / bands) ** 1.35) for index in range(bands + 1)]
    for top, bottom in itertools.pairwise(edges):
        if bottom == top:
            continue
        down = (top + 1) / height
        push = strength * (0.1 + 0.9 * down) * math.sin(34 * down**0.5 + time_s * 1.9)
        push += strength * 0.5 * down * math.sin(71 * down**0.55 - time_s * 2.7)
        lift = 2.5 * down * (math.sin(70 * down**0.5 + time_s * 1.3) - 1)
        left, right = edge + push, width - edge + push
        corners = (left, top + lift, left, bottom + lift, right, bottom + lift, right, top + lift)
        mesh.append(((0, top, width, bottom), corners))
    return water.transform(water.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def sea_light(
    far: Colour, near: Colour, path: tuple[float, Colour] | None = None, width: float = 0.08
) -> Light:
    """Return the light of open water from its horizon to the viewer, with the path of a low sun at x = `path[0]`."""

    def light(x: float, y: float) -> Colour:
        colour = mix(far, near, y**0.7)
        if path is None:
            return colour
        spread = width * (0.7 + 1.6 * y)
        return mix(colour, path[1], 0.7 * math.exp(-(((x - path[0]) / spread) ** 2)) * (1 - 0.45 * y))

    return light


def open_sea(size: Size, light: Light, rng: random.Random, waves: float = 0.2) -> Image.Image:
    """Return a sea (RGB) lit by `light`, with long waves that grow towards the viewer."""
    paint = paint_light(size, light, rng)
    height = size[1]
    chop = Image.new("L", size, 128)
    edges = [round(height * part) for part in (0, 0.08, 0.22, 0.48, 1.0)]
    for band, (top, bottom) in enumerate(itertools.pairwise(edges)):
        fineness = 2 ** (3 - band)
        lumps = (5 * fineness, max(4, round((bottom - top) / height * 34 * fineness)))
        rows = fractal_noise((size[0], bottom - top), rng, lumps, 3)
        chop.paste(rows, (0, top))
    chop = chop.filter(ImageFilter.BoxBlur((size[0] / 300, 0)))
    shade = curve(chop, lambda value: 0.5 + (value - 0.5) * waves * 4)
    return ImageChops.add(paint, Image.merge("RGB", [shade] * 3), 1, -128)


def glints(
    size: Size, rng: random.Random, centre: float, colour: Colour, count: int, spread: float
) -> Image.Image:
    """Return strokes of light (RGB on black) under a low sun or lamp at x = `centre` (fraction).

    `spread` is how wide the path is at the viewer, as a fraction of the width.
    """
    width, height = size
    large = Image.new("RGB", (width * 2, height * 2))
    draw = ImageDraw.Draw(large)
    for _ in range(count):
        down = rng.random() ** 1.3
        x = centre + rng.gauss(0, 1) * spread * (0.25 + 0.75 * down) * 0.5
        length = width * (0.004 + 0.03 * down) * rng.uniform(0.4, 1.3)
        strength = rng.uniform(0.35, 1.0) * (1 - 0.35 * down)
        at: Point = (x * width * 2, down * height * 2)
        thick = height * (0.003 + 0.009 * down)
        lit: Colour = (colour[0] * strength, colour[1] * strength, colour[2] * strength)
        draw.ellipse([at[0] - length, at[1] - thick, at[0] + length, at[1] + thick], fill=whole(lit))
    return large.reduce(2)
