"""Aurora: northern lights sway over a lake, a wood slides by, a star falls now and then."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tvapp.demo.canvas import Size, add_light, cut_out, mix, paint_light, whole
from tvapp.demo.land import hillside, outline, ridge_line, wood
from tvapp.demo.northern import NIGHT
from tvapp.demo.scenes.strip import OnTwos, Strip, tinted
from tvapp.demo.sky import AURORA_SCALE, Aurora, add_stars, add_twinkle, sky_light, twinkle_sprite
from tvapp.demo.water import mirrored, rippled

FALLING_STAR_EVERY_S = 7.0
FALLING_STAR_S = 0.7


class AuroraScene:
    """Northern lights over a lake at night."""

    def __init__(self, size: Size, rng: random.Random) -> None:
        self.size = size
        wide, tall = size
        self._shore = round(tall * 0.66)
        self._sky = paint_light((wide, self._shore), sky_light(NIGHT), rng)
        add_stars(self._sky, rng, 420, 0.95, tall / 640)
        self._twinkles = [
            (round(rng.random() * wide), round(rng.random() ** 1.4 * self._shore * 0.8), rng.random())
            for _ in range(30)
        ]
        self._twinkle = twinkle_sprite(max(2, round(tall / 200)))
        self._curtains = [Aurora((wide, round(self._shore * 1.02)), rng, 0.9 * index) for index in range(2)]
        self._ranges = []
        for top, rise, ridge, speed in ((0.83, 0.52, (18, 40, 56), 12), (0.95, 0.24, (9, 22, 36), 24)):
            area = (wide + wide // 2 + round(wide * speed / 40), self._shore)
            line = outline(
                ridge_line(rng, area[0], 4, 0.55, 7), 4, area, self._shore * top, self._shore * rise
            )
            layer = hillside(area, line, (ridge, mix(ridge, (40, 96, 100), 0.55)), rng)
            self._ranges.append(Strip(layer, speed * tall / 720))
        self._backdrop = OnTwos(self._sky_and_lake)
        area = (wide * 3, tall)
        line = outline(ridge_line(rng, area[0], 4, 0.5, 6), 4, area, tall * 1.04, tall * 0.26)
        self._wood = Strip(
            cut_out(Image.new("RGB", area, whole((4, 9, 16))), wood(area, line, tall * 0.26, rng, 0.75)),
            tall / 15,
        )

    def frame(self, time_s: float, progress: float) -> Image.Image:
        """Return the picture at `time_s`."""
        frame = self._backdrop.at(time_s, progress)
        self._wood.lay(frame, time_s)
        return frame

    def _sky_and_lake(self, time_s: float, progress: float) -> Image.Image:
        above = self._sky.copy()
        add_twinkle(above, self._twinkles, self._twinkle, time_s)
        self._falling_star(above, time_s)
        coarse = [
            curtain.coarsely_at(time_s * 1.3 + 4 * index) for index, curtain in enumerate(self._curtains)
        ]
        light = ImageChops.screen(coarse[0], ImageChops.offset(coarse[1], 0, coarse[1].height // 16))
        swell = 0.72 + 0.4 * math.sin(progress * math.pi)
        light = tinted(light, (swell, swell, swell))
        reach = (self.size[0], light.height * AURORA_SCALE)
        add_light(above, light.resize(reach, Image.Resampling.BILINEAR), (0, -round(self._shore * 0.1)))
        for mountains in self._ranges:
            mountains.lay(above, time_s)
        backdrop = Image.new("RGB", self.size)
        backdrop.paste(above)
        backdrop.paste(self._lake(above, time_s), (0, self._shore))
        return backdrop

    def _lake(self, above: Image.Image, time_s: float) -> Image.Image:
        """The mirrored sky, worked at half size: it is blurred anyway."""
        wide, tall = self.size
        half = above.reduce(2)
        water = mirrored(half, (tall - self._shore) // 2, (8, 26, 40), 0.88, tall / 900)
        moved = rippled(water, time_s, tall / 260, 70)
        return moved.resize((wide, tall - self._shore), Image.Resampling.BILINEAR)

    def _falling_star(self, sky: Image.Image, time_s: float) -> None:
        since = (time_s + 2.5) % FALLING_STAR_EVERY_S
        if since > FALLING_STAR_S:
            return
        round_index = int((time_s + 2.5) / FALLING_STAR_EVERY_S)
        wide, tall = self.size
        start = (wide * (0.25 + 0.37 * round_index % 0.6), tall * (0.06 + 0.03 * (round_index % 3)))
        share = since / FALLING_STAR_S
        head = (start[0] + wide * 0.16 * share, start[1] + tall * 0.10 * share)
        trail = Image.new("RGB", (wide, tall // 3))
        pen = ImageDraw.Draw(trail)
        for step in range(12):
            back = step / 12 * min(1.0, share * 2)
            value = round(235 * (1 - step / 12) * (1 - share * 0.6))
            x, y = head[0] - wide * 0.05 * back, head[1] - tall * 0.031 * back
            pen.ellipse([x - 1.2, y - 1.2, x + 1.2, y + 1.2], fill=(value, value, value))
        soft = ImageChops.lighter(trail, trail.filter(ImageFilter.GaussianBlur(1.5)))
        add_light(sky, soft, (0, 0))
