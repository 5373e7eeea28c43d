"""What the index keeps of a file beside what people see: where it is, and its seal record. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from library.items import ItemKind, Location
from library.problems import Problem
from transcoder import MediaInfo
from vault import Node, NodeKind

# Raised when items should be read again because more is found in them; 0 is "not examined yet".
EXAMINATION_VERSION = 6
# What of each kind need not be read again. Photos are many, and nothing more is found in them.
STILL_GOOD = {ItemKind.VIDEO: 6, ItemKind.PHOTO: 1, ItemKind.OTHER: 6}
EXAMINE_AGAIN = -1  # examined, but what failed may have been the machine: once more with the next scan

FOLDER_MIME = "inode/directory"

SHRUNK = Problem("incomplete", "it is shorter than when it was added")
DAMAGED_END = Problem("damaged", "its end is not what was stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A node as the index knows it, named like the columns of `items`.

    `stored_size`, `mtime_ns` and `header_nonce` are the seal record: what the file was when it was
    read. `whole_size` is the largest stored size seen under this header nonce: a file that has become
    smaller without becoming another one was cut short. `node_problem` is what the
    listing alone says against it, `suspicion` what its history does (see `suspicion`). `changed_ns` is
    when another program was found to have changed it.
    """

    item_id: str
    parent_id: str | None
    kind: ItemKind
    name: str
    path: str
    folder_id: str
    own_id: str | None
    stored_path: str
    size: int | None
    stored_size: int | None
    mtime_ns: int
    header_nonce: bytes | None = None
    whole_size: int | None = None
    node_problem: Problem | None = None
    changed_ns: int | None = None
    suspicion: Problem | None = None
    suspicion_key: str | None = None
    examined: int = 0

    @property
    def node(self) -> Node:
        """The node to open in the vault."""
        kind = NodeKind.FOLDER if self.kind is ItemKind.FOLDER else NodeKind.FILE
        return Node(
            kind=kind,
            name=self.name,
            folder_id=self.folder_id,
            own_id=self.own_id,
            stored_path=self.stored_path,
            size=self.size,
            stored_size=self.stored_size,
            mtime_ns=self.mtime_ns,
        )

    @property
    def seal_problem(self) -> Problem | None:
        """What the seal record has against the file."""
        shrunk = (
            self.whole_size is not None
            and self.stored_size is not None
            and self.stored_size < self.whole_size
        )
        return SHRUNK if shrunk else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the examination of a file found; None where it found nothing."""

    kind: ItemKind
    mime: str
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    taken_at: str | None = None
    location: Location | None = None
    problem: str | None = None
    has_image: bool = False
    media: MediaInfo | None = None
    sha256: bytes | None = None
    marks: bytes | None = None
    certain: bool = True  # false when it was a decoder that failed, not the file that was refused


def unix_time(moment: str | None) -> float | None:
    """Return ISO 8601 `moment` as Unix time; without an offset it counts as UTC, good enough to sort by."""
    if moment is None:
        return None
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def iso_time(time_ns: int) -> str:
    """Return Unix time in nanoseconds as ISO 8601 in UTC, whole seconds."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
