"""How the small pictures of a film are laid out: how many, of which moments, how large, how many on a sheet. Pure.

A sheet is what a screen decodes to show any picture on it, and a television of 2018 has little memory for that: 25
tiles of 192 x 108 are 2 MB.
"""

import bisect
import math
from dataclasses import dataclass

from transcoder.media_info import MediaInfo, VideoStream
from transcoder.stretches import stretch_at

INTERVAL_S = 10.0
SHORTEST_INTERVAL_S = 1.0
FEWEST = 25  # a film shorter than these many intervals has one sheet, with a picture every second at most
MOST = 1500
COLUMNS, ROWS = 5, 5
TILE_AREA = 192 * 108  # in pixels
_LONGEST_SIDE = 240
_ROUNDING = 1e-6  # a duration is a whole number of intervals but for this
_SIZE_STEP = 2  # JPEG halves the resolution of colour


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLayout:
    """Tile n is of the moments from n * `interval_s` on, and the next sheet begins after `columns` * `rows` tiles.

    `width` and `height` are those of a tile, in pixels. Tiles follow one another in rows, from the top left.
    """

    interval_s: float
    width: int
    height: int
    columns: int
    rows: int
    count: int

    @property
    def sheet_count(self) -> int:
        """How many sheets there are."""
        return math.ceil(self.count / (self.columns * self.rows))

    def tiles_of(self, sheet_index: int) -> range:
        """Return the tiles of a sheet."""
        per_sheet = self.columns * self.rows
        return range(sheet_index * per_sheet, min(self.count, (sheet_index + 1) * per_sheet))


def preview_layout(media: MediaInfo) -> PreviewLayout | None:
    """Return the layout of a film's previews; None when it has no pictures, or nobody knows how long it is."""
    if not media.video or media.duration_s <= 0:
        return None
    wanted_s = min(INTERVAL_S, max(SHORTEST_INTERVAL_S, media.duration_s / FEWEST))
    interval_s = max(wanted_s, media.duration_s / MOST)
    width, height = _tile_size(media.video[0])
    return PreviewLayout(
        interval_s=interval_s,
        width=width,
        height=height,
        columns=COLUMNS,
        rows=ROWS,
        count=max(1, math.ceil(media.duration_s / interval_s - _ROUNDING)),
    )


def preview_moments(layout: PreviewLayout, media: MediaInfo, sheet_index: int) -> tuple[float, ...]:
    """Return the playing time to look at for every tile of a sheet: that of a keyframe where they are known."""
    keyframes = media.keyframes_s
    found = []
    for tile in layout.tiles_of(sheet_index):
        middle_s = min((tile + 0.5) * layout.interval_s, media.duration_s)
        found.append(_nearest(keyframes, middle_s + media.start_s) - media.start_s if keyframes else middle_s)
    return tuple(max(0.0, at_s) for at_s in found)


def preview_offsets(layout: PreviewLayout, media: MediaInfo, sheet_index: int) -> tuple[int, ...]:
    """Return about where in the file each tile of a sheet is, in bytes; empty where its clock leads there.

    In a recording whose clock jumps, a moment says nothing; its bytes come at an even pace, as they were broadcast.
    """
    found = []
    for tile in layout.tiles_of(sheet_index) if media.stretches else ():
        middle_s = min((tile + 0.5) * layout.interval_s, media.duration_s)
        stretch = stretch_at(media, middle_s)
        assert stretch is not None
        stop_s = next((one.at_s for one in media.stretches if one.at_s > stretch.at_s), media.duration_s)
        share = (middle_s - stretch.at_s) / max(_ROUNDING, stop_s - stretch.at_s)
        found.append(int(stretch.start + min(1.0, share) * (stretch.stop - stretch.start)))
    return tuple(found)


def _nearest(keyframes_s: tuple[float, ...], at_s: float) -> float:
    after = bisect.bisect_left(keyframes_s, at_s)
    return min(keyframes_s[max(0, after - 1) : after + 1], key=lambda one: abs(one - at_s))


def _tile_size(video: VideoStream) -> tuple[int, int]:
    """Return the size of a tile: the video's shape, upright, never enlarged."""
    width, height = max(1, video.upright_width), max(1, video.upright_height)
    scale = min(1.0, math.sqrt(TILE_AREA / (width * height)), _LONGEST_SIDE / max(width, height))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(_SIZE_STEP, round(length / _SIZE_STEP) * _SIZE_STEP)
