"""What is written on the films: a title at the beginning, a running time code all the way."""

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tvapp.demo.canvas import Size

TITLE_S = 3.0
"""How long the title stands, in seconds, with its fades."""
FADE_S = 0.8
"""How long the picture takes to come up from black, and to go, in seconds."""


def spaced(text: str, size: float, spacing: float) -> Image.Image:
    """Return `text` as a mask (L), its letters `spacing` times the font size apart."""
    font = ImageFont.load_default(size)
    widths = [font.getlength(letter) + size * spacing for letter in text]
    mask = Image.new("L", (max(1, round(sum(widths))), round(size * 1.5)))
    pen = ImageDraw.Draw(mask)
    x = 0.0
    for letter, width in zip(text, widths, strict=True):
        pen.text((x, size * 0.1), letter, fill=255, font=font)
        x += width
    return mask


class TitleCard:
    """A film's title and a line beneath it, in the middle of the picture."""

    def __init__(self, size: Size, title: str, line: str) -> None:
        wide, tall = size
        self._mask = Image.new("L", size)
        heading = spaced(title.upper(), tall * 0.082, 0.22)
        if heading.width > wide * 0.9:
            heading = heading.resize((round(wide * 0.9), round(heading.height * wide * 0.9 / heading.width)))
        words = spaced(line, tall * 0.031, 0.12)
        self._mask.paste(heading, ((wide - heading.width) // 2, round(tall * 0.39)))
        ImageDraw.Draw(self._mask).rectangle([wide * 0.44, tall * 0.525, wide * 0.56, tall * 0.528], fill=200)
        self._mask.paste(words, ((wide - words.width) // 2, round(tall * 0.555)))
        shadow = self._mask.filter(ImageFilter.GaussianBlur(tall / 60)).point(
            lambda value: min(255, value * 1.6)
        )
        around = shadow.getbbox() or (0, 0, *size)
        self._at = around[:2]
        self._mask, self._shadow = self._mask.crop(around), shadow.crop(around)

    def put_on(self, frame: Image.Image, time_s: float) -> None:
        """Write the title on `frame` with the strength it has at `time_s`."""
        strength = max(0.0, min(1.0, (time_s - 0.2) / 0.7, (TITLE_S - time_s) / 0.7))
        if strength > 0:
            frame.paste(frame.point(lambda value: value * (1 - 0.3 * strength)))
            frame.paste((0, 0, 0), self._at, self._shadow.point(lambda value: value * 0.55 * strength))
            frame.paste((255, 248, 232), self._at, self._mask.point(lambda value: value * strength))


class TimeCode:
    """Hours, minutes, seconds and frames in the lower right corner, over a line that fills up."""

    def __init__(self, size: Size, fps: int) -> None:
        self._fps = fps
        height = size[1] * 0.04
        font = ImageFont.load_default(height)
        self._advance = round(max(font.getlength(digit) for digit in "0123456789") * 1.06)
        self._glyphs = {}
        for glyph in "0123456789:":
            mask = Image.new("L", (self._advance, round(height * 1.3)))
            pen = ImageDraw.Draw(mask)
            pen.text((self._advance / 2, height * 0.62), glyph, fill=255, font=font, anchor="mm")
            self._glyphs[glyph] = mask
        pad = round(height * 0.5)
        panel = (self._advance * 11 + 2 * pad, round(height * 1.3) + pad)
        margin = round(size[1] * 0.045)
        self._at = (size[0] - panel[0] - margin, size[1] - panel[1] - margin)
        self._text_at = (self._at[0] + pad, self._at[1] + pad // 3)
        self._line = (
            self._at[0] + pad,
            self._at[1] + panel[1] - pad // 2,
            panel[0] - 2 * pad,
            max(2, round(size[1] / 300)),
        )
        large = Image.new("L", (panel[0] * 4, panel[1] * 4))
        ImageDraw.Draw(large).rounded_rectangle(
            [0, 0, panel[0] * 4 - 1, panel[1] * 4 - 1], pad * 2.4, fill=120
        )
        self._panel = large.reduce(4)

    def put_on(self, frame: Image.Image, frame_index: int, progress: float) -> None:
        """Write the time code of `frame_index` on `frame`, and how much of the film is over (0 to 1)."""
        frame.paste((8, 8, 14), self._at, self._panel)
        for place, glyph in enumerate(time_code(frame_index, self._fps)):
            frame.paste(
                (255, 246, 226),
                (self._text_at[0] + place * self._advance, self._text_at[1]),
                self._glyphs[glyph],
            )
        left, top, length, thick = self._line
        frame.paste((96, 92, 96), (left, top, left + length, top + thick))
        frame.paste((255, 190, 96), (left, top, left + max(1, round(length * progress)), top + thick))


def time_code(frame_index: int, fps: int) -> str:
    """Return `frame_index` as hours, minutes, seconds and frames: "00:00:12:07"."""
    seconds, frames = divmod(frame_index, fps)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def brightness(time_s: float, seconds: float) -> float:
    """Return how far the picture has come up from black at `time_s` of a film of `seconds`, from 0 to 1."""
    return max(0.0, min(1.0, (time_s + 0.05) / FADE_S, (seconds - time_s) / FADE_S))
