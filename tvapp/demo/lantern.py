"""The magic lantern."""

from PIL import Image, ImageDraw

from tvapp.demo.canvas import Colour, box, draw_smoothly, mix, whole


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
