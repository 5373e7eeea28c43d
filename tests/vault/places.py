"""Places of every kind that a vault can lie in, each with a storage of its own."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec

from tests.vault.servers import PASSWORD, USER
from vault.local_storage import LocalStorage
from vault.location import RemotePlace
from vault.remote_storage import RemoteStorage
from vault.storage import Storage

ANEW = {"skip_instance_cache": True}
NO_CACHES = ANEW | {"use_listings_cache": False}
KINDS = ["local", "memory", "file", "dir", "s3", "sftp", "webdav"]


def s3_options(port: int) -> dict[str, object]:
    return {"endpoint_url": f"http://127.0.0.1:{port}", "key": "test", "secret": "test"}


def sftp_options(port: int) -> dict[str, object]:
    return {
        "port": port,
        "username": USER,
        "password": PASSWORD,
        "look_for_keys": False,
        "allow_agent": False,
    }


class Places:
    """Makes places; a store's server is asked for when it is needed first."""

    def __init__(self, port_of: Callable[[str], int], tmp_path: Path) -> None:
        self._port_of = port_of
        self._tmp_path = tmp_path

    def file_system(self, kind: str) -> tuple[object, str]:
        """A file system, and a fresh folder in it that need not exist."""
        name = uuid.uuid4().hex
        if kind == "memory":
            return fsspec.filesystem("memory", global_store=False, **NO_CACHES), f"/{name}"
        if kind == "file":
            return fsspec.filesystem("file", **NO_CACHES), str(self._tmp_path / name)
        if kind == "dir":
            inner = fsspec.filesystem("file", **NO_CACHES)
            return fsspec.filesystem("dir", path=str(self._tmp_path), fs=inner, **NO_CACHES), name
        if kind == "s3":
            file_system = fsspec.filesystem("s3", **s3_options(self._port_of("s3")), **NO_CACHES)
            with contextlib.suppress(FileExistsError):
                file_system.mkdir("lanterne")
            return file_system, f"lanterne/{name}"
        if kind == "sftp":
            options = sftp_options(self._port_of("sftp"))
            return fsspec.filesystem("sftp", host="127.0.0.1", **options, **ANEW), f"/{name}"
        assert kind == "webdav"
        base_url = f"http://127.0.0.1:{self._port_of('webdav')}/dav"
        options = {
            "base_url": base_url,
            "auth": (USER, PASSWORD),
        }
        return fsspec.filesystem("webdav", **options, **ANEW), name

    @contextlib.contextmanager
    def opener(self, kind: str) -> Iterator[Callable[[], Storage]]:
        """Something that opens storages on one and the same place."""
        opened: list[Storage] = []
        if kind == "local":
            directory = self._tmp_path / uuid.uuid4().hex
            directory.mkdir()

            def open_storage() -> Storage:
                return LocalStorage(directory)
        else:
            file_system, root = self.file_system(kind)

            def open_storage() -> Storage:
                storage = RemoteStorage(RemotePlace(file_system, kind, root))
                opened.append(storage)
                return storage

        yield open_storage
        for storage in opened:
            storage.close()
