"""How many bits a second the densest part of a file takes, from where its keyframes lie."""

from collections.abc import Iterable

_WINDOW_S = 2.0  # as long as a segment at least


def peak_bitrate(keys: Iterable[tuple[float, int]], end_s: float, size: int) -> int | None:
    """Return the greatest bit rate between keyframes at least 2 s apart, all tracks together; None if unknown.

    Args:
        keys: When a keyframe is shown, in seconds, and at which byte it lies.
        end_s: When the last picture ends.
        size: Of the file, in bytes.
    """
    peak = 0.0
    from_s, from_byte = None, 0
    for time_s, byte in [*sorted(keys), (end_s, size)]:
        if from_s is None:
            from_s, from_byte = time_s, byte
        elif time_s - from_s >= _WINDOW_S and byte > from_byte:
            peak = max(peak, (byte - from_byte) * 8 / (time_s - from_s))
            from_s, from_byte = time_s, byte
    return round(peak) or None
