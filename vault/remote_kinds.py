"""What the places that fsspec reaches can do in one step, and how something is moved there."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Thread
from typing import Protocol, cast

from vault.location import FileSystem, RemotePlace
from vault.node import LONG_NAME_FILE

Fetch = Callable[[FileSystem, str, int, int], bytes]

_HANG_UP_S = 5.0
"""How long the thread of a connection may take to end."""

Move = Callable[[FileSystem, str, str], None]
"""Gives a file or folder another path (file system, old path, new path); a file that is there is replaced."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of place can do.

    Attributes:
        has_folders: Folders are there by themselves, and are renamed in one step with all that is in them.
        shows_uploads: A file shows at its path before it is uploaded whole, so it is uploaded elsewhere first.
        move: How something gets another path.
        is_for_threads: Its connection may be used by several threads at once.
        fetch: How a range is read (file system, path, start, stop), which all lies inside the file.
        hang_up: How its connection is ended; of the others, the garbage collector takes care.
    """

    has_folders: bool
    shows_uploads: bool
    move: Move
    fetch: Fetch
    is_for_threads: bool = True
    hang_up: Callable[[FileSystem], None] | None = None


def kind_of(place: RemotePlace) -> Kind:
    """Return what a place can do; of kinds that are not known, no more than every store can is expected."""
    return _KINDS.get(place.protocol, _OBJECTS)


def name_last(paths: Iterable[str]) -> list[str]:
    """Return the paths of a node's files in the order to store them, which is not the one to remove them."""
    return sorted(paths, key=lambda path: (path.rpartition("/")[2] == LONG_NAME_FILE, path))


class _Connection(Protocol):
    def close(self) -> None: ...


class _WebdavClient(Protocol):
    http: _Connection

    def move(self, from_path: str, to_path: str, *, overwrite: bool) -> None: ...


class _Webdav(Protocol):
    client: _WebdavClient


class _SshClient(_Connection, Protocol):
    def get_transport(self) -> Thread | None: ...


class _SftpFile(AbstractContextManager["_SftpFile"], Protocol):
    def readv(self, chunks: list[tuple[int, int]]) -> Iterable[bytes]: ...


class _SftpClient(Protocol):
    def open(self, path: str) -> _SftpFile: ...


class _Sftp(Protocol):
    client: _SshClient
    ftp: _SftpClient


def _rename(file_system: FileSystem, path: str, new_path: str) -> None:
    file_system.mv(path, new_path)


def _rename_webdav(file_system: FileSystem, path: str, new_path: str) -> None:
    # Its `mv` copies and removes; the protocol's MOVE is one step.
    cast("_Webdav", file_system).client.move(path, new_path, overwrite=True)


def _fetch(file_system: FileSystem, path: str, start: int, stop: int) -> bytes:
    return file_system.cat_file(path, start=start, end=stop)


def _fetch_sftp(file_system: FileSystem, path: str, start: int, stop: int) -> bytes:
    """Ask for all pieces before the first has come: one after the other costs a way there and back each."""
    with cast("_Sftp", file_system).ftp.open(path) as file:
        return b"".join(file.readv([(start, stop - start)]))


def _hang_up_webdav(file_system: FileSystem) -> None:
    cast("_Webdav", file_system).client.http.close()


def _hang_up_sftp(file_system: FileSystem) -> None:
    client = cast("_Sftp", file_system).client
    transport = client.get_transport()
    client.close()
    if transport is not None:
        transport.join(_HANG_UP_S)


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


_OBJECTS = Kind(has_folders=False, shows_uploads=True, move=_copy_and_remove, fetch=_fetch)
_S3 = Kind(has_folders=False, shows_uploads=False, move=_copy_and_remove, fetch=_fetch)
_FILES = Kind(has_folders=True, shows_uploads=True, move=_rename, fetch=_fetch)
_SFTP = Kind(
    has_folders=True,
    shows_uploads=True,
    move=_rename,
    fetch=_fetch_sftp,
    is_for_threads=False,
    hang_up=_hang_up_sftp,
)
_WEBDAV = Kind(
    has_folders=True, shows_uploads=True, move=_rename_webdav, fetch=_fetch, hang_up=_hang_up_webdav
)
_KINDS = {
    "s3": _S3,
    "s3a": _S3,
    "file": _FILES,
    "local": _FILES,
    "sftp": _SFTP,
    "ssh": _SFTP,
    "dir": _FILES,
    "webdav": _WEBDAV,
    "dav": _WEBDAV,
}
