"""The owner's side of the media helper: asks, and makes `MediaInfo` of the answer."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from transcoder.decoder_process import DecoderProcess, raise_error
from transcoder.errors import ProbeError
from transcoder.media_info import MediaInfo
from transcoder.preview_layout import PreviewLayout, preview_looks

PROBE_TIMEOUT_S = 150.0  # a container without an index is read whole
FRAME_TIMEOUT_S = 60.0
SHEET_TIMEOUT_S = 120.0  # a film of 4K at the lowest priority beside others that play
_JPEG = b"\xff\xd8\xff"
_LARGEST_SHEET = 4 * 1024 * 1024  # bytes; one of noise has a quarter of that


class MediaHelper(DecoderProcess):
    """The owner of the process that decodes hostile files. Threads may share it; they take turns.

    Args:
        background: Nobody waits for what it makes: whatever else the machine does comes first.
    """

    def __init__(self, *, background: bool = False) -> None:
        super().__init__("transcoder.media_helper", name="media helper", background=background)

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
        _, jpeg = self._ask(
            {"do": "frame", "url": url, "at_s": at_s, "width": width}, timeout_s=FRAME_TIMEOUT_S
        )
        return jpeg

    def cover(self, url: str) -> bytes:
        """Return the picture that came along in the song behind `url`, as it is stored; nothing where there is none.

        Raises:
            ProbeError: The file cannot be read.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        _, picture = self._ask({"do": "cover", "url": url}, timeout_s=FRAME_TIMEOUT_S)
        return picture

    def sheet(self, url: str, media: MediaInfo, layout: PreviewLayout, sheet_index: int) -> tuple[bytes, int]:
        """Return a sheet of small pictures of the video behind `url`, a JPEG, and how many of them decoded.

        Args:
            url: A loopback URL.
            media: What it is.
            layout: How its previews are laid out.
            sheet_index: Which of the sheets.

        Raises:
            ProbeError: The file cannot be read.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        request = {
            "do": "sheet",
            "url": url,
            "looks": [dataclasses.astuple(look) for look in preview_looks(layout, media, sheet_index)],
            "size": [layout.width, layout.height],
            "grid": [layout.columns, layout.rows],
        }
        answer, jpeg = self._ask(request, timeout_s=SHEET_TIMEOUT_S)
        good_count = answer.get("good_count")
        if not isinstance(good_count, int) or not jpeg.startswith(_JPEG) or len(jpeg) > _LARGEST_SHEET:
            raise ProbeError("the media helper gave no sheet")
        return jpeg, good_count


def parse_answer(answer: Mapping[str, Any]) -> MediaInfo:
    """Return the `MediaInfo` in the helper's answer to a probe.

    Raises:
        ProbeError: It says that the file is unreadable, or says nonsense.
    """
    raise_error(answer)
    media = answer.get("media")
    if not isinstance(media, Mapping):
        raise ProbeError("the media helper gave no answer")
    return MediaInfo.from_json(media)
