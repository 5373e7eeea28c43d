"""Errors raised by `library`.

* LibraryError
    * ItemNotFoundError      no such item, or no such path
    * ItemChangedError       the file is not the one that was read; a scan makes it right
    * NotWholeError          the file is known not to be what was stored, and would be served as whole
        * AlteredError           a part of it was read that is genuine, but not what was stored
    * NotAFileError          a folder has no contents to open or play
    * NoImageError           the item has no picture
    * NoPreviewsError        the film has no previews, yet or ever
    * NoSubtitlesError       no such subtitle track, or none that can be had as text
    * SubtitlesBusyError     other subtitles are being read; ask again
    * NotPlayableError       the item is neither video nor sound, or could not be read as one
    * BadCursorError         not a cursor of this library, or of another sort order
    * VaultAwayError         the vault's folder is not there (an unplugged disk); nothing was changed
    * ScanCancelledError     inside a scan: it was asked to stop
    * CheckCancelledError    inside a check: it was asked to stop
    * LibraryClosedError     used after `close()`
    * StoreError             the state folder cannot be used
        * StoreDamagedError      a database page is not what was written; rebuilt at the next start
        * StoreKeyError          a database of another vault, or none at all

What goes wrong while the vault is read (locked, away, damaged) is raised as `vault`'s own errors.
"""

from library.problems import Problem
from vault import IntegrityError, NoVaultError


class LibraryError(Exception):
    """Anything that `library` raises by itself."""


class ItemNotFoundError(LibraryError):
    """No item has this id, or lies at this path."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"no item {item_id}")
        self.item_id = item_id


class ItemChangedError(LibraryError):
    """The file is not the one that was read into the index: replaced, cut short or still arriving."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"item {item_id} has changed since it was read; scan again")
        self.item_id = item_id


class NotWholeError(IntegrityError, LibraryError):
    """A file that nothing in its bytes betrays is known to be shorter or another than what was stored.

    Attributes:
        problem: What is known against it.
    """

    def __init__(self, item_id: str, problem: Problem) -> None:
        super().__init__(f"item {item_id} is {problem}")
        self.item_id = item_id
        self.problem = problem


class AlteredError(NotWholeError):
    """A part of a file was read of which every chunk is genuine, and which is not what was stored there.

    Attributes:
        start, stop: Which plaintext bytes, half-open.
    """

    def __init__(self, item_id: str, altered: tuple[int, int]) -> None:
        self.start, self.stop = altered
        super().__init__(
            item_id,
            Problem(
                "altered",
                f"bytes {self.start} to {self.stop - 1} are not what was stored, though every part is genuine",
            ),
        )


class NotAFileError(LibraryError):
    """A folder has no contents to open or play."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"item {item_id} is a folder")
        self.item_id = item_id


class NoImageError(LibraryError):
    """The item has no picture: not a photo or video, or one that could not be read."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"item {item_id} has no image")
        self.item_id = item_id


class NoPreviewsError(LibraryError):
    """The film has no previews; `expected` says whether they can be made."""

    def __init__(self, item_id: str, *, expected: bool) -> None:
        super().__init__(f"item {item_id} has no previews")
        self.item_id = item_id
        self.expected = expected


class NoSubtitlesError(LibraryError):
    """The item has no such subtitle track, or one of pictures, or one that cannot be read."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"item {item_id} has no such subtitles that can be had as text")
        self.item_id = item_id


class SubtitlesBusyError(LibraryError):
    """Other subtitles are being read out of a film: ask again in `retry_after_s` seconds."""

    def __init__(self, item_id: str, retry_after_s: float) -> None:
        super().__init__(f"item {item_id} waits for other subtitles that are being read")
        self.item_id = item_id
        self.retry_after_s = retry_after_s


class NotPlayableError(LibraryError):
    """The item is neither video nor sound, or could not be read as such."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"item {item_id} is not a video that can be played")
        self.item_id = item_id


class BadCursorError(LibraryError):
    """Not a cursor of this library, or one of another sort order."""


class VaultAwayError(LibraryError, NoVaultError):
    """The vault's folder is not there: an unplugged disk, a share that is down. The index stays as it is."""

    def __init__(self) -> None:
        super().__init__("the vault's folder is not there at the moment")


class ScanCancelledError(LibraryError):
    """The scan was asked to stop."""


class CheckCancelledError(LibraryError):
    """The check was asked to stop; what it found so far is kept."""


class LibraryClosedError(LibraryError):
    """The library was used after `close()`."""


class StoreError(LibraryError):
    """The state folder cannot be used: full, read-only, or held by another process for too long."""


class StoreDamagedError(StoreError):
    """A database page is not what was written; the store is rebuilt when it is opened next."""


class StoreKeyError(StoreError):
    """The file does not open with this key: another vault's database, or no database at all."""
