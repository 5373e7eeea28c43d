"""Folders and nodes, looked at: list, find, walk. Looking never changes a thing on the disk."""

import contextlib
import unicodedata
from collections.abc import Iterable, Iterator
from operator import attrgetter

from vault.errors import FolderMissingError, NodeNotFoundError, StorageError
from vault.keyring import Keyring
from vault.names import ROOT_ID, SEALED_SUFFIX, SHORTENED_SUFFIX, shorten
from vault.node import FOLDER_ID_FILE, NODE_FILES, PROBLEM_INCOMPLETE, Node, NodeKind
from vault.shells import marked_name
from vault.storage import Entry, FolderFound, Nested, Storage
from vault.stored_nodes import StoredNodes

_SUFFIXES = (SEALED_SUFFIX, SHORTENED_SUFFIX)


class Tree:
    """The folders and nodes of one vault. Shared between threads."""

    def __init__(self, storage: Storage, keyring: Keyring, shortening_threshold: int) -> None:
        self._storage = storage
        self._stored_nodes = StoredNodes(storage, keyring, shortening_threshold)
        self._keyring = keyring
        self._threshold = shortening_threshold

    def root(self) -> Node:
        """Return the root folder, which lies nowhere and has no name."""
        path = self._keyring.names.content_path(ROOT_ID)
        found = self._storage.stat(path)
        return Node(
            kind=NodeKind.FOLDER,
            name="",
            folder_id=ROOT_ID,
            own_id=ROOT_ID,
            stored_path=path,
            size=None,
            stored_size=None,
            mtime_ns=found.mtime_ns if found else 0,
            problem=None if found else PROBLEM_INCOMPLETE,
        )

    def list_folder(self, folder_id: str) -> list[Node]:
        """Return what lies in a folder, sorted by name; no two of the nodes have the same name.

        What this vault did not seal is left out, and what stands for a name that no file may have.

        Raises:
            FolderMissingError: There is no such folder, or its contents are not on the disk.
        """
        content_path = self._keyring.names.content_path(folder_id)
        try:
            found = self._storage.list_nested(content_path)
        except NodeNotFoundError as error:
            raise FolderMissingError from error
        nodes = _told_apart(self._stored_nodes.read(folder_id, content_path, found))
        nodes.sort(key=attrgetter("name"))
        return nodes

    def left_out(self, folder_id: str) -> list[str]:
        """Return the stored paths of what looks like a part of a folder and is not shown by `list_folder`.

        That is nodes with names that cannot be read, and what lies inside shown nodes beside their own files.
        """
        content_path = self._keyring.names.content_path(folder_id)
        try:
            found = self._storage.list_nested(content_path)
        except NodeNotFoundError as error:
            raise FolderMissingError from error
        shown = {node.stored_path for node in self._stored_nodes.read(folder_id, content_path, found)}
        shells = shown | {path.rpartition("/")[0] for path in shown}
        left: list[str] = []
        insides: dict[str, tuple[Entry, ...]] = {name: () for name, _, _ in found.files}
        insides |= {name: inside or () for name, _, inside in found.folders}
        for name, inside in insides.items():
            path = f"{content_path}/{name}"
            if not name.endswith(_SUFFIXES) or name == FOLDER_ID_FILE:
                continue
            if path not in shells:
                left.append(path)
                continue
            inner_paths = [f"{path}/{inner.name}" for inner in inside if inner.name not in NODE_FILES]
            left += [inner for inner in inner_paths if inner.endswith(_SUFFIXES) and inner not in shown]
        return sorted(left)

    def unlinked(self, linked_ids: Iterable[str]) -> list[tuple[str, bool]]:
        """Return the content folders that belong to none of these folders, and whether each is empty."""
        names = self._keyring.names
        linked = {names.content_path(own_id) for own_id in linked_ids}
        found: list[tuple[str, bool]] = []
        for shard in self._storage.list_nested("d").folders:
            for entry in shard.inside or ():
                path = f"d/{shard.name}/{entry.name}"
                if entry.is_folder and path not in linked:
                    left = [item for item in self._storage.list(path) if item.name != FOLDER_ID_FILE]
                    found.append((path, not left))
        return sorted(found)

    def find(self, path: str) -> Node:
        """Return the node at a plaintext path such as "/a/b".

        Raises:
            NodeNotFoundError: There is none.
        """
        node = self.root()
        for name in path.split("/"):
            if name:
                if node.kind is not NodeKind.FOLDER or node.own_id is None:
                    raise NodeNotFoundError
                node = self.child(node.own_id, name)
        return node

    def child(self, folder_id: str, name: str) -> Node:
        """Return the node of that name in a folder, or raise NodeNotFoundError."""
        node = self.lookup(folder_id, name)
        if node is not None:
            return node
        # A conflicting copy, or a name that another program did not normalise, is not where its name leads.
        name = unicodedata.normalize("NFC", name)
        for listed in self.list_folder(folder_id):
            if listed.conflict and listed.name == name:
                return listed
        raise NodeNotFoundError

    def lookup(self, folder_id: str, name: str) -> Node | None:
        """Return the node that lies where its name leads, without listing the folder."""
        path, _ = self.place(folder_id, name)
        content_path, _, stored_name = path.rpartition("/")
        entry = self._storage.stat(path)
        if entry is None:
            return None
        if entry.is_folder:
            inside = None
            # What cannot be listed is shown as such.
            with contextlib.suppress(StorageError):
                inside = tuple(self._storage.list(path))
            found = Nested((), [FolderFound(stored_name, entry.mtime_ns, inside)])
        else:
            found = Nested([(stored_name, entry.size, entry.mtime_ns)], ())
        nodes = self._stored_nodes.read(folder_id, content_path, found)
        # Copies that sync programs put beside its contents have names of their own.
        shown = unicodedata.normalize("NFC", name)
        return next((node for node in nodes if node.name == shown), None)

    def place(self, folder_id: str, name: str) -> tuple[str, str | None]:
        """Return where a node of that name belongs, and its sealed name if that has to be shortened."""
        names = self._keyring.names
        try:
            sealed_name = names.seal_name(name, folder_id)
        except UnicodeEncodeError as error:
            raise NodeNotFoundError from error
        content_path = names.content_path(folder_id)
        if len(sealed_name) > self._threshold:
            return f"{content_path}/{shorten(sealed_name)}", sealed_name
        return f"{content_path}/{sealed_name}", None

    def walk(self, folder_id: str = ROOT_ID, *, skip_refused: bool = False) -> Iterator[tuple[str, Node]]:
        """Yield (path below `folder_id`, node) for all below a folder, parents first.

        A folder that turns up a second time, which only a damaged or forged vault has, is shown and not
        entered again; a folder whose contents are not on the disk is shown only.

        Raises:
            FolderMissingError: The contents of the folder it starts with are not on the disk.
            StorageError: The disk refuses to list a folder; those below are passed by with `skip_refused`.
        """
        seen = {folder_id}
        waiting = [iter([("/" + node.name, node) for node in self.list_folder(folder_id)])]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
                continue
            path, node = found
            yield found
            if node.own_id is None or node.own_id in seen:
                continue
            seen.add(node.own_id)
            try:
                children = self.list_folder(node.own_id)
            except FolderMissingError:  # gone since it was listed
                continue
            except StorageError:
                if not skip_refused:
                    raise
                continue
            waiting.append(iter([(f"{path}/{child.name}", child) for child in children]))


def _told_apart(nodes: list[Node]) -> list[Node]:
    """Give every node of a folder a name of its own; the one that its name leads to keeps it."""
    taken = {node.name for node in nodes}
    if len(taken) == len(nodes):
        return nodes
    shown: set[str] = set()
    apart: list[Node] = []
    for node in sorted(nodes, key=lambda node: (node.conflict, node.stored_path)):
        name, number = node.name, 0
        while name in shown or (number and name in taken):
            number += 1
            name = marked_name(node.name, f" ({number})")
        shown.add(name)
        apart.append(node._replace(name=name, conflict=node.conflict or number > 0))
    return apart
