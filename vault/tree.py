"""Folders and nodes, looked at: list, find, walk. Looking never changes a thing on the disk."""

import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from vault.errors import (
    FolderMissingError,
    ForeignNameError,
    NameRefusedError,
    NodeNotFoundError,
    TruncatedError,
)
from vault.keyring import Keyring
from vault.names import (
    MAX_FOLDER_ID_SIZE,
    MAX_LONG_NAME_SIZE,
    ROOT_ID,
    SEALED_SUFFIX,
    SHORTENED_SIZE,
    SHORTENED_SUFFIX,
    NameCipher,
    check_name,
    parse_folder_id,
    shorten,
)
from vault.node import (
    CONTENTS_FILE,
    FOLDER_LINK_FILE,
    PROBLEM_DAMAGED,
    PROBLEM_INCOMPLETE,
    PROBLEM_TRUNCATED,
    SYMLINK_FILE,
    Node,
    NodeKind,
)
from vault.storage import Entry, Storage

logger = logging.getLogger(__name__)

LONG_NAME_FILE = "name.c9s"


class Tree:
    """The folders and nodes of one vault. Shared between threads."""

    def __init__(self, storage: Storage, keyring: Keyring, shortening_threshold: int) -> None:
        self._storage = storage
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
        names = self._keyring.names
        content_path = names.content_path(folder_id)
        try:
            entries = self._storage.list(content_path)
        except NodeNotFoundError as error:
            raise FolderMissingError from error
        nodes: list[Node] = []
        for entry in entries:
            node = self._node(names, folder_id, content_path, entry)
            if node is not None:
                nodes.append(node)
        nodes = _told_apart(nodes)
        nodes.sort(key=lambda node: node.name)
        return nodes

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
        names = self._keyring.names
        path, _ = self.place(folder_id, name)
        content_path, _, stored_name = path.rpartition("/")
        entry = self._storage.stat(path)
        if entry is None:
            return None
        return self._node(names, folder_id, content_path, entry._replace(name=stored_name))

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

    def walk(self, folder_id: str = ROOT_ID) -> Iterator[tuple[str, Node]]:
        """Yield (path below `folder_id`, node) for all below a folder, parents first.

        A folder that turns up a second time, which only a damaged or forged vault has, is shown and not
        entered again; a folder with a problem is shown and not entered.

        Raises:
            FolderMissingError: The contents of the folder it starts with are not on the disk.
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
            if node.own_id is None or node.problem is not None or node.own_id in seen:
                continue
            seen.add(node.own_id)
            try:
                children = self.list_folder(node.own_id)
            except FolderMissingError:  # gone since it was listed
                continue
            waiting.append(iter([(f"{path}/{child.name}", child) for child in children]))

    # --- one stored node

    def _node(self, names: NameCipher, folder_id: str, content_path: str, entry: Entry) -> Node | None:
        """Return what a stored node shows, or None if it is none of ours."""
        try:
            if entry.name.endswith(SEALED_SUFFIX):
                name, conflict = _open_name(names, entry.name, folder_id)
            elif entry.name.endswith(SHORTENED_SUFFIX) and entry.is_folder:
                name, conflict = self._open_long_name(names, entry.name, content_path, folder_id)
            else:
                return None
        except ForeignNameError:
            return None
        except NameRefusedError:
            logger.warning("a name that no file may have is left out: %s/%s", content_path, entry.name)
            return None
        path = f"{content_path}/{entry.name}"
        if not entry.is_folder:
            return self._file(name, folder_id, path, entry, conflict=conflict)
        return self._shell(names, name, folder_id, path, entry, conflict=conflict)

    def _open_long_name(
        self, names: NameCipher, stored_name: str, content_path: str, folder_id: str
    ) -> tuple[str, bool]:
        """Return the name in a shortened node, and whether the node is a copy made by a sync program."""
        try:
            data = self._storage.read(f"{content_path}/{stored_name}/{LONG_NAME_FILE}", MAX_LONG_NAME_SIZE)
            sealed_name = data.decode("ascii")
        except (NodeNotFoundError, UnicodeDecodeError) as error:
            raise ForeignNameError("a shortened node without its long name") from error
        # What says the long name is not authenticated itself, and may belong to another node.
        hashed = shorten(sealed_name).removesuffix(SHORTENED_SUFFIX)
        if stored_name[:SHORTENED_SIZE] != hashed:
            raise ForeignNameError("a shortened node with the long name of another")
        name = names.open_name(sealed_name, folder_id)
        suffix = stored_name[SHORTENED_SIZE:].removesuffix(SHORTENED_SUFFIX)
        return (_marked(name, suffix), True) if suffix else (name, False)

    def _file(self, name: str, folder_id: str, path: str, entry: Entry, *, conflict: bool) -> Node:
        try:
            size: int | None = self._keyring.content.layout.plaintext_size(entry.size)
            problem = None
        except TruncatedError:
            size, problem = None, PROBLEM_TRUNCATED
        return Node(
            NodeKind.FILE, name, folder_id, None, path, size, entry.size, entry.mtime_ns, problem, conflict
        )

    def _shell(
        self, names: NameCipher, name: str, folder_id: str, path: str, entry: Entry, *, conflict: bool
    ) -> Node:
        """Return what a stored folder shows: a folder, a link, a file with a long name, or half of one."""
        try:
            link = self._storage.read(f"{path}/{FOLDER_LINK_FILE}", MAX_FOLDER_ID_SIZE + 1)
        except NodeNotFoundError:
            pass
        else:
            own_id, problem = self._read_link(names, link)
            return Node(
                NodeKind.FOLDER, name, folder_id, own_id, path, None, None, entry.mtime_ns, problem, conflict
            )
        target = self._storage.stat(f"{path}/{SYMLINK_FILE}")
        if target is not None and not target.is_folder:
            path = f"{path}/{SYMLINK_FILE}"
            return Node(
                NodeKind.SYMLINK,
                name,
                folder_id,
                None,
                path,
                None,
                target.size,
                target.mtime_ns,
                None,
                conflict,
            )
        contents = self._storage.stat(f"{path}/{CONTENTS_FILE}") if path.endswith(SHORTENED_SUFFIX) else None
        if contents is not None and not contents.is_folder:
            return self._file(name, folder_id, f"{path}/{CONTENTS_FILE}", contents, conflict=conflict)
        kind = NodeKind.FILE if path.endswith(SHORTENED_SUFFIX) else NodeKind.FOLDER
        return Node(
            kind, name, folder_id, None, path, None, None, entry.mtime_ns, PROBLEM_INCOMPLETE, conflict
        )

    def _read_link(self, names: NameCipher, link: bytes) -> tuple[str | None, str | None]:
        """Return the id in a folder link and what is wrong with the folder."""
        try:
            own_id = parse_folder_id(link)
        except ForeignNameError:
            return None, PROBLEM_DAMAGED
        if self._storage.stat(names.content_path(own_id)) is None:
            return own_id, PROBLEM_INCOMPLETE
        return own_id, None


def _open_name(names: NameCipher, stored_name: str, folder_id: str) -> tuple[str, bool]:
    """Return the name of a stored node, and whether the node is a copy made by a sync program."""
    try:
        return names.open_name(stored_name, folder_id), False
    except ForeignNameError:
        name, suffix = names.open_conflicting_name(stored_name, folder_id)
        return _marked(name, suffix), True


def _marked(name: str, suffix: str) -> str:
    """Put the mark of a sync program before a name's extension: "film (1).mkv"."""
    stem, dot, extension = name.rpartition(".")
    marked = f"{stem}{suffix}{dot}{extension}" if stem else f"{name}{suffix}"
    marked = unicodedata.normalize("NFC", marked)
    check_name(marked)
    return marked


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
            name = _marked(node.name, f" ({number})")
        shown.add(name)
        apart.append(replace(node, name=name, conflict=node.conflict or number > 0))
    return apart
