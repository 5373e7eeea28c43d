"""A power that fails at a chosen step: of the storage's own steps, or of the calls to the system below them."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from vault.local_storage import LocalStorage
from vault.storage import Entry, Nested, StoredFile, Upload


class PowerCutError(BaseException):
    """The power went. Not an `Exception`: no clean-up runs after a power cut, so none may catch it."""


class Fuse:
    """Blows at its n-th step, and stays blown."""

    def __init__(self, steps_left: int) -> None:
        self.steps_left = steps_left
        self.has_blown = False

    def step(self) -> None:
        if self.has_blown or self.steps_left <= 0:
            self.has_blown = True
            raise PowerCutError
        self.steps_left -= 1


class FailingUpload:
    """An upload on a disk whose power fails."""

    def __init__(self, inner: Upload, fuse: Fuse) -> None:
        self.inner = inner
        self._fuse = fuse

    def write(self, data: bytes | memoryview) -> None:
        self._fuse.step()
        self.inner.write(data)

    def discard(self) -> None:
        if not self._fuse.has_blown:
            self.inner.discard()


class FailingStorage:
    """A whole storage around a real one, whose power fails before or after any of its changes."""

    def __init__(self, inner: LocalStorage, fuse: Fuse) -> None:
        self.inner = inner
        self._fuse = fuse

    def list(self, path: str) -> list[Entry]:
        return self.inner.list(path)

    def list_nested(self, path: str) -> Nested:
        return self.inner.list_nested(path)

    def stat(self, path: str) -> Entry | None:
        return self.inner.stat(path)

    def stat_each(self, paths: Sequence[str]) -> Sequence[object]:
        return self.inner.stat_each(paths)

    def read(self, path: str, max_size: int) -> bytes:
        return self.inner.read(path, max_size)

    def read_each(self, paths: Sequence[str], max_size: int) -> Sequence[object]:
        return self.inner.read_each(paths, max_size)

    def open(self, path: str) -> StoredFile:
        return self.inner.open(path)

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        self._fuse.step()
        yield
        self._fuse.step()

    def upload(self, path: str, mtime_ns: int | None = None) -> FailingUpload:
        with self._change():
            upload = self.inner.upload(path, mtime_ns)
        return FailingUpload(upload, self._fuse)

    def put_file(self, path: str, data: bytes | FailingUpload, *, replace: bool) -> None:
        with self._change():
            self.inner.put_file(path, _inner(data), replace=replace)

    def put_folder(self, path: str, files: Mapping[str, bytes | FailingUpload]) -> None:
        with self._change():
            self.inner.put_folder(path, {name: _inner(data) for name, data in files.items()})

    def put_linked(
        self, contents: str, files: Mapping[str, bytes], link: str, link_files: Mapping[str, bytes]
    ) -> None:
        with self._change():
            self.inner.put_linked(contents, files, link, link_files)

    def move(self, path: str, new_path: str) -> None:
        with self._change():
            self.inner.move(path, new_path)

    def relocate(self, source: str, target: str, beside: Mapping[str, bytes]) -> None:
        with self._change():
            self.inner.relocate(source, target, beside)

    def remove(self, path: str) -> None:
        with self._change():
            self.inner.remove(path)

    def remove_linked(self, link: str, contents: Sequence[str]) -> None:
        with self._change():
            self.inner.remove_linked(link, contents)

    def close(self) -> None:
        if not self._fuse.has_blown:
            self.inner.close()


def _inner(data: bytes | FailingUpload) -> bytes | Upload:
    return data.inner if isinstance(data, FailingUpload) else data


_CALLS = ("rename", "replace", "link", "unlink", "mkdir", "rmdir", "write", "fsync", "utime", "truncate")


@contextlib.contextmanager
def failing_system(fuse: Fuse) -> Iterator[None]:
    """Have the fuse blow at calls to the system that change the disk: before one, or in the middle of a write."""

    def guarded(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            fuse.step()
            return real(*args, **options)

        return call

    def torn_write(fd: int, data: memoryview) -> int:
        try:
            fuse.step()
        except PowerCutError:
            real_write(fd, data[: len(data) // 2])
            raise
        return real_write(fd, data)

    def guarded_open(path: object, flags: int, *args: object, **options: object) -> int:
        if flags & os.O_CREAT:
            fuse.step()
        return real_open(path, flags, *args, **options)

    real_write, real_open = os.write, os.open
    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, guarded(getattr(os, name)))
        patch.setattr(os, "write", torn_write)
        patch.setattr(os, "open", guarded_open)
        yield


def abandon(storage: LocalStorage) -> None:
    """Let the system release what it releases when a process dies: the lock on its staging folder."""
    staging = storage._staging
    if staging._own is not None:
        os.close(staging._own_fd)
        staging._own = None


def files_of(vault_dir: Path) -> set[str]:
    """All that lies in a vault, folders too, by relative path; the shards `d/XX` may stay when they are empty."""
    return {
        path.relative_to(vault_dir).as_posix()
        for path in vault_dir.rglob("*")
        if len(path.relative_to(vault_dir).parts) != 2
    }
