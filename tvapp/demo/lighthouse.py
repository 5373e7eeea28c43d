"""A lighthouse, and the beams of lamps."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from tvapp.demo.canvas import Colour, Point, Size, box, draw_smoothly, mix, polygon


def lighthouse(height: int, white: Colour, red: Colour, dark: Colour) -> Image.Image:
    """Return a lighthouse `height` pixels tall as a layer a third as wide; its lamp is at `LAMP_Y` of its height."""
    size = (max(6, round(height * 0.36)), height)

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        wide, tall = size[0] * finer, size[1] * finer
        middle = wide / 2

        def half(y: float) -> float:
            return wide * (0.17 + 0.13 * math.pow((y - 0.22) / 0.78, 1.3))

        bands = 5
        for band in range(bands):
            top, bottom = 0.22 + 0.78 * band / bands, 0.22 + 0.78 * (band + 1) / bands
            lit = red if band % 2 else white
            slices = 14
            for part in range(slices):
                share = part / slices
                shaded = mix(lit, mix(lit, dark, 0.78), share**1.4)
                left_top, right_top = (
                    middle - half(top) + 2 * half(top) * s for s in (share, (part + 1.2) / slices)
                )
                left, right = (
                    middle - half(bottom) + 2 * half(bottom) * s for s in (share, (part + 1.2) / slices)
                )
                polygon(
                    pen,
                    [(left_top, top * tall), (min(right_top, middle + half(top)), top * tall),
                     (min(right, middle + half(bottom)), bottom * tall), (left, bottom * tall)],
                    shaded,
                )  # fmt: skip
        for window_y in (0.36, 0.53, 0.70):
            box(
                pen,
                (middle - wide * 0.025, tall * window_y, middle + wide * 0.025, tall * (window_y + 0.032)),
                dark,
            )
        _lantern_room(pen, middle, wide, tall, dark)

    return draw_smoothly(size, draw)


LAMP_Y = 0.158
"""Where a lighthouse's lamp is, as a fraction of its height from the top."""


def _lantern_room(pen: ImageDraw.ImageDraw, middle: float, wide: float, tall: float, dark: Colour) -> None:
    box(pen, (middle - wide * 0.25, tall * 0.21, middle + wide * 0.25, tall * 0.226), dark)
    for rail in range(-5, 6):
        x = middle + wide * 0.046 * rail
        box(pen, (x, tall * 0.185, x + wide * 0.008, tall * 0.21), dark)
    box(pen, (middle - wide * 0.245, tall * 0.183, middle + wide * 0.245, tall * 0.187), dark)
    box(pen, (middle - wide * 0.12, tall * 0.11, middle + wide * 0.12, tall * 0.21), (255, 240, 190))
    for bar in (-0.12, -0.045, 0.03, 0.105):
        box(pen, (middle + wide * bar, tall * 0.11, middle + wide * (bar + 0.015), tall * 0.21), dark)
    polygon(
        pen,
        [(middle - wide * 0.16, tall * 0.112), (middle - wide * 0.09, tall * 0.07), (middle, tall * 0.05),
         (middle + wide * 0.09, tall * 0.07), (middle + wide * 0.16, tall * 0.112)],
        dark,
    )  # fmt: skip
    box(pen, (middle - wide * 0.008, 0, middle + wide * 0.008, tall * 0.06), dark)


def beam(size: Size, start: Point, ends: tuple[Point, Point], colour: Colour, softness: float) -> Image.Image:
    """Return a beam of light (RGB on black) from `start` to the edge between `ends`, fading on its way."""
    return beams(size, start, [(*ends, 1.0)], colour, softness)


def beams(
    size: Size, start: Point, ends: Sequence[tuple[Point, Point, float]], colour: Colour, softness: float
) -> Image.Image:
    """Return several beams from one lamp: for each the two ends of its far edge, and its strength (0 to 1).

    Drawn at a quarter of the size and blurred by `softness` pixels: a beam has no sharp edge.
    """
    mask = Image.new("L", (max(2, size[0] // 4), max(2, size[1] // 4)))
    pen = ImageDraw.Draw(mask)
    steps = 48
    for one, other, strength in ends:
        for step in range(steps):
            near, far = step / steps, (step + 1.3) / steps
            quad = [
                ((start[0] + (end[0] - start[0]) * along) / 4, (start[1] + (end[1] - start[1]) * along) / 4)
                for end, along in ((one, near), (one, far), (other, far), (other, near))
            ]
            pen.polygon(quad, fill=round(255 * strength * (1 - near) ** 1.25))
    soft = mask.filter(ImageFilter.GaussianBlur(softness / 4))
    light = Image.merge("RGB", [soft.point([round(i * c / 255) for i in range(256)]) for c in colour])
    return light.resize(size, Image.Resampling.BILINEAR)
