"""A stored node made out: its name, its kind, its size, and what is wrong with it.

Nothing here trusts the disk: names are authenticated or left out, links are checked, sizes are proved.
"""

import logging
import unicodedata

from vault.errors import ForeignNameError, NameRefusedError, NodeNotFoundError, TruncatedError
from vault.keyring import Keyring
from vault.names import (
    MAX_FOLDER_ID_SIZE,
    MAX_LONG_NAME_SIZE,
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
    LONG_NAME_FILE,
    PROBLEM_DAMAGED,
    PROBLEM_INCOMPLETE,
    PROBLEM_TRUNCATED,
    SYMLINK_FILE,
    Node,
    NodeKind,
)
from vault.storage import Entry, Storage

logger = logging.getLogger(__name__)


class StoredNodes:
    """Makes nodes of what lies in a vault's content folders."""

    def __init__(self, storage: Storage, keyring: Keyring, shortening_threshold: int) -> None:
        self._storage = storage
        self._threshold = shortening_threshold
        self._keyring = keyring

    def read(self, names: NameCipher, folder_id: str, content_path: str, entry: Entry) -> Node | None:
        """Return what a stored node shows, or None if it is none of ours."""
        try:
            if entry.name.endswith(SEALED_SUFFIX):
                name, conflict = self._open_name(names, entry.name, folder_id)
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
        """Return the name of a shortened node as it is shown, and whether that name does not lead to the node."""
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
        mark = stored_name[SHORTENED_SIZE:].removesuffix(SHORTENED_SUFFIX)
        return _shown_name(name, mark, in_place=len(sealed_name) > self._threshold)

    def _open_name(self, names: NameCipher, stored_name: str, folder_id: str) -> tuple[str, bool]:
        """Return the name of a stored node as it is shown, and whether that name does not lead to the node."""
        try:
            name, mark = names.open_name(stored_name, folder_id), ""
        except ForeignNameError:
            name, mark = names.open_conflicting_name(stored_name, folder_id)
        return _shown_name(name, mark, in_place=len(stored_name) <= self._threshold)

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


def marked_name(name: str, mark: str) -> str:
    """Put the mark of a sync program before a name's extension: "film (1).mkv"."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}{mark}{dot}{extension}" if stem else f"{name}{mark}"


def _shown_name(name: str, mark: str, *, in_place: bool) -> tuple[str, bool]:
    """Return the name with the mark of a sync program, NFC, and whether it leads elsewhere than to the node."""
    if not mark and in_place and unicodedata.is_normalized("NFC", name):
        return name, False
    shown = unicodedata.normalize("NFC", marked_name(name, mark))
    check_name(shown)
    return shown, True
