"""Whether a film that begins with whole pictures goes on with pictures of two fields.

A logo in front of a concert, say. Runs in the media helper only: it drives PyAV objects that it is given.
"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_PLACES = 6
_PICTURES = 4  # looked at from each place on: the keyframe alone may be whole
_PACKETS = 60
_BEHIND_S = 0.15  # libavformat aims earlier than it is told where pictures are reordered


def has_fields_later(
    container: "InputContainer", stream: "VideoStream", keyframes_s: Sequence[float]
) -> bool:
    """Return whether pictures here and there in the film are of two fields. The container's position is lost.

    Raises:
        av.error.FFmpegError: Damage.
    """
    later = keyframes_s[1:]
    looked_at = {later[len(later) * place // _PLACES] for place in range(_PLACES)} if later else set()
    return any(
        picture.interlaced_frame
        for time_s in sorted(looked_at)
        for picture in _pictures_at(container, stream, time_s)
    )


def _pictures_at(container: "InputContainer", stream: "VideoStream", time_s: float) -> "list[VideoFrame]":
    assert stream.time_base is not None
    container.seek(int((time_s + _BEHIND_S) / stream.time_base), stream=stream)
    packets = islice(container.demux(stream), _PACKETS)
    return list(islice((picture for packet in packets for picture in packet.decode()), _PICTURES))
