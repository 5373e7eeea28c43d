"""Files into the vault: nothing is overwritten, each is read back before it counts as stored."""

import contextlib
import errno
import threading
from collections.abc import Iterator
from typing import BinaryIO, cast

from library import LibraryError
from tvapp.transfer.comparing import Comparer, Remember
from tvapp.transfer.contents import Contents, SealRecords, read_contents
from tvapp.transfer.errors import (
    ExistsError,
    SourceChangedError,
    StoppedError,
    TransferError,
    VerificationError,
)
from tvapp.transfer.import_plan import ImportPlan, PlannedFile, PlannedFolder, parent_and_name
from tvapp.transfer.report import Failure, Meter, Remark, TransferReport, Watcher
from tvapp.transfer.source_file import SourceReader
from tvapp.transfer.survey import Survey
from vault import (
    IntegrityError,
    Node,
    NodeExistsError,
    NodeKind,
    StorageError,
    Vault,
    VaultError,
    VaultLockedError,
)

_TRIES = 2
NOT_MADE = "(not made)"
# What no other file will do better with.
LASTING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENODEV, errno.ESTALE, errno.ENOTCONN})


class Importer:
    """Carries out one plan.

    Args:
        vault: Unlocked.
        seals: Knows and learns what files of the vault contain.
        watcher: Told how it goes on. Every byte counts when it is written and verified.
        stopping: Set it, from any thread or signal, to stop at the next piece of a file.
    """

    def __init__(
        self,
        vault: Vault,
        seals: SealRecords,
        watcher: Watcher | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._vault = vault
        self._seals = seals
        self._watcher = watcher or Watcher()
        self._stopping = stopping or threading.Event()
        self._report = TransferReport()
        self._there: dict[str, Node] = {}
        self._folder_ids: dict[str, str] = {}
        self._seals_work = True
        self._comparer = Comparer(vault, seals, self._check)

    def run(self, plan: ImportPlan, found: Survey) -> TransferReport:
        """Store what is not there yet, file by file in the plan's order; one that fails keeps no other back."""
        self._begin(plan, found)
        for number, step in enumerate(plan.steps):
            try:
                if isinstance(step, PlannedFile):
                    self._bring(step)
                else:
                    self._make(step)
            except StoppedError:
                self._report.stopped = True
            except _EndError as error:
                self._report.ended_by = error.reason
            else:
                continue
            self._report.unreached_count += sum(isinstance(each, PlannedFile) for each in plan.steps[number:])
            break
        return self._report

    def rehearse(self, plan: ImportPlan, found: Survey) -> Iterator[tuple[str, str]]:
        """Yield what `run` would do, as a word and a path of the vault; nothing is changed.

        The words: "make" a folder, "store" a file, "have" it already. What would fail is in `report` then.
        """
        self._begin(plan, found)
        for step in plan.steps:
            parent, _ = parent_and_name(step.target)
            there = found.there.get(step.target)
            if parent not in self._folder_ids:
                self._report.unreached_count += isinstance(step, PlannedFile)
            elif isinstance(step, PlannedFolder):
                if step.target in self._folder_ids:
                    continue
                with self._failing(str(step.source or step.target)):
                    self._require_free(step)
                    self._folder_ids[step.target] = NOT_MADE
                    yield "make", step.target
            elif there is None:
                yield "store", step.target
            else:
                with self._failing(str(step.source)):
                    self._require_same(step, there, Meter(step.size, self._watcher))
                    yield "have", step.target

    def _begin(self, plan: ImportPlan, found: Survey) -> None:
        self._report = TransferReport(
            left_out_count=plan.left_out_count,
            failures=list(plan.failures),
            remarks=plan.remarks + found.remarks,
        )
        self._there, self._folder_ids = found.there, dict(found.folder_ids)

    @property
    def report(self) -> TransferReport:
        """What happened so far."""
        return self._report

    def _make(self, folder: PlannedFolder) -> None:
        parent, name = parent_and_name(folder.target)
        parent_id = self._folder_ids.get(parent)
        if folder.target in self._folder_ids or parent_id is None:
            return
        with self._failing(str(folder.source or folder.target)):
            self._require_free(folder)
            try:
                made = self._vault.make_folder(parent_id, name)
            except NodeExistsError:  # somebody else was faster
                made = self._vault.find(folder.target)
                if made.kind is not NodeKind.FOLDER:
                    raise
            assert made.own_id is not None
            self._folder_ids[folder.target] = made.own_id

    def _require_free(self, folder: PlannedFolder) -> None:
        if folder.target in self._there:
            raise ExistsError(
                "something else of that name is in the vault already; nothing of this folder was stored"
            )

    def _bring(self, file: PlannedFile) -> None:
        """Have one file in the vault."""
        parent, name = parent_and_name(file.target)
        folder_id = self._folder_ids.get(parent)
        meter = Meter(file.size, self._watcher)
        if folder_id is None:  # said for the folder
            self._report.unreached_count += 1
        else:
            self._watcher.on_file(name)
            with self._failing(str(file.source)):
                self._store_or_skip(file, folder_id, meter)
        meter.settle()

    def _store_or_skip(self, file: PlannedFile, folder_id: str, meter: Meter) -> None:
        there = self._there.get(file.target)
        if there is None:
            try:
                size = self._store(file, folder_id, meter)
            except NodeExistsError:  # somebody else was faster
                there = self._vault.find(file.target)
                meter.restart()
            else:
                self._report.stored_count += 1
                self._report.stored_size += size
                return
        self._require_same(file, there, meter, self._remember)
        self._report.skipped_count += 1

    # --- one file

    def _store(self, file: PlannedFile, folder_id: str, meter: Meter) -> int:
        """Store a file and read it back; return its size."""
        _, name = parent_and_name(file.target)
        for tries_left in reversed(range(_TRIES)):
            with SourceReader(file.source, meter.count_half, self._check) as source:
                try:
                    node = self._vault.write_file(
                        # Its only methods that are used are those of a raw stream.
                        folder_id, name, cast("BinaryIO", source), mtime_ns=source.mtime_ns
                    )  # fmt: skip
                except SourceChangedError:
                    if not tries_left:
                        raise
                    meter.restart()
                    continue
            self._remember(file.target, self._verify(node, source.sha256, meter), source.mtime_ns)
            return source.size
        raise RuntimeError("unreachable")

    def _verify(self, node: Node, sha256: bytes, meter: Meter) -> Contents:
        """Read a file back from the disk; one that is not what was written is taken out again."""
        try:
            stored = read_contents(self._vault, node, meter.count_half, self._check, from_disk=True)
        except (IntegrityError, StorageError) as error:
            if isinstance(error, StorageError) and error.errno != errno.EIO:
                raise
            words = f"what was written cannot be read back ({error})"
        else:
            if stored.sha256 == sha256:
                return stored
            words = "what is read back is not what was written"
        self._vault.remove(node)
        raise VerificationError(f"{words}; it is not stored: check the disk")

    def _require_same(
        self, file: PlannedFile, there: Node, meter: Meter, remember: Remember | None = None
    ) -> None:
        """Raise ExistsError unless the vault has the file's contents at its place."""
        if there.kind is not NodeKind.FILE:
            raise ExistsError(f"a {there.kind.value} of that name is in the vault already")
        if not self._comparer.is_same(file.source, there, file.target, meter, remember):
            raise ExistsError("it is in the vault already and is another file, which was left as it is")

    def _remember(self, target: str, contents: Contents, mtime_ns: int) -> None:
        """Tell the index. The vault is what counts: an index that cannot be written costs time later, no file."""
        if not self._seals_work:
            return
        try:
            self._seals.note_stored(target, contents.sha256, mtime_ns, contents.marks)
        except LibraryError as error:
            self._report.remarks.append(Remark("the index", f"could not be written: {error}"))
            self._seals_work = False

    def _check(self) -> None:
        if self._stopping.is_set():
            raise StoppedError

    @contextlib.contextmanager
    def _failing(self, name: str) -> Iterator[None]:
        """Note what fails, so that the rest goes on; end where nothing else would do better."""
        try:
            self._check()
            yield
        except (StoppedError, VaultLockedError):
            raise
        except (TransferError, VaultError, LibraryError, OSError) as error:
            if isinstance(error, StorageError) and error.errno in LASTING:
                raise _EndError(error) from error
            self._report.failures.append(Failure(name, error))


class _EndError(Exception):
    """Nothing more can be done."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason
