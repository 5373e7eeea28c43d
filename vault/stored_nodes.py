"""Stored nodes made out: their names, their kinds, their sizes, and what is wrong with them.

Nothing here trusts the disk: names are authenticated or left out, links are checked, sizes are proved. A whole
folder is made out at once, so that a store far away is asked a few times and not for every node.
"""

import contextlib
import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vault.errors import ForeignNameError, NameRefusedError, NodeNotFoundError, StorageError, TruncatedError
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
    PROBLEM_UNREADABLE,
    SYMLINK_FILE,
    Node,
    NodeKind,
)
from vault.storage import UNKNOWN_SIZE, Entry, Listed, Storage

logger = logging.getLogger(__name__)

_CONTENTS_STEM = CONTENTS_FILE.removesuffix(SEALED_SUFFIX)


@dataclass(frozen=True, slots=True)
class _Named:
    """A stored node whose name is known."""

    name: str
    conflict: bool
    path: str
    listed: Listed

    @property
    def is_long(self) -> bool:
        return self.path.endswith(SHORTENED_SUFFIX)

    def inner(self, name: str) -> Entry | None:
        """Return the file of that name in the shell."""
        for entry in self.listed.inside or ():
            if entry.name == name and not entry.is_folder:
                return entry
        return None


class StoredNodes:
    """Makes nodes of what lies in a vault's content folders."""

    def __init__(self, storage: Storage, keyring: Keyring, shortening_threshold: int) -> None:
        self._storage = storage
        self._threshold = shortening_threshold
        self._keyring = keyring

    def read(self, folder_id: str, content_path: str, found: Sequence[Listed]) -> list[Node]:
        """Return what stored nodes show; those that are none of ours, nothing."""
        named = list(self._names(self._keyring.names, folder_id, content_path, found))
        links = self._links(named)
        nodes: list[Node] = []
        for each in named:
            nodes += self._nodes(each, links.get(each.path), folder_id)
        return self._with_missing_contents(nodes)

    def _links(self, named: Sequence[_Named]) -> dict[str, bytes | NodeNotFoundError | StorageError]:
        """Return what the folder links hold, by stored path of the nodes that have one."""
        linked = [each.path for each in named if each.inner(FOLDER_LINK_FILE) is not None]
        links = self._storage.read_each(
            [f"{path}/{FOLDER_LINK_FILE}" for path in linked], MAX_FOLDER_ID_SIZE + 1
        )
        return dict(zip(linked, links, strict=True))

    # --- names

    def _names(
        self, names: NameCipher, folder_id: str, content_path: str, found: Sequence[Listed]
    ) -> Iterator[_Named]:
        """Yield the stored nodes whose names can be made out."""
        long_names = self._long_names(content_path, found)
        for listed in found:
            stored_name = listed.entry.name
            path = f"{content_path}/{stored_name}"
            try:
                if stored_name.endswith(SEALED_SUFFIX):
                    name, conflict = self._open_name(names, stored_name, folder_id)
                elif stored_name in long_names:
                    sealed_name = long_names[stored_name]
                    name, conflict = self._open_long_name(names, stored_name, sealed_name, folder_id)
                else:
                    continue
            except ForeignNameError:
                continue
            except NameRefusedError:
                logger.warning("a name that no file may have is left out: %s", path)
                continue
            yield _Named(name, conflict, path, listed)

    def _long_names(self, content_path: str, found: Sequence[Listed]) -> dict[str, bytes]:
        """Return what the shortened nodes say that they are called, by stored name."""
        shortened = [
            listed.entry.name
            for listed in found
            if listed.entry.name.endswith(SHORTENED_SUFFIX)
            and any(inner.name == LONG_NAME_FILE for inner in listed.inside or ())
        ]
        # No more than a name can have is read, whatever size the file is.
        said = self._storage.read_each(
            [f"{content_path}/{name}/{LONG_NAME_FILE}" for name in shortened], MAX_LONG_NAME_SIZE + 1
        )
        return {name: data for name, data in zip(shortened, said, strict=True) if isinstance(data, bytes)}

    def _open_long_name(
        self, names: NameCipher, stored_name: str, data: bytes, folder_id: str
    ) -> tuple[str, bool]:
        """Return the name of a shortened node as it is shown, and whether that name does not lead to the node."""
        try:
            sealed_name = data.decode("ascii")
        except UnicodeDecodeError as error:
            raise ForeignNameError("a shortened node without its long name") from error
        # What says the long name is not authenticated itself, and may belong to another node.
        hashed = shorten(sealed_name).removesuffix(SHORTENED_SUFFIX)
        if len(data) > MAX_LONG_NAME_SIZE or stored_name[:SHORTENED_SIZE] != hashed:
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

    # --- nodes

    def _nodes(
        self, named: _Named, link: bytes | NodeNotFoundError | StorageError | None, folder_id: str
    ) -> Iterator[Node]:
        """Yield what a stored node shows: itself, and the copies of its contents that sync programs made."""
        entry, inside = named.listed
        if not entry.is_folder:
            yield self._file(named.name, folder_id, named.path, entry, conflict=named.conflict)
            return
        if inside is None:
            kind = NodeKind.FILE if named.is_long else NodeKind.FOLDER
            yield self._shell(named, folder_id, kind, PROBLEM_UNREADABLE)
            return
        copies = list(self._copies(named, inside, folder_id)) if named.is_long else []
        node = self._main_node(named, link, folder_id)
        if node.problem != PROBLEM_INCOMPLETE or not copies:
            yield node
        yield from copies

    def _copies(self, named: _Named, inside: Sequence[Entry], folder_id: str) -> Iterator[Node]:
        """Yield the copies of its contents that sync programs put beside them."""
        for inner in inside:
            mark = _mark_of_copy(inner)
            if mark is not None:
                with contextlib.suppress(NameRefusedError):
                    shown, _ = _shown_name(named.name, mark, in_place=False)
                    yield self._file(shown, folder_id, f"{named.path}/{inner.name}", inner, conflict=True)

    def _main_node(
        self, named: _Named, link: bytes | NodeNotFoundError | StorageError | None, folder_id: str
    ) -> Node:
        """Return what a stored folder shows: a folder, a link, a file with a long name, or half of one."""
        if isinstance(link, StorageError):
            return self._shell(named, folder_id, NodeKind.FOLDER, PROBLEM_UNREADABLE)
        if isinstance(link, bytes):
            try:
                return self._shell(named, folder_id, NodeKind.FOLDER, None, parse_folder_id(link))
            except ForeignNameError:
                return self._shell(named, folder_id, NodeKind.FOLDER, PROBLEM_DAMAGED)
        target = named.inner(SYMLINK_FILE)
        if target is not None:
            return Node(
                kind=NodeKind.SYMLINK,
                name=named.name,
                folder_id=folder_id,
                own_id=None,
                stored_path=f"{named.path}/{SYMLINK_FILE}",
                size=None,
                stored_size=target.size,
                mtime_ns=target.mtime_ns,
                conflict=named.conflict,
            )
        contents = named.inner(CONTENTS_FILE) if named.is_long else None
        if contents is not None:
            path = f"{named.path}/{CONTENTS_FILE}"
            return self._file(named.name, folder_id, path, contents, conflict=named.conflict)
        kind = NodeKind.FILE if named.is_long else NodeKind.FOLDER
        return self._shell(named, folder_id, kind, PROBLEM_INCOMPLETE)

    def _file(self, name: str, folder_id: str, path: str, entry: Entry, *, conflict: bool) -> Node:
        size, problem = None, None
        try:
            size = self._keyring.content.layout.plaintext_size(entry.size)
        except TruncatedError:
            problem = PROBLEM_UNREADABLE if entry.size == UNKNOWN_SIZE else PROBLEM_TRUNCATED
        stored_size = None if entry.size == UNKNOWN_SIZE else entry.size
        return Node(
            NodeKind.FILE, name, folder_id, None, path, size, stored_size, entry.mtime_ns, problem, conflict
        )

    def _shell(
        self, named: _Named, folder_id: str, kind: NodeKind, problem: str | None, own_id: str | None = None
    ) -> Node:
        link = named.inner(FOLDER_LINK_FILE)
        return Node(
            kind=kind,
            name=named.name,
            folder_id=folder_id,
            own_id=own_id,
            stored_path=named.path,
            size=None,
            stored_size=None,
            # Object stores have no folders, so these have no time either.
            mtime_ns=named.listed.entry.mtime_ns or (link.mtime_ns if link is not None else 0),
            problem=problem,
            conflict=named.conflict,
        )

    def _with_missing_contents(self, nodes: list[Node]) -> list[Node]:
        """Name the folders whose contents are not on the disk."""
        names = self._keyring.names
        folders = [index for index, node in enumerate(nodes) if node.own_id is not None]
        places = self._storage.stat_each([names.content_path(nodes[index].own_id or "") for index in folders])
        for index, place in zip(folders, places, strict=True):
            if place is None:
                nodes[index] = replace(nodes[index], problem=PROBLEM_INCOMPLETE)
            elif isinstance(place, StorageError):
                nodes[index] = replace(nodes[index], problem=PROBLEM_UNREADABLE)
        return nodes


def marked_name(name: str, mark: str) -> str:
    """Put the mark of a sync program before a name's extension: "film (1).mkv"."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}{mark}{dot}{extension}" if stem else f"{name}{mark}"


def _mark_of_copy(inner: Entry) -> str | None:
    """Return the mark of a copy that a sync program made inside a shell: "contents (1).c9r"."""
    name = inner.name
    if inner.is_folder or name == CONTENTS_FILE:
        return None
    if not name.startswith(_CONTENTS_STEM) or not name.endswith(SEALED_SUFFIX):
        return None
    return name[len(_CONTENTS_STEM) : -len(SEALED_SUFFIX)]


def _shown_name(name: str, mark: str, *, in_place: bool) -> tuple[str, bool]:
    """Return the name with the mark of a sync program, NFC, and whether it leads elsewhere than to the node."""
    if not mark and in_place and unicodedata.is_normalized("NFC", name):
        return name, False
    shown = unicodedata.normalize("NFC", marked_name(name, mark))
    check_name(shown)
    return shown, True
