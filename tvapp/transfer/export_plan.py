"""What an export is about to do: everything at and below some paths of the vault, with its place outside."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tvapp.transfer.errors import DamageError, RefusedError, TransferError
from tvapp.transfer.report import Failure, shown
from vault import FolderMissingError, Node, NodeKind, NodeNotFoundError, StorageError, Vault

_PROBLEMS = {
    "incomplete": "incomplete: a part of it is not on the disk, or not yet",
    "damaged": "damaged: it does not say where its contents are",
}


@dataclass(frozen=True, slots=True)
class ExportStep:
    """Something to be written out: where it is in the vault ("/a/b"), and where it goes below the target folder."""

    node: Node
    path: str
    place: PurePosixPath


@dataclass(slots=True)
class ExportPlan:
    """Steps in their order, parents first, and what cannot be a step."""

    steps: list[ExportStep] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def files(self) -> list[ExportStep]:
        """The files alone."""
        return [step for step in self.steps if step.node.kind is NodeKind.FILE]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(step.node.size or 0 for step in self.files)


def plan_export(vault: Vault, paths: Iterable[str]) -> ExportPlan:
    """Look through the vault. What is named keeps its name; "/" stands for all that is in the vault.

    Raises:
        RefusedError: Two of the paths end in the same name.
    """
    planner = _Planner(vault)
    for path in paths:
        planner.add_path(path)
    return planner.plan


class _Planner:
    """Makes one plan."""

    def __init__(self, vault: Vault) -> None:
        self.plan = ExportPlan()
        self._vault = vault
        self._tops: dict[str, str] = {}
        self._seen: set[str] = set()

    def add_path(self, named: str) -> None:
        """Plan what is at a path, with all below it."""
        path = "/" + "/".join(filter(None, named.split("/")))
        try:
            node = self._vault.find(path)
        except (NodeNotFoundError, StorageError) as error:
            self._fail(path, error)
            return
        if path == "/":
            tops = [
                ExportStep(top, f"/{top.name}", PurePosixPath(top.name)) for top in self._inside(node, path)
            ]
        else:
            tops = [ExportStep(node, path, PurePosixPath(node.name))]
        for top in tops:
            self._add_top(top)

    def _add_top(self, top: ExportStep) -> None:
        other = self._tops.setdefault(top.node.name, top.path)
        if other != top.path:
            raise RefusedError(
                f"{shown(other)} and {shown(top.path)} would get the same name: nothing was exported"
            )
        if top.node.shell_path in self._seen:  # named twice
            return
        self._seen.add(top.node.shell_path)
        waiting = [top]
        while waiting:
            step = waiting.pop()
            self.plan.steps.append(step)
            if step.node.kind is NodeKind.FOLDER:
                below = [
                    ExportStep(node, f"{step.path}/{node.name}", step.place / node.name)
                    for node in self._inside(step.node, step.path)
                ]
                waiting += reversed(below)

    def _inside(self, folder: Node, path: str) -> list[Node]:
        """Return what lies in a folder; say what is missing of it."""
        if folder.own_id is None:
            self._fail(path, problem_of(folder))
            return []
        if folder.own_id in self._seen:
            self._fail(path, DamageError("damaged: the vault shows this folder at a second place"))
            return []
        self._seen.add(folder.own_id)
        try:
            for stored_path in self._vault.left_out(folder.own_id):
                name = f"{path.rstrip('/')}/({stored_path})"
                self._fail(name, DamageError("damaged: it does not say what it is called"))
            return self._vault.list_folder(folder.own_id)
        except FolderMissingError:
            self._fail(path, DamageError(_PROBLEMS["incomplete"]))
        except StorageError as error:
            self._fail(path, error)
        return []

    def _fail(self, path: str, error: Exception) -> None:
        self.plan.failures.append(Failure(path, error))


def problem_of(node: Node) -> TransferError:
    """Return the error of a node that shows already that it cannot be read."""
    if node.problem in _PROBLEMS:
        return DamageError(_PROBLEMS[node.problem])
    return TransferError("the disk refuses to read it")
