"""Brushes: light painted in floating point, soft-edged shapes, noise, grain.

Pillow and plain Python only. Positions are fractions of the picture (x right, y down, 0 to 1) where a function
is given to a brush, and pixels where a brush is put on an image. Colours are red, green, blue from 0 to 255, as
floats: light is added up before it is rounded, so that a dark sky has no bands.
"""

import functools
import itertools
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath

Colour = tuple[float, float, float]
Size = tuple[int, int]
Point = tuple[float, float]
Light = Callable[[float, float], Colour]

GRAIN_TILE = 256
"""Side of the noise tile that grain and dither repeat, in pixels: too large for an eye to see it repeat."""


def seeded(name: str) -> random.Random:
    """Return the source of chance for everything painted under `name`: the same at every run."""
    return random.Random(name)  # noqa: S311 - paint, not secrets


def ramp(*stops: tuple[float, Colour]) -> Callable[[float], Colour]:
    """Return a smooth colour scale through `stops`, given in rising order of position.

    Mixes squares of the values, nearly as light mixes, so that blue to orange does not go through mud.
    """

    def colour_at(position: float) -> Colour:
        if position <= stops[0][0]:
            return stops[0][1]
        for (before, low), (after, high) in itertools.pairwise(stops):
            if position < after:
                share = (position - before) / (after - before)
                return mix(low, high, share * share * (3 - 2 * share))
        return stops[-1][1]

    return colour_at


def mix(low: Colour, high: Colour, share: float) -> Colour:
    """Return `low` at share 0, `high` at share 1, and what light makes of them between."""
    red, green, blue = (((1 - share) * a * a + share * b * b) ** 0.5 for a, b in zip(low, high, strict=True))
    return red, green, blue


def dimmed(colour: Colour, share: float) -> Colour:
    """Return `share` of the light of `colour`."""
    return colour[0] * share, colour[1] * share, colour[2] * share


def whole(colour: Colour, alpha: int | None = None) -> tuple[int, ...]:
    """Return `colour` as Pillow wants it: whole numbers, with `alpha` where there is one."""
    channels = tuple(max(0, min(255, round(value))) for value in colour)
    return channels if alpha is None else (*channels, alpha)


def noise_tile(rng: random.Random, size: Size) -> Image.Image:
    """Return even noise from 0 to 255 of `size`, made of one tile repeated."""
    tile = Image.frombytes("L", (GRAIN_TILE, GRAIN_TILE), rng.randbytes(GRAIN_TILE * GRAIN_TILE))
    noise = Image.new("L", size)
    for top in range(0, size[1], GRAIN_TILE):
        for left in range(0, size[0], GRAIN_TILE):
            noise.paste(tile, (left, top))
    return noise


def paint_light(size: Size, light: Light, rng: random.Random, grid: Size = (96, 64)) -> Image.Image:
    """Paint `light` on a coarse grid of floats, enlarge it smoothly and dither it to 8 bits (RGB)."""
    columns, rows = grid
    cells = [light((x + 0.5) / columns, (y + 0.5) / rows) for y in range(rows) for x in range(columns)]
    noise = noise_tile(rng, size).convert("F")
    channels = []
    for values in zip(*cells, strict=True):
        coarse = Image.new("F", grid)
        coarse.putdata(values)
        smooth = coarse.resize(size, Image.Resampling.BICUBIC)
        channels.append(_dithered(smooth, noise))
    return Image.merge("RGB", channels)


def _dithered(smooth: Image.Image, noise: Image.Image) -> Image.Image:
    dithered = ImageMath.lambda_eval(
        lambda images: images["smooth"] + images["noise"] * (1.6 / 255) - 0.3, smooth=smooth, noise=noise
    )
    assert isinstance(dithered, Image.Image)
    return dithered.convert("L")


def fractal_noise(size: Size, rng: random.Random, cells: Size, octaves: int = 4) -> Image.Image:
    """Return clouds of noise: `cells` lumps across and down, each octave twice as fine and half as strong (L)."""
    result = Image.new("L", size, 128)
    for octave in reversed(range(octaves)):
        columns, rows = cells[0] << octave, cells[1] << octave
        lumps = Image.frombytes("L", (columns, rows), rng.randbytes(columns * rows))
        result = Image.blend(result, lumps.resize(size, Image.Resampling.BICUBIC), 0.5)
    return result


def curve(image: Image.Image, level: Callable[[float], float]) -> Image.Image:
    """Return an L image with every value v (0 to 1) replaced by `level(v)`, clipped to 0 to 1."""
    return image.point([max(0, min(255, round(255 * level(value / 255)))) for value in range(256)])


