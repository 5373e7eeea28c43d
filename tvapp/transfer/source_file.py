"""Sources, read without a trace: never written, their times of access kept where the system lets us."""

import contextlib
import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tvapp.transfer.deep_paths import reached
from tvapp.transfer.errors import NotAFileError, SourceChangedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE_SIZE = 256 * 1024


def open_untouched(path: Path, flags: int = 0) -> int:
    """Open for reading, without waiting for anybody, and without a new time of access where we may."""
    # O_NONBLOCK: a pipe that took a file's place must not hang us; files do not care.
    flags |= os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    with reached(path) as (name, folder_fd):
        try:
            return os.open(name, flags | os.O_NOATIME, dir_fd=folder_fd)
        except PermissionError:  # only a file's owner may ask for that
            return os.open(name, flags, dir_fd=folder_fd)


def special_kind(mode: int) -> str:
    """Return in words what something is that is neither file, folder nor link."""
    kinds = {
        stat.S_IFSOCK: "a socket",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "no file")


class SourceReader(io.RawIOBase):
    """A source as it is read once from its beginning to its end.

    Its last, empty read fails where the source is not what it was at the start: whoever stores it then gives up
    before anybody sees what was stored.

    Args:
        path: The file.
        on_bytes: Told how many bytes were read.
        check: Called before every piece; raises to stop.

    Raises:
        NotAFileError: It is no file (any more).
        SourceChangedError: When read to the end: it was changed meanwhile.
        OSError: The system refuses.
    """

    def __init__(self, path: Path, on_bytes: Callable[[int], None], check: Callable[[], None]) -> None:
        super().__init__()
        self._path = path
        self._on_bytes = on_bytes
        self._check = check
        self._hash = hashlib.sha256()
        self._read_size = 0
        self._fd = open_untouched(path)
        self._began = os.fstat(self._fd)
        if not stat.S_ISREG(self._began.st_mode):
            self.close()
            raise NotAFileError(f"{special_kind(self._began.st_mode)} is nothing that can be stored")

    @property
    def size(self) -> int:
        """Bytes, when it was opened."""
        return self._began.st_size

    @property
    def mtime_ns(self) -> int:
        """When it was last changed, nanoseconds since the epoch."""
        return self._began.st_mtime_ns

    @property
    def sha256(self) -> bytes:
        """Of all that was read so far."""
        return self._hash.digest()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill `buffer` with what comes next."""
        self._check()
        into = memoryview(buffer).cast("B")
        count = os.readv(self._fd, [into]) if len(into) else 0
        if count == 0:
            self._require_unchanged()
        self._hash.update(into[:count])
        self._read_size += count
        self._on_bytes(count)
        return count

    def read_to_end(self) -> bytes:
        """Read all of it, and return its SHA-256."""
        buffer = bytearray(_PIECE_SIZE)
        while self.readinto(buffer):
            pass
        return self.sha256

    def close(self) -> None:
        """Release it; safe twice."""
        if not self.closed:
            os.close(self._fd)
        super().close()

    def _require_unchanged(self) -> None:
        found = [os.fstat(self._fd)]
        # A program that saves puts a new file in the old one's place. One that was deleted was read whole.
        with contextlib.suppress(FileNotFoundError), reached(self._path) as (name, folder_fd):
            found.append(os.stat(name, dir_fd=folder_fd, follow_symlinks=False))
        if self._read_size != self.size or any(_state(each) != _state(self._began) for each in found):
            raise SourceChangedError


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
