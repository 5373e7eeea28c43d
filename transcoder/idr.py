"""Whether the keyframes of an H.264 track are IDR pictures, at which any decoder begins.

Others are recovery points, as broadcasters, camcorders and encoders with open GOPs write them: what follows may name
pictures before them, and some decoders take it for damage. Runs in the media helper only: it drives PyAV objects that
it is given.

Source:
    ITU-T H.264, 7.4.1 (types of NAL units) and D.2.8 (recovery points); ISO/IEC 14496-15, 5.3.3 (avcC).
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

_IDR = 5
_TYPE_MASK = 0x1F
_START_CODE = b"\0\0\1"
_BEHIND_S = 0.15  # libavformat aims earlier than it is told where pictures are reordered
_LOOKED_AT = 300


def has_only_idr(container: "InputContainer", stream: "VideoStream", keyframes_s: Sequence[float]) -> bool:
    """Return whether keyframes behind the first are IDR pictures; true for what is not H.264.

    A few stand for all: an encoder makes them alike. The container's position is lost.
    """
    if stream.codec_context.name != "h264" or stream.time_base is None or len(keyframes_s) < 2:
        return True
    looked_at = {keyframes_s[1], keyframes_s[len(keyframes_s) // 2], keyframes_s[-1]}
    return all(_is_idr_at(container, stream, time_s) for time_s in sorted(looked_at))


def _is_idr_at(container: "InputContainer", stream: "VideoStream", time_s: float) -> bool:
    assert stream.time_base is not None
    container.seek(int((time_s + _BEHIND_S) / stream.time_base), stream=stream)
    key = next((one for one in islice(container.demux(stream), _LOOKED_AT) if one.is_keyframe), None)
    if key is None:
        return True
    return _IDR in nal_unit_types(bytes(key), bytes(stream.codec_context.extradata or b""))


def nal_unit_types(packet: bytes, extradata: bytes) -> Iterator[int]:
    """Yield the types of a packet's NAL units, which have lengths before them where there is an `avcC` box."""
    if extradata[:1] != b"\1":
        at = packet.find(_START_CODE)
        while 0 <= at < len(packet) - len(_START_CODE):
            yield packet[at + len(_START_CODE)] & _TYPE_MASK
            at = packet.find(_START_CODE, at + len(_START_CODE))
        return
    size_of_length, at = (extradata[4] & 3) + 1, 0
    while at + size_of_length < len(packet):
        yield packet[at + size_of_length] & _TYPE_MASK
        at += size_of_length + int.from_bytes(packet[at : at + size_of_length], "big")
