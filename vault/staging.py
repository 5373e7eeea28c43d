"""Where ciphertext waits until it is whole: on the vault's file system, outside its tree.

Beside the vault, so that sync programs never see it; inside the vault's folder, outside `d/`, where the vault
is a mount of its own or the folder around it cannot be written to. Each writer has a folder of its own there
and holds a lock on it, so that what a dead writer left behind is known from what a living one is at. Notes of
changes under way lie there, too (`vault.leftovers`).
"""

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from vault.leftovers import NOTE_PREFIX, Note, format_note, tidy_after

logger = logging.getLogger(__name__)

BESIDE_SUFFIX = ".lanterne-tmp"
INSIDE_NAME = ".lanterne-tmp"


class Staging:
    """The waiting place of one writer. Made when first needed, so that a read-only vault can be read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        inside = self._directory / INSIDE_NAME
        beside = (
            self._directory.with_name(self._directory.name + BESIDE_SUFFIX)
            if self._directory.name
            else inside
        )
        self._places = [beside, inside]
        self._guard = threading.Lock()
        self._own: Path | None = None
        self._own_fd = -1

    def new_path(self) -> Path:
        """Return a path to write to, which nothing is at. OSError where no place can be written to."""
        with self._guard:
            if self._own is None:
                self._own, self._own_fd = _claim(self._choose_place())
            return self._own / secrets.token_hex(8)

    @contextlib.contextmanager
    def noted(self, note: Note) -> Iterator[None]:
        """Have a note on the disk while a change of several steps is under way.

        A change that fails is tidied up after at once; one that is cut short, by whoever opens the vault next.
        """
        path = self._write_note(format_note(note))
        try:
            yield
        except Exception:  # whatever it was: it is raised again, after the tree is whole
            with contextlib.suppress(OSError):
                note.tidy(self._directory, path.parent)
                path.unlink()
            raise
        path.unlink()

    def _write_note(self, data: bytes) -> Path:
        path = self.new_path()
        path = path.with_name(NOTE_PREFIX + path.name)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            write_whole(fd, data)
            os.fsync(fd)
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(fd)
        flush_folder(path.parent)
        return path

    def sweep(self) -> None:
        """Remove what dead writers left, and finish or undo what they were at."""
        for place in self._places:
            with contextlib.suppress(OSError), _locked(place):
                for left in place.iterdir():
                    self._remove_if_dead(left)
                _remove_if_empty(place)

    def close(self) -> None:
        """Remove what this writer left; safe twice."""
        with self._guard:
            own, self._own = self._own, None
            if own is None:
                return
            tidy_after(self._directory, own)
            shutil.rmtree(own, ignore_errors=True)
            os.close(self._own_fd)
            with contextlib.suppress(OSError), _locked(own.parent):
                _remove_if_empty(own.parent)

    def _remove_if_dead(self, left: Path) -> None:
        fd = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            if _try_lock(fd):
                tidy_after(self._directory, left)
                shutil.rmtree(left, ignore_errors=True)
                logger.info("removed what an interrupted write had left: %s", left.name)
        finally:
            os.close(fd)

    def _choose_place(self) -> Path:
        beside, inside = self._places
        if _mount_of(beside.parent) != _mount_of(self._directory):
            return inside
        try:
            beside.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
                raise
            return inside
        return beside


def write_whole(fd: int, data: bytes | memoryview) -> None:
    """Write all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def flush_folder(path: Path) -> None:
    """Bring a folder's names to the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        # Some network file systems cannot flush a folder; there is nothing better to do there.
        if error.errno not in {errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP}:
            raise
    finally:
        os.close(fd)


def _claim(place: Path) -> tuple[Path, int]:
    """Make a folder of our own in `place` and lock it; the lock lasts as long as this process, at most."""
    while True:
        place.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError), _locked(place):
            own = place / secrets.token_hex(8)
            own.mkdir(mode=0o700)  # fails if another writer has removed the empty place meanwhile
            fd = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            _try_lock(fd)
            return own, fd


@contextlib.contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Hold a place for a moment, so that nobody makes a folder there while another looks for dead ones."""
    fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        # Network file systems may not know such locks; then nothing there is ever taken for dead.
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_if_empty(place: Path) -> None:
    with contextlib.suppress(OSError):
        place.rmdir()


def _mount_of(path: Path) -> tuple[int, str]:
    """Return what tells whether two folders lie on one mount, so that a rename between them works."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        mount = ""
        # The same device can be mounted twice, and no rename crosses that: only Linux tells.
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/self/fdinfo/{fd}").read_text(encoding="ascii").splitlines():
                if line.startswith("mnt_id:"):
                    mount = line
        return os.fstat(fd).st_dev, mount
    finally:
        os.close(fd)
