"""What lies in a store far away: listed in few questions, read in ranges."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from vault.errors import NodeNotFoundError, StorageError
from vault.location import RemotePlace
from vault.read_ahead import SealedFiles
from vault.remote_errors import OneAtATime, remote_errors
from vault.remote_files import RemoteFile, entry_of, version_of
from vault.remote_kinds import kind_of
from vault.storage import Entry, FileFound, FolderFound, Nested

_AT_ONCE = 16
"""Questions that are asked of a store at the same time: what costs is the way there and back."""

S = TypeVar("S")
T = TypeVar("T")


class RemoteReading:
    """The half of `RemoteStorage` that looks and changes nothing. Shared between threads."""

    def __init__(self, place: RemotePlace) -> None:
        self._file_system = place.file_system
        self._root = place.root
        self._kind = kind_of(place)
        self._read_ahead = SealedFiles()
        self._asking = remote_errors if self._kind.is_for_threads else OneAtATime()

    def list(self, path: str) -> list[Entry]:
        """List a folder; see `Storage`."""
        full = self._full(path)
        with self._asking():
            found = self._file_system.ls(full, detail=True)
        # Some stores list a mark that stands for the folder; some list a file as if it were in itself.
        inside = [info for info in found if str(info["name"]).strip("/") != full.strip("/")]
        if len(found) != len(inside) and found[0]["type"] == "file" and not inside:
            raise NodeNotFoundError
        return [entry for entry in map(entry_of, inside) if entry is not None]

    def list_nested(self, path: str) -> Nested:
        """List a folder and those in it; see `Storage`. One question where a store lists whole trees."""
        if not self._kind.has_folders:
            return self._list_tree(path)
        entries = self.list(path)
        folders = [entry for entry in entries if entry.is_folder]
        insides = self._each(lambda entry: self._inside(f"{path}/{entry.name}"), folders)
        return Nested(
            [(entry.name, entry.size, entry.mtime_ns) for entry in entries if not entry.is_folder],
            [
                FolderFound(entry.name, entry.mtime_ns, inside)
                for entry, inside in zip(folders, insides, strict=True)
            ],
        )

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _inside(self, path: str) -> tuple[Entry, ...] | None:
        try:
            return tuple(self.list(path))
        except NodeNotFoundError:  # gone since
            return ()
        except StorageError:
            return None

    def _list_tree(self, path: str) -> Nested:
        with self._asking():
            found = self._file_system.find(self._full(path), detail=True)
        prefix = self._full(path).strip("/") + "/"
        files: list[FileFound] = []
        folders: dict[str, dict[str, Entry]] = {}
        for stored_path, info in found.items():
            name, _, below = stored_path.strip("/").removeprefix(prefix).partition("/")
            entry = entry_of(info)
            if entry is None or not stored_path.strip("/").startswith(prefix):
                continue
            if not below:
                files.append((entry.name, entry.size, entry.mtime_ns))
            elif "/" in below:
                inner = below.partition("/")[0]
                folders.setdefault(name, {})[inner] = Entry(inner, is_folder=True, size=0, mtime_ns=0)
            else:
                folders.setdefault(name, {})[below] = entry
        if not files and not folders:
            raise NodeNotFoundError
        return Nested(
            files, [FolderFound(name, 0, tuple(inside.values())) for name, inside in folders.items()]
        )

    def stat(self, path: str) -> Entry | None:
        """Look at a path; see `Storage`."""
        try:
            with self._asking():
                return entry_of(self._file_system.info(self._full(path)))
        except NodeNotFoundError:
            return None

    def stat_each(self, paths: Sequence[str]) -> Sequence[Entry | StorageError | None]:
        """Look at each path; see `Storage`."""

        def stat(path: str) -> Entry | StorageError | None:
            try:
                return self.stat(path)
            except StorageError as error:
                return error

        return self._each(stat, paths)

    def read(self, path: str, max_size: int) -> bytes:
        """Read a small file; see `Storage`."""
        full = self._full(path)
        with self._asking():
            try:
                data = self._file_system.cat_file(full, start=0, end=max_size)
            except OSError as error:
                # A range of a file that is empty is an error to some stores.
                if isinstance(error, FileNotFoundError) or self._file_system.info(full)["size"] != 0:
                    raise
                return b""
        return bytes(data[:max_size])

    def read_each(
        self, paths: Sequence[str], max_size: int
    ) -> Sequence[bytes | NodeNotFoundError | StorageError]:
        """Read small files; see `Storage`."""

        def read(path: str) -> bytes | NodeNotFoundError | StorageError:
            try:
                return self.read(path, max_size)
            except (NodeNotFoundError, StorageError) as error:
                return error

        return self._each(read, paths)

    def open(self, path: str) -> RemoteFile:
        """Open a file; see `Storage`."""
        full = self._full(path)
        with self._asking():
            info = self._file_system.info(full)
        entry = entry_of(info)
        if entry is None or entry.is_folder:
            raise NodeNotFoundError

        def fetch(start: int, stop: int) -> bytes:
            with self._asking():
                return self._kind.fetch(self._file_system, full, start, stop)

        return RemoteFile(self._read_ahead.file(version_of(full, info), entry.size, fetch), entry)

    @staticmethod
    def _each(ask: Callable[[S], T], subjects: Sequence[S]) -> Sequence[T]:
        """Ask about each, several at the same time."""
        if len(subjects) < 2:
            return [ask(subject) for subject in subjects]
        with ThreadPoolExecutor(min(_AT_ONCE, len(subjects)), "vault-look") as pool:
            return list(pool.map(ask, subjects))
