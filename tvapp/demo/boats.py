"""Boats."""

from PIL import Image, ImageDraw

from tvapp.demo.canvas import Colour, box, draw_smoothly, mix, polygon, whole
from tvapp.demo.town import WARM_WINDOW


def sailing_boat(tall: int, sail: Colour, hull: Colour) -> Image.Image:
    """Return a sloop under sail, `tall` pixels high, as a layer."""
    size = (round(tall * 0.8), tall)

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        w, h = size[0] * finer, size[1] * finer
        shade = mix(sail, hull, 0.35)
        main = [(w * 0.47, h * 0.02)]
        main += [(w * (0.47 - 0.40 * t**0.8), h * (0.02 + 0.76 * t)) for t in (i / 12 for i in range(13))]
        polygon(pen, [*main, (w * 0.47, h * 0.79)], sail)
        jib = [(w * 0.5, h * 0.06)]
        jib += [(w * (0.5 + 0.42 * t**1.25), h * (0.06 + 0.74 * t)) for t in (i / 12 for i in range(13))]
        polygon(pen, [*jib, (w * 0.53, h * 0.76)], shade)
        box(pen, (w * 0.478, 0, w * 0.49, h * 0.88), hull)
        polygon(pen, [(w * 0.06, h * 0.86), (w * 0.95, h * 0.84), (w * 0.82, h), (w * 0.16, h)], hull)
        polygon(
            pen,
            [(w * 0.055, h * 0.855), (w * 0.955, h * 0.835), (w * 0.94, h * 0.865), (w * 0.07, h * 0.885)],
            mix(hull, sail, 0.5),
        )

    return draw_smoothly(size, draw)


def fishing_boat(wide: int, hull: Colour, dark: Colour) -> Image.Image:
    """Return a moored fishing boat `wide` pixels wide as a layer, with its mast and a lit wheelhouse."""
    size = (wide, round(wide * 0.95))

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        w, h = size[0] * finer, size[1] * finer
        box(pen, (w * 0.44, h * 0.02, w * 0.46, h * 0.8), dark)
        pen.line(
            [(w * 0.45, h * 0.05), (w * 0.95, h * 0.74)], fill=whole(dark, 255), width=max(1, round(w / 150))
        )
        pen.line(
            [(w * 0.45, h * 0.05), (w * 0.06, h * 0.8)], fill=whole(dark, 255), width=max(1, round(w / 150))
        )
        polygon(
            pen,
            [(w * 0.45, h * 0.5), (w * 0.82, h * 0.33), (w * 0.825, h * 0.35), (w * 0.45, h * 0.52)],
            dark,
        )
        box(pen, (w * 0.2, h * 0.56, w * 0.42, h * 0.8), mix(hull, (255, 255, 255), 0.55))
        box(pen, (w * 0.18, h * 0.54, w * 0.44, h * 0.57), dark)
        for left in (0.225, 0.32):
            box(pen, (w * left, h * 0.61, w * (left + 0.07), h * 0.69), WARM_WINDOW)
        polygon(
            pen,
            [(w * 0.02, h * 0.78), (w * 0.5, h * 0.81), (w * 0.99, h * 0.72), (w * 0.87, h), (w * 0.1, h)],
            hull,
        )
        polygon(
            pen,
            [
                (w * 0.02, h * 0.775),
                (w * 0.5, h * 0.805),
                (w, h * 0.715),
                (w * 0.985, h * 0.755),
                (w * 0.5, h * 0.84),
                (w * 0.025, h * 0.81),
            ],
            mix(hull, (255, 255, 255), 0.6),
        )

    return draw_smoothly(size, draw)
