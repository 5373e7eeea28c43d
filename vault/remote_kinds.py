"""What the places that fsspec reaches can do in one step, and how something is moved there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, cast

from vault.location import FileSystem, RemotePlace
from vault.node import LONG_NAME_FILE

Move = Callable[[FileSystem, str, str], None]
"""Gives a file or folder another path (file system, old path, new path); a file that is there is replaced."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of place can do.

    Attributes:
        has_folders: Folders are there by themselves, and are renamed in one step with all that is in them.
        shows_uploads: A file shows at its path before it is uploaded whole, so it is uploaded elsewhere first.
        move: How something gets another path.
    """

    has_folders: bool
    shows_uploads: bool
    move: Move


def kind_of(place: RemotePlace) -> Kind:
    """Return what a place can do; of kinds that are not known, no more than every store can is expected."""
    return _KINDS.get(place.protocol, _OBJECTS)


def name_last(paths: Iterable[str]) -> list[str]:
    """Return the paths of a node's files in the order to store them, which is not the one to remove them."""
    return sorted(paths, key=lambda path: (path.rpartition("/")[2] == LONG_NAME_FILE, path))


class _WebdavClient(Protocol):
    def move(self, from_path: str, to_path: str, *, overwrite: bool) -> None: ...


class _Webdav(Protocol):
    client: _WebdavClient


def _rename(file_system: FileSystem, path: str, new_path: str) -> None:
    file_system.mv(path, new_path)


def _rename_webdav(file_system: FileSystem, path: str, new_path: str) -> None:
    # Its `mv` copies and removes; the protocol's MOVE is one step.
    cast("_Webdav", file_system).client.move(path, new_path, overwrite=True)


def _copy_and_remove(file_system: FileSystem, path: str, new_path: str) -> None:
    """Move where nothing can be renamed: what is seen for a moment is both."""
    files = name_last(file_system.find(path, detail=True))
    if not files:
        raise FileNotFoundError(path)
    prefix = path.strip("/")
    for file in files:
        file_system.cp_file(file, new_path + file.strip("/").removeprefix(prefix))
    for file in reversed(files):
        file_system.rm_file(file)


_OBJECTS = Kind(has_folders=False, shows_uploads=True, move=_copy_and_remove)
_S3 = Kind(has_folders=False, shows_uploads=False, move=_copy_and_remove)
_FILES = Kind(has_folders=True, shows_uploads=True, move=_rename)
_WEBDAV = Kind(has_folders=True, shows_uploads=True, move=_rename_webdav)
_KINDS = {
    "s3": _S3,
    "s3a": _S3,
    "file": _FILES,
    "local": _FILES,
    "sftp": _FILES,
    "ssh": _FILES,
    "dir": _FILES,
    "webdav": _WEBDAV,
    "dav": _WEBDAV,
}
