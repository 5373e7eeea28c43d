"""Single frames of a video, as upright pictures. Runs in the media helper only."""

import io
import struct
from typing import Any

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from transcoder.hdr_tones import with_sdr_tones
from transcoder.media_info import HLG, PQ
from transcoder.media_opening import PyavStream, open_media, picture_streams

JPEG_QUALITY = 85
_HDR_TRANSFERS = {16: PQ, 18: HLG}  # AVColorTransferCharacteristic, which is that of ITU-T H.273


def frame(url: str, at_s: float, width: int) -> bytes:
    """Return the keyframe at or before `at_s` (playing time), upright, at most `width` wide, as a JPEG."""
    # Some cameras' streams have no picture that a decoder takes for a keyframe, and some cannot seek.
    for position_s, skip in ((at_s, "NONKEY"), (at_s, "DEFAULT"), (None, "DEFAULT")):
        with open_media(url) as container:
            stream = next(iter(picture_streams(container)), None)
            if stream is None:
                raise ValueError("no pictures")
            stream.codec_context.skip_frame = skip
            picture = decode_near(container, stream, position_s)
            if picture is not None:
                return _jpeg(picture, stream, width)
    raise ValueError("no picture decodes")


def decode_near(container: InputContainer, stream: PyavStream, at_s: float | None) -> VideoFrame | None:
    """Return the first frame that decodes from the keyframe before `at_s` on, or from where the container stands."""
    try:
        if at_s is not None:
            start = container.start_time or 0
            container.seek(start + int(at_s * av.time_base), backward=True)
        return next(container.decode(stream), None)
    except av.error.FFmpegError:
        return None  # damage there: elsewhere it may be whole


def sar_of(stream: PyavStream) -> float:
    """Return the width of a stored pixel divided by its height; 1 where the file says nonsense."""
    sar = float(stream.sample_aspect_ratio or 1)
    return sar if 0.1 < sar < 10 else 1.0


def rotation_of(picture: VideoFrame) -> int:
    """Return the degrees clockwise that bring a frame upright, mirrored first if it is: 0, 90, 180 or 270."""
    turned = 180 if is_mirrored(picture) else 0  # libavutil tells the angle as if none were
    return (round(-picture.rotation / 90) * 90 + turned) % 360


def is_mirrored(picture: VideoFrame) -> bool:
    """Return whether a frame is shown with left and right exchanged, as some cameras that look at us store it."""
    side_data: Any = picture.side_data  # its stubs know of nothing but motion vectors
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return False
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    return bool(a * d < b * c)


def upright(image: Image.Image, picture: VideoFrame) -> Image.Image:
    """Return an image of a frame, as the frame is stored, in the way it is to be seen."""
    if is_mirrored(picture):
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    rotation = rotation_of(picture)
    return image.rotate(-rotation, expand=True) if rotation else image


def image_of(picture: VideoFrame, stream: PyavStream, size: tuple[int, int]) -> Image.Image:
    """Return a frame of that size, as it is stored and not yet upright, in the tones of SDR."""
    transfer = _HDR_TRANSFERS.get(picture.color_trc) or _HDR_TRANSFERS.get(stream.codec_context.color_trc)
    # Files may name HDR's transfer alone; it is only used with the colours of BT.2020 (ITU-R BT.2100).
    colours = Colorspace.BT2020 if transfer else None
    small = picture.reformat(*size, format="rgb24", src_colorspace=colours, interpolation="AREA")
    image: Image.Image = small.to_image()  # type: ignore[no-untyped-call]
    return with_sdr_tones(image, transfer) if transfer else image


def _jpeg(picture: VideoFrame, stream: PyavStream, width: int) -> bytes:
    rotation = rotation_of(picture)
    size = (max(1, round(picture.width * sar_of(stream))), picture.height)
    shown_width = size[1] if rotation in (90, 270) else size[0]
    scale = min(1.0, width / shown_width)
    image = image_of(picture, stream, (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))))
    output = io.BytesIO()
    upright(image, picture).save(output, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return output.getvalue()
