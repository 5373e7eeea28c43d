"""A file on its way out of the vault: under another name until it is whole, then in its place at once."""

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

from tvapp.transfer.deep_paths import reached
from tvapp.transfer.errors import ExistsError, TransferError

PART_SUFFIX = ".lanterne.part"
_MAX_NAME_SIZE = 255
# File systems without hard links answer one of these.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}


def part_path(target: Path) -> Path:
    """Return where a file waits until it is whole. What an interrupted export left there is written anew."""
    # Cut where the name alone fills what file systems take, at the edge of a character.
    room = _MAX_NAME_SIZE - len(PART_SUFFIX)
    stem = target.name.encode(errors="surrogateescape")[:room].decode(errors="ignore")
    return target.with_name(f"{stem}{PART_SUFFIX}")


class TargetFile:
    """One file that is being written.

    Raises:
        TransferError: Another export is writing it.
        OSError: The system refuses the name, or to write.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = part_path(target)
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with reached(self._part) as (name, folder_fd):
            self._fd = os.open(name, flags, 0o666, dir_fd=folder_fd)
        try:
            self._claim()
        except BaseException:
            self._close()
            raise

    def _claim(self) -> None:
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise TransferError("something that is no file is where it would be written")
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TransferError("another export is writing it") from error
        os.ftruncate(self._fd, 0)

    def write(self, data: bytes) -> None:
        """Append."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def publish(self, mtime_ns: int) -> None:
        """Bring it to the disk and give it its name.

        Raises:
            ExistsError: Something has taken the name meanwhile.
        """
        os.utime(self._fd, ns=(mtime_ns, mtime_ns))
        os.fsync(self._fd)
        with reached(self._part) as (part, part_fd), reached(self._target) as (target, target_fd):
            try:
                # A link never overwrites, whoever else writes there at this moment.
                os.link(part, target, src_dir_fd=part_fd, dst_dir_fd=target_fd, follow_symlinks=False)
                os.unlink(part, dir_fd=part_fd)
            except FileExistsError as error:
                raise ExistsError("exists already") from error
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if exists(self._target):
                    raise ExistsError("exists already") from error
                os.rename(part, target, src_dir_fd=part_fd, dst_dir_fd=target_fd)
        self._close()

    def discard(self) -> None:
        """Leave nothing of it."""
        with contextlib.suppress(FileNotFoundError):
            if self._fd >= 0:
                remove(self._part)
        self._close()

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def exists(path: Path) -> bool:
    """Tell whether anything is at a path, a link that leads nowhere included."""
    return kind_at(path) is not None


def kind_at(path: Path) -> int | None:
    """Return what kind of thing is at a path (`stat.S_IFMT`), links not followed; None if nothing is."""
    with contextlib.suppress(FileNotFoundError), reached(path) as (name, folder_fd):
        return stat.S_IFMT(os.stat(name, dir_fd=folder_fd, follow_symlinks=False).st_mode)
    return None


def remove(path: Path) -> None:
    """Remove a file."""
    with reached(path) as (name, folder_fd):
        os.unlink(name, dir_fd=folder_fd)
