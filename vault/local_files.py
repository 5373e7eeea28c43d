"""Files of a local disk, opened and written; what the system says, in the words of this package."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from vault.errors import NodeExistsError, NodeNotFoundError, StorageError
from vault.staging import flush_folder, write_whole

_MESSAGES = {
    errno.ENOSPC: "the disk is full: free some space and try again; nothing was changed",
    errno.EDQUOT: "the disk quota is used up: free some space and try again; nothing was changed",
    errno.EFBIG: "the disk does not take files that large",
    errno.EROFS: "the disk is read-only: mount it for writing, or check it for errors; nothing was changed",
    errno.EACCES: "the permission to do that on the disk is missing",
    errno.EPERM: "the disk does not permit that",
    errno.EIO: "the disk fails to read or write: check it, and make a backup before anything else",
    errno.ENAMETOOLONG: "the disk does not take names that long",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_EXISTS = {errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR}
_ABSENT = {errno.ENOENT, errno.ENOTDIR}
# File systems without hard links answer one of these.
NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what the system says into the errors of this package."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        if number in _EXISTS:
            raise NodeExistsError from error
        if number in _ABSENT:
            raise NodeNotFoundError from error
        reason = _MESSAGES.get(number, os.strerror(number).lower())
        raise StorageError(reason, number) from error


class LocalFile:
    """A file of a local disk, open for reading; see `StoredFile`."""

    def __init__(self, path: str) -> None:
        self._path = path
        # O_NONBLOCK: a pipe planted in the vault must not hang the reader; files do not care.
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        found = os.fstat(self._fd)
        self._stamp = _stamp(found)
        self.size = found.st_size
        self.mtime_ns = found.st_mtime_ns
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise FileNotFoundError(errno.ENOENT, "not a regular file")

    def read_into(self, offset: int, into: memoryview) -> int:
        """Fill `into`; see `StoredFile`."""
        done = 0
        with disk_errors():
            while done < len(into):
                count = os.preadv(self._fd, [into[done:]], offset + done)
                if count == 0:
                    break
                done += count
        return done

    def is_current(self) -> bool:
        """Tell whether its path still leads to it, unchanged; see `StoredFile`."""
        try:
            return _stamp(os.stat(self._path, follow_symlinks=False)) == self._stamp  # noqa: PTH116
        except OSError:
            return False

    def close(self) -> None:
        """Release it."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """Return what is another after a file was replaced or written to, even if its time was set back."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class LocalUpload:
    """A file on its way into a local vault; see `Upload`."""

    def __init__(self, path: Path, mtime_ns: int | None = None) -> None:
        self.path = path
        self._mtime_ns = mtime_ns
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        with disk_errors():
            write_whole(self._fd, data)

    def finish(self) -> Path:
        """Bring it to the disk, and return where it waits."""
        if self._mtime_ns is not None:
            os.utime(self._fd, ns=(self._mtime_ns, self._mtime_ns))
        os.fsync(self._fd)
        self._close()
        return self.path

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def discard(self) -> None:
        """Forget it; what was stored stays stored."""
        self._close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def publish_file(staged: Path, final: Path, *, replace: bool) -> None:
    """Give a file that waits its path, in one step, and bring that to the disk."""
    if replace:
        staged.rename(final)
    else:
        try:
            # A link never overwrites, whoever else writes there at this moment.
            final.hardlink_to(staged)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            if os.path.lexists(final):
                raise NodeExistsError from error
            staged.rename(final)
    flush_folder(final.parent)
