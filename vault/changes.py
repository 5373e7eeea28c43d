"""Folders and nodes, changed: write, make, rename, remove.

Every step is atomic, and their order is such that a crash between two of them loses nothing that was there
and shows nothing half: see `vault.storage`.
"""

import threading
import uuid
from typing import BinaryIO

from vault.errors import (
    FolderMissingError,
    FormatError,
    NameRefusedError,
    NodeExistsError,
    NodeNotFoundError,
)
from vault.keyring import Keyring
from vault.names import ROOT_ID, SHORTENED_SUFFIX, check_name
from vault.node import (
    CONTENTS_FILE,
    FOLDER_ID_FILE,
    FOLDER_LINK_FILE,
    LONG_NAME_FILE,
    SYMLINK_FILE,
    Node,
    NodeKind,
)
from vault.storage import Storage, Upload
from vault.tree import Tree
from vault.writer import seal_bytes, seal_file

_PAYLOAD_FILES = {
    NodeKind.FILE: CONTENTS_FILE,
    NodeKind.FOLDER: FOLDER_LINK_FILE,
    NodeKind.SYMLINK: SYMLINK_FILE,
}


class Changes:
    """Changes a tree. Shared between threads: one change at a time, contents are sealed side by side."""

    def __init__(self, storage: Storage, keyring: Keyring, tree: Tree) -> None:
        self._storage = storage
        self._keyring = keyring
        self._tree = tree
        self._guard = threading.Lock()

    # --- files

    def write_file(
        self, folder_id: str, name: str, source: BinaryIO, *, replace: bool, mtime_ns: int | None
    ) -> Node:
        """Store a file whole; see `Vault.write_file`."""
        check_name(name)
        self._require_folder(folder_id)
        self._require_room(folder_id, name, replace=replace)
        path, sealed_name = self._tree.place(folder_id, name)
        payload = path if sealed_name is None else f"{path}/{CONTENTS_FILE}"
        upload = self._storage.upload(payload, mtime_ns)
        try:
            seal_file(source, upload, self._keyring)
            with self._guard:
                self._require_folder(folder_id)
                taken = self._require_room(folder_id, name, replace=replace)
                if sealed_name is None or taken:
                    self._storage.put_file(payload, upload, replace=replace)
                else:
                    files: dict[str, bytes | Upload] = {}
                    files[LONG_NAME_FILE], files[CONTENTS_FILE] = sealed_name.encode(), upload
                    self._storage.put_folder(path, files)
        finally:
            upload.discard()
        return self._made(folder_id, name)

    def _require_room(self, folder_id: str, name: str, *, replace: bool) -> bool:
        """Return whether a file is there to be replaced; raise NodeExistsError if it must not be."""
        path, _ = self._tree.place(folder_id, name)
        if self._storage.stat(path) is None:
            return False
        there = self._tree.lookup(folder_id, name)
        if not replace or there is None or there.kind is not NodeKind.FILE:
            raise NodeExistsError
        return True

    # --- folders

    def make_folder(self, folder_id: str, name: str) -> Node:
        """Make an empty folder; see `Vault.make_folder`."""
        check_name(name)
        with self._guard:
            self._require_folder(folder_id)
            self._require_room(folder_id, name, replace=False)
            own_id = str(uuid.uuid4())
            path, sealed_name = self._tree.place(folder_id, name)
            link = {FOLDER_LINK_FILE: own_id.encode()}
            if sealed_name is not None:
                link[LONG_NAME_FILE] = sealed_name.encode()
            # Its contents before the link to them: no reader ever sees a link that leads nowhere.
            self._storage.put_linked(*self._contents(own_id), path, link)
        return self._made(folder_id, name)

    def make_root(self) -> None:
        """Make the place for the contents of the root folder."""
        self._storage.put_folder(*self._contents(ROOT_ID))

    def _contents(self, own_id: str) -> tuple[str, dict[str, bytes]]:
        """Return where a folder's contents lie, and what lies there: its id, for whoever repairs the vault."""
        keys = self._keyring.keys()
        backup = seal_bytes(own_id.encode(), keys.content)
        return keys.names.content_path(own_id), {FOLDER_ID_FILE: backup}

    def make_folders(self, path: str) -> Node:
        """Make a folder and those above it that are missing; see `Vault.make_folders`."""
        node = self._tree.root()
        for name in filter(None, path.split("/")):
            assert node.own_id is not None
            node = self._folder_in(node.own_id, name)
        return node

    def _folder_in(self, folder_id: str, name: str) -> Node:
        try:
            node = self._tree.child(folder_id, name)
        except NodeNotFoundError:
            try:
                return self.make_folder(folder_id, name)
            except NodeExistsError:  # another thread was faster
                node = self._tree.child(folder_id, name)
        if node.kind is not NodeKind.FOLDER or node.own_id is None:
            raise NodeExistsError("there is something of that name that is no folder")
        return node

    # --- what is there already

    def remove(self, node: Node) -> None:
        """Remove a node, a folder with all below it; see `Vault.remove`."""
        if node.own_id == ROOT_ID:
            raise NameRefusedError("the root folder cannot be removed")
        with self._guard:
            self._keyring.keys()
            if self._storage.stat(node.shell_path) is None:
                raise NodeNotFoundError
            if node.own_id is None or self._is_linked_twice(node):
                self._storage.remove(node.shell_path)
            else:
                self._storage.remove_linked(node.shell_path, self._contents_below(node))

    def _is_linked_twice(self, node: Node) -> bool:
        """Tell whether a sync program has copied the folder's link, so that its contents are still wanted."""
        links = [other for other in self._tree.list_folder(node.folder_id) if other.own_id == node.own_id]
        return len(links) > 1

    def _contents_below(self, node: Node) -> list[str]:
        """Return where the contents of a folder and of those below it lie, parents first."""
        own_ids = self._folders_from(node)
        if node.folder_id in own_ids or ROOT_ID in own_ids:
            raise FormatError("the folder contains the folder that it lies in")
        names = self._keyring.names
        return [names.content_path(own_id) for own_id in own_ids]

    def _folders_from(self, node: Node) -> list[str]:
        """Return the ids of a folder and of those below it, parents first."""
        assert node.own_id is not None
        own_ids = {node.own_id: None}
        try:
            for _, below in self._tree.walk(node.own_id):
                if below.own_id is not None:
                    own_ids[below.own_id] = None
        except FolderMissingError:
            pass
        return list(own_ids)

    def rename(self, node: Node, folder_id: str, name: str) -> Node:
        """Give a node another name, in another folder perhaps; see `Vault.rename`."""
        check_name(name)
        if node.own_id == ROOT_ID:
            raise NameRefusedError("the root folder cannot be renamed")
        with self._guard:
            self._require_folder(folder_id)
            path, sealed_name = self._tree.place(folder_id, name)
            if path == node.shell_path:
                return self._made(folder_id, name)
            if self._storage.stat(node.shell_path) is None:
                raise NodeNotFoundError
            if self._storage.stat(path) is not None:
                raise NodeExistsError
            if node.own_id is not None and folder_id in self._folders_from(node):
                raise NameRefusedError("a folder cannot be moved into itself")
            self._move(node, path, sealed_name)
        return self._made(folder_id, name)

    def _move(self, node: Node, path: str, sealed_name: str | None) -> None:
        """Move a stored node: in one step where its name is the only thing that says what it is called."""
        old, payload = node.shell_path, _PAYLOAD_FILES[node.kind]
        old_is_long = old.endswith(SHORTENED_SUFFIX)
        if not old_is_long and sealed_name is None:
            self._storage.move(old, path)
            return
        source = f"{old}/{payload}" if old_is_long or node.kind is not NodeKind.FILE else old
        if self._storage.stat(source) is None:
            raise NodeNotFoundError
        if sealed_name is None and node.kind is NodeKind.FILE:
            self._storage.relocate(source, path, {})
        else:
            beside = {} if sealed_name is None else {LONG_NAME_FILE: sealed_name.encode()}
            self._storage.relocate(source, f"{path}/{payload}", beside)

    def _require_folder(self, folder_id: str) -> None:
        if self._storage.stat(self._keyring.names.content_path(folder_id)) is None:
            raise FolderMissingError

    def _made(self, folder_id: str, name: str) -> Node:
        node = self._tree.lookup(folder_id, name)
        if node is None:  # removed again since
            raise NodeNotFoundError
        return node
