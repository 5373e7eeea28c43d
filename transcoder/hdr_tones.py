"""Small pictures of HDR films as SDR screens show them: a table of colours, worked out once.

The same steps as in `transcoder.command.tones`, which converts films; the decoders that make small pictures come
without the filters for that. Light is in units of 100 cd/m2, the white of an SDR screen.

Source: ITU-R BT.2100 (PQ: table 4; HLG on a screen of 1000 cd/m2: table 5), BT.2087 (BT.2020 to BT.709), BT.1886
(gamma of SDR screens); Hable, "Uncharted 2: HDR Lighting", with the peak that ffmpeg takes where a film names none.
"""

import functools
import itertools
import math

from PIL import Image, ImageFilter

from transcoder.media_info import PQ

Colour = tuple[float, float, float]

SIZE = 33  # steps of the table on each axis; both curves are nearly even to the eye, so few do
_WHITE = 100.0  # cd/m2
_PEAK = 10.0  # times white
_LUMINANCE = (0.2627, 0.6780, 0.0593)
_TO_BT709 = (
    (1.6605, -0.5876, -0.0728),
    (-0.1246, 1.1329, -0.0083),
    (-0.0182, -0.1006, 1.1187),
)
_GAMMA = 2.4


def with_sdr_tones(image: Image.Image, transfer: str) -> Image.Image:
    """Return a picture in PQ or HLG and the colours of BT.2020 (8 bits, RGB) as an SDR screen shows it."""
    return image.filter(_table(transfer))


def sdr_colour(coded: Colour, transfer: str) -> Colour:
    """Return one colour, red, green and blue from 0 to 1, as an SDR screen shows it: above 1 is 1."""
    light = _pq_light(coded) if transfer == PQ else _hlg_light(coded)
    red, green, blue = (sum(map(float.__mul__, row, light)) for row in _TO_BT709)
    brightest = max(red, green, blue, 1e-6)
    scale = _hable(brightest) / _hable(_PEAK) / brightest
    return _shown(red * scale), _shown(green * scale), _shown(blue * scale)


@functools.cache
def _table(transfer: str) -> ImageFilter.Color3DLUT:
    steps = [step / (SIZE - 1) for step in range(SIZE)]
    # Red changes fastest in a table of Pillow's.
    colours = [sdr_colour((r, g, b), transfer) for b, g, r in itertools.product(steps, repeat=3)]
    return ImageFilter.Color3DLUT(SIZE, colours)


def _pq_light(coded: Colour) -> Colour:
    red, green, blue = map(_pq, coded)
    return red, green, blue


def _pq(value: float) -> float:
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = value ** (1 / m2)
    return float((max(power - c1, 0.0) / (c2 - c3 * power)) ** (1 / m1)) * 10_000 / _WHITE


def _hlg_light(coded: Colour) -> Colour:
    """Return light on a screen of 1000 cd/m2, whose system gamma is 1.2 and goes by brightness, not by colour."""
    red, green, blue = map(_hlg_scene, coded)
    brightness = sum(map(float.__mul__, _LUMINANCE, (red, green, blue)))
    factor = brightness**0.2 * 1000 / _WHITE
    return red * factor, green * factor, blue * factor


def _hlg_scene(value: float) -> float:
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * math.log(4 * a)
    return value**2 / 3 if value <= 0.5 else (math.exp((value - c) / a) + b) / 12


def _hable(light: float) -> float:
    a, b, c, d, e, f = 0.15, 0.50, 0.10, 0.20, 0.02, 0.30
    return (light * (a * light + c * b) + d * e) / (light * (a * light + b) + d * f) - e / f


def _shown(light: float) -> float:
    # Above 1 is left for whoever clips: cut here, what lies between two steps of the table would come out darker.
    return float(max(0.0, light) ** (1 / _GAMMA))
