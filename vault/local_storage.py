"""A vault in a folder of a local disk: with its neighbours all that touches its files.

Those are `local_files`, `local_listing`, `staging` and `leftovers`.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from vault.errors import NodeExistsError, NodeNotFoundError, StorageError, VaultExistsError
from vault.leftovers import FolderMade, FolderRemoved, NodeRelocated
from vault.local_files import NO_LINKS, LocalFile, LocalUpload, disk_errors, publish_file
from vault.local_listing import entry_of, list_folder, list_nested
from vault.node import LONG_NAME_FILE
from vault.staging import Staging, flush_folder
from vault.storage import Entry, Nested, StoredAt, Upload, shell_of

# Removing has to work on a full disk, where nothing can be set aside any more.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EXDEV}


class LocalStorage:
    """A vault in a folder of a local disk; see `Storage`."""

    def __init__(self, directory: Path) -> None:
        self._root = str(directory)
        self._staging = Staging(directory)
        self._staging.sweep()

    # --- look

    def list(self, path: str) -> list[Entry]:
        """List a folder; see `Storage`."""
        return list_folder(f"{self._root}/{path}")

    def list_nested(self, path: str) -> Nested:
        """List a folder and those in it; see `Storage`."""
        return list_nested(f"{self._root}/{path}")

    def stat(self, path: str) -> Entry | None:
        """Look at a path; see `Storage`."""
        try:
            with disk_errors():
                status = os.stat(f"{self._root}/{path}", follow_symlinks=False)  # noqa: PTH116
        except NodeNotFoundError:
            return None
        return entry_of(path.rpartition("/")[2], status)

    def stat_each(self, paths: Sequence[str]) -> Sequence[Entry | StorageError | None]:
        """Look at each path; see `Storage`."""
        found: list[Entry | StorageError | None] = []
        for path in paths:
            try:
                found.append(self.stat(path))
            except StorageError as error:
                found.append(error)
        return found

    def read(self, path: str, max_size: int) -> bytes:
        """Read a small file; see `Storage`."""
        with contextlib.closing(self.open(path)) as file:
            buffer = memoryview(bytearray(min(file.size, max_size)))
            return bytes(buffer[: file.read_into(0, buffer)])

    def read_each(
        self, paths: Sequence[str], max_size: int
    ) -> Sequence[bytes | NodeNotFoundError | StorageError]:
        """Read small files; see `Storage`."""
        found: list[bytes | NodeNotFoundError | StorageError] = []
        for path in paths:
            try:
                found.append(self.read(path, max_size))
            except (NodeNotFoundError, StorageError) as error:
                found.append(error)
        return found

    def open(self, path: str) -> LocalFile:
        """Open a file; see `Storage`."""
        try:
            with disk_errors():
                return LocalFile(f"{self._root}/{path}")
        except StorageError as error:
            if error.errno == errno.ELOOP:  # a link planted where a file should be
                raise NodeNotFoundError from error
            raise

    # --- change

    def upload(self, path: str, mtime_ns: int | None = None) -> LocalUpload:  # noqa: ARG002
        """Start a file; see `Storage`."""
        with disk_errors():
            return LocalUpload(self._staging.new_path(), mtime_ns)

    def put_file(self, path: str, data: bytes | Upload | StoredAt, *, replace: bool) -> None:
        """Store a file whole; see `Storage`."""
        with disk_errors():
            staged = self._staged(data)
            try:
                publish_file(staged, self._ready(path), replace=replace)
            finally:
                staged.unlink(missing_ok=True)

    def put_folder(self, path: str, files: Mapping[str, bytes | Upload | StoredAt]) -> None:
        """Store a folder whole; see `Storage`."""
        with disk_errors():
            staged = self._staging.new_path()
            staged.mkdir()
            try:
                for name, data in files.items():
                    self._staged(data).rename(staged / name)
                flush_folder(staged)
                final = self._ready(path)
                if final.is_file():
                    raise NodeExistsError
                # Renaming a folder over an empty folder succeeds, over anything else it fails.
                staged.rename(final)
                flush_folder(final.parent)
            finally:
                shutil.rmtree(staged, ignore_errors=True)

    def put_linked(
        self, contents: str, files: Mapping[str, bytes], link: str, link_files: Mapping[str, bytes]
    ) -> None:
        """Store contents and a link to them; see `Storage`."""
        with disk_errors(), self._staging.noted(FolderMade(contents, link)):
            self.put_folder(contents, files)
            try:
                self.put_folder(link, link_files)
            except BaseException:
                self.remove(contents)
                raise

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

    def relocate(self, source: str, target: str, beside: Mapping[str, bytes]) -> None:
        """Give a node's file another place; see `Storage`."""
        old_shell, new_shell = shell_of(source), shell_of(target)
        with disk_errors(), self._staging.noted(NodeRelocated(source, target)):
            try:
                if new_shell is None:
                    self.put_file(target, StoredAt(source), replace=False)
                else:
                    files: dict[str, bytes | Upload | StoredAt] = {**beside}
                    files[target.rpartition("/")[2]] = StoredAt(source)
                    self.put_folder(new_shell, files)
            except _NoLinksError:
                # Then the file has to leave its old place to be at the new one.
                if new_shell is not None:
                    self.put_folder(new_shell, beside)
                self.move(source, target)
            self._remove_node(source, old_shell)

    def _remove_node(self, source: str, shell: str | None) -> None:
        """Remove the file of a node, with the folder around it unless a sync program has put more into that."""
        if shell is not None:
            left = {entry.name for entry in self.list(shell)} - {source.rpartition("/")[2], LONG_NAME_FILE}
            source = source if left else shell
        self.remove(source)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it; see `Storage`."""
        target = Path(self._root, path)
        with disk_errors():
            if not target.is_dir() or target.is_symlink():
                target.unlink(missing_ok=True)
            else:
                taken = self._take_away(target)
                shutil.rmtree(taken or target)
            with contextlib.suppress(FileNotFoundError):
                flush_folder(target.parent)

    def remove_linked(self, link: str, contents: Sequence[str]) -> None:
        """Remove a folder's link and contents; see `Storage`."""
        with disk_errors():
            try:
                staged = self._staging.new_path()
                with self._staging.noted(FolderRemoved(link, staged.name, contents)):
                    Path(self._root, link).rename(staged)
                    flush_folder(Path(self._root, link).parent)
                    for path in contents:
                        self.remove(path)
                    shutil.rmtree(staged)
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                # The deepest first: what an interruption leaves can still be seen, and removed.
                for path in (*reversed(contents), link):
                    self.remove(path)

    def close(self) -> None:
        """Drop what is not stored yet."""
        self._staging.close()

    def _staged(self, data: bytes | Upload | StoredAt) -> Path:
        """Return where data waits, whole and on the disk, to be given its path."""
        if isinstance(data, StoredAt):
            staged = self._staging.new_path()
            try:
                staged.hardlink_to(Path(self._root, data.path))
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
                raise _NoLinksError from error
            return staged
        if isinstance(data, bytes):
            upload = LocalUpload(self._staging.new_path())
            try:
                upload.write(data)
                return upload.finish()
            except BaseException:
                upload.discard()
                raise
        assert isinstance(data, LocalUpload)
        return data.finish()

    def _take_away(self, target: Path) -> Path | None:
        """Move something out of the tree in one step; return where to, or None where there is no room."""
        try:
            taken = self._staging.new_path()
            target.rename(taken)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            return None
        return taken

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


class _NoLinksError(Exception):
    """The file system knows no hard links."""


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
