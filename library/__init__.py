"""What the vault holds, as items."""

from library.errors import (
    BadCursorError,
    CheckCancelledError,
    ItemChangedError,
    ItemNotFoundError,
    LibraryClosedError,
    LibraryError,
    NoImageError,
    NoSubtitlesError,
    NoPreviewsError,
    NotAFileError,
    NotPlayableError,
    NotWholeError,
    StoreDamagedError,
    StoreError,
    VaultAwayError,
)
from library.findings import Finding
from library.integrity import DueFile, Integrity
from library.items import IMAGE_WIDTHS, Item, ItemKind, ItemPage, ItemQuery, Location, Sort
from library.library import Library
from library.previews import Previews
from library.scan import ScanProgress, ScanReport
from library.subtitles import SubtitleTrack
from library.survey import Survey, SurveyProgress
from library.watching import Watching

__all__ = [
    "IMAGE_WIDTHS",
    "BadCursorError",
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
    "NoImageError",
    "NoSubtitlesError",
    "NoPreviewsError",
    "NotAFileError",
    "NotPlayableError",
    "NotWholeError",
    "Previews",
    "ScanProgress",
    "ScanReport",
    "Sort",
    "StoreDamagedError",
    "StoreError",
    "SubtitleTrack",
    "Survey",
    "SurveyProgress",
    "VaultAwayError",
    "Watching",
]
