"""Errors raised by `transcoder`.

* TranscoderError
    * FfmpegMissingError      no ffmpeg on this machine and none brought along, or none that can be started
    * HelperCrashedError      a helper process died while it worked on this request; the next call starts another
        * HelperTimeoutError  it took too long and was killed
    * ProbeError              the file cannot be read as a video or as sound
    * BoxError                bytes that are no ISO base media boxes
    * PlaylistError           text that is no HLS playlist
    * UnknownProfileError     no screen profile has this name
    * UnknownAbilityError     a screen says of itself what no screen can say
    * NoSoundTrackError       the item has no sound track of this index
    * SegmentNotFoundError    no segment has this index
        * FilmEndedError      the file ends before it
    * BusyError               all encoders are taken, or the wait grew too long; ask again later
    * EncodeError             ffmpeg failed on this part of the file, twice
    * UnreadablePartError     this part of the file cannot be read; its `reason` says why
    * PoolClosedError         the pool was closed: the vault is locked or the server stops
"""

from collections.abc import Sequence


class TranscoderError(Exception):
    """Something in `transcoder` went wrong."""


class FfmpegMissingError(TranscoderError):
    """No ffmpeg on this machine and none brought along, or none that can be started."""


class HelperCrashedError(TranscoderError):
    """A helper process died while it worked on this request."""

    def __init__(self, message: str, last_lines: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.last_lines = tuple(last_lines)


class HelperTimeoutError(HelperCrashedError):
    """A helper process took too long and was killed."""


class ProbeError(TranscoderError):
    """The file cannot be read as a video or as sound; `cause` is a word of `unreadable.CAUSES`, where it shows."""

    def __init__(self, message: str, cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class BoxError(TranscoderError):
    """Bytes that are no ISO base media boxes."""


class PlaylistError(TranscoderError):
    """Text that is no HLS playlist."""


class UnknownProfileError(TranscoderError):
    """No screen profile has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no screen profile is called {name!r}")
        self.name = name


class UnknownAbilityError(TranscoderError):
    """A screen says of itself what no screen can say."""

    def __init__(self, word: str) -> None:
        super().__init__(f"no ability of a screen is called {word!r}")
        self.word = word


class NoSoundTrackError(TranscoderError):
    """The item has no sound track of this index."""

    def __init__(self, audio: int, count: int) -> None:
        super().__init__(f"there is no sound track {audio}: the item has {count}")
        self.audio = audio
        self.count = count


class SegmentNotFoundError(TranscoderError):
    """No segment has this index."""

    def __init__(self, segment_index: int) -> None:
        super().__init__(f"there is no segment {segment_index}")
        self.segment_index = segment_index


class FilmEndedError(SegmentNotFoundError):
    """The file ends before this segment, which its container had promised: nothing follows."""


class BusyError(TranscoderError):
    """All encoders are taken, or the wait grew too long; ask again later."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class EncodeError(TranscoderError):
    """ffmpeg failed on this part of the file.

    `last_lines` is what ffmpeg said last. It may quote the media's own words, so it is for the person who
    asks, never for a log.
    """

    def __init__(self, message: str, last_lines: Sequence[str] = (), until_s: float | None = None) -> None:
        super().__init__(message)
        self.last_lines = tuple(last_lines)
        self.until_s = until_s  # playing time from which on the film may be whole again


class UnreadablePartError(TranscoderError):
    """This part of the file cannot be read; `reason` is what the source's owner says."""

    def __init__(self, reason: Exception, until_s: float | None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.until_s = until_s  # playing time from which on the film may be whole again


class PoolClosedError(TranscoderError):
    """The pool was closed: the vault is locked or the server stops."""
