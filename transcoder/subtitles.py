"""The owner's side of the subtitle helper: text subtitles as WebVTT, and as what an encoder draws into pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from transcoder.decoder_process import DecoderProcess
from transcoder.drawn_file import fonts_part
from transcoder.errors import ProbeError

TRACKS_TIMEOUT_S = 900.0  # of a film that is read whole, where the caller knows no better
INDEXED_TIMEOUT_S = 120.0
FILE_TIMEOUT_S = 60.0
MAX_SUBTITLE_FILE_SIZE = 16 * 1024 * 1024  # bytes; most have 100 KB, those with drawings 10 MB
NO_FONTS = fonts_part(())  # before a script of which all fonts are the machine's
_HEADER = b"WEBVTT"


@dataclass(frozen=True, slots=True)
class SubtitleText:
    """A track of text: `webvtt` for players, `script` (ASS, with its styles) to be drawn; UTF-8, playing time."""

    webvtt: bytes
    script: bytes


class SubtitleHelper(DecoderProcess):
    """The owner of the process that reads hostile subtitles. Threads may share it; they take turns.

    Args:
        background: Nobody waits for what it reads: whatever else the machine does comes first.
    """

    def __init__(self, *, background: bool = False) -> None:
        super().__init__("transcoder.subtitle_helper", name="subtitle helper", background=background)

    def tracks(
        self, url: str, indexes: Sequence[int], timeout_s: float = TRACKS_TIMEOUT_S
    ) -> list[SubtitleText]:
        """Return text tracks of the film behind a loopback `url`, which is read from its beginning to its end.

        Args:
            url: A loopback URL.
            indexes: Stream indexes (`SubtitleStream.index`).
            timeout_s: How long that may take.

        Raises:
            ProbeError: They cannot be read.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        request = {"do": "tracks", "url": url, "indexes": list(indexes)}
        answer, pieces = self._ask(request, timeout_s=timeout_s)
        return _texts(answer, pieces, len(indexes))

    def indexed_tracks(self, url: str, indexes: Sequence[int]) -> list[SubtitleText] | None:
        """Return the same by the film's index; None where it has none, and would have to be read whole.

        Raises:
            ProbeError, HelperCrashedError: As for `tracks`.
        """
        request = {"do": "indexed", "url": url, "indexes": list(indexes)}
        answer, pieces = self._ask(request, timeout_s=INDEXED_TIMEOUT_S)
        return None if answer.get("no_index") is True else _texts(answer, pieces, len(indexes))

    def file(self, data: bytes, *, language: str | None = None, fps: float | None = None) -> SubtitleText:
        """Return what a subtitle file says.

        Args:
            data: The file.
            language: ISO 639-2 code, where its name tells; a help in guessing its character set.
            fps: Of the film that it belongs to: one kind of file counts pictures.

        Raises:
            ProbeError: It is no subtitle file that we read, or a huge one.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        if len(data) > MAX_SUBTITLE_FILE_SIZE:
            raise ProbeError("a subtitle file of impossible size")
        request = {"do": "file", "language": language, "fps": fps}
        answer, pieces = self._ask(request, data, timeout_s=FILE_TIMEOUT_S)
        return _texts(answer, pieces, 1)[0]

    def drawable(self, script: bytes) -> bytes:
        """Return an ASS script as an encoder reads it behind fonts: `fonts`, or `NO_FONTS`.

        Raises:
            ProbeError: It is no script.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        _, drawn = self._ask({"do": "drawable"}, script, timeout_s=FILE_TIMEOUT_S)
        return drawn

    def fonts(self, url: str) -> bytes:
        """Return the fonts that came along in the film behind a loopback `url`, as an encoder reads them.

        Raises:
            ProbeError: The film cannot be read.
            HelperCrashedError: It crashed the decoder or took too long.
        """
        _, fonts = self._ask({"do": "fonts", "url": url}, timeout_s=FILE_TIMEOUT_S)
        return fonts


def parse_texts(answer: Mapping[str, Any], pieces: bytes) -> list[SubtitleText]:
    """Return the tracks in an answer of the helper, which may say anything.

    Raises:
        ProbeError: It says nonsense.
    """
    sizes = answer.get("sizes")
    if not isinstance(sizes, list) or not sizes or len(sizes) % 2:
        raise ProbeError("the subtitle helper gave no answer")
    if any(type(size) is not int or size < 0 for size in sizes):
        raise ProbeError("the subtitle helper gave impossible sizes")
    edges = list(accumulate(sizes, initial=0))
    if edges[-1] != len(pieces):
        raise ProbeError("the subtitle helper gave another answer than it said")
    parts = [pieces[start:stop] for start, stop in pairwise(edges)]
    texts = [SubtitleText(webvtt, script) for webvtt, script in zip(parts[::2], parts[1::2], strict=True)]
    if not all(text.webvtt.startswith(_HEADER) for text in texts):
        raise ProbeError("the subtitle helper gave no WebVTT")
    return texts


def _texts(answer: Mapping[str, Any], pieces: bytes, count: int) -> list[SubtitleText]:
    texts = parse_texts(answer, pieces)
    if len(texts) != count:
        raise ProbeError("the subtitle helper gave no answer")
    return texts
