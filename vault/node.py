"""What a folder of the vault shows: files, folders and links with their plaintext names."""

from enum import Enum
from typing import NamedTuple

PROBLEM_TRUNCATED = "truncated"
"""A size that no vault file can have: cut short, or still on its way."""
PROBLEM_INCOMPLETE = "incomplete"
"""A part that belongs to it is not on the disk, or not yet: half synced."""
PROBLEM_DAMAGED = "damaged"
"""Its link to its contents holds nothing that can be one."""
PROBLEM_UNREADABLE = "unreadable"
"""The disk refuses to read what says what it is."""

CONTENTS_FILE = "contents.c9r"
FOLDER_LINK_FILE = "dir.c9r"
SYMLINK_FILE = "symlink.c9r"
LONG_NAME_FILE = "name.c9s"
FOLDER_ID_FILE = "dirid.c9r"
NODE_FILES = frozenset({CONTENTS_FILE, FOLDER_LINK_FILE, SYMLINK_FILE, LONG_NAME_FILE})
"""What the folder around a node can hold."""


class NodeKind(Enum):
    """What a node is."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symlink"


class Node(NamedTuple):
    """A file, folder or link in the vault's tree. A tuple, because large folders have many: it is made quickest.

    Attributes:
        kind: What it is.
        name: Its plaintext name, NFC.
        folder_id: Id of the folder it lies in; "" is the root.
        own_id: A folder's own id; None for what is no folder, and for a folder whose link cannot be read.
        stored_path: Where its bytes lie, relative to the vault, `/` between the parts. For a file or link that
            is the file with its contents, for a folder the stored node itself. Ciphertext: fit for logs.
        size: Plaintext bytes of a file, None for what is no file or cannot be a whole one.
        stored_size: Bytes on disk of the file or link, None for folders.
        mtime_ns: When the stored file or folder was last changed, nanoseconds since the epoch.
        problem: Why it cannot be read as it should be, or None: "truncated", "incomplete", "damaged" or
            "unreadable".
        conflict: Its stored name is not the one that its name leads to: a copy that a sync program made, say.
    """

    kind: NodeKind
    name: str
    folder_id: str
    own_id: str | None
    stored_path: str
    size: int | None
    stored_size: int | None
    mtime_ns: int
    problem: str | None = None
    conflict: bool = False

    @property
    def shell_path(self) -> str:
        """Where the stored node itself lies: the folder around its contents, or the file."""
        parent, _, name = self.stored_path.rpartition("/")
        return parent if name in {CONTENTS_FILE, SYMLINK_FILE} else self.stored_path
