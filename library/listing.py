"""All files and folders of the vault as they are now, and which folders could not be looked into."""

import threading
from collections import deque
from dataclasses import dataclass, field

from library.errors import ScanCancelledError, VaultAwayError
from vault import ROOT_ID, Node, NodeKind, NodeNotFoundError, StorageError, Vault


@dataclass(frozen=True, slots=True)
class Entry:
    """A node and its plaintext path, "/a/b"."""

    path: str
    node: Node


@dataclass(slots=True)
class Listing:
    """What a walk found.

    `folders` are those with an own id, by it, the root not among them; `lost_folders` are those whose own
    id cannot be read; `unseen` are the own ids of folders that could not be listed: what lies in them
    is unknown, not gone.
    """

    folders: dict[str, Entry] = field(default_factory=dict)
    lost_folders: list[Entry] = field(default_factory=list)
    files: list[Entry] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)


def list_vault(vault: Vault, cancelled: threading.Event) -> Listing:
    """Walk the whole vault.

    Links are left out: an item is shown where it is.

    Raises:
        VaultAwayError: The vault's folder is not there. One that goes in the middle looks like folders that
            cannot be listed, or that were emptied: ask `require_vault` again before believing the listing.
        VaultLockedError, ScanCancelledError
    """
    require_vault(vault)
    listing = Listing()
    waiting = deque([(ROOT_ID, "")])
    while waiting:
        if cancelled.is_set():
            raise ScanCancelledError
        folder_id, path = waiting.popleft()
        try:
            nodes = vault.list_folder(folder_id)
        except (NodeNotFoundError, StorageError):
            listing.unseen.add(folder_id)
            continue
        for node in nodes:
            own_id = _add(listing, Entry(f"{path}/{node.name}", node))
            if own_id is not None:
                waiting.append((own_id, f"{path}/{node.name}"))
    if ROOT_ID in listing.unseen:
        raise VaultAwayError
    return listing


def require_vault(vault: Vault) -> None:
    """Make sure that the vault's folder is there.

    Raises:
        VaultAwayError
    """
    if not vault.is_there():
        raise VaultAwayError


def _add(listing: Listing, entry: Entry) -> str | None:
    """Add the entry and return the id of the folder that is to be walked too, if any."""
    node = entry.node
    if node.kind is NodeKind.FILE:
        listing.files.append(entry)
    elif node.kind is NodeKind.FOLDER:
        if node.own_id is None:
            listing.lost_folders.append(entry)
        elif node.own_id not in listing.folders and node.own_id != ROOT_ID:
            # Two links to one folder, or a folder inside itself: shown once.
            listing.folders[node.own_id] = entry
            return node.own_id
    return None
