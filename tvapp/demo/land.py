"""Hills, mountains, woods and dunes: silhouettes with haze at their feet."""

import itertools
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

from tvapp.demo.canvas import Colour, Point, Size, cut_out, mix, paint_light, shape


def ridge_line(
    rng: random.Random, width: int, step: int, roughness: float = 0.55, peaks: int = 2
) -> list[float]:
    """Return heights from 0 to 1, one every `step` pixels across `width`, by midpoint displacement.

    It begins with `peaks` stretches, so that wide ridges have as much relief as narrow ones.
    """
    heights = [rng.random() for _ in range(peaks + 1)]
    spread = 0.5
    while len(heights) < width // step + 2:
        finer = [heights[0]]
        for left, right in itertools.pairwise(heights):
            finer += [(left + right) / 2 + rng.uniform(-spread, spread), right]
        heights = finer
        spread *= roughness
    heights = heights[: width // step + 2]
    low, high = min(heights), max(heights)
    return [(height - low) / (high - low) for height in heights]


def rolling_line(rng: random.Random, width: int, step: int, hills: float) -> list[float]:
    """Return heights from 0 to 1 of soft hills, about `hills` of them across `width`."""
    waves = [(hills * factor, rng.uniform(0, math.tau), 1 / factor) for factor in (1, 1.7, 2.9)]
    total = sum(strength for _, _, strength in waves)
    return [
        0.5
        + sum(math.sin(x / width * math.tau * rate + phase) * part for rate, phase, part in waves) / 2 / total
        for x in range(0, width + step, step)
    ]


def outline(heights: Sequence[float], step: int, size: Size, top: float, rise: float) -> list[Point]:
    """Return the polygon of a ridge: `top` is the mean height's y in pixels, `rise` its range in pixels."""
    line = [(index * step, top - (height - 0.5) * rise) for index, height in enumerate(heights)]
    return [*line, (line[-1][0], size[1]), (0, size[1])]


def hillside(
    size: Size, points: Sequence[Point], colours: tuple[Colour, Colour], rng: random.Random, haze: float = 1.0
) -> Image.Image:
    """Return a layer: the polygon `points`, from the first colour at its ridge to the second, its haze, below.

    `haze` is how far down, as a fraction of the way to the bottom edge, the second colour is reached.
    """
    ridge_y = min(y for _, y in points) / size[1]
    reach = max(0.01, (1 - ridge_y) * haze)

    def light(_x: float, y: float) -> Colour:
        return mix(colours[0], colours[1], max(0.0, min(1.0, (y - ridge_y) / reach)))

    return cut_out(paint_light(size, light, rng, (2, 64)), shape(size, points))


def conifer(draw: ImageDraw.ImageDraw, foot: Point, height: float, rng: random.Random) -> None:
    """Draw one fir, `height` pixels tall, as tiers of ragged boughs on an L image."""
    x, y = foot
    half_width = height * rng.uniform(0.15, 0.21)
    tiers = max(4, min(11, round(height / 9)))
    draw.line([(x, y), (x, y - height)], fill=255, width=max(1, round(height / 45)))
    for tier in range(tiers):
        top = y - height + height * 0.93 * (tier / tiers) ** 1.1
        foot_y = y - height + height * 0.93 * ((tier + 1.5) / tiers)
        reach = half_width * ((tier + 1.2) / tiers) ** 0.85
        left, right = reach * rng.uniform(0.75, 1.15), reach * rng.uniform(0.75, 1.15)
        droop = height * 0.02
        draw.polygon(
            [
                (x, top),
                (x + right * 0.5, foot_y - droop * 2),
                (x + right, min(y, foot_y + droop)),
                (x, min(y, foot_y - droop)),
                (x - left, min(y, foot_y + droop)),
                (x - left * 0.5, foot_y - droop * 2),
            ],
            fill=255,
        )


def wood(
    size: Size, line: Sequence[Point], tallest: float, rng: random.Random, density: float = 1.0
) -> Image.Image:
    """Return the mask (L) of firs standing on the hill `outline` drew, up to `tallest` pixels high, and the hill."""
    large = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(large)
    draw.polygon([(x * 2, y * 2) for x, y in line], fill=255)
    ridge = line[:-2]
    x = -tallest * 0.2
    while x < size[0] + tallest * 0.2:
        height = tallest * (0.35 + 0.65 * rng.random() ** 1.6)
        foot_y = _height_at(ridge, x) + height * 0.06
        conifer(draw, (x * 2, foot_y * 2), height * 2, rng)
        x += tallest * rng.uniform(0.06, 0.2) / density
    return large.reduce(2)


def _height_at(ridge: Sequence[Point], x: float) -> float:
    for (left, left_y), (right, right_y) in itertools.pairwise(ridge):
        if left <= x <= right and right > left:
            return left_y + (right_y - left_y) * (x - left) / (right - left)
    return ridge[0][1] if x < ridge[0][0] else ridge[-1][1]


def dune(
    size: Size, crest: Sequence[Point], colours: tuple[Colour, Colour, Colour], rng: random.Random
) -> Image.Image:
    """Return a layer: a dune lit along its crest, with a dark lee side whose edge falls away from each summit.

    `colours` are of the lit side, of the lee side, and of the foot.
    """
    top = min(y for _, y in crest) / size[1]

    def lit(_x: float, y: float) -> Colour:
        return mix(colours[0], colours[2], max(0.0, min(1.0, (y - top) / (1.02 - top))) ** 0.8)

    def lee(_x: float, y: float) -> Colour:
        return mix(colours[1], colours[2], max(0.0, min(1.0, (y - top) / (1.1 - top))) ** 1.3)

    whole_dune = shape(size, crest)
    paint = paint_light(size, lit, rng, (2, 64))
    shadow = paint_light(size, lee, rng, (2, 64))
    for side in _lee_sides(crest, size, rng):
        mask = shape(size, side, softness=1.2)
        if around := mask.getbbox():
            paint.paste(shadow.crop(around), around[:2], mask.crop(around))
    return cut_out(paint, whole_dune)


def _lee_sides(crest: Sequence[Point], size: Size, rng: random.Random) -> list[list[Point]]:
    """The parts in shadow: from each summit down to the next hollow, and down the front along two swung edges."""
    ridge = [point for point in crest if point[1] < size[1]]
    sides = []
    summit = 0
    for index in range(1, len(ridge)):
        falls = ridge[index][1] > ridge[index - 1][1]
        ends = index == len(ridge) - 1 or ridge[index + 1][1] <= ridge[index][1]
        if falls and ends:
            spine = _swung_edge(ridge[summit], size[1], ridge[index][0] - ridge[summit][0], rng)
            crease = _swung_edge(ridge[index], size[1], (ridge[index][0] - ridge[summit][0]) * 0.5, rng)
            sides.append([*ridge[summit : index + 1], *crease, *reversed(spine)])
        if not falls:
            summit = index
    return sides


def _swung_edge(start: Point, bottom: float, swing: float, rng: random.Random) -> list[Point]:
    """An edge from `start` down to `bottom` that swings `swing` pixels to the right, and comes back."""
    reach = swing * rng.uniform(0.5, 0.7)
    depth = bottom - start[1]
    return [
        (
            start[0] + reach * math.sin(step / 24 * math.pi * 1.15) * (step / 24) ** 0.5,
            start[1] + depth * step / 24,
        )
        for step in range(25)
    ]
