"""A vault in a folder of a local disk: the only module, with `vault.staging`, that touches files."""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from vault.errors import NodeExistsError, NodeNotFoundError, StorageError, VaultExistsError
from vault.staging import Staging, flush_folder, write_whole
from vault.storage import Entry, Upload

_MESSAGES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the permission to do that on the disk is missing",
    errno.EPERM: "the disk does not permit that",
    errno.EIO: "the disk fails to read or write",
    errno.ENAMETOOLONG: "the disk does not take names that long",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_EXISTS = {errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR}
_ABSENT = {errno.ENOENT, errno.ENOTDIR}
# File systems without hard links answer one of these.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


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
        # O_NONBLOCK: a pipe planted in the vault must not hang the reader; files do not care.
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        found = os.fstat(self._fd)
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

    def close(self) -> None:
        """Release it."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


class LocalUpload:
    """A file on its way into a local vault; see `Upload`."""

    def __init__(self, path: Path, mtime_ns: int | None) -> None:
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


class LocalStorage:
    """A vault in a folder of a local disk; see `Storage`."""

    def __init__(self, directory: Path) -> None:
        self._root = str(directory)
        self._staging = Staging(directory)
        self._staging.sweep()

    def list(self, path: str) -> list[Entry]:
        """List a folder; see `Storage`. Links, pipes and devices are left out: no vault has them."""
        entries: list[Entry] = []
        with disk_errors(), os.scandir(f"{self._root}/{path}") as found:
            for item in found:
                try:
                    status = item.stat(follow_symlinks=False)
                except FileNotFoundError:  # gone since
                    continue
                entry = _entry(item.name, status)
                if entry is not None:
                    entries.append(entry)
        return entries

    def stat(self, path: str) -> Entry | None:
        """Look at a path; see `Storage`."""
        try:
            with disk_errors():
                status = os.stat(f"{self._root}/{path}", follow_symlinks=False)  # noqa: PTH116
        except NodeNotFoundError:
            return None
        return _entry(path.rpartition("/")[2], status)

    def read(self, path: str, max_size: int) -> bytes:
        """Read a small file; see `Storage`."""
        with contextlib.closing(self.open(path)) as file:
            buffer = memoryview(bytearray(min(file.size, max_size)))
            return bytes(buffer[: file.read_into(0, buffer)])

    def open(self, path: str) -> LocalFile:
        """Open a file; see `Storage`."""
        try:
            with disk_errors():
                return LocalFile(f"{self._root}/{path}")
        except StorageError as error:
            if error.errno == errno.ELOOP:  # a link planted where a file should be
                raise NodeNotFoundError from error
            raise

    def upload(self, mtime_ns: int | None = None) -> LocalUpload:
        """Start a file; see `Storage`."""
        with disk_errors():
            return LocalUpload(self._staging.new_path(), mtime_ns)

    def put_file(self, path: str, data: bytes | Upload, *, replace: bool) -> None:
        """Store a file whole; see `Storage`."""
        upload = self._as_upload(data)
        try:
            with disk_errors():
                self._publish_file(upload.finish(), self._ready(path), replace=replace)
        finally:
            upload.discard()

    def put_folder(self, path: str, files: Mapping[str, bytes | Upload]) -> None:
        """Store a folder whole; see `Storage`."""
        with disk_errors():
            staged = self._staging.new_path()
            staged.mkdir()
            try:
                for name, data in files.items():
                    self._as_upload(data).finish().rename(staged / name)
                flush_folder(staged)
                final = self._ready(path)
                if final.is_file():
                    raise NodeExistsError
                # Renaming a folder over an empty folder succeeds, over anything else it fails.
                staged.rename(final)
                flush_folder(final.parent)
            finally:
                shutil.rmtree(staged, ignore_errors=True)

    def move(self, path: str, new_path: str) -> None:
        """Give a file or folder another path; see `Storage`."""
        source, final = Path(self._root, path), Path(self._root, new_path)
        with disk_errors():
            if os.path.lexists(final):
                raise NodeExistsError
            source.rename(final)
            flush_folder(final.parent)
            if source.parent != final.parent:
                flush_folder(source.parent)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it; see `Storage`."""
        target = Path(self._root, path)
        with disk_errors():
            try:
                if target.is_dir() and not target.is_symlink():
                    shutil.rmtree(target)
                else:
                    target.unlink()
            except FileNotFoundError:
                return
            flush_folder(target.parent)

    def close(self) -> None:
        """Drop what is not stored yet."""
        self._staging.close()

    def _as_upload(self, data: bytes | Upload) -> LocalUpload:
        if isinstance(data, bytes):
            upload = self.upload()
            upload.write(data)
            return upload
        assert isinstance(data, LocalUpload)
        return data

    def _ready(self, path: str) -> Path:
        """Return the full path, its folder made: `d/XX` comes into being with the first folder in it."""
        final = Path(self._root, path)
        if not final.parent.is_dir() and path.startswith("d/"):
            shard = final.parent
            if shard.parent == Path(self._root, "d"):
                shard.parent.mkdir(exist_ok=True)
                shard.mkdir(exist_ok=True)
                flush_folder(shard.parent)
        return final

    @staticmethod
    def _publish_file(staged: Path, final: Path, *, replace: bool) -> None:
        if replace:
            staged.rename(final)
        else:
            try:
                # A link never overwrites, whoever else writes there at this moment.
                final.hardlink_to(staged)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if os.path.lexists(final):
                    raise NodeExistsError from error
                staged.rename(final)
        flush_folder(final.parent)


def _entry(name: str, status: os.stat_result) -> Entry | None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFREG:
        return Entry(name, False, status.st_size, status.st_mtime_ns)  # noqa: FBT003
    if kind == stat.S_IFDIR:
        return Entry(name, True, 0, status.st_mtime_ns)  # noqa: FBT003
    return None


def make_empty_folder(directory: Path) -> None:
    """Make a folder, and those above it, where it is missing; raise VaultExistsError if anything is in it."""
    with disk_errors():
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise VaultExistsError("the folder is not empty")
        flush_folder(directory.resolve().parent)


def has_file(directory: Path, name: str) -> bool:
    """Tell whether there is a file of that name, or an unreadable folder, which comes to the same."""
    try:
        return (directory / name).is_file()
    except OSError:
        return False
