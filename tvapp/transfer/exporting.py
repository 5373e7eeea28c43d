"""Files out of the vault: each whole or not at all, nothing is overwritten."""

import contextlib
import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from library import LibraryError, NotWholeError, Seal
from tvapp.transfer.comparing import Comparer
from tvapp.transfer.contents import SealRecords
from tvapp.transfer.deep_paths import reached
from tvapp.transfer.errors import (
    AlteredError,
    DamageError,
    ExistsError,
    NoRoomError,
    RefusedError,
    StoppedError,
    TransferError,
)
from tvapp.transfer.export_plan import ExportPlan, ExportStep, problem_of
from tvapp.transfer.importing import LASTING
from tvapp.transfer.links import stays_inside
from tvapp.transfer.report import Failure, Meter, Remark, TransferReport, Watcher, shown
from tvapp.transfer.target_file import TargetFile, exists, kind_at, part_path, remove
from vault import NodeKind, PlaintextReader, Vault, VaultError, VaultLockedError


class Exporter:
    """Carries out one plan.

    Args:
        vault: Unlocked.
        seals: Knows what files of the vault contain, and when their originals were last changed.
        to: The folder to write into; made when it is not there.
        skip_existing: What is there already with the same contents is passed over; it is an error otherwise.
        symlinks: Make the vault's links, too, those that stay inside `to`.
        stopping: Set it, from any thread or signal, to stop at the next piece of a file.

    Raises:
        RefusedError: The folder lies in the vault.
    """

    def __init__(
        self,
        vault: Vault,
        seals: SealRecords,
        to: Path,
        *,
        skip_existing: bool = False,
        symlinks: bool = False,
        stopping: threading.Event | None = None,
    ) -> None:
        self._vault = vault
        self._seals = seals
        self._to = to.resolve()
        self._skip_existing = skip_existing
        self._symlinks = symlinks
        self._watcher = Watcher()
        self._stopping = stopping or threading.Event()
        self._report = TransferReport()
        self._lost: set[PurePosixPath] = set()
        self._comparer = Comparer(vault, seals, self._check)
        if isinstance(vault.location, Path) and self._to.is_relative_to(vault.location.resolve()):
            raise RefusedError("the folder to export to lies in the vault itself: nothing was exported")

    def require_room(self, plan: ExportPlan) -> None:
        """Raise NoRoomError when the disk has less room than what is not there yet will take."""
        try:
            disk = os.statvfs(next(each for each in (self._to, *self._to.parents) if each.exists()))
            missing = [step for step in plan.files if not exists(self._to / step.place)]
        except OSError:  # then it is said where something is to be written
            return
        needed = sum(-(-(step.node.size or 0) // disk.f_frsize) * disk.f_frsize for step in missing)
        if needed > disk.f_bavail * disk.f_frsize:
            raise NoRoomError(needed, disk.f_bavail * disk.f_frsize)

    def run(self, plan: ExportPlan, watcher: Watcher | None = None) -> TransferReport:
        """Write everything that is not there yet; what fails keeps nothing else back.

        Raises:
            RefusedError: The folder cannot be made.
        """
        self._watcher = watcher or Watcher()
        self._report = TransferReport(failures=list(plan.failures))
        try:
            self._to.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RefusedError(f"{shown(str(self._to))}: {error.strerror}: nothing was exported") from error
        # Links last: nothing is ever written through one.
        steps = sorted(plan.steps, key=lambda step: step.node.kind is NodeKind.SYMLINK)
        for number, step in enumerate(steps):
            try:
                self._write_out(step)
            except StoppedError:
                self._report.stopped = True
            except OSError as error:  # the disk that is written to is full, or gone
                self._report.ended_by = error
            else:
                continue
            self._report.unreached_count += sum(each.node.kind is NodeKind.FILE for each in steps[number:])
            break
        return self._report

    def _write_out(self, step: ExportStep) -> None:
        meter = Meter(step.node.size or 0, self._watcher)
        if step.place.parent in self._lost:
            self._lost.add(step.place)
            self._report.unreached_count += step.node.kind is NodeKind.FILE
        else:
            with self._failing(step):
                {
                    NodeKind.FOLDER: self._folder,
                    NodeKind.FILE: self._file,
                    NodeKind.SYMLINK: self._link,
                }[step.node.kind](step, meter)
        meter.settle()

    def _folder(self, step: ExportStep, _meter: Meter) -> None:
        path = self._to / step.place
        self._lost.add(step.place)
        try:
            with reached(path) as (name, folder_fd):
                os.mkdir(name, dir_fd=folder_fd)
        except FileExistsError as error:
            if kind_at(path) != stat.S_IFDIR:
                raise ExistsError("exists already, and is no folder") from error
        self._lost.discard(step.place)

    def _file(self, step: ExportStep, meter: Meter) -> None:
        if step.node.problem in {"incomplete", "damaged", "unreadable"}:
            raise problem_of(step.node)
        self._watcher.on_file(step.node.name)
        path = self._to / step.place
        if exists(path):
            self._pass_over(step, path, meter)
            return
        self._require_whole(step)
        with self._vault.open(step.node) as reader:
            seal = self._seal_of(reader)
            target = TargetFile(path)
            try:
                self._copy(reader, target, seal, meter)
                known_ns = None if seal is None else seal.original_mtime_ns
                target.publish(step.node.mtime_ns if known_ns is None else known_ns)
            except BaseException:
                target.discard()
                raise
            self._report.stored_count += 1
            self._report.stored_size += reader.size

    def _copy(self, reader: PlaintextReader, target: TargetFile, seal: Seal | None, meter: Meter) -> None:
        """Write the contents out; AlteredError if they are not what is known of them."""
        digest = hashlib.sha256()
        for piece in reader.iter_range(0, reader.size):
            self._check()
            target.write(piece)
            if seal is not None:
                digest.update(piece)
            meter.count(len(piece))
        if seal is not None and digest.digest() != seal.sha256:
            raise AlteredError

    def _require_whole(self, step: ExportStep) -> None:
        """Refuse what is known to be altered, shorter than it was, or on its way into the vault."""
        try:
            self._seals.require_whole(step.node)
        except NotWholeError as error:
            kind = TransferError if error.problem.kind == "arriving" else DamageError
            raise kind(str(error.problem)) from error
        except LibraryError:  # then what is read has to tell
            pass

    def _seal_of(self, reader: PlaintextReader) -> Seal | None:
        try:
            return self._seals.seal_of(reader)
        except LibraryError:
            return None

    def _pass_over(self, step: ExportStep, path: Path, meter: Meter) -> None:
        """Leave alone what is there; ExistsError unless it is the same."""
        if not self._skip_existing:
            raise ExistsError("exists already")
        if kind_at(path) != stat.S_IFREG or not self._comparer.is_same(path, step.node, step.path, meter):
            raise ExistsError("exists already, and is another file")
        with contextlib.suppress(FileNotFoundError):
            remove(part_path(path))  # of an export that ended between two steps
        self._report.skipped_count += 1

    def _link(self, step: ExportStep, _meter: Meter) -> None:
        if not self._symlinks:
            self._report.remarks.append(Remark(step.path, "a link, left out; --symlinks takes it along"))
            return
        target = self._vault.read_symlink(step.node)
        if not stays_inside(target, len(step.place.parts) - 1):
            words = "a link that would lead out of the folder that is exported to, left out"
            self._report.remarks.append(Remark(step.path, words))
            return
        try:
            with reached(self._to / step.place) as (name, folder_fd):
                os.symlink(target, name, dir_fd=folder_fd)
        except FileExistsError as error:
            if not self._skip_existing or self._target_at(self._to / step.place) != target:
                raise ExistsError("exists already") from error

    @staticmethod
    def _target_at(path: Path) -> str | None:
        with contextlib.suppress(OSError), reached(path) as (name, folder_fd):
            return os.readlink(name, dir_fd=folder_fd)
        return None

    def _check(self) -> None:
        if self._stopping.is_set():
            raise StoppedError

    @contextlib.contextmanager
    def _failing(self, step: ExportStep) -> Iterator[None]:
        """Note what fails, so that the rest goes on; raise where nothing else would do better."""
        try:
            self._check()
            yield
        except (StoppedError, VaultLockedError):
            raise
        except (TransferError, VaultError, OSError) as error:
            if isinstance(error, OSError) and error.errno in LASTING:
                raise
            self._report.failures.append(Failure(step.path, error))
