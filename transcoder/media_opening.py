"""Opens hostile media files with PyAV, for the media helper only."""

from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition

from transcoder.http_range import RangeReader
from transcoder.transport_programs import read_programs

PyavStream = Any  # its attributes differ by kind of stream, which its stubs do not say

IO_TIMEOUT_S = 20.0
_STILLS = frozenset({"mjpeg", "png", "gif", "bmp", "webp"})

# Containers with media in them. Playlists (HLS, DASH, concat) are not among them: they name other addresses.
_FORMATS = (
    "mov,matroska,webm,mpegts,mpeg,avi,asf,flv,ogg,dv,mp3,flac,wav,aac,ac3,eac3,dts,truehd,mpegvideo,h264,hevc,"
    "yuv4mpegpipe,m4v,rm,mxf,gxf,nut,ivf,aiff,caf,w64,amr,wv,ape,tta,obu,wtv,nsv"
)


def open_media(url: str, span: tuple[int, int] | None = None) -> InputContainer:
    """Open the file behind a loopback URL.

    Args:
        url: A loopback URL.
        span: Bytes from, to: what lies between them is opened as if it were a file.

    Raises:
        ValueError: Another kind of URL.
        av.error.FFmpegError: Not a container that we read.
    """
    if not url.startswith("http://"):
        raise ValueError("only http URLs are opened")
    options = {
        "protocol_whitelist": "subfile,http,tcp" if span else "http,tcp",
        "format_whitelist": _FORMATS,
        # libavformat 62 seeks on a connection that it asked the server to close, and takes the end for the file's.
        "multiple_requests": "1",
    }
    if span:
        url = f"subfile,,start,{span[0]},end,{span[1]},,:{url}"
    return av.open(url, "r", options=options, metadata_errors="replace", timeout=IO_TIMEOUT_S)


def is_decodable(stream: PyavStream) -> bool:
    """Return whether there is a decoder for the stream."""
    return stream.codec_context is not None


def picture_streams(container: InputContainer) -> list[PyavStream]:
    """Return the video streams that are videos, the one that is the film first: a cover is a picture, not a video."""
    found = [
        one
        for one in container.streams.video
        if is_decodable(one) and one.width and not one.disposition & Disposition.attached_pic
    ]
    return sorted(found, key=_is_beside_the_film)


def _is_beside_the_film(stream: PyavStream) -> tuple[bool, bool]:
    """Order video streams: those that the file marks as its choice first, and a stored preview behind the film."""
    is_still = stream.codec_context.codec.canonical_name in _STILLS
    return (not stream.disposition & Disposition.default, is_still)


def streams_of_others(container: InputContainer, picture: PyavStream, url: str) -> frozenset[int]:
    """Return the indexes of a transport stream's tracks that are of another programme than its picture.

    Raises:
        OSError: The file cannot be read.
    """
    if container.format.name != "mpegts":
        return frozenset()
    with RangeReader(url) as reader:
        programs = read_programs(reader).values()
    own = frozenset().union(*(one for one in programs if picture.id in one))
    others = frozenset().union(*programs) - own
    return frozenset(one.index for one in container.streams if own and one.id in others)
