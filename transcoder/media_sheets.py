"""Sheets of small pictures of a film, each from a keyframe. Runs in the media helper only.

Nothing but the keyframes themselves is read and decoded: a seek to each, one packet into the decoder, and the
decoder emptied. Left to itself, a decoder holds a keyframe back until it has seen the next two. Only where keyframes
lie far apart it is decoded on from them (`media_forward`).
"""

import io
from collections.abc import Sequence

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image

from transcoder.media_forward import PAST_S, Forward
from transcoder.media_frames import decode_near, image_of, rotation_of, upright
from transcoder.media_info import BROADCAST_FORMATS
from transcoder.media_opening import PyavStream, open_media, picture_streams
from transcoder.preview_layout import Look

_QUALITY = 75
_PACKETS_TO_A_KEYFRAME = 1500  # a minute of pictures
_BACK_UNINDEXED_S = (1.0, 5.0)
_BACK_S = (0.0, 2.0)
_STALE_S = 30.0  # a picture from so long before the moment still helps to find it; an older one misleads
_NEAR_BEGINNING_S = 10.0  # a camera's clip of a few seconds may have no picture marked as a keyframe


def sheet(
    url: str,
    looks: Sequence[Look],
    size: tuple[int, int],
    grid: tuple[int, int],
) -> tuple[bytes, int]:
    """Return a JPEG of tiles, in rows from the top left, and how many of them show what they should.

    Args:
        url: A loopback URL.
        looks: Where the picture of each tile is.
        size: Width and height of a tile, upright, in pixels.
        grid: Columns and rows.

    A tile that does not decode shows the one before it.
    """
    width, height = size
    whole = Image.new("RGB", (width * grid[0], height * grid[1]))
    tile: Image.Image | None = None
    good_count = 0
    with open_media(url) as container:
        stream = next(iter(picture_streams(container)), None)
        if stream is None:
            raise ValueError("no pictures")
        stream.codec_context.thread_count = 1  # frame by frame, more would only wait for one another
        film = _Film(container, stream)
        for place, look in enumerate(looks):
            if film.look(look, looks[max(0, place - 1)]):
                tile = tile if film.picture is None else _tile(film.picture, stream, size)
            good_count += film.is_good
            if tile is not None:
                row, column = divmod(place, grid[0])
                whole.paste(tile, (column * width, row * height))
    output = io.BytesIO()
    whole.save(output, "JPEG", quality=_QUALITY, optimize=True)
    return output.getvalue(), good_count


class _Film:
    """A film that is looked at here and there.

    `picture` is what was seen last, None where nothing decoded; `is_good` whether that shows what it should.
    """

    def __init__(self, container: InputContainer, stream: PyavStream) -> None:
        self.picture: VideoFrame | None = None
        self.is_good = False
        self._container = container
        self._stream = stream
        self._forward = Forward(container, stream)
        self._shown_s: float | None = None

    def look(self, look: Look, before: Look) -> bool:
        """Look somewhere, after a look `before`; return whether that was another place."""
        if look.keyframe_s is not None and self._forward.may_go_on:
            self.picture = self._forward.frame_at(look.at_s, look.keyframe_s)
            self._shown_s, self.is_good = None, self.picture is not None
            if self.picture is not None:
                return True
        self._forward.leave()
        at_s = look.at_s if look.keyframe_s is None else look.keyframe_s
        is_another = at_s != self._shown_s
        if is_another:
            # Behind the last keyframe there is none: then from where the tile before began.
            offsets = () if look.offset is None else (look.offset, before.offset or 0)
            self.picture = _keyframe(self._container, self._stream, at_s, offsets)
            self._shown_s = None if self.picture is None else at_s
        self.is_good = self.picture is not None and look.at_s - at_s <= _STALE_S
        return is_another


def _keyframe(
    container: InputContainer, stream: PyavStream, at_s: float, offsets: Sequence[int]
) -> VideoFrame | None:
    """Return the keyframe at or before a moment; where there is no such thing, a frame near it."""
    for offset in offsets:
        container.seek(offset, unsupported_byte_offset=True)
        picture = _next_keyframe(container, stream)
        if picture is not None:
            return picture
    if offsets:
        return None
    unindexed = container.format.name in BROADCAST_FORMATS
    for back_s in _BACK_UNINDEXED_S if unindexed else _BACK_S:
        picture = _keyframe_after(container, stream, at_s + PAST_S - back_s)
        if picture is not None:
            return picture
    picture = decode_near(container, stream, at_s)
    if picture is None and at_s < _NEAR_BEGINNING_S:
        container.seek(0, unsupported_byte_offset=True)
        picture = decode_near(container, stream, None)
    return picture


def _keyframe_after(container: InputContainer, stream: PyavStream, at_s: float) -> VideoFrame | None:
    """Return the first keyframe behind where a seek to the moment leads."""
    try:
        if at_s < 0:
            container.seek(0, unsupported_byte_offset=True)
        else:
            container.seek((container.start_time or 0) + int(at_s * av.time_base), backward=True)
    except av.error.FFmpegError:
        return None
    return _next_keyframe(container, stream)


def _next_keyframe(container: InputContainer, stream: PyavStream) -> VideoFrame | None:
    """Return the first keyframe from where the container stands."""
    try:
        for _, packet in zip(range(_PACKETS_TO_A_KEYFRAME), container.demux(stream), strict=False):
            if packet.is_keyframe and packet.size:
                return next(iter([*packet.decode(), *stream.codec_context.decode(None)]), None)
    except (av.error.FFmpegError, ValueError):
        pass  # damage there, or a decoder that wants more than one packet
    return None


def _tile(picture: VideoFrame, stream: PyavStream, size: tuple[int, int]) -> Image.Image:
    width, height = reversed(size) if rotation_of(picture) in (90, 270) else size
    image = image_of(picture, stream, (width, height))
    return upright(image, picture)
