"""What the scenes share: layers wider than the picture that slide past, gulls, the colour of the hour."""

import math
from collections.abc import Callable
from typing import Protocol

from PIL import Image, ImageDraw

from tvapp.demo.canvas import Colour, Size

FULL_LIGHT: Colour = (1.0, 1.0, 1.0)
"""The colour of the hour that changes nothing."""


class Scene(Protocol):
    """Paints the frames of one film."""

    size: Size

    def frame(self, time_s: float, progress: float) -> Image.Image:
        """Return the picture (RGB) at `time_s`; `progress` is 0 at the film's beginning, 1 at its end."""


class Hours:
    """A backdrop at several hours, one fading into the next as the film goes on."""

    def __init__(self, *pictures: Image.Image) -> None:
        self._pictures = pictures

    def at(self, share: float) -> Image.Image:
        """Return the backdrop at `share` of the way from the first hour (0) to the last (1); a new picture."""
        place = max(0.0, min(1.0, share)) * (len(self._pictures) - 1)
        first = min(int(place), len(self._pictures) - 2)
        return Image.blend(self._pictures[first], self._pictures[first + 1], place - first)


class OnTwos:
    """A part of the picture painted anew for every second frame only, as animators say: water, clouds, light."""

    def __init__(self, paint: Callable[[float, float], Image.Image], rate: float = 12) -> None:
        self._paint = paint
        self._rate = rate
        self._step = -1
        self._picture = Image.new("RGB", (1, 1))

    def at(self, time_s: float, progress: float) -> Image.Image:
        """Return a copy of what was painted last, at most a twelfth of a second ago."""
        step = int(time_s * self._rate + 1e-6)
        if step != self._step:
            self._picture = self._paint(time_s, progress)
            self._step = step
        return self._picture.copy()


class Strip:
    """A layer (RGBA), wider than the picture, that slides by at a steady speed.

    Only the rows that have anything on them are kept and pasted.
    """

    def __init__(self, layer: Image.Image, speed: float, start: float = 0.0) -> None:
        self._top = (layer.getchannel("A").getbbox() or (0, 0, 0, 0))[1]
        self._layer = layer.crop((0, self._top, layer.width, layer.height))
        self._speed = speed
        self._start = start

    def lay(self, frame: Image.Image, time_s: float, hour: Colour = FULL_LIGHT) -> None:
        """Put the part that is in view at `time_s` on `frame`, in the light of the `hour`."""
        room = self._layer.width - frame.width
        left = round(min(max(0.0, self._start + self._speed * time_s), room))
        view = self._layer.crop((left, 0, left + frame.width, self._layer.height))
        frame.paste(tinted(view, hour), (0, self._top), view)


class Drift:
    """A layer (RGBA) that drifts by without end, its right edge joined to its left."""

    def __init__(self, layer: Image.Image, speed: float) -> None:
        self._layer = layer
        self._speed = speed

    def lay(self, frame: Image.Image, time_s: float, y: int, hour: Colour = FULL_LIGHT) -> None:
        """Put the layer on `frame` with its top at `y` pixels, in the light of the `hour`."""
        left = round(self._speed * time_s) % self._layer.width
        for at in (-left, self._layer.width - left):
            if at < frame.width:
                view = self._layer.crop(
                    (max(0, -at), 0, min(self._layer.width, frame.width - at), self._layer.height)
                )
                frame.paste(tinted(view, hour), (max(0, at), y), view)


def seamless(layer: Image.Image, overlap: int) -> Image.Image:
    """Return `layer` shortened by `overlap` pixels, its two ends blended so that it can drift without end."""
    width, height = layer.width - overlap, layer.height
    body = layer.crop((0, 0, width, height))
    tail = layer.crop((width, 0, width + overlap, height))
    share = Image.linear_gradient("L").rotate(90).resize((overlap, height))
    body.paste(Image.composite(body.crop((0, 0, overlap, height)), tail, share), (0, 0))
    return body


def tinted(image: Image.Image, factors: Colour) -> Image.Image:
    """Return `image` with its red, green and blue multiplied by `factors`: the colour of the hour."""
    if factors == FULL_LIGHT:
        return image
    channels = (*factors, 1.0) if image.mode == "RGBA" else factors
    table = [min(255, round(value * factor)) for factor in channels for value in range(256)]
    return image.point(table)


def gulls(
    frame: Image.Image, time_s: float, colour: tuple[int, ...], path: Callable[[float, int], Size]
) -> None:
    """Draw three gulls that beat their wings; `path(time_s, index)` says where each is, in pixels."""
    pen = ImageDraw.Draw(frame)
    span = frame.height / 50
    for index in range(3):
        x, y = path(time_s, index)
        lift = math.sin(time_s * (5.2 + index * 0.7) + index * 2) * span * 0.45
        wide = span * (1 - 0.18 * index)
        wings = [(x - wide, y - lift), (x - wide * 0.45, y - lift * 0.25 - wide * 0.22), (x, y)]
        wings += [(x + wide * 0.45, y - lift * 0.25 - wide * 0.22), (x + wide, y - lift)]
        pen.line(wings, fill=colour, width=max(1, round(frame.height / 300)), joint="curve")
