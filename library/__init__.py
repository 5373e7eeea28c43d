"""What the vault holds, as items."""

from library.errors import (
    AlteredError,
    BadCursorError,
    CheckCancelledError,
    ItemChangedError,
    ItemNotFoundError,
    LibraryClosedError,
    LibraryError,
    NoImageError,
    NoPreviewsError,
    NoSubtitlesError,
    NotAFileError,
    NotPlayableError,
    NotWholeError,
    StoreDamagedError,
    StoreError,
    SubtitlesBusyError,
    VaultAwayError,
)
from library.findings import Finding
from library.integrity import DueFile, Integrity
from library.items import IMAGE_WIDTHS, LARGEST_PAGE, Item, ItemKind, ItemPage, ItemQuery, Location, Sort
from library.kept_readers import OpenFile
from library.library import Library
from library.marks import MarkMaker
from library.previews import Previews
from library.ranges import ByteRange, UnsatisfiableRangeError, parse_range
from library.scan import ScanProgress, ScanReport
from library.seals import Seal
from library.subtitles import SubtitleTrack
from library.vault_check import VaultCheck, VaultCheckProgress
from library.watching import Watching

__all__ = [
    "IMAGE_WIDTHS",
    "LARGEST_PAGE",
    "AlteredError",
    "BadCursorError",
    "ByteRange",
    "CheckCancelledError",
    "DueFile",
    "Finding",
    "Integrity",
    "Item",
    "ItemChangedError",
    "ItemKind",
    "ItemNotFoundError",
    "ItemPage",
    "ItemQuery",
    "Library",
    "LibraryClosedError",
    "LibraryError",
    "Location",
    "MarkMaker",
    "NoImageError",
    "NoPreviewsError",
    "NoSubtitlesError",
    "NotAFileError",
    "NotPlayableError",
    "NotWholeError",
    "OpenFile",
    "Previews",
    "ScanProgress",
    "ScanReport",
    "Seal",
    "Sort",
    "StoreDamagedError",
    "StoreError",
    "SubtitleTrack",
    "SubtitlesBusyError",
    "UnsatisfiableRangeError",
    "VaultAwayError",
    "VaultCheck",
    "VaultCheckProgress",
    "Watching",
    "parse_range",
]
