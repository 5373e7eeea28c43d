"""How long this machine takes to convert a picture, reckoned from a few measured cases. Pure."""

from collections.abc import Mapping

from transcoder.ladder import Rung
from transcoder.media_info import VideoStream
from transcoder.output import output_fps, output_size

CLIP_WIDTH, CLIP_HEIGHT, CLIP_FPS = 1920, 1080, 24.0
MARGIN = 1.15  # how much faster than the film a conversion must be: scenes differ
DEINTERLACING = 1.3  # times the work

_CLIP_RATE = CLIP_WIDTH * CLIP_HEIGHT * CLIP_FPS
_WIDTHS = {1080: 1920, 720: 1280, 480: 854}
_LIGHT = frozenset(
    {"h264", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "vp8", "wmv2", "wmv3", "vc1", "h263"}
)

Costs = Mapping[str, float]
"""Seconds per second of clip: `decode_key` and `rung_key` say which."""


def codec_class(video: VideoStream) -> str:
    """Return the measured codec that a picture is like: "h264" or "hevc10"."""
    return "h264" if video.codec in _LIGHT and video.bit_depth == 8 else "hevc10"


def decode_key(codec: str) -> str:
    """Return the name of the cost of reading such pictures."""
    return f"{codec}-read"


def rung_key(codec: str, quality: int, *, hdr: bool) -> str:
    """Return the name of the cost of reading such pictures and converting them to a rung."""
    return f"{codec}{'-hdr' if hdr else ''}-{quality}"


def cost(costs: Costs, video: VideoStream, rung: Rung) -> float | None:
    """Return how many seconds one second of a picture takes; None if nothing like it was measured.

    Reading grows with the source's pixels per second, the rest with those that come out.
    """
    codec = codec_class(video)
    read = costs.get(decode_key(codec))
    whole = costs.get(rung_key(codec, rung.quality, hdr=video.hdr))
    if read is None or whole is None:
        return None
    in_rate = video.width * video.height * (video.fps or 30.0)
    width, height = output_size(video, rung.max_width, rung.max_height)
    out_rate = (
        width * height * output_fps(video) * (DEINTERLACING if video.interlaced or video.mixed else 1.0)
    )
    measured_rate = _WIDTHS[rung.quality] * rung.quality * CLIP_FPS
    return read * in_rate / _CLIP_RATE + max(whole - read, 0.0) * out_rate / measured_rate


def keeps_up(costs: Costs, video: VideoStream, rung: Rung) -> bool:
    """Return whether a picture is converted in the time it takes to watch it. What was not measured is tried."""
    seconds = cost(costs, video, rung)
    return seconds is None or seconds * MARGIN <= 1.0
