"""What stored files and folders show: nodes, made of what a look at the disk has found. No I/O.

The shell of a node is the stored folder around its files. Folders and links have one, and files with a long name.
"""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

from vault.errors import ForeignNameError, NameRefusedError, NodeNotFoundError, StorageError, TruncatedError
from vault.layout import Layout
from vault.names import SEALED_SUFFIX, SHORTENED_SUFFIX, check_name, parse_folder_id
from vault.node import (
    CONTENTS_FILE,
    FOLDER_LINK_FILE,
    PROBLEM_DAMAGED,
    PROBLEM_INCOMPLETE,
    PROBLEM_TRUNCATED,
    PROBLEM_UNREADABLE,
    SYMLINK_FILE,
    Node,
    NodeKind,
)
from vault.storage import UNKNOWN_SIZE, Entry

_FILE = NodeKind.FILE
_CONTENTS_STEM = CONTENTS_FILE.removesuffix(SEALED_SUFFIX)


Shown: TypeAlias = tuple[str, bool]
"""The name that a node is shown under, and whether that name does not lead to the node: a copy, say."""
Link: TypeAlias = bytes | NodeNotFoundError | StorageError
"""What a folder's link holds, or why it cannot be read."""


class Shell(NamedTuple):
    """A stored folder whose name is known; `inside` is None where the disk refuses to list it."""

    shown: Shown
    folder_id: str
    path: str
    mtime_ns: int
    inside: tuple[Entry, ...] | None

    @property
    def is_long(self) -> bool:
        """Whether its name is a hash."""
        return self.path.endswith(SHORTENED_SUFFIX)

    def inner(self, name: str) -> Entry | None:
        """Return the file of that name in the shell."""
        for entry in self.inside or ():
            if entry.name == name and not entry.is_folder:
                return entry
        return None


def nodes_of_shell(shell: Shell, link: Link | None, layout: Layout) -> Iterator[Node]:
    """Yield what a shell shows: its node, and the copies of its contents that sync programs made."""
    if shell.inside is None:
        kind = NodeKind.FILE if shell.is_long else NodeKind.FOLDER
        yield _node_without_contents(shell, kind, PROBLEM_UNREADABLE)
        return
    copies = list(_copies(shell, layout)) if shell.is_long else []
    node = _main_node(shell, link, layout)
    if node.problem != PROBLEM_INCOMPLETE or not copies:
        yield node
    yield from copies


def file_node(
    shown: Shown, folder_id: str, path: str, stored_size: int, mtime_ns: int, layout: Layout
) -> Node:
    """Return the node of the file whose contents lie at a path."""
    name, conflict = shown
    try:
        size = layout.plaintext_size(stored_size)
    except TruncatedError:
        is_known = stored_size != UNKNOWN_SIZE
        problem = PROBLEM_TRUNCATED if is_known else PROBLEM_UNREADABLE
        known_size = stored_size if is_known else None
        return Node(_FILE, name, folder_id, None, path, None, known_size, mtime_ns, problem, conflict)
    return Node(_FILE, name, folder_id, None, path, size, stored_size, mtime_ns, None, conflict)


def _main_node(shell: Shell, link: Link | None, layout: Layout) -> Node:
    """Return the node of a shell: a folder, a link, a file with a long name, or half of one."""
    if isinstance(link, StorageError):
        return _node_without_contents(shell, NodeKind.FOLDER, PROBLEM_UNREADABLE)
    if isinstance(link, bytes):
        try:
            return _node_without_contents(shell, NodeKind.FOLDER, None, parse_folder_id(link))
        except ForeignNameError:
            return _node_without_contents(shell, NodeKind.FOLDER, PROBLEM_DAMAGED)
    target = shell.inner(SYMLINK_FILE)
    if target is not None:
        name, conflict = shell.shown
        return Node(
            kind=NodeKind.SYMLINK,
            name=name,
            folder_id=shell.folder_id,
            own_id=None,
            stored_path=f"{shell.path}/{SYMLINK_FILE}",
            size=None,
            stored_size=target.size,
            mtime_ns=target.mtime_ns,
            conflict=conflict,
        )
    contents = shell.inner(CONTENTS_FILE) if shell.is_long else None
    if contents is not None:
        return _inner_file(shell, contents, shell.shown, layout)
    kind = NodeKind.FILE if shell.is_long else NodeKind.FOLDER
    return _node_without_contents(shell, kind, PROBLEM_INCOMPLETE)


def _copies(shell: Shell, layout: Layout) -> Iterator[Node]:
    """Yield the copies of its contents that sync programs put beside them."""
    name, _ = shell.shown
    for inner in shell.inside or ():
        mark = _mark_of_copy(inner)
        if mark is not None:
            with contextlib.suppress(NameRefusedError):
                yield _inner_file(shell, inner, shown_elsewhere(name, mark), layout)


def _inner_file(shell: Shell, inner: Entry, shown: Shown, layout: Layout) -> Node:
    path = f"{shell.path}/{inner.name}"
    return file_node(shown, shell.folder_id, path, inner.size, inner.mtime_ns, layout)


def _node_without_contents(
    shell: Shell, kind: NodeKind, problem: str | None, own_id: str | None = None
) -> Node:
    """Return the node of a shell that holds no contents: a folder's lie elsewhere, or they are missing."""
    name, conflict = shell.shown
    link = shell.inner(FOLDER_LINK_FILE)
    return Node(
        kind=kind,
        name=name,
        folder_id=shell.folder_id,
        own_id=own_id,
        stored_path=shell.path,
        size=None,
        stored_size=None,
        # Object stores have no folders, so these have no time either.
        mtime_ns=shell.mtime_ns or (link.mtime_ns if link is not None else 0),
        problem=problem,
        conflict=conflict,
    )


def marked_name(name: str, mark: str) -> str:
    """Put the mark of a sync program before a name's extension: "film (1).mkv"."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}{mark}{dot}{extension}" if stem else f"{name}{mark}"


def shown_elsewhere(name: str, mark: str) -> Shown:
    """Return what a node is shown as that does not lie where its name leads, with the mark of a sync program or "".

    Raises:
        NameRefusedError: No file may have that name.
    """
    shown = normalize("NFC", marked_name(name, mark))
    check_name(shown)
    return shown, True


def _mark_of_copy(inner: Entry) -> str | None:
    """Return the mark of a copy that a sync program made inside a shell: "contents (1).c9r"."""
    name = inner.name
    if inner.is_folder or name == CONTENTS_FILE:
        return None
    if not name.startswith(_CONTENTS_STEM) or not name.endswith(SEALED_SUFFIX):
        return None
    return name[len(_CONTENTS_STEM) : -len(SEALED_SUFFIX)]
