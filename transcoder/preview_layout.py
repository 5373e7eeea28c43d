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


@dataclass(frozen=True, slots=True)
class Look:
    """Where in a film the picture of a tile is.

    Attributes:
        at_s: Playing time: that of a keyframe where one is known and near.
        keyframe_s: That of the last keyframe before, where none is near: from there on it has to be decoded.
        offset: About where in the file it is, in bytes, where no clock leads there.
    """

    at_s: float
    keyframe_s: float | None = None
    offset: int | None = None


def preview_looks(layout: PreviewLayout, media: MediaInfo, sheet_index: int) -> tuple[Look, ...]:
    """Return where to look for every tile of a sheet."""
    look = _by_bytes if media.stretches else _by_time
    return tuple(look(layout, media, middle_s) for middle_s in _middles(layout, media, sheet_index))


def _by_time(layout: PreviewLayout, media: MediaInfo, middle_s: float) -> Look:
    if not media.keyframes_s:
        return Look(middle_s)
    after = bisect.bisect_right(media.keyframes_s, middle_s + media.start_s)
    near = [max(0.0, one - media.start_s) for one in media.keyframes_s[max(0, after - 1) : after + 1]]
    nearest_s = min(near, key=lambda one: abs(one - middle_s))
    # Further than that it is the picture of another tile.
    return Look(nearest_s) if abs(nearest_s - middle_s) <= layout.interval_s else Look(middle_s, near[0])


def _by_bytes(_layout: PreviewLayout, media: MediaInfo, middle_s: float) -> Look:
    """Look where a moment's bytes are.

    In a recording whose clock jumps, a moment says nothing; its bytes come at an even pace, as they were broadcast.
    """
    stretch = stretch_at(media, middle_s)
    assert stretch is not None
    stop_s = next((one.at_s for one in media.stretches if one.at_s > stretch.at_s), media.duration_s)
    share = (middle_s - stretch.at_s) / max(_ROUNDING, stop_s - stretch.at_s)
    return Look(middle_s, offset=int(stretch.start + min(1.0, share) * (stretch.stop - stretch.start)))


def _middles(layout: PreviewLayout, media: MediaInfo, sheet_index: int) -> tuple[float, ...]:
    """Return the playing time that each tile of a sheet stands for."""
    tiles = layout.tiles_of(sheet_index)
    return tuple(min((tile + 0.5) * layout.interval_s, media.duration_s) for tile in tiles)


def _tile_size(video: VideoStream) -> tuple[int, int]:
    """Return the size of a tile: the video's shape, upright, never enlarged."""
    width, height = max(1, video.upright_width), max(1, video.upright_height)
    scale = min(1.0, math.sqrt(TILE_AREA / (width * height)), _LONGEST_SIDE / max(width, height))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(_SIZE_STEP, round(length / _SIZE_STEP) * _SIZE_STEP)
