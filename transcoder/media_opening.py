"""Opens hostile media files with PyAV, for the media helper only."""

from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition

PyavStream = Any  # its attributes differ by kind of stream, which its stubs do not say

IO_TIMEOUT_S = 20.0

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
    """Return the video streams that are videos: a cover is a picture, not a video."""
    return [
        one
        for one in container.streams.video
        if is_decodable(one) and one.width and not one.disposition & Disposition.attached_pic
    ]
