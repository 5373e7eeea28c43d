"""Ciphertext files on a local disk or an object store.

`Storage` is all that the vault asks of the place it lies in; `vault.local_storage` is a folder on a local disk.
Paths are relative to the vault, with `/` between their parts, and never hold a plaintext name. Whatever
changes the tree is atomic: it is there whole and on the disk, or it is not there.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """A file or folder of the storage; `size` in bytes, `mtime_ns` since the epoch."""

    name: str
    is_folder: bool
    size: int
    mtime_ns: int


class StoredFile(Protocol):
    """A stored file, open for reading. Its size and time are those of the open file, whatever its path becomes."""

    size: int
    mtime_ns: int

    def read_into(self, offset: int, into: memoryview) -> int:
        """Fill `into` from `offset` on; return how many bytes there were, fewer only at the end."""

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

    def list(self, path: str) -> list[Entry]:
        """Return the files and folders in a folder, in no order. NodeNotFoundError if it is not there."""

    def stat(self, path: str) -> Entry | None:
        """Return what is at a path, or None."""

    def read(self, path: str, max_size: int) -> bytes:
        """Return up to `max_size` bytes of a file. NodeNotFoundError if it is not there."""

    def open(self, path: str) -> StoredFile:
        """Open a file. NodeNotFoundError if it is not there."""

    def upload(self, mtime_ns: int | None = None) -> Upload:
        """Start a file, which will have been changed last at `mtime_ns` (default: when it is stored)."""

    def put_file(self, path: str, data: bytes | Upload, *, replace: bool) -> None:
        """Store a file whole. NodeExistsError if the path is taken and not to be replaced."""

    def put_folder(self, path: str, files: Mapping[str, bytes | Upload]) -> None:
        """Store a folder with these files in it, whole. NodeExistsError if the path is taken."""

    def move(self, path: str, new_path: str) -> None:
        """Give a file or folder another path. NodeExistsError if that is taken."""

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it. What is not there is removed already."""

    def close(self) -> None:
        """Drop what is not stored yet; safe twice."""
