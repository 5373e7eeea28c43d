"""Folders of a local disk, listed: what is in them, and what the system says of it."""

import os
import stat
from collections.abc import Iterable

from vault.errors import NodeNotFoundError, StorageError
from vault.local_files import disk_errors
from vault.node import FOLDER_LINK_FILE, LONG_NAME_FILE
from vault.storage import UNKNOWN_SIZE, Entry, FileFound, FolderFound, Nested

_NONE: frozenset[str] = frozenset()
_READ_ANYWAY = frozenset({FOLDER_LINK_FILE, LONG_NAME_FILE})


def list_folder(path: str) -> list[Entry]:
    """List a folder. Links, pipes and devices are left out: no vault has them."""
    return _entries(*_look_into(path))


def list_nested(path: str) -> Nested:
    """List a folder and those in it; see `Storage`."""
    files, folders = _look_into(path)
    found: list[FolderFound] = []
    for name, mtime_ns in folders:
        inside = None
        try:
            # By its path: hardly anything in it is looked at, so that to open it first would not pay.
            with disk_errors(), os.scandir(f"{path}/{name}") as items:
                inside = tuple(_entries(*_look(items, _READ_ANYWAY)))
        except NodeNotFoundError:  # gone since
            continue
        except StorageError:
            pass
        found.append(FolderFound(name, mtime_ns, inside))
    return Nested(files, found)


def entry_of(name: str, status: os.stat_result) -> Entry | None:
    """Return what the system says of a file or folder; None for links, pipes and devices."""
    if stat.S_ISREG(status.st_mode):
        return Entry(name, is_folder=False, size=status.st_size, mtime_ns=status.st_mtime_ns)
    if stat.S_ISDIR(status.st_mode):
        return Entry(name, is_folder=True, size=0, mtime_ns=status.st_mtime_ns)
    return None


def _look_into(path: str) -> tuple[list[FileFound], list[tuple[str, int]]]:
    with disk_errors():
        # Each look goes through the open folder: to go down the whole path every time takes a quarter longer.
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with os.scandir(folder) as items:
                return _look(items)
        finally:
            os.close(folder)


def _look(
    items: Iterable[os.DirEntry[str]], known: frozenset[str] = _NONE
) -> tuple[list[FileFound], list[tuple[str, int]]]:
    """Return the files and the folders, with their times, among what was found.

    Files of `known` names are not looked at: to look costs more than all the rest.
    """
    files: list[FileFound] = []
    folders: list[tuple[str, int]] = []
    for item in items:
        try:
            if item.name in known and item.is_file(follow_symlinks=False):
                files.append((item.name, UNKNOWN_SIZE, 0))
                continue
            status = item.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                files.append((item.name, status.st_size, status.st_mtime_ns))
            elif stat.S_ISDIR(status.st_mode):
                folders.append((item.name, status.st_mtime_ns))
        except FileNotFoundError:  # gone since
            continue
        except OSError:
            # One bad block must not hide the whole folder; the kind is known without looking.
            if item.is_dir(follow_symlinks=False):
                folders.append((item.name, 0))
            else:
                files.append((item.name, UNKNOWN_SIZE, 0))
    return files, folders


def _entries(files: Iterable[FileFound], folders: Iterable[tuple[str, int]]) -> list[Entry]:
    return [
        *(Entry(name, is_folder=False, size=size, mtime_ns=mtime_ns) for name, size, mtime_ns in files),
        *(Entry(name, is_folder=True, size=0, mtime_ns=mtime_ns) for name, mtime_ns in folders),
    ]
