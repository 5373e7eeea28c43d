"""Files into the vault and out of it: nothing is overwritten, the rest goes on when one fails."""

import contextlib
import functools
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from vault import IntegrityError, Node, NodeExistsError, NodeKind, NodeNotFoundError, Vault, VaultError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TransferError(Exception):
    """A file could not be brought in or out; the message says which and why."""


class ExistsError(TransferError):
    """The target is there already and is another file; nothing was overwritten."""


@dataclass(slots=True)
class TransferReport:
    """What happened to the files, by the names that the person gave."""

    stored_count: int = 0
    skipped_count: int = 0
    failures: list[tuple[str, Exception]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an import: where it is and where in the vault it goes."""

    source: Path
    target: PurePosixPath


def plan_import(sources: list[Path], to: str) -> list[Piece]:
    """Return the files under `sources` with their places in the vault, in the order of their names.

    A folder keeps its name: its files go to `to`/FOLDER/... . Symbolic links are left out.

    Raises:
        TransferError: A source does not exist.
    """
    pieces = []
    target = PurePosixPath("/") / to
    for source in sources:
        if not source.exists():
            raise TransferError(f"{source}: no such file or folder")
        if not source.is_dir():
            pieces.append(Piece(source, target / source.name))
            continue
        root = source.resolve()
        for folder, folders, names in os.walk(root):
            folders.sort()
            inside = target / root.name / Path(folder).relative_to(root)
            files = (Path(folder) / name for name in sorted(names))
            pieces += [Piece(file, inside / file.name) for file in files if not file.is_symlink()]
    return pieces


def import_pieces(
    vault: Vault, pieces: list[Piece], on_progress: Callable[[Piece, int], None] = lambda _piece, _size: None
) -> TransferReport:
    """Store every file; what is there already with the same bytes is skipped.

    Args:
        vault: The unlocked vault.
        pieces: What to store, from `plan_import`.
        on_progress: Called with a file and how many more of its bytes were read.
    """
    report = TransferReport()
    for piece in pieces:
        try:
            folder = vault.make_folders(str(piece.target.parent))
            assert folder.own_id is not None
            with _Watched(piece.source, functools.partial(on_progress, piece)) as source:
                stored = _store(vault, folder.own_id, piece, source)
        except (TransferError, VaultError, OSError) as error:
            report.failures.append((str(piece.source), error))
            continue
        if stored:
            report.stored_count += 1
        else:
            report.skipped_count += 1
    return report


def export_path(vault: Vault, path: str, to: Path) -> TransferReport:
    """Write a file or a folder of the vault, with all under it, into the folder `to`.

    Raises:
        NodeNotFoundError: There is nothing at `path`.
    """
    report = TransferReport()
    node = vault.find(path)
    for inner, found in _under(vault, node):
        target = to / inner
        try:
            if found.kind is NodeKind.FOLDER:
                target.mkdir(parents=True, exist_ok=True)
            elif found.kind is NodeKind.FILE:
                _write_out(vault, found, target)
                report.stored_count += 1
        except (TransferError, VaultError, OSError) as error:
            report.failures.append((str(PurePosixPath(path).parent / inner), error))
    return report


class _Watched(io.RawIOBase):
    """A file opened for reading that says how much of it was read."""

    def __init__(self, path: Path, on_read: Callable[[int], None]) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._on_read = on_read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        size = self._file.readinto(buffer) or 0
        self._on_read(size)
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def _store(vault: Vault, folder_id: str, piece: Piece, source: io.RawIOBase) -> bool:
    """Store one file; False when the vault has it already."""
    try:
        vault.write_file(folder_id, piece.target.name, cast("BinaryIO", source))
    except NodeExistsError as error:
        if _is_same(vault, piece):
            return False
        raise ExistsError(f"{piece.target} is in the vault already and is another file") from error
    return True


def _is_same(vault: Vault, piece: Piece) -> bool:
    with contextlib.suppress(NodeNotFoundError, IntegrityError):
        node = vault.find(str(piece.target))
        if node.kind is not NodeKind.FILE or node.size != piece.source.stat().st_size:
            return False
        with vault.open(node) as reader, piece.source.open("rb") as source:
            return all(part == source.read(len(part)) for part in reader.iter_range(0, reader.size))
    return False


def _under(vault: Vault, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield `node` and all under it with their paths, which begin with its own name."""
    name = node.name
    yield name, node
    if node.kind is NodeKind.FOLDER and node.own_id is not None:
        for path, inner in vault.walk(node.own_id):
            yield f"{name}{path}" if name else path.lstrip("/"), inner


def _write_out(vault: Vault, node: Node, target: Path) -> None:
    """Write one file out, whole or not at all."""
    if target.exists():
        raise ExistsError(f"{target} exists already")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with vault.open(node) as reader, unfinished.open("xb") as file:
            for piece in reader.iter_range(0, reader.size):
                file.write(piece)
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