def shape(size: Size, points: Sequence[Point], softness: float = 0.0) -> Image.Image:
    """Return the mask (L) of a polygon given in pixels: drawn twice as large and reduced, for clean edges.

    Only the part around the polygon is drawn. `softness` is the radius of a blur, in pixels.
    """
    xs, ys = zip(*points, strict=True)
    room = round(softness * 3) + 2
    left, top = max(0, int(min(xs)) - room), max(0, int(min(ys)) - room)
    right, bottom = min(size[0], int(max(xs)) + room), min(size[1], int(max(ys)) + room)
    mask = Image.new("L", size)
    if right > left and bottom > top:
        large = Image.new("L", ((right - left) * 2, (bottom - top) * 2))
        ImageDraw.Draw(large).polygon([((x - left) * 2, (y - top) * 2) for x, y in points], fill=255)
        small = large.reduce(2)
        mask.paste(small.filter(ImageFilter.GaussianBlur(softness)) if softness else small, (left, top))
    return mask


def cut_out(paint: Image.Image, mask: Image.Image) -> Image.Image:
    """Return `paint` (RGB) as a layer (RGBA) that shows where `mask` is white."""
    layer = paint.convert("RGBA")
    layer.putalpha(mask)
    return layer


def lay(image: Image.Image, *layers: Image.Image, at: tuple[int, int] = (0, 0)) -> None:
    """Put RGBA `layers` on `image`, one over the other."""
    for layer in layers:
        image.paste(layer, at, layer)


def add_light(image: Image.Image, light: Image.Image, at: tuple[int, int]) -> None:
    """Add an RGB picture of light to `image` at a place in pixels; what falls outside is left out."""
    box = (
        max(0, at[0]),
        max(0, at[1]),
        min(image.width, at[0] + light.width),
        min(image.height, at[1] + light.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = light.crop((box[0] - at[0], box[1] - at[1], box[2] - at[0], box[3] - at[1]))
    image.paste(ImageChops.screen(image.crop(box), part), box[:2])


@functools.cache
def _glow_disc(sharpness: float) -> Image.Image:
    """A round glow (L) that every sprite is made from; there are a handful of sharpnesses."""
    return curve(Image.radial_gradient("L"), lambda value: max(0.0, 1 - value * 1.42) ** sharpness)


def glow_sprite(radius: int, colour: Colour, sharpness: float = 2.2) -> Image.Image:
    """Return a round glow (RGB on black) that fades to nothing at `radius` pixels."""
    strength = _glow_disc(sharpness).resize((2 * radius, 2 * radius), Image.Resampling.BICUBIC)
    return Image.merge("RGB", [strength.point([round(i * c / 255) for i in range(256)]) for c in colour])


def add_glow(
    image: Image.Image, centre: Point, radius: float, colour: Colour, sharpness: float = 2.2
) -> None:
    """Add a round glow of `radius` pixels around `centre` to `image` (RGB)."""
    reach = max(1, round(radius))
    at = (round(centre[0]) - reach, round(centre[1]) - reach)
    add_light(image, glow_sprite(reach, colour, sharpness), at)


def box(pen: ImageDraw.ImageDraw, corners: tuple[float, float, float, float], colour: Colour) -> None:
    """Draw a filled, opaque rectangle (left, top, right, bottom) if there is anything of it."""
    if corners[2] > corners[0] and corners[3] > corners[1]:
        pen.rectangle(corners, fill=whole(colour, 255))


def polygon(pen: ImageDraw.ImageDraw, points: Sequence[Point], colour: Colour) -> None:
    """Draw a filled, opaque polygon."""
    pen.polygon(points, fill=whole(colour, 255))


def draw_smoothly(
    size: Size, draw: Callable[[ImageDraw.ImageDraw, float], None], finer: int = 3
) -> Image.Image:
    """Return a layer (RGBA) drawn `finer` times as large and reduced; `draw` is told that factor."""
    large = Image.new("RGBA", (size[0] * finer, size[1] * finer))
    draw(ImageDraw.Draw(large), finer)
    return large.reduce(finer)


def develop(
    image: Image.Image, rng: random.Random, grain: float = 2.2, vignette: float = 0.24
) -> Image.Image:
    """Finish a picture as a camera would: darker corners and a fine grain of `grain` levels each way."""
    corners = Image.radial_gradient("L").resize(image.size, Image.Resampling.BICUBIC)
    shade = curve(corners, lambda value: 1 - vignette * value**2.4 * 1.3)
    shaded = ImageChops.multiply(image, Image.merge("RGB", [shade] * 3))
    return add_grain(shaded, rng, grain)


def add_grain(image: Image.Image, rng: random.Random, grain: float) -> Image.Image:
    """Add film grain of `grain` levels each way."""
    specks = noise_tile(rng, image.size).filter(ImageFilter.GaussianBlur(0.6))
    levels = curve(specks, lambda value: 0.5 + (value - 0.5) * 4 * grain / 255)
    return ImageChops.add(image, Image.merge("RGB", [levels] * 3), 1, -128)
