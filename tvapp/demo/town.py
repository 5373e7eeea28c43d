"""Houses on a quay, a city at night, a cabin in the snow."""

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from tvapp.demo.canvas import Colour, Point, Size, add_glow, box, draw_smoothly, mix, polygon

WARM_WINDOW: Colour = (255, 206, 120)


@dataclass(frozen=True, slots=True)
class Street:
    """A row of buildings as a layer, and where its lit windows are (centres, in its pixels)."""

    layer: Image.Image
    windows: list[Point]


def quay_houses(
    size: Size, rng: random.Random, walls: list[Colour], dark: Colour, lit: float = 0.45
) -> Street:
    """Return gabled houses shoulder to shoulder, with a share `lit` of their windows lit."""
    windows: list[Point] = []

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        x = 0.0
        wall = walls[0]
        while x < size[0]:
            wall = rng.choice([other for other in walls if other != wall])
            wide = size[1] * rng.uniform(0.26, 0.4)
            tall = size[1] * rng.uniform(0.52, 0.78)
            _house(pen, finer, (x, size[1] - tall, wide, tall), wall, dark, rng, lit, windows)
            x += wide

    return Street(draw_smoothly(size, draw), windows)


def _house(
    pen: ImageDraw.ImageDraw,
    finer: float,
    place: tuple[float, float, float, float],
    wall: Colour,
    dark: Colour,
    rng: random.Random,
    lit: float,
    windows: list[Point],
) -> None:
    x, y, wide, tall = (value * finer for value in place)
    gable = wide * rng.uniform(0.42, 0.7)
    box(pen, (x, y, x + wide, y + tall), wall)
    roof = mix(dark, wall, 0.12)
    polygon(pen, [(x - wide * 0.04, y), (x + wide / 2, y - gable), (x + wide * 1.04, y)], roof)
    polygon(pen, [(x + wide * 0.09, y), (x + wide / 2, y - gable * 0.8), (x + wide * 0.91, y)], wall)
    box(pen, (x + wide * 0.72, y - gable * 0.85, x + wide * 0.83, y - gable * 0.35), roof)
    box(pen, (x + wide * 0.985, y, x + wide, y + tall), mix(wall, dark, 0.5))
    columns, storeys = 3 if wide > place[3] * 0.42 else 2, max(2, round(tall / wide * 1.9))
    pane_wide, pane_tall = wide * 0.15, tall / storeys * 0.46
    for storey in range(storeys):
        for column in range(columns):
            left = x + wide * (column + 1) / (columns + 1) - pane_wide / 2
            top = y + tall * (storey + 0.32) / storeys
            glows = rng.random() < lit
            if glows:
                windows.append(((left + pane_wide / 2) / finer, (top + pane_tall / 2) / finer))
            warm = mix(WARM_WINDOW, (255, 170, 84), rng.random())
            frame = mix(wall, (255, 255, 255), 0.16)
            box(
                pen,
                (
                    left - 2 * finer / 3,
                    top - 2 * finer / 3,
                    left + pane_wide + 2 * finer / 3,
                    top + pane_tall + 2 * finer / 3,
                ),
                frame,
            )
            box(pen, (left, top, left + pane_wide, top + pane_tall), warm if glows else mix(dark, wall, 0.2))
            box(pen, (left + pane_wide * 0.46, top, left + pane_wide * 0.54, top + pane_tall), frame)


def skyline(
    size: Size, rng: random.Random, wall: Colour, lit: float = 0.35, tallest: float = 1.0
) -> Image.Image:
    """Return towers at night as a layer: dark blocks with a share `lit` of their windows lit."""

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        x = -size[1] * 0.02
        while x < size[0]:
            wide = size[1] * rng.uniform(0.1, 0.2)
            middle = 1 - abs((x + wide / 2) / size[0] - 0.52) * 1.3
            tall = size[1] * tallest * max(0.16, rng.uniform(0.3, 0.98) * middle)
            _tower(
                pen,
                finer,
                (x, size[1] - tall, wide, tall),
                mix(wall, (0, 0, 0), rng.uniform(0, 0.4)),
                rng,
                lit,
            )
            x += wide * rng.uniform(0.82, 1.12)

    return draw_smoothly(size, draw, 2)


