"""What the vault holds, as items."""

from library.errors import (
    BadCursorError,
    ItemChangedError,
    ItemNotFoundError,
    LibraryClosedError,
    LibraryError,
    NoImageError,
    NotAFileError,
    NotPlayableError,
    StoreDamagedError,
    StoreError,
    VaultAwayError,
)
from library.items import IMAGE_WIDTHS, Item, ItemKind, ItemPage, ItemQuery, Location, Sort
from library.library import Library
from library.scan import ScanProgress, ScanReport

__all__ = [
    "IMAGE_WIDTHS",
    "BadCursorError",
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
    "NotAFileError",
    "NotPlayableError",
    "ScanProgress",
    "ScanReport",
    "Sort",
    "StoreDamagedError",
    "StoreError",
    "VaultAwayError",
]
