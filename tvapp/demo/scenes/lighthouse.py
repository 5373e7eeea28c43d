"""The Lighthouse: the sun goes down over the sea, a lamp begins to turn, a sail goes home."""

import math
import random

from PIL import Image, ImageChops

from tvapp.demo.boats import sailing_boat
from tvapp.demo.canvas import (
    Colour,
    Point,
    Size,
    add_glow,
    add_light,
    lay,
    mix,
    paint_light,
    ramp,
    seeded,
    whole,
)
from tvapp.demo.lighthouse import LAMP_Y, beams, lighthouse
from tvapp.demo.scenes.strip import Drift, Hours, OnTwos, gulls, seamless, tinted
from tvapp.demo.seaside import DUSK, headland
from tvapp.demo.sky import add_stars, add_sun, clouds, sky_light
from tvapp.demo.water import glints, open_sea, rippled, sea_light

TURN_S = 9.0
"""How long the lamp takes to turn once, in seconds."""

TWILIGHT = ramp((0, (22, 26, 70)), (0.45, (84, 60, 124)), (0.8, (206, 100, 122)), (1, (250, 150, 120)))
NIGHT = ramp((0, (8, 12, 40)), (0.6, (34, 40, 92)), (1, (120, 86, 124)))


class LighthouseScene:
    """A lighthouse from sunset to nightfall."""

    def __init__(self, size: Size, rng: random.Random) -> None:
        self.size = size
        wide, tall = size
        self._horizon = round(tall * 0.66)
        above = (wide, self._horizon)
        dusk = sky_light(DUSK, (0.24, 0.95), (255, 226, 160), 0.6, wide / tall)
        twilight = sky_light(TWILIGHT, (0.24, 1.0), (255, 150, 110), 0.4, wide / tall)
        night = paint_light(above, sky_light(NIGHT), rng)
        add_stars(night, rng, 320, 0.9, tall / 600)
        self._sky = Hours(paint_light(above, dusk, rng), paint_light(above, twilight, rng), night)
        bank = clouds(
            (wide + wide // 2, round(tall * 0.42)), rng, ((255, 180, 152), (124, 92, 146)), 0.58, (4, 7)
        )
        self._clouds = Drift(seamless(bank, wide // 4), tall / 72)
        self._sun = self._sun_sprite(round(tall * 0.045))
        sea = (wide, tall - self._horizon)
        day = sea_light((230, 156, 142), (38, 46, 92), (0.24, (255, 190, 130)), 0.07)
        late = sea_light((168, 96, 126), (28, 30, 72), (0.24, (240, 140, 120)), 0.08)
        self._seas = Hours(
            *(
                open_sea(sea, light, seeded("waves"), strength)
                for light, strength in (
                    (day, 0.2),
                    (late, 0.17),
                    (sea_light((84, 74, 124), (10, 16, 44)), 0.14),
                )
            )
        )
        self._glints = [glints(sea, rng, 0.24, (255, 206, 140), 190, 0.22) for _ in range(3)]
        land = Image.new("RGBA", size)
        for layer in headland(size, rng):
            land.alpha_composite(layer)
        around = land.getbbox() or (0, 0, *size)
        self._land, self._land_at = land.crop(around), around[:2]
        self._shown_land, self._shown_dark = self._land, 0.0
        self._tower = lighthouse(round(tall * 0.5), (246, 226, 214), (196, 58, 60), (34, 32, 58))
        self._tower_at = (
            round(wide * 0.74) - self._tower.width // 2,
            round(tall * 0.645) - self._tower.height,
        )
        self._backdrop = OnTwos(self._sky_and_sea)
        self._boat = sailing_boat(round(tall * 0.12), (92, 52, 84), (40, 26, 54))

    @staticmethod
    def _sun_sprite(radius: int) -> Image.Image:
        side = radius * 12
        sprite = Image.new("RGB", (side, side))
        add_sun(sprite, (side / 2, side / 2), radius, (255, 214, 150), 5.5)
        return sprite

    def frame(self, time_s: float, progress: float) -> Image.Image:
        """Return the picture at `time_s`."""
        wide, tall = self.size
        dark = _darkness(progress)
        hour = _hour(dark)
        frame = self._backdrop.at(time_s, progress)
        boat = tinted(self._boat, hour)
        keel = (round(wide * (-0.08 + 0.62 * progress)), self._horizon + round(tall * 0.03))
        lay(frame, boat, at=(keel[0], keel[1] - boat.height + round(math.sin(time_s * 1.7) * 2)))
        gulls(frame, time_s, whole(mix((70, 60, 100), (20, 24, 56), dark)), self._gull_path)
        self._coast(frame, time_s, dark, hour)
        return frame

    def _sky_and_sea(self, time_s: float, progress: float) -> Image.Image:
        wide, tall = self.size
        dark = _darkness(progress)
        sky = self._sky.at(dark)
        sun_y = self._horizon - tall * (0.12 - 0.36 * progress)
        if sun_y < self._horizon + self._sun.height * 0.3:
            sun = tinted(self._sun, (1, 1 - 0.6 * dark, 1 - 0.9 * dark))
            add_light(sky, sun, (round(wide * 0.24) - sun.width // 2, round(sun_y) - sun.height // 2))
        self._clouds.lay(sky, time_s, round(tall * 0.08), _hour(dark))
        backdrop = Image.new("RGB", self.size)
        backdrop.paste(sky)
        backdrop.paste(self._sea(time_s, dark), (0, self._horizon))
        return backdrop

    def _sea(self, time_s: float, dark: float) -> Image.Image:
        water = self._seas.at(dark)
        lit = max(0.0, 1 - dark * 1.2)
        if lit > 0:
            step = time_s * 1.6
            first, second = self._glints[int(step) % 3], self._glints[(int(step) + 1) % 3]
            sparkle = Image.blend(first, second, step % 1)
            water = ImageChops.screen(water, tinted(sparkle, (lit, lit, lit)))
        return rippled(water, time_s, self.size[1] / 90, 60)

    def _coast(self, frame: Image.Image, time_s: float, dark: float, hour: Colour) -> None:
        """The headland, its tower, its lamp and the two beams."""
        if abs(dark - self._shown_dark) > 0.02:
            self._shown_land = tinted(self._land, hour)
            self._shown_dark = dark
        frame.paste(self._shown_land, self._land_at, self._shown_land)
        shade = 1 - 0.42 * dark
        lay(frame, tinted(self._tower, (shade, shade * 1.02, min(1.0, shade * 1.15))), at=self._tower_at)
        lamp = (
            self._tower_at[0] + self._tower.width / 2,
            self._tower_at[1] + self._tower.height * LAMP_Y,
        )
        power = min(1.0, 0.3 + dark * 1.6)
        self._add_beams(frame, lamp, time_s / TURN_S * math.tau, power)
        add_glow(frame, lamp, self.size[1] * 0.11, (255 * power, 216 * power, 150 * power), 2.6)

    def _add_beams(self, frame: Image.Image, lamp: Point, angle: float, power: float) -> None:
        """Two beams, opposite to each other; one that comes towards the viewer is wider, then dazzles."""
        wide, tall = self.size
        top = max(0, round(lamp[1] - tall * 0.3))
        area = (wide, round(lamp[1] + tall * 0.3) - top)
        rays = []
        for heading in (angle, angle + math.pi):
            across, towards = math.cos(heading), math.sin(heading)
            half = tall * (0.06 + 0.10 * (1 + towards) / 2)
            end = (lamp[0] + across * wide * 1.05, lamp[1] - top + tall * 0.05 * towards)
            strength = power * (0.62 + 0.25 * towards) * min(1.0, abs(across) * 2.4)
            rays.append(((end[0], end[1] - half), (end[0], end[1] + half), strength))
            flash = power * max(0.0, towards) ** 24
            if flash > 0.05:
                dazzle = (255 * flash, 236 * flash, 190 * flash)
                add_glow(frame, lamp, tall * 0.22, dazzle, 3)
        light = beams(area, (lamp[0], lamp[1] - top), rays, (255, 226, 168), tall / 90)
        add_light(frame, light, (0, top))

    def _gull_path(self, time_s: float, index: int) -> Size:
        wide, tall = self.size
        x = wide * (0.62 - 0.011 * time_s + 0.055 * index + 0.03 * math.sin(time_s * 0.5 + index))
        return round(x), round(tall * (0.36 + 0.045 * index + 0.03 * math.sin(time_s * 0.43 + index * 1.8)))


def _darkness(progress: float) -> float:
    """How far the night has come, from 0 to 1."""
    return max(0.0, min(1.0, (progress - 0.12) / 0.7))


def _hour(dark: float) -> Colour:
    return (1 - 0.62 * dark, 1 - 0.58 * dark, 1 - 0.36 * dark)
