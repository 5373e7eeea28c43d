"""What an import is about to do: every file and folder under the sources, with its place in the vault."""

import os
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tvapp.transfer.errors import ExistsError, NotAFileError, RefusedError
from tvapp.transfer.litter import is_left_out
from tvapp.transfer.report import Failure, Remark, shown
from tvapp.transfer.source_file import open_untouched, special_kind
from vault import NameRefusedError, check_name


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """A folder to be there in the end, at a path of the vault; `source` is None for those above the sources."""

    source: Path | None
    target: str


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to be there in the end, at a path of the vault. Its size, in bytes, is from the planning."""

    source: Path
    target: str
    size: int


Step = PlannedFolder | PlannedFile

CASE_TWIN = "differs by case alone from another name in its folder: Windows and macOS show one of them only"


@dataclass(slots=True)
class ImportPlan:
    """Steps in their order, parents first, and what was found on the way that is no step."""

    steps: list[Step] = field(default_factory=list)
    left_out_count: int = 0
    failures: list[Failure] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def files(self) -> list[PlannedFile]:
        """The files alone."""
        return [step for step in self.steps if isinstance(step, PlannedFile)]

    @property
    def is_empty(self) -> bool:
        """Whether no source has anything to store."""
        return all(step.source is None for step in self.steps)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def plan_import(
    sources: Iterable[Path], to: str, vault_directory: Path | None, *, everything: bool = False
) -> ImportPlan:
    """Look through the sources. A source keeps its name; links in it are left out.

    Args:
        sources: Files and folders. One that is itself a link stands for what it points to.
        to: Folder of the vault to put them in: "/a/b".
        vault_directory: Where the vault lies on this machine, if it does: no source may lie there, or around it.
        everything: Take hidden files and those that systems make for themselves, too.

    Raises:
        RefusedError: A source has to do with the vault itself, or `to` is no folder that a vault can have.
    """
    planner = _Planner(vault_directory, everything=everything)
    target = planner.add_target(to)
    for source in sources:
        planner.add_source(source, target)
    return planner.plan


def parent_and_name(target: str) -> tuple[str, str]:
    """Return the folder's path and the name of a path of the vault; the root is ""."""
    parent, _, name = target.rpartition("/")
    return parent, name


class _Found(NamedTuple):
    """What lies in a folder, and where in the vault it would go."""

    path: Path
    target: str
    status: os.stat_result


class _Planner:
    """Makes one plan."""

    def __init__(self, vault_directory: Path | None, *, everything: bool) -> None:
        self.plan = ImportPlan()
        self._everything = everything
        self._vault = vault_directory and vault_directory.resolve()
        self._vault_identity = self._vault and _identity_of(self._vault)
        self._taken: dict[str, Step] = {}
        self._folded: dict[tuple[str, str], str] = {}

    def add_target(self, to: str) -> str:
        """Plan the folders that the sources go to."""
        target = ""
        for name in filter(None, to.split("/")):
            try:
                target = _below(target, name)
            except NameRefusedError as error:
                raise RefusedError(f"--to {shown(to)}: {error}") from error
            self._take(PlannedFolder(None, target))
        return target

    def add_source(self, source: Path, target: str) -> None:
        """Plan a source with all in it."""
        try:
            path = source.resolve(strict=True)
            status = path.stat()
        except FileNotFoundError as error:
            self._fail(source, FileNotFoundError(error.errno, "no such file or folder"))
            return
        except RuntimeError:
            self._fail(source, NotAFileError("a link that leads to itself"))
            return
        except OSError as error:
            self._fail(source, error)
            return
        self._refuse_vault(source, path)
        # "." and ".." have no name of their own.
        name = path.name if source.name in {"", ".."} else source.name
        waiting = self._planned([_Entry(path, name, status)], target)
        while waiting:
            folder = waiting.pop()
            waiting += reversed(self._planned(self._entries(folder.path), folder.target))

    def _planned(self, entries: Iterable["_Entry"], target: str) -> list[_Found]:
        """Plan what lies in one folder; return the folders among it, to be looked through."""
        folders = []
        for entry in entries:
            try:
                found = _Found(entry.path, _below(target, entry.name), entry.status)
            except NameRefusedError as error:
                self._fail(entry.path, error)
                continue
            mode = entry.status.st_mode
            if stat.S_ISLNK(mode):
                self.plan.remarks.append(Remark(str(entry.path), "a link, left out"))
            elif stat.S_ISDIR(mode):
                if self._take(PlannedFolder(found.path, found.target)):
                    folders.append(found)
            elif stat.S_ISREG(mode):
                self._take(PlannedFile(found.path, found.target, entry.status.st_size))
            else:
                self._fail(entry.path, NotAFileError(f"{special_kind(mode)} is nothing that can be stored"))
        return folders

    def _entries(self, folder: Path) -> list["_Entry"]:
        """Return what lies in a folder, in the order of the names, without what is left out."""
        entries = []
        try:
            folder_fd = open_untouched(folder, os.O_DIRECTORY)
        except OSError as error:
            self._fail(folder, error)
            return []
        try:
            if _identity(os.fstat(folder_fd)) == self._vault_identity:  # mounted at a second place, say
                raise RefusedError(f"{shown(str(folder))} is the vault itself: nothing was imported")
            with os.scandir(folder_fd) as found:
                for item in found:
                    if not self._everything and is_left_out(item.name):
                        self.plan.left_out_count += 1
                        continue
                    entries.append(_Entry(folder / item.name, item.name, item.stat(follow_symlinks=False)))
        except OSError as error:
            self._fail(folder, error)
        finally:
            os.close(folder_fd)
        return sorted(entries, key=lambda entry: entry.name)

    def _take(self, step: Step) -> bool:
        """Plan a step unless its place is taken; tell whether what lies in it may be planned, too."""
        other = self._taken.setdefault(step.target, step)
        if other is step:
            self.plan.steps.append(step)
            self._remark_on_twin(step)
            return True
        source = step.source or Path(step.target)
        if isinstance(other, PlannedFile) or isinstance(step, PlannedFile):
            words = "another source takes the same name in the vault: rename one of them"
            self._fail(source, ExistsError(words))
            return False
        if other.source is not None and other.source.parent == source.parent:
            self.plan.remarks.append(Remark(str(source), "put together with a folder of the same name"))
        return True

    def _remark_on_twin(self, step: Step) -> None:
        parent, name = parent_and_name(step.target)
        twin = self._folded.setdefault((parent, name.casefold()), name)
        if twin != name:
            self.plan.remarks.append(Remark(str(step.source or step.target), CASE_TWIN))

    def _refuse_vault(self, source: Path, path: Path) -> None:
        if self._vault is None or self._vault_identity is None:
            return
        if any(_identity_of(folder) == self._vault_identity for folder in (path, *path.parents)):
            raise RefusedError(f"{shown(str(source))} lies in the vault itself: nothing was imported")
        if self._vault.is_relative_to(path):
            raise RefusedError(f"{shown(str(source))} has the vault itself in it: nothing was imported")

    def _fail(self, source: Path, error: Exception) -> None:
        self.plan.failures.append(Failure(str(source), error))


class _Entry(NamedTuple):
    """A name in a folder."""

    path: Path
    name: str
    status: os.stat_result


def _below(target: str, name: str) -> str:
    """Return the path of a name in a folder of the vault; NameRefusedError if no vault may have it."""
    check_name(name)
    return f"{target}/{unicodedata.normalize('NFC', name)}"


def _identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells a folder from any other, whatever path it is reached by."""
    try:
        return _identity(path.stat())
    except OSError:
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
