"""Boats, and the magic lantern."""

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


def magic_lantern(wide: int, brass: Colour, dark: Colour) -> Image.Image:
    """Return a magic lantern `wide` pixels wide as a layer, seen from the side; its lens points to the right."""
    size = (wide, wide)

    def draw(pen: ImageDraw.ImageDraw, finer: float) -> None:
        w, h = size[0] * finer, size[1] * finer
        bright, deep = mix(brass, (255, 240, 200), 0.35), mix(brass, dark, 0.7)
        for part in range(24):
            share = part / 24
            tone = mix(mix(dark, brass, 0.12), mix(dark, brass, 0.5), max(0.0, 1 - abs(share - 0.3) * 2.6))
            box(pen, (w * (0.12 + 0.4 * share), h * 0.36, w * (0.12 + 0.4 * (share + 0.06)), h * 0.86), tone)
            chimney = mix(deep, bright, max(0.0, 1 - abs(share - 0.3) * 2.4))
            box(
                pen,
                (w * (0.24 + 0.16 * share), h * 0.12, w * (0.24 + 0.16 * (share + 0.06)), h * 0.36),
                chimney,
            )
            box(
                pen,
                (w * (0.21 + 0.22 * share), h * 0.08, w * (0.21 + 0.22 * (share + 0.06)), h * 0.13),
                chimney,
            )
            tube = mix(deep, bright, max(0.0, 1 - abs(share - 0.28) * 2.4))
            box(pen, (w * 0.53, h * (0.48 + 0.2 * share), w * 0.7, h * (0.48 + 0.2 * (share + 0.06))), tube)
            box(pen, (w * 0.7, h * (0.45 + 0.26 * share), w * 0.8, h * (0.45 + 0.26 * (share + 0.06))), tube)
            box(pen, (w * 0.08, h * (0.85 + 0.05 * share), w * 0.6, h * (0.85 + 0.05 * (share + 0.06))), tube)
        for x in (0.12, 0.525):
            box(pen, (w * x, h * 0.35, w * (x + 0.02), h * 0.86), mix(brass, dark, 0.2))
        box(pen, (w * 0.1, h * 0.335, w * 0.56, h * 0.365), brass)
        for slot in range(5):
            box(pen, (w * (0.2 + 0.05 * slot), h * 0.76, w * (0.22 + 0.05 * slot), h * 0.82), (255, 196, 110))
        box(pen, (w * 0.215, h * 0.46, w * 0.425, h * 0.70), mix(dark, brass, 0.08))
        pen.ellipse([w * 0.25, h * 0.5, w * 0.39, h * 0.64], fill=whole((255, 200, 120), 255))
        pen.ellipse([w * 0.27, h * 0.52, w * 0.37, h * 0.62], fill=whole((255, 236, 190), 255))
        for leg in (0.12, 0.5):
            box(pen, (w * leg, h * 0.9, w * (leg + 0.06), h * 0.94), deep)
        box(pen, (w * 0.79, h * 0.46, w * 0.81, h * 0.70), (255, 244, 214))

    return draw_smoothly(size, draw)
