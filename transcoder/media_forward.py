"""Pictures between keyframes that lie far apart: decoded on from the one before. Runs in the media helper only.

A second of film costs about a hundred times as much as a keyframe, so there is a budget.
"""

import time
from collections.abc import Callable, Iterator

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from transcoder.media_info import BROADCAST_FORMATS
from transcoder.media_opening import PyavStream

CPU_BUDGET_S = 60.0
BUDGET_S = 80.0  # by the clock: whoever waits for a sheet waits a little longer
# Without an index, a seek leads to about the moment: what begins there may lie behind the keyframe.
_BACK_UNINDEXED_S = 5.0
PAST_S = 0.005  # time stamps are rounded, by the container and by us


class Forward:
    """Decodes on and on, as long as what is asked for lies ahead. Its container is moved by nobody else meanwhile.

    Args:
        container: What is read.
        stream: Its pictures.
        cpu: A clock of the work that this process does, in seconds.
        clock: Another one, of the time that passes.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: PyavStream,
        *,
        cpu: Callable[[], float] = time.process_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._container = container
        self._stream = stream
        self._cpu = cpu
        self._clock = clock
        self._ends_s = (cpu() + CPU_BUDGET_S, clock() + BUDGET_S)
        self._frames: Iterator[VideoFrame] | None = None
        self._keyframe_s = 0.0
        self._last: tuple[float, VideoFrame] | None = None

    @property
    def may_go_on(self) -> bool:
        """Whether the budget is not used up."""
        return self._cpu() < self._ends_s[0] and self._clock() < self._ends_s[1]

    def frame_at(self, at_s: float, keyframe_s: float) -> VideoFrame | None:
        """Return the picture of a moment; None if the budget does not reach there, or it does not decode.

        Args:
            at_s: Playing time.
            keyframe_s: That of the last keyframe before.
        """
        try:
            if self._frames is None or keyframe_s != self._keyframe_s or self._has_passed(at_s):
                self._frames = self._begun(keyframe_s)
            return self._go_on(self._frames, at_s)
        except av.error.FFmpegError:
            self._frames = None
            return None

    def leave(self) -> None:
        """Let the container be moved."""
        self._frames, self._last = None, None
        self._stream.codec_context.skip_frame = "DEFAULT"

    def _has_passed(self, at_s: float) -> bool:
        return self._last is not None and self._last[0] > at_s + PAST_S

    def _begun(self, keyframe_s: float) -> Iterator[VideoFrame]:
        """Return the pictures from a keyframe on, or from a little before it."""
        unindexed = self._container.format.name in BROADCAST_FORMATS
        from_s = keyframe_s - _BACK_UNINDEXED_S if unindexed else keyframe_s + PAST_S
        if from_s < 0:
            self._container.seek(0, unsupported_byte_offset=True)
        else:
            start = self._container.start_time or 0
            self._container.seek(start + int(from_s * av.time_base), backward=True)
        # What no other picture needs is not decoded, which is half of the work in many films.
        self._stream.codec_context.skip_frame = "NONREF"
        self._keyframe_s, self._last = keyframe_s, None
        return self._container.decode(self._stream)

    def _go_on(self, frames: Iterator[VideoFrame], at_s: float) -> VideoFrame | None:
        while self.may_go_on:
            if self._last is not None and self._last[0] >= at_s - PAST_S:
                return self._last[1]
            picture = next(frames, None)
            if picture is None:
                return self._last[1] if self._last else None  # the film ends a little before it says
            if picture.pts is None:
                return None
            self._last = (picture.time - (self._container.start_time or 0) / av.time_base, picture)
        return None
