"""The owner's side of the media helper: asks, and makes `MediaInfo` of the answer."""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from transcoder.errors import ProbeError
from transcoder.helper_process import HelperProcess
from transcoder.media_info import MediaInfo

PROBE_TIMEOUT_S = 150.0  # a container without an index is read whole
FRAME_TIMEOUT_S = 60.0


class MediaHelper:
    """The owner of the process that decodes hostile files. Threads may share it; they take turns."""

    def __init__(self) -> None:
        self._process = HelperProcess([sys.executable, "-m", "transcoder.media_helper"], name="media helper")

    def probe(self, url: str) -> MediaInfo:
        """Return what the media file behind a loopback `url` is.

        Raises:
            ProbeError: It cannot be read as a video or as sound.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        answer, _ = self._process.call({"do": "probe", "url": url}, timeout_s=PROBE_TIMEOUT_S)
        return parse_answer(answer)

    def frame(self, url: str, at_s: float, width: int) -> bytes:
        """Return the keyframe at or before `at_s` of the video behind `url`: upright, a JPEG.

        Args:
            url: A loopback URL.
            at_s: Playing time in seconds.
            width: Greatest width of the picture in pixels; it is never enlarged.

        Raises:
            ProbeError: No picture can be decoded.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        answer, jpeg = self._process.call(
            {"do": "frame", "url": url, "at_s": at_s, "width": width}, timeout_s=FRAME_TIMEOUT_S
        )
        _raise_error(answer)
        return jpeg

    def close(self) -> None:
        """End the process. Safe twice."""
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def parse_answer(answer: Mapping[str, Any]) -> MediaInfo:
    """Return the `MediaInfo` in the helper's answer to a probe.

    Raises:
        ProbeError: It says that the file is unreadable, or says nonsense.
    """
    _raise_error(answer)
    media = answer.get("media")
    if not isinstance(media, Mapping):
        raise ProbeError("the media helper gave no answer")
    return MediaInfo.from_json(media)


def _raise_error(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        raise ProbeError(str(answer["error"]))
