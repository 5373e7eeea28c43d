"""Old Harbour 1998: a tape from a camcorder, boats rocking before painted houses."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tvapp.demo.boats import fishing_boat
from tvapp.demo.canvas import Colour, Size, curve, lay, noise_tile, paint_light, ramp
from tvapp.demo.captions import spaced
from tvapp.demo.land import hillside, outline, ridge_line
from tvapp.demo.scenes.strip import Drift, OnTwos, gulls, seamless, tinted
from tvapp.demo.sky import clouds, sky_light
from tvapp.demo.town import quay_houses
from tvapp.demo.water import mirrored, rippled

AFTERNOON = ramp((0, (104, 146, 190)), (0.6, (196, 206, 204)), (1, (246, 222, 186)))
BOATS: tuple[tuple[float, float, float, Colour], ...] = (
    (0.40, 0.70, 0.17, (64, 110, 96)),
    (0.06, 0.78, 0.27, (52, 92, 140)),
    (0.58, 0.87, 0.36, (172, 62, 56)),
)
"""Left edge and waterline as fractions of the picture, width as a fraction, colour of the hull."""


class HarbourScene:
    """A harbour on a summer evening, as an old camcorder saw it."""

    def __init__(self, size: Size, rng: random.Random) -> None:
        self.size = size
        wide, tall = size
        self._shore = round(tall * 0.58)
        self._above = paint_light(
            (wide, self._shore), sky_light(AFTERNOON, (0.8, 0.9), (255, 232, 190), 0.5), rng
        )
        line = outline(
            ridge_line(rng, wide, 4, 0.5), 4, self._above.size, self._shore * 0.6, self._shore * 0.2
        )
        self._town = Image.new("RGBA", self._above.size)
        self._town.alpha_composite(
            hillside(self._above.size, line, ((128, 150, 166), (184, 192, 186)), rng, 0.7)
        )
        walls: list[Colour] = [
            (196, 84, 72),
            (222, 168, 92),
            (88, 124, 140),
            (222, 208, 188),
            (158, 112, 118),
        ]
        street = quay_houses((wide + 60, round(tall * 0.36)), rng, walls, (62, 50, 60), 0.22)
        at = (-20, self._shore - street.layer.height - round(tall * 0.016))
        self._town.alpha_composite(
            street.layer.crop((-at[0], 0, -at[0] + wide, street.layer.height)), (0, at[1])
        )
        ImageDraw.Draw(self._town).rectangle(
            [0, self._shore - tall // 56, wide, self._shore], fill=(92, 80, 80, 255)
        )
        bank = clouds((wide * 2, round(tall * 0.3)), rng, ((255, 250, 240), (206, 208, 214)), 0.6, (3, 5))
        self._clouds = Drift(seamless(bank, wide // 2), tall / 40)
        self._backdrop = OnTwos(self._town_and_boats, 12.5)
        self._boats = [fishing_boat(round(wide * share), hull, (50, 44, 52)) for _, _, share, hull in BOATS]
        self._noise = [self._tape_noise(rng) for _ in range(6)]
        self._lines = self._scan_lines()
        self._date = spaced("JUL 14 1998", tall * 0.05, 0.1)

    def _tape_noise(self, rng: random.Random) -> Image.Image:
        """Noise as a tape has it: drawn out along the lines."""
        wide, tall = self.size
        fine = noise_tile(rng, (wide // 3, tall)).filter(ImageFilter.BoxBlur((1, 0)))
        level = curve(fine.resize(self.size), lambda value: 0.5 + (value - 0.5) * 0.10)
        return Image.merge("RGB", [level] * 3)

    def _scan_lines(self) -> Image.Image:
        lines = Image.new("RGB", self.size, (255, 255, 255))
        pen = ImageDraw.Draw(lines)
        for y in range(0, self.size[1], 2):
            pen.line([(0, y), (self.size[0], y)], fill=(240, 240, 240))
        return lines

    def frame(self, time_s: float, progress: float) -> Image.Image:
        """Return the picture at `time_s`."""
        frame = self._backdrop.at(time_s, progress)
        return self._taped(frame, time_s)

    def _town_and_boats(self, time_s: float, progress: float) -> Image.Image:
        tall = self.size[1]
        above = self._above.copy()
        self._clouds.lay(above, time_s, round(tall * 0.02))
        gulls(above, time_s, (88, 92, 104), self._gull_path)
        lay(above, self._town)
        backdrop = Image.new("RGB", self.size)
        backdrop.paste(above)
        water = mirrored(above, tall - self._shore, (86, 122, 140), 0.72, tall / 300)
        backdrop.paste(rippled(water, time_s * 1.2, tall / 80, 60), (0, self._shore))
        for index, boat in enumerate(self._boats):
            self._moor(backdrop, boat, index, time_s)
        return tinted(backdrop, (1.0, 0.985 - 0.06 * progress, 0.95 - 0.12 * progress))

    def _moor(self, frame: Image.Image, boat: Image.Image, index: int, time_s: float) -> None:
        left, line, _, _ = BOATS[index]
        wide, tall = self.size
        swing = math.sin(time_s * 1.5 + index * 2.1)
        rocked = boat.rotate(swing * 1.8, Image.Resampling.BICUBIC, center=(boat.width / 2, boat.height))
        keel = (round(wide * left), round(tall * line + math.sin(time_s * 1.1 + index) * tall * 0.006))
        likeness = rocked.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
            (boat.width, round(boat.height * 0.6))
        )
        likeness = rippled(likeness, time_s, boat.width / 30, 30)
        likeness.putalpha(likeness.getchannel("A").point(lambda value: value * 0.4))
        lay(frame, likeness, at=(keel[0], keel[1] - 3))
        lay(frame, rocked, at=(keel[0], keel[1] - boat.height))

    def _taped(self, frame: Image.Image, time_s: float) -> Image.Image:
        """Soften, weave and roughen the picture, with a band of mistracking that passes now and then."""
        wide, tall = self.size
        step = int(time_s * 12.5)
        worn = ImageChops.add(ImageChops.multiply(frame, self._lines), self._noise[step % 6], 1, -128)
        worn.paste((255, 150, 60), (round(wide * 0.06), round(tall * 0.875)), self._date)
        since = time_s % 8.0
        if since < 1.6:
            top = round(tall * (1 - since / 1.6))
            band = worn.crop((0, top, wide, min(tall, top + tall // 24)))
            if band.height:
                worn.paste(ImageChops.offset(band, round(wide / 40 * math.sin(time_s * 40)), 0), (0, top))
        return ImageChops.offset(worn, round(math.sin(time_s * 9) * 0.6), 0)

    def _gull_path(self, time_s: float, index: int) -> Size:
        wide, tall = self.size
        turn = time_s * 0.35 + index * 2.1
        return round(wide * (0.45 + 0.3 * math.cos(turn))), round(
            tall * (0.13 + 0.05 * math.sin(turn * 1.7) + 0.03 * index)
        )
