"""Ciphertext files on a local disk or an object store.

`Storage` is all that the vault asks of the place it lies in; `vault.local_storage` is a folder on a local disk,
`vault.remote_storage` is any file system that fsspec knows. Paths are relative to the vault, with `/` between
their parts, and never hold a plaintext name.

Whatever changes the tree is atomic: it is there whole and stored, or it is not there. The changes of several
steps (`put_linked`, `relocate`, `remove_linked`) may be cut short between two steps, but in such an order that
whoever looks sees the old, the new, or for a moment both: nothing half, and nothing that is gone from both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from vault.errors import NodeNotFoundError, StorageError

UNKNOWN_SIZE = -1
"""The size of an entry that is there and that the disk refuses to tell anything about."""


class Entry(NamedTuple):
    """A file or folder of the storage; `size` in bytes, `mtime_ns` since the epoch (0: not known)."""

    name: str
    is_folder: bool
    size: int
    mtime_ns: int


FileFound: TypeAlias = tuple[str, int, int]
"""A file's name, size and time, as of an `Entry`. Plain, for a large folder has many: an `Entry` takes five times
as long to make, and is looked at by the garbage collector again and again."""


class FolderFound(NamedTuple):
    """A folder, its time, and what lies directly in it: None where the disk refuses to list it."""

    name: str
    mtime_ns: int
    inside: tuple[Entry, ...] | None


class Nested(NamedTuple):
    """What lies in a folder, and in the folders in it."""

    files: Sequence[FileFound]
    folders: Sequence[FolderFound]


@dataclass(frozen=True, slots=True)
class StoredAt:
    """Contents for a file: those of the file that is stored at `path`."""

    path: str


class StoredFile(Protocol):
    """A stored file, open for reading. Its size and time are those of the open file, whatever its path becomes."""

    size: int
    mtime_ns: int

    def read_into(self, offset: int, into: memoryview) -> int:
        """Fill `into` from `offset` on; return how many bytes there were, fewer only at the end."""

    def is_current(self) -> bool:
        """Tell whether its path still leads to it, unchanged since it was opened; False where that is costly."""

    def close(self) -> None:
        """Release it; safe twice."""


class Upload(Protocol):
    """A file on its way in: ciphertext that no reader of the vault sees yet."""

    def write(self, data: bytes | memoryview) -> None:
        """Append."""

    def discard(self) -> None:
        """Forget what is not stored yet; safe twice, and after it was stored."""


class Storage(Protocol):
    """Where a vault's ciphertext lies."""

    # --- look

    def list(self, path: str) -> list[Entry]:
        """Return the files and folders in a folder, in no order. NodeNotFoundError if it is not there."""

    def list_nested(self, path: str) -> Nested:
        """Return the same, and what lies in the folders among them; sizes and times there may be unknown."""

    def stat(self, path: str) -> Entry | None:
        """Return what is at a path, or None."""

    def stat_each(self, paths: Sequence[str]) -> "Sequence[Entry | StorageError | None]":
        """Return what is at each path, or why it could not be looked at."""

    def read(self, path: str, max_size: int) -> bytes:
        """Return up to `max_size` bytes of a file. NodeNotFoundError if it is not there."""

    def read_each(
        self, paths: Sequence[str], max_size: int
    ) -> "Sequence[bytes | NodeNotFoundError | StorageError]":
        """Return up to `max_size` bytes of each file, or why it could not be read."""

    def open(self, path: str) -> StoredFile:
        """Open a file. NodeNotFoundError if it is not there."""

    # --- change

    def upload(self, path: str, mtime_ns: int | None = None) -> Upload:
        """Start a file that will be stored at `path`.

        It will have been changed last at `mtime_ns` (default: when it is stored), where a storage can say that.
        """

    def put_file(self, path: str, data: bytes | Upload, *, replace: bool) -> None:
        """Store a file whole. NodeExistsError if the path is taken and not to be replaced."""

    def put_folder(self, path: str, files: Mapping[str, bytes | Upload]) -> None:
        """Store a folder with these files in it, whole. NodeExistsError if the path is taken."""

    def put_linked(
        self, contents: str, files: Mapping[str, bytes], link: str, link_files: Mapping[str, bytes]
    ) -> None:
        """Store a folder's contents and then the folder that links to them; if that fails, neither."""

    def move(self, path: str, new_path: str) -> None:
        """Give a file or folder another path. NodeExistsError if that is taken."""

    def relocate(self, source: str, target: str, beside: Mapping[str, bytes]) -> None:
        """Give the file that a node consists of another place; the folder around it, if any, goes and comes.

        Args:
            source: Path of the file: `X.c9r`, or `X.c9s/contents.c9r`.
            target: Its new path, in the same two forms. NodeExistsError if the node there is taken.
            beside: What else belongs into the folder around `target`, by name.
        """

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it. What is not there is removed already."""

    def remove_linked(self, link: str, contents: Sequence[str]) -> None:
        """Remove a folder that links to contents, and then the contents, of which the last lie deepest."""

    def close(self) -> None:
        """Drop what is not stored yet; safe twice."""


def shell_of(path: str) -> str | None:
    """Return the path of the folder around a node's file (`d/XX/YYY/shell/file`), None if it has none."""
    parts = path.split("/")
    return "/".join(parts[:4]) if len(parts) > 4 else None
