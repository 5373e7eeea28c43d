"""Dunes at Dusk: a slow pan over sand as the sun goes down, a caravan on a crest."""

import math
import random

from PIL import Image, ImageDraw

from tvapp.demo.canvas import (
    Colour,
    Point,
    Size,
    add_light,
    draw_smoothly,
    lay,
    mix,
    paint_light,
    ramp,
    whole,
)
from tvapp.demo.land import dune, outline, rolling_line
from tvapp.demo.scenes.strip import Hours, Strip, tinted
from tvapp.demo.sky import add_stars, add_sun, sky_light

EVENING = ramp((0, (74, 64, 128)), (0.35, (216, 122, 122)), (0.62, (255, 202, 138)))
AFTERGLOW = ramp((0, (36, 32, 88)), (0.35, (128, 66, 118)), (0.62, (244, 132, 104)))
NIGHTFALL = ramp((0, (8, 10, 38)), (0.35, (36, 34, 88)), (0.62, (132, 72, 108)))
CARAVAN_DUNE = 1
"""Index of the dune that the caravan walks on, from the farthest."""
PHASES = 8
"""Drawings of one stride of a camel."""


class DunesScene:
    """A desert from the last sun to the first stars."""

    def __init__(self, size: Size, rng: random.Random) -> None:
        self.size = size
        wide, tall = size
        light = sky_light(EVENING, (0.3, 0.46), (255, 228, 164), 0.5, wide / tall)
        afterglow = sky_light(AFTERGLOW, (0.3, 0.62), (255, 150, 110), 0.45, wide / tall)
        night = paint_light(size, sky_light(NIGHTFALL), rng)
        add_stars(night, rng, 360, 0.6, tall / 600)
        self._sky = Hours(paint_light(size, light, rng), paint_light(size, afterglow, rng), night)
        side = round(tall * 0.6)
        self._sun = Image.new("RGB", (side, side))
        add_sun(self._sun, (side / 2, side / 2), tall * 0.045, (255, 222, 164), 6)
        self._dunes = []
        self._crest: list[Point] = []
        self._speeds = [tall / 720 * speed for speed in (6, 12, 24, 36, 60)]
        for index, speed in enumerate(self._speeds):
            share = index / 4
            colours = (
                mix((244, 168, 118), (200, 98, 52), share),
                mix((196, 112, 116), (58, 28, 48), share),
                mix((250, 186, 144), (104, 46, 46), share),
            )
            area = (wide + round(speed * 62), tall)
            hills = (1.4 + 0.1 * index) * area[0] / wide
            crest = outline(
                rolling_line(rng, area[0], 4, hills),
                4,
                area,
                tall * (0.55 + 0.105 * index),
                tall * (0.11 + 0.03 * index),
            )
            if index == CARAVAN_DUNE:
                self._crest = crest[:-2]
            self._dunes.append(Strip(dune(area, crest, colours, rng), speed))
        self._camels = [camel(round(tall * 0.062), phase / PHASES) for phase in range(PHASES)]

    def frame(self, time_s: float, progress: float) -> Image.Image:
        """Return the picture at `time_s`."""
        wide, tall = self.size
        dark = max(0.0, min(1.0, (progress - 0.1) / 0.85))
        frame = self._sky.at(dark)
        hour = (1 - 0.56 * dark, 1 - 0.62 * dark, 1 - 0.34 * dark)
        sun_y = tall * (0.36 + 0.30 * min(1.0, progress * 1.25))
        if dark < 0.7:
            sun = tinted(self._sun, (1, 1 - 0.5 * dark, 1 - 0.8 * dark))
            add_light(frame, sun, (round(wide * 0.3) - sun.width // 2, round(sun_y) - sun.height // 2))
        for index, strip in enumerate(self._dunes):
            strip.lay(frame, time_s, hour)
            if index == CARAVAN_DUNE:
                self._caravan(frame, time_s, hour)
        return frame

    def _caravan(self, frame: Image.Image, time_s: float, hour: Colour) -> None:
        """Five camels, nose to tail, keeping to the crest as it slides by."""
        wide, tall = self.size
        panned = self._speeds[CARAVAN_DUNE] * time_s
        for index in range(5):
            x = wide * 0.30 + panned + time_s * tall / 55 + index * tall * 0.085
            sprite = tinted(self._camels[int(time_s * 7 + index * 2.7) % PHASES], hour)
            y = self._crest_y(x)
            lay(
                frame,
                sprite,
                at=(round(x - panned) - sprite.width // 2, round(y) - sprite.height + round(tall * 0.006)),
            )

    def _crest_y(self, x: float) -> float:
        place = max(0.0, min(len(self._crest) - 1.001, x / 4))
        left, right = self._crest[int(place)], self._crest[int(place) + 1]
        return left[1] + (right[1] - left[1]) * (place % 1)


def camel(tall: int, stride: float) -> Image.Image:
    """Return a camel with its load as a layer, `tall` pixels high, at a moment of its stride (0 to 1)."""
    size = (round(tall * 1.25), tall)
    colour = (62, 30, 40)

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        w, h = size[0] * finer, size[1] * finer
        fill = whole(colour, 255)
        for leg, (x, phase) in enumerate(((0.27, 0.0), (0.33, 0.5), (0.58, 0.25), (0.64, 0.75))):
            swing = math.sin((stride + phase) * math.tau) * w * 0.06
            knee = (w * x + swing * 0.3, h * 0.74)
            pen.line(
                [(w * x, h * 0.5), knee, (w * x + swing, h)],
                fill=fill,
                width=round(w * (0.045 if leg % 2 else 0.05)),
            )
        pen.ellipse([w * 0.2, h * 0.34, w * 0.72, h * 0.66], fill=fill)
        pen.ellipse([w * 0.33, h * 0.2, w * 0.56, h * 0.52], fill=fill)
        pen.polygon(
            [(w * 0.62, h * 0.42), (w * 0.76, h * 0.5), (w * 0.9, h * 0.2), (w * 0.82, h * 0.14)], fill=fill
        )
        pen.ellipse([w * 0.8, h * 0.08, w * 0.99, h * 0.22], fill=fill)
        pen.line([(w * 0.21, h * 0.45), (w * 0.16, h * 0.62)], fill=fill, width=round(w * 0.025))
        pen.polygon(
            [(w * 0.32, h * 0.34), (w * 0.57, h * 0.34), (w * 0.6, h * 0.52), (w * 0.3, h * 0.52)],
            fill=whole((120, 46, 46), 255),
        )
        pen.polygon(
            [(w * 0.36, h * 0.22), (w * 0.53, h * 0.22), (w * 0.57, h * 0.34), (w * 0.32, h * 0.34)],
            fill=whole((150, 84, 60), 255),
        )

    return draw_smoothly(size, draw, 4)