def _tower(
    pen: ImageDraw.ImageDraw,
    finer: float,
    place: tuple[float, float, float, float],
    wall: Colour,
    rng: random.Random,
    lit: float,
) -> None:
    x, y, wide, tall = (value * finer for value in place)
    box(pen, (x, y, x + wide, y + tall), wall)
    crown = rng.random()
    if crown < 0.3:
        box(pen, (x + wide * 0.2, y - tall * 0.06, x + wide * 0.8, y), wall)
        box(pen, (x + wide * 0.48, y - tall * 0.2, x + wide * 0.52, y), wall)
    elif crown < 0.5:
        polygon(pen, [(x, y), (x + wide, y - wide * 0.5), (x + wide, y + 1)], wall)
    columns = rng.choice((4, 5, 6))
    pitch = wide / (columns + 0.6)
    tint = rng.choice(((255, 214, 140), (255, 190, 110), (200, 222, 255), (255, 232, 190)))
    row = y + pitch * 0.8
    while row < y + tall - pitch * 0.5:
        whole_floor = rng.random() < 0.08
        for column in range(columns):
            if whole_floor or rng.random() < lit:
                left = x + pitch * (0.5 + column)
                strength = rng.uniform(0.35, 1.0)
                glow = mix(wall, tint, strength)
                box(pen, (left, row, left + pitch * 0.55, row + pitch * 0.62), glow)
        row += pitch * 1.15


def cabin(wide: int, dark: Colour, snow: Colour) -> Image.Image:
    """Return a log cabin `wide` pixels wide as a layer: snow on its roof, light in its windows and its door."""
    size = (wide, round(wide * 0.72))

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        w, h = size[0] * finer, size[1] * finer
        box(pen, (w * 0.7, h * 0.06, w * 0.78, h * 0.4), mix(dark, snow, 0.1))
        box(pen, (w * 0.69, h * 0.03, w * 0.79, h * 0.075), snow)
        box(pen, (w * 0.12, h * 0.46, w * 0.88, h), dark)
        for log in range(9):
            top = h * (0.48 + 0.06 * log)
            box(pen, (w * 0.12, top, w * 0.88, top + h * 0.008), mix(dark, (0, 0, 0), 0.5))
        polygon(
            pen,
            [(w * 0.02, h * 0.52), (w * 0.28, h * 0.13), (w * 0.72, h * 0.13), (w * 0.98, h * 0.52)],
            mix(dark, snow, 0.25),
        )
        polygon(
            pen,
            [(w * 0.03, h * 0.48), (w * 0.27, h * 0.10), (w * 0.73, h * 0.10), (w * 0.97, h * 0.48)],
            snow,
        )
        for left in (0.2, 0.64):
            box(pen, (w * left, h * 0.6, w * (left + 0.16), h * 0.79), WARM_WINDOW)
            box(pen, (w * (left + 0.074), h * 0.6, w * (left + 0.086), h * 0.79), dark)
            box(pen, (w * left, h * 0.685, w * (left + 0.16), h * 0.70), dark)
            box(pen, (w * (left - 0.01), h * 0.79, w * (left + 0.17), h * 0.81), snow)
        box(pen, (w * 0.44, h * 0.62, w * 0.56, h), mix(dark, (120, 60, 30), 0.6))
        box(pen, (w * 0.465, h * 0.66, w * 0.535, h * 0.76), (255, 190, 100))

    return draw_smoothly(size, draw)


def light_windows(image: Image.Image, street: Street, at: tuple[int, int], radius: float) -> None:
    """Add the glow of a street's lit windows around each of them."""
    for x, y in street.windows:
        add_glow(image, (at[0] + x, at[1] + y), radius, (96, 62, 24), 2.0)
