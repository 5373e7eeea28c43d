"""Where a vault lies: a folder on a local disk, or a place that fsspec reaches.

`s3://bucket/vault`, `sftp://host/path/vault`, `webdav+https://host/path/vault`, `memory://vault`, and whatever else
fsspec knows. Who may enter there is fsspec's own matter (its configuration files and environment, or the service's
own): a password in an address would end up in logs and process lists, so none is accepted.
"""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import urlsplit

from vault.errors import LocationError
from vault.remote_errors import remote_errors

Location = Path | str
"""A path on a local disk, or an address."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_FILE_SCHEMES = {"file", "local"}


class OutgoingFile(Protocol):
    """A file of a file system, open for writing."""

    closed: bool

    def write(self, data: bytes) -> int: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102
    def commit(self) -> None: ...  # noqa: D102
    def discard(self) -> None: ...  # noqa: D102


class FileSystem(Protocol):
    """What the vault uses of an fsspec file system."""

    protocol: str | tuple[str, ...]

    def ls(self, path: str, detail: bool = True) -> list[dict[str, Any]]: ...  # noqa: D102
    def find(self, path: str, *, detail: bool) -> dict[str, dict[str, Any]]: ...  # noqa: D102
    def info(self, path: str) -> dict[str, Any]: ...  # noqa: D102
    def cat_file(self, path: str, start: int, end: int) -> bytes: ...  # noqa: D102
    def pipe_file(self, path: str, value: bytes) -> None: ...  # noqa: D102
    def open(self, path: str, mode: str, **options: object) -> OutgoingFile: ...  # noqa: D102
    def makedirs(self, path: str, exist_ok: bool = False) -> None: ...  # noqa: D102
    def cp_file(self, path1: str, path2: str) -> None: ...  # noqa: D102
    def mv(self, path1: str, path2: str) -> None: ...  # noqa: D102
    def rm_file(self, path: str) -> None: ...  # noqa: D102
    def rm(self, path: str, recursive: bool = False) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder of an fsspec file system; `protocol` is fsspec's name for its kind."""

    file_system: FileSystem
    protocol: str
    root: str


def is_remote(location: Location) -> bool:
    """Tell whether a location is an address, and not a path on a local disk."""
    found = _SCHEME.match(location) if isinstance(location, str) else None
    return found is not None and found[1].lower() not in _FILE_SCHEMES


def local_path(location: Location) -> Path:
    """Return the path of a location that is not remote; `file://` addresses are paths, too."""
    if isinstance(location, str):
        found = _SCHEME.match(location)
        return Path(location[found.end() :] if found else location)
    return location


def open_place(address: str) -> RemotePlace:
    """Return the place that an address names.

    Raises:
        LocationError: No such kind of place is known, a package for it is missing, or there is a password in it.
    """
    parts = urlsplit(address)
    if parts.password is not None:
        raise LocationError("an address must not hold a password: put it into fsspec's own configuration")
    if not parts.path.strip("/") and parts.scheme != "memory":
        raise LocationError("an address must name a folder of its own for the vault")
    try:
        fsspec = importlib.import_module("fsspec")
    except ImportError as error:
        raise LocationError("vaults elsewhere than on a disk need: pip install 'lanterne[remote]'") from error
    place = _webdav_place if parts.scheme.startswith("webdav+") else _place
    try:
        with remote_errors():
            return place(fsspec, address)
    except ImportError as error:
        raise LocationError(
            f"a package for {parts.scheme}:// is missing: {error.name or 'see fsspec'}"
        ) from error
    except ValueError as error:
        raise LocationError(f"places of the kind {parts.scheme}:// are not known") from error


def _place(fsspec: ModuleType, address: str) -> RemotePlace:
    file_system, root = fsspec.core.url_to_fs(address, skip_instance_cache=True)
    # No listing is believed for longer than it takes: others may write there, too.
    file_system.dircache = importlib.import_module("fsspec.dircache").DirCache(use_listings_cache=False)
    return RemotePlace(file_system, _protocol_of(file_system), root.rstrip("/"))


def _webdav_place(fsspec: ModuleType, address: str) -> RemotePlace:
    """WebDAV knows its server by the address of a folder there: the one that the vault's folder lies in."""
    base, _, name = address.removeprefix("webdav+").rstrip("/").rpartition("/")
    options = dict(fsspec.config.conf.get("webdav", {}))
    if isinstance(options.get("auth"), list):  # what JSON makes of a pair
        options["auth"] = tuple(options["auth"])
    options |= {"base_url": base, "skip_instance_cache": True}
    return RemotePlace(fsspec.filesystem("webdav", **options), "webdav", name)


def _protocol_of(file_system: FileSystem) -> str:
    protocol = file_system.protocol
    return protocol if isinstance(protocol, str) else str(protocol[0])
