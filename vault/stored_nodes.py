"""Stored nodes made out: their names, their kinds, their sizes, and what is wrong with them.

Nothing here trusts the disk: names are authenticated or left out, links are checked, sizes are proved. A whole
folder is made out at once, so that a store far away is asked a few times and not for every node.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from unicodedata import is_normalized

from vault.errors import ForeignNameError, NameRefusedError, StorageError
from vault.keyring import Keyring
from vault.layout import Layout
from vault.names import (
    MAX_FOLDER_ID_SIZE,
    MAX_LONG_NAME_SIZE,
    SEALED_SUFFIX,
    SHORTENED_SIZE,
    SHORTENED_SUFFIX,
    NameCipher,
    shorten,
)
from vault.node import FOLDER_LINK_FILE, LONG_NAME_FILE, PROBLEM_INCOMPLETE, PROBLEM_UNREADABLE, Node
from vault.shells import Link, Shell, Shown, file_node, nodes_of_shell, shown_elsewhere
from vault.storage import FileFound, FolderFound, Nested, Storage

logger = logging.getLogger(__name__)


class _Folder(NamedTuple):
    """The folder whose nodes are made out, and what its stored names say."""

    own_id: str
    path: str
    names: NameCipher
    layout: Layout
    opened: Mapping[str, str]
    """Names by sealed name."""
    long_names: Mapping[str, bytes]
    """Sealed names, not looked at yet, by the shortened name they are stored under."""


class StoredNodes:
    """Makes nodes of what lies in a vault's content folders."""

    def __init__(self, storage: Storage, keyring: Keyring, shortening_threshold: int) -> None:
        self._storage = storage
        self._threshold = shortening_threshold
        self._keyring = keyring

    def read(self, folder_id: str, content_path: str, found: Nested) -> list[Node]:
        """Return what stored nodes show, in no order; those that are none of ours, nothing."""
        keys = self._keyring.keys()
        stored_names = [name for name, _, _ in found.files] + [name for name, _, _ in found.folders]
        opened = keys.names.open_names(stored_names, folder_id)
        long_names = self._long_names(content_path, found.folders)
        folder = _Folder(folder_id, content_path, keys.names, keys.content.layout, opened, long_names)
        return self._read_files(folder, found.files) + self._read_shells(folder, found.folders)

    def _read_files(self, folder: _Folder, files: Sequence[FileFound]) -> list[Node]:
        """Return the nodes of single files: in large folders nearly all, so that every step for one counts."""
        folder_id, content_path, _, layout, opened, _ = folder
        threshold = self._threshold
        nodes: list[Node] = []
        for stored_name, size, mtime_ns in files:
            name = opened.get(stored_name)
            shown: Shown | None
            if name is not None and len(stored_name) <= threshold and is_normalized("NFC", name):
                shown = name, False
            else:
                shown = self._shown(folder, stored_name)
            if shown is not None:
                path = f"{content_path}/{stored_name}"
                nodes.append(file_node(shown, folder_id, path, size, mtime_ns, layout))
        return nodes

    def _read_shells(self, folder: _Folder, found: Sequence[FolderFound]) -> list[Node]:
        shells: list[Shell] = []
        for stored_name, mtime_ns, inside in found:
            shown = self._shown(folder, stored_name)
            if shown is not None:
                path = f"{folder.path}/{stored_name}"
                shells.append(Shell(shown, folder.own_id, path, mtime_ns, inside))
        links = self._links(shells)
        nodes: list[Node] = []
        for shell in shells:
            nodes += nodes_of_shell(shell, links.get(shell.path), folder.layout)
        return self._with_missing_contents(nodes)

    # --- names

    def _shown(self, folder: _Folder, stored_name: str) -> Shown | None:
        """Return what a stored node is shown as, None if it is none of ours or has a name that no file may have."""
        name = folder.opened.get(stored_name)
        if name is not None and len(stored_name) <= self._threshold and is_normalized("NFC", name):
            return name, False
        try:
            if stored_name in folder.long_names:
                return self._open_long_name(folder, stored_name)
            if not stored_name.endswith(SEALED_SUFFIX):
                return None
            mark = ""
            if name is None:
                name, mark = folder.names.open_conflicting_name(stored_name, folder.own_id)
            return shown_elsewhere(name, mark)
        except ForeignNameError:
            return None
        except NameRefusedError:
            logger.warning("a name that no file may have is left out: %s/%s", folder.path, stored_name)
            return None

    def _long_names(self, content_path: str, found: Sequence[FolderFound]) -> dict[str, bytes]:
        """Return what the shortened nodes say that they are called, by stored name."""
        shortened = [
            name
            for name, _, inside in found
            if name.endswith(SHORTENED_SUFFIX) and any(inner.name == LONG_NAME_FILE for inner in inside or ())
        ]
        # No more than a name can have is read, whatever size the file is.
        said = self._storage.read_each(
            [f"{content_path}/{name}/{LONG_NAME_FILE}" for name in shortened], MAX_LONG_NAME_SIZE + 1
        )
        return {name: data for name, data in zip(shortened, said, strict=True) if isinstance(data, bytes)}

    def _open_long_name(self, folder: _Folder, stored_name: str) -> Shown:
        """Return what a shortened node is shown as; raises as `NameCipher.open_name` does."""
        data = folder.long_names[stored_name]
        try:
            sealed_name = data.decode("ascii")
        except UnicodeDecodeError as error:
            raise ForeignNameError("a shortened node without its long name") from error
        # What says the long name is not authenticated itself, and may belong to another node.
        hashed = shorten(sealed_name).removesuffix(SHORTENED_SUFFIX)
        if len(data) > MAX_LONG_NAME_SIZE or stored_name[:SHORTENED_SIZE] != hashed:
            raise ForeignNameError("a shortened node with the long name of another")
        name = folder.names.open_name(sealed_name, folder.own_id)
        mark = stored_name[SHORTENED_SIZE:].removesuffix(SHORTENED_SUFFIX)
        if not mark and len(sealed_name) > self._threshold and is_normalized("NFC", name):
            return name, False
        return shown_elsewhere(name, mark)

    # --- shells

    def _links(self, shells: Sequence[Shell]) -> dict[str, Link]:
        """Return what the folder links hold, by stored path of the nodes that have one."""
        linked = [shell.path for shell in shells if shell.inner(FOLDER_LINK_FILE) is not None]
        links = self._storage.read_each(
            [f"{path}/{FOLDER_LINK_FILE}" for path in linked], MAX_FOLDER_ID_SIZE + 1
        )
        return dict(zip(linked, links, strict=True))

    def _with_missing_contents(self, nodes: list[Node]) -> list[Node]:
        """Name the folders whose contents are not on the disk."""
        names = self._keyring.names
        folders = [index for index, node in enumerate(nodes) if node.own_id is not None]
        places = self._storage.stat_each([names.content_path(nodes[index].own_id or "") for index in folders])
        for index, place in zip(folders, places, strict=True):
            if place is None:
                nodes[index] = nodes[index]._replace(problem=PROBLEM_INCOMPLETE)
            elif isinstance(place, StorageError):
                nodes[index] = nodes[index]._replace(problem=PROBLEM_UNREADABLE)
        return nodes
