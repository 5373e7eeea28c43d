"""What of an import is in the vault already, and whether there is room for the rest."""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tvapp.transfer.errors import NoRoomError, RefusedError
from tvapp.transfer.import_plan import CASE_TWIN, ImportPlan, PlannedFile, Step, parent_and_name
from tvapp.transfer.report import Remark, shown
from vault import ROOT_ID, FolderMissingError, Node, NodeKind, StorageError, Vault

# What a new folder takes: two folders, its link, its id. Generous: names that are shortened take a folder, too.
_FOLDER_BLOCKS = 4
_FILE_BLOCKS = 2


@dataclass(slots=True)
class Survey:
    """What is there.

    Attributes:
        there: What has the path of a step, by that path.
        folder_ids: Ids of the folders that are there, by their paths; "" is the root's path.
        remarks: What is to be said of names that come to lie beside others.
    """

    there: dict[str, Node] = field(default_factory=dict)
    folder_ids: dict[str, str] = field(default_factory=lambda: {"": ROOT_ID})
    remarks: list[Remark] = field(default_factory=list)


def survey(vault: Vault, plan: ImportPlan) -> Survey:
    """Look which steps of a plan are in the vault; every folder is listed once.

    Raises:
        RefusedError: A folder that was named to import to is something else.
    """
    found = Survey()
    for parent, steps in _by_parent(plan.steps).items():
        folder_id = found.folder_ids.get(parent)
        if folder_id is None:
            continue
        nodes: dict[str, Node] = {}
        # What cannot be listed now is told of when something is to be put there.
        with contextlib.suppress(FolderMissingError, StorageError):
            nodes = {node.name: node for node in vault.list_folder(folder_id)}
        _look_up(steps, nodes, found)
    return found


def require_room(vault: Vault, plan: ImportPlan, found: Survey) -> None:
    """Raise NoRoomError when the vault's disk has less room than what is not there yet will take."""
    if not isinstance(vault.location, Path):
        return  # who knows how much an object store takes
    try:
        disk = os.statvfs(vault.location)
    except OSError:  # then it is said where something is to be written
        return
    blocks = 0
    for step in plan.steps:
        if step.target in found.there:
            continue
        if isinstance(step, PlannedFile):
            blocks += -(-vault.stored_size(step.size) // disk.f_frsize) + _FILE_BLOCKS
        else:
            blocks += _FOLDER_BLOCKS
    if blocks > disk.f_bavail:
        raise NoRoomError(blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize)


def _by_parent(steps: Iterable[Step]) -> dict[str, list[Step]]:
    """Return the steps by the folder that they lie in, parents first."""
    sorted_steps: dict[str, list[Step]] = {}
    for step in steps:
        sorted_steps.setdefault(parent_and_name(step.target)[0], []).append(step)
    return sorted_steps


def _look_up(steps: Iterable[Step], nodes: dict[str, Node], found: Survey) -> None:
    folded = {name.casefold() for name in nodes}
    for step in steps:
        _, name = parent_and_name(step.target)
        node = nodes.get(name)
        if node is None:
            if name.casefold() in folded:
                found.remarks.append(Remark(str(step.source or step.target), CASE_TWIN))
            continue
        found.there[step.target] = node
        if isinstance(step, PlannedFile):
            continue
        if node.kind is NodeKind.FOLDER and node.own_id is not None:
            found.folder_ids[step.target] = node.own_id
        elif step.source is None:
            raise RefusedError(f"{shown(step.target)} is no folder in the vault: nothing was imported")
