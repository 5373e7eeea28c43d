"""A vault on any file system that fsspec knows: object stores, SFTP, WebDAV.

Object stores have no folders. A content folder is there because its `dirid.c9r` is; a node's folder is stored
with its name last and removed with its name first, so that it is seen whole or not at all. Where there are
folders, files and folders are made beside the vault and renamed into it.
"""

import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence

from vault.errors import NodeExistsError, NodeNotFoundError, StorageError, VaultExistsError
from vault.location import RemotePlace
from vault.names import SHORTENED_SUFFIX
from vault.node import LONG_NAME_FILE
from vault.remote_files import RemoteUpload
from vault.remote_kinds import name_last
from vault.remote_reading import RemoteReading
from vault.staging import BESIDE_SUFFIX
from vault.storage import Upload, shell_of

STALE_S = 48 * 3600
"""How old something staged has to be before it is taken for what a dead writer left: uploads can be slow."""


class RemoteStorage(RemoteReading):
    """A vault on an fsspec file system; see `Storage`. Shared between threads."""

    def __init__(self, place: RemotePlace) -> None:
        super().__init__(place)
        self._beside = f"{place.root}{BESIDE_SUFFIX}"
        if self._kind.shows_uploads:
            self._sweep()

    def upload(self, path: str, mtime_ns: int | None = None) -> RemoteUpload:  # noqa: ARG002
        """Start a file; see `Storage`. Its time is when it is stored: stores let nobody set it."""
        stage = self._new_staged if self._kind.shows_uploads else None
        return RemoteUpload(self._file_system, self._full(path), stage, self._asking)

    def put_file(self, path: str, data: bytes | Upload, *, replace: bool) -> None:
        """Store a file whole; see `Storage`."""
        with self._asking():
            found = self.stat(path)
            if found is not None and (found.is_folder or not replace):
                raise NodeExistsError
            self._make_parent(path)
            self._put(self._full(path), data)

    def put_folder(self, path: str, files: Mapping[str, bytes | Upload]) -> None:
        """Store a folder whole; see `Storage`."""
        with self._asking():
            self._require_free(path)
            self._make_parent(path)
            if not self._kind.has_folders:
                for name in name_last(files):
                    self._put(self._full(f"{path}/{name}"), files[name])
                return
            folder = self._new_staged()
            self._file_system.makedirs(folder, exist_ok=True)
            try:
                for name, data in files.items():
                    self._put(f"{folder}/{name}", data, is_seen=False)
                self._kind.move(self._file_system, folder, self._full(path))
            except BaseException:
                self._remove_staged(folder)
                raise

    def put_linked(
        self, contents: str, files: Mapping[str, bytes], link: str, link_files: Mapping[str, bytes]
    ) -> None:
        """Store contents and a link to them; see `Storage`."""
        self.put_folder(contents, files)
        try:
            self.put_folder(link, link_files)
        except BaseException:
            with contextlib.suppress(StorageError):
                self.remove(contents)
            raise

    def move(self, path: str, new_path: str) -> None:
        """Give a file or folder another path; see `Storage`."""
        with self._asking():
            if self.stat(new_path) is not None:
                raise NodeExistsError
            self._kind.move(self._file_system, self._full(path), self._full(new_path))

    def relocate(self, source: str, target: str, beside: Mapping[str, bytes]) -> None:
        """Give a node's file another place; see `Storage`."""
        new_shell = shell_of(target)
        with self._asking():
            self._require_free(new_shell or target)
            if self._kind.has_folders:
                # Nothing may be copied, films are large: for a moment the new name is shown as incomplete.
                if new_shell is not None:
                    self.put_folder(new_shell, beside)
                self._kind.move(self._file_system, self._full(source), self._full(target))
            else:
                self._file_system.cp_file(self._full(source), self._full(target))
                for name in beside:
                    self._put(self._full(f"{new_shell}/{name}"), beside[name])
            self._remove_node(source)

    def _remove_node(self, source: str) -> None:
        """Remove the file of a node, with the folder around it unless a sync program has put more into that."""
        shell = shell_of(source)
        if shell is not None:
            with contextlib.suppress(NodeNotFoundError):
                left = {entry.name for entry in self.list(shell)} - {
                    source.rpartition("/")[2],
                    LONG_NAME_FILE,
                }
                source = source if left else shell
        self.remove(source)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it; see `Storage`."""
        found = self.stat(path)
        if found is None:
            return
        full = self._full(path)
        with contextlib.suppress(NodeNotFoundError), self._asking():
            if not found.is_folder:
                self._file_system.rm_file(full)
            elif self._kind.has_folders:
                staged = self._new_staged()
                self._kind.move(self._file_system, full, staged)
                self._remove_staged(staged)
            else:
                if path.endswith(SHORTENED_SUFFIX):
                    # Without its name it is not seen any more, whatever else is still there.
                    with contextlib.suppress(FileNotFoundError):
                        self._file_system.rm_file(f"{full}/{LONG_NAME_FILE}")
                self._file_system.rm(full, recursive=True)

    def remove_linked(self, link: str, contents: Sequence[str]) -> None:
        """Remove a folder's link and contents; see `Storage`."""
        for path in (link, *contents):
            self.remove(path)

    def close(self) -> None:
        """Let go of the ciphertext that was kept, and of the connection; safe twice."""
        self._read_ahead.forget()
        if self._kind.hang_up is not None:
            with contextlib.suppress(StorageError), self._asking():
                self._kind.hang_up(self._file_system)

    def require_empty(self) -> None:
        """Raise VaultExistsError if there is anything where a vault is to be made."""
        with contextlib.suppress(NodeNotFoundError):
            if self.list(""):
                raise VaultExistsError("the folder is not empty")

    # --- how

    def _require_free(self, path: str) -> None:
        """Raise NodeExistsError if a node is there. A shell without its name, an upload cut short, is none."""
        if path.endswith(SHORTENED_SUFFIX) and not self._kind.has_folders:
            path = f"{path}/{LONG_NAME_FILE}"
        if self.stat(path) is not None:
            raise NodeExistsError

    def _make_parent(self, path: str) -> None:
        if self._kind.has_folders:
            self._file_system.makedirs(self._full(path).rpartition("/")[0], exist_ok=True)

    def _put(self, full: str, data: bytes | Upload, *, is_seen: bool = True) -> None:
        """Store a file whole; `is_seen`: at a place where nothing half may be."""
        stage_all = self._kind.has_folders and is_seen
        if isinstance(data, RemoteUpload):
            waiting = data.finish(stage_all=self._kind.has_folders)
        else:
            assert isinstance(data, bytes)
            waiting = self._new_staged() if stage_all else None
            self._file_system.pipe_file(waiting or full, data)
        if waiting is not None:
            self._kind.move(self._file_system, waiting, full)

    def _new_staged(self) -> str:
        """Return a path to write to, which tells when it was begun."""
        if self._kind.has_folders:
            self._file_system.makedirs(self._beside, exist_ok=True)
        return f"{self._beside}/{int(time.time()):x}-{secrets.token_hex(8)}"

    def _remove_staged(self, path: str) -> None:
        with contextlib.suppress(NodeNotFoundError, StorageError), self._asking():
            self._file_system.rm(path, recursive=True)

    def _sweep(self) -> None:
        """Remove what writers left beside the vault long ago."""
        try:
            with self._asking():
                staged = self._file_system.ls(self._beside, detail=True)
        except (NodeNotFoundError, StorageError):
            return
        for info in staged:
            name = str(info["name"]).rstrip("/").rpartition("/")[2]
            if _is_stale(name):
                self._remove_staged(f"{self._beside}/{name}")


def _is_stale(name: str) -> bool:
    try:
        return time.time() - int(name.partition("-")[0], 16) > STALE_S
    except ValueError:
        return False
