"""The shapes that a broadcast's pictures have one after the other: 4:3 and 16:9 by turns, of the same pixels. Pure.

Source:
    ISO/IEC 13818-2, 6.2.2.1 and table 6-3 (sequence header, aspect_ratio_information); ITU-T H.264, E.1.1.
"""

from collections.abc import Sequence

from transcoder.h264_parameters import nal_units, sequence_parameters

_HEAD = 4096  # bytes of a keyframe's packet, among which its headers are
_SEQUENCE = b"\0\0\1\xb3"
_SHAPES = {2: 4 / 3, 3: 16 / 9, 4: 2.21}
_SHORTEST_S = 1.0  # what is of another shape for less is damage
_MOST_CHANGES = 40
_ALIKE = 0.01

Shapes = tuple[tuple[float, float], ...]
"""From which time on, in seconds, pictures are shown how many times as wide as high. Ascending."""


def shape_of(codec: str, keyframe: bytes) -> float | None:
    """Return how many times as wide as high a picture is shown; None where its packet does not say.

    Args:
        codec: libavcodec's name.
        keyframe: The packet, with start codes.
    """
    head = keyframe[:_HEAD]
    if codec == "mpeg2video":
        return _mpeg2_shape(head)
    if codec != "h264":
        return None
    said = next(sequence_parameters(nal_units(head, b"")), None)
    return said.width * said.sar / said.height if said and said.width > 0 and said.height > 0 else None


def _mpeg2_shape(head: bytes) -> float | None:
    at = head.find(_SEQUENCE) + len(_SEQUENCE)
    if at < len(_SEQUENCE) or len(head) < at + 4:
        return None
    width, height = head[at] << 4 | head[at + 1] >> 4, (head[at + 1] & 15) << 8 | head[at + 2]
    square = width / height if width and height else None
    return _SHAPES.get(head[at + 3] >> 4, square)


def changes(seen: Sequence[tuple[float, float]], end_s: float) -> Shapes:
    """Return where the shape changes, the first one first; nothing where all pictures are of one, or too many.

    Args:
        seen: Shapes of pictures, in their order.
        end_s: When the last of them ends.
    """
    rows = [one for at, one in enumerate(seen) if not at or abs(seen[at - 1][1] - one[1]) > _ALIKE]
    ends = [*(at_s for at_s, _ in rows[1:]), end_s]
    found: list[tuple[float, float]] = []
    for (at_s, shape), until_s in zip(rows, ends, strict=False):
        if until_s - at_s >= _SHORTEST_S and (not found or abs(found[-1][1] - shape) > _ALIKE):
            found.append((at_s, shape))
    return tuple(found) if 1 < len(found) <= _MOST_CHANGES else ()


def longest(shapes: Shapes, end_s: float) -> float | None:
    """Return the shape that is seen for longest; None where there is only one."""
    lasts: dict[float, float] = {}
    for (at_s, shape), until_s in zip(shapes, [*(at_s for at_s, _ in shapes[1:]), end_s], strict=False):
        key = round(shape, 2)
        lasts[key] = lasts.get(key, 0.0) + until_s - at_s
    best = max(lasts, key=lasts.__getitem__, default=None)
    return next((shape for _, shape in shapes if round(shape, 2) == best), None)
