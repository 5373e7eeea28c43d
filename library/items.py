"""Items: what a person sees of the vault; and how to ask for a page of them."""

import enum
from dataclasses import dataclass
from typing import NamedTuple

from transcoder import MediaInfo

IMAGE_WIDTHS = (220, 440, 1280, 1920)  # in pixels; the contract of the image address
LARGEST_PAGE = 500


class ItemKind(enum.StrEnum):
    """What an item is. Compares equal to its plain text."""

    FOLDER = "folder"
    VIDEO = "video"
    PHOTO = "photo"
    OTHER = "other"


class Location(NamedTuple):
    """A place on earth, in degrees; north and east are positive."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A folder, video, photo or other file of the vault.

    `added_at` and `modified_at` are ISO 8601 in UTC, as is `changed_at`: when another program was found to have
    put other contents in its place. `taken_at` is ISO 8601 with the offset where the
    file has one. `width` and `height` are upright, in pixels; `size` is plaintext bytes. `problem` says
    in words why the item cannot be read, shown or played; `partly` whether that concerns only some of its bytes: the
    others can be had. `header_nonce` tells contents apart wherever they lie.
    `position_s` is where somebody stopped in a video, in playing time, None if it was not begun or was seen to
    the end; `watched_at` is when it was last seen to the end. `media` is filled by `Library.item` and
    `find_path`, not in pages. `revision` changes whenever the contents do: good for an ETag.
    """

    id: str
    parent_id: str | None
    kind: ItemKind
    name: str
    path: str
    title: str
    mime: str
    size: int | None
    added_at: str | None
    modified_at: str | None
    changed_at: str | None
    duration_s: float | None
    width: int | None
    height: int | None
    taken_at: str | None
    location: Location | None
    problem: str | None
    media: MediaInfo | None
    has_image: bool
    child_count: int | None
    revision: str
    header_nonce: bytes | None = None
    partly: bool = False
    position_s: float | None = None
    watched_at: str | None = None


class Sort(enum.StrEnum):
    """Orders of a page. The default shows folders first, then names."""

    DEFAULT = ""
    NAME = "name"
    NAME_DOWN = "-name"
    TITLE = "title"
    TITLE_DOWN = "-title"
    ADDED = "added"
    ADDED_DOWN = "-added"
    TAKEN = "taken"
    TAKEN_DOWN = "-taken"
    SIZE = "size"
    SIZE_DOWN = "-size"
    WATCHED = "watched"
    WATCHED_DOWN = "-watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items, in which order.

    Args:
        folder: Id of a folder: its direct children only.
        q: Words that must all occur in the title, name or path; case and accents do not matter.
        kind: `folder`, `video`, `photo` or `other`.
        begun: Only videos that somebody stopped in.
        sort: A value of `Sort`; items without the date or size asked for come last. `watched` is when they were
            last played, to the end or not.
        cursor: `ItemPage.next` of the page before, with the same sort.
        limit: Items a page, 1 to `LARGEST_PAGE`.

    Without folder, words, kind and begun: the children of the root folder.

    Raises:
        ValueError: An unknown kind or sort, or a limit out of range.
    """

    folder: str | None = None
    q: str = ""
    kind: str | None = None
    begun: bool = False
    sort: str = ""
    cursor: str | None = None
    limit: int = 60

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise ValueError(f"limit must be 1 to {LARGEST_PAGE}")
        if self.kind is not None:
            ItemKind(self.kind)
        Sort(self.sort)

    @property
    def needs_positions(self) -> bool:
        """Whether the answer depends on where people are in their films."""
        return self.begun or Sort(self.sort) in (Sort.WATCHED, Sort.WATCHED_DOWN)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items in order; `next` is the cursor of the page after, None on the last one."""

    items: tuple[Item, ...]
    next: str | None
