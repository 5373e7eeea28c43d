"""A vault looked through for damage. Looking never changes a thing on the disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from vault.errors import (
    AuthenticationError,
    FolderMissingError,
    FormatError,
    IntegrityError,
    NodeNotFoundError,
    StorageError,
    TruncatedError,
)
from vault.names import ROOT_ID
from vault.node import (
    PROBLEM_DAMAGED,
    PROBLEM_INCOMPLETE,
    PROBLEM_TRUNCATED,
    PROBLEM_UNREADABLE,
    Node,
    NodeKind,
)
from vault.vault import Vault

PROBLEM_NAME = "unreadable name"
"""A stored node whose name this vault did not seal, or that stands for a name that no file may have."""
PROBLEM_UNLINKED = "unlinked"
"""Contents with something in them that no folder links to: half synced, or the link to them was lost."""
PROBLEM_LEFTOVER = "leftover"
"""What an interrupted change or a sync program left, with nothing in it that is not elsewhere. Harmless."""

_NODE_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        path: Plaintext path of the node, or of the folder that it lies in where its name cannot be read; empty
            for what lies in no folder. For the person who asked, not for logs.
        node_id: Stored path, relative to the vault.
        problem: "truncated", "incomplete", "damaged", "unreadable", "unreadable name", "unlinked", "leftover".
        chunk_index: The first chunk that is damaged, where one is.
    """

    path: str
    node_id: str
    problem: str
    chunk_index: int | None = None

    @property
    def is_harmless(self) -> bool:
        """Whether nothing is lost or in danger by it."""
        return self.problem == PROBLEM_LEFTOVER


def check_vault(vault: Vault, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong in a vault, in the order of `Vault.walk`; last what no folder links to.

    Args:
        vault: The vault, unlocked, and not changed meanwhile: a folder in the making looks like a leftover.
        deep: Whether to read every file whole. A file that lost whole chunks at its end is not found even
            then: only who knows its size can tell.
    """
    root = vault.find("/")
    if root.problem is not None:
        yield Finding("/", root.stored_path, PROBLEM_INCOMPLETE)
        return
    linked_ids = {ROOT_ID}
    yield from _left_out(vault, "/", root)
    for path, node in vault.walk(skip_refused=True):
        if node.own_id is not None:
            linked_ids.add(node.own_id)
        if node.problem is not None:
            yield Finding(path, node.stored_path, node.problem)
        elif node.own_id is not None:
            yield from _left_out(vault, path, node)
        elif deep:
            yield from _damage(vault, path, node)
    for stored_path, is_empty in vault.unlinked(linked_ids):
        yield Finding("", stored_path, PROBLEM_LEFTOVER if is_empty else PROBLEM_UNLINKED)


def _left_out(vault: Vault, path: str, folder: Node) -> Iterator[Finding]:
    """Yield what a folder does not show."""
    assert folder.own_id is not None
    try:
        left_out = vault.left_out(folder.own_id)
    except FolderMissingError:  # removed since it was listed
        return
    except StorageError:
        yield Finding(path, folder.stored_path, PROBLEM_UNREADABLE)
        return
    for stored_path in left_out:
        is_node = stored_path.count("/") < _NODE_DEPTH
        yield Finding(path, stored_path, PROBLEM_NAME if is_node else PROBLEM_LEFTOVER)


def _damage(vault: Vault, path: str, node: Node) -> Iterator[Finding]:
    """Yield what is wrong with the contents of a file or link, if anything is."""
    try:
        if node.kind is NodeKind.SYMLINK:
            vault.read_symlink(node)
            return
        with vault.open(node) as reader:
            for _ in reader.iter_range(0, reader.size):
                pass
    except AuthenticationError as error:
        yield Finding(path, node.stored_path, PROBLEM_DAMAGED, error.chunk_index)
    except TruncatedError:
        yield Finding(path, node.stored_path, PROBLEM_TRUNCATED)
    except (IntegrityError, FormatError):
        yield Finding(path, node.stored_path, PROBLEM_DAMAGED)
    except StorageError:
        yield Finding(path, node.stored_path, PROBLEM_UNREADABLE)
    except NodeNotFoundError:  # removed since it was listed
        return
