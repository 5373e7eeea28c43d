"""Whether the keyframes of an H.264 track are IDR pictures, at which any decoder begins.

Others are recovery points, as broadcasters, camcorders and encoders with open GOPs write them: what follows may name
pictures before them, and some decoders take it for damage. Runs in the media helper only: it drives PyAV objects that
it is given.

Source:
    ITU-T H.264, 7.4.1 (types of NAL units) and D.2.8 (recovery points); ISO/IEC 14496-15, 5.3.3 (avcC).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from transcoder.h264_parameters import nal_units

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

_IDR = 5
_TYPE_MASK = 0x1F
_BEHIND_S = 0.15  # libavformat aims earlier than it is told where pictures are reordered
_LOOKED_AT = 300


def looked_at_keyframes(
    container: "InputContainer", stream: "VideoStream", keyframes_s: Sequence[float]
) -> list[bytes]:
    """Return the packets of a few keyframes behind the first of an H.264 track; none of what is not H.264.

    A few stand for all: an encoder makes them alike. The container's position is lost.

    Raises:
        av.error.FFmpegError: Damage.
    """
    if stream.codec_context.name != "h264" or stream.time_base is None or len(keyframes_s) < 2:
        return []
    looked_at = {keyframes_s[1], keyframes_s[len(keyframes_s) // 2], keyframes_s[-1]}
    return [packet for time_s in sorted(looked_at) if (packet := _key_at(container, stream, time_s))]


def _key_at(container: "InputContainer", stream: "VideoStream", time_s: float) -> bytes:
    """Return the packet of the keyframe at or before a time; nothing where none comes."""
    assert stream.time_base is not None
    container.seek(int((time_s + _BEHIND_S) / stream.time_base), stream=stream)
    key = next((one for one in islice(container.demux(stream), _LOOKED_AT) if one.is_keyframe), None)
    return b"" if key is None else bytes(key)


def are_idr(keyframes: Iterable[bytes], extradata: bytes) -> bool:
    """Return whether all of these packets are IDR pictures."""
    return all(_IDR in nal_unit_types(packet, extradata) for packet in keyframes)


def nal_unit_types(packet: bytes, extradata: bytes) -> Iterator[int]:
    """Yield the types of a packet's NAL units, which have lengths before them where there is an `avcC` box."""
    return (unit[0] & _TYPE_MASK for unit in nal_units(packet, extradata) if unit)
