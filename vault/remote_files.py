"""Files of a store far away: read in ranges, sent in parts."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from vault.errors import StorageError
from vault.location import FileSystem, OutgoingFile
from vault.read_ahead import SealedFile
from vault.storage import Entry

PART_SIZE = 8 << 20
"""Bytes that are sent at a time: with the 10,000 parts that S3 allows, files of up to 78 GiB."""

_TIME_FIELDS = ("mtime", "LastModified", "last_modified", "modified", "created")
_VERSION_FIELDS = ("ETag", "etag", "VersionId", "ino")


class RemoteFile:
    """A file of a store, open for reading; see `StoredFile`.

    A store does not hold a file for whoever reads it: where another is put in its place meanwhile, chunks of the
    new one fail authentication, and the file has to be opened anew.
    """

    def __init__(self, sealed: SealedFile, entry: Entry) -> None:
        self._sealed = sealed
        self.size = entry.size
        self.mtime_ns = entry.mtime_ns

    def read_into(self, offset: int, into: memoryview) -> int:
        """Fill `into`; see `StoredFile`."""
        return self._sealed.read_into(offset, into)

    def is_current(self) -> bool:
        """Return False: only the store could tell, and it is far away."""
        return False

    def close(self) -> None:
        """Release it: nothing is held, and what was read stays for whoever opens it next."""


class RemoteUpload:
    """A file on its way into a store; see `Upload`. Nothing of it shows at its path before `finish`.

    A file of less than a part waits in memory and is sent in one piece. A longer one is sent in parts: to where
    `stage` says, or where there is no `stage` to its own path, where it appears when it is committed.
    """

    def __init__(
        self,
        file_system: FileSystem,
        path: str,
        stage: Callable[[], str] | None,
        asking: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._file_system = file_system
        self._path = path
        self._stage = stage
        self._asking = asking
        self._buffer = bytearray()
        self._size = 0
        self._file: OutgoingFile | None = None
        self._staged: str | None = None

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        self._buffer += data
        self._size += len(data)
        if len(self._buffer) >= PART_SIZE:
            with self._asking():
                self._send()

    def finish(self, *, stage_all: bool) -> str | None:
        """Have it whole in the store.

        Args:
            stage_all: Whether even a small file must not be written where it is seen.

        Returns:
            Where it waits to be moved to its path, or None if it is there.
        """
        if self._file is None:
            whole_at = self._new_staged() if stage_all else self._path
            self._file_system.pipe_file(whole_at, bytes(self._buffer))
        else:
            self._send()
            file, self._file = self._file, None
            file.close()
            if self._staged is None:
                file.commit()
        if self._staged is not None and self._file_system.info(self._staged)["size"] != self._size:
            raise StorageError("the store did not keep all that it was sent: try again")
        return self._staged

    def discard(self) -> None:
        """Forget it; what was stored stays stored."""
        self._buffer.clear()
        file, self._file = self._file, None
        staged, self._staged = self._staged, None
        # A store that fails now keeps what nobody sees: it is swept later, or by the store's own rules.
        with contextlib.suppress(Exception), self._asking():
            if file is not None and staged is None:
                file.discard()
                file.closed = True  # or the garbage collector would commit what there is
            elif file is not None:
                file.close()
        with contextlib.suppress(Exception), self._asking():
            if staged is not None:
                self._file_system.rm_file(staged)

    def _send(self) -> None:
        if self._file is None:
            # Not committed: neither an error nor the garbage collector may make half a file appear.
            options = {"block_size": PART_SIZE, "autocommit": False} if self._stage is None else {}
            self._file = self._file_system.open(
                self._new_staged() if self._stage else self._path, "wb", **options
            )
        self._file.write(bytes(self._buffer))
        self._buffer = bytearray()

    def _new_staged(self) -> str:
        assert self._stage is not None
        self._staged = self._stage()
        return self._staged


def entry_of(info: dict[str, Any]) -> Entry | None:
    """Return what fsspec says of a file or folder; None for what no vault has (links, devices)."""
    name = str(info["name"]).rstrip("/").rpartition("/")[2]
    if info["type"] == "directory":
        return Entry(name, is_folder=True, size=0, mtime_ns=_time_ns(info))
    if info["type"] == "file":
        return Entry(name, is_folder=False, size=int(info["size"] or 0), mtime_ns=_time_ns(info))
    return None


def version_of(path: str, info: dict[str, Any]) -> tuple[object, ...]:
    """Return what tells this version of a file from any other, as far as a store says."""
    return (path, info["size"], _time_ns(info), *(str(info.get(field)) for field in _VERSION_FIELDS))


def _time_ns(info: dict[str, Any]) -> int:
    for field in _TIME_FIELDS:
        said = info.get(field)
        if isinstance(said, datetime):
            said = (said if said.tzinfo is not None else said.replace(tzinfo=UTC)).timestamp()
        if isinstance(said, int | float):
            return int(said * 1e6) * 1000
    return 0
