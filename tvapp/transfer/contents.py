"""Contents of the vault, read to be compared: SHA-256 of plaintext, and what else the index keeps of them."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from library import MarkMaker, Seal
from vault import Node, PlaintextReader, Vault


class SealRecords(Protocol):
    """What is known of the contents of files without reading them. Paths are the vault's: "/a/b"."""

    def note_stored(
        self, path: str, sha256: bytes, source_mtime_ns: int | None = None, marks: bytes | None = None
    ) -> None:
        """Remember what was stored, and when the original was last changed."""

    def stored_sha256(self, path: str) -> bytes | None:
        """Return the SHA-256 of a file's plaintext, if it is known."""

    def seal_of(self, reader: PlaintextReader) -> Seal | None:
        """Return what is known of the contents that a reader shows."""

    def require_whole(self, node: Node) -> None:
        """Raise NotWholeError for a file that is known not to be what was stored."""


class Contents(NamedTuple):
    """What is kept of contents that were read whole."""

    sha256: bytes
    marks: bytes | None = None


def read_contents(
    vault: Vault, node: Node, on_bytes: Callable[[int], None], check: Callable[[], None], *, from_disk: bool
) -> Contents:
    """Read a file of the vault whole and return what is to be kept of it.

    Args:
        vault: Unlocked.
        node: The file.
        on_bytes: Told how many bytes were read.
        check: Called before every piece; raises to stop.
        from_disk: What the system still has in memory of it is dropped first, so that the disk is asked.

    Raises:
        IntegrityError: It is damaged.
        NodeNotFoundError, StorageError: It is gone, or the disk refuses.
    """
    if from_disk:
        _drop_from_memory(vault, node)
    digest = hashlib.sha256()
    with vault.open(node) as reader:
        marks = MarkMaker(reader.size)
        reader.watch(marks.see)
        for piece in reader.iter_range(0, reader.size):
            check()
            digest.update(piece)
            on_bytes(len(piece))
    return Contents(digest.digest(), marks.finish())


def _drop_from_memory(vault: Vault, node: Node) -> None:
    if not isinstance(vault.location, Path):
        return
    # A courtesy: file systems may not know it, and what is not on the disk yet stays.
    with contextlib.suppress(OSError):
        fd = os.open(vault.location / node.stored_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(fd)
