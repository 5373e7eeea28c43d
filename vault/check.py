"""A vault looked through for damage. Looking never changes a thing on the disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from vault.errors import AuthenticationError, FormatError, IntegrityError, NodeNotFoundError, TruncatedError
from vault.names import ROOT_ID
from vault.node import PROBLEM_DAMAGED, PROBLEM_INCOMPLETE, PROBLEM_TRUNCATED, Node, NodeKind
from vault.vault import Vault

PROBLEM_UNREADABLE = "unreadable name"
"""A stored node whose name this vault did not seal, or that stands for a name that no file may have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        path: Plaintext path of the node, or of the folder that it lies in where its name cannot be read.
            For the person who asked, not for logs.
        node_id: Stored path, relative to the vault.
        problem: "truncated", "incomplete", "damaged" or "unreadable name".
        chunk_index: The first chunk that is damaged, where one is.
    """

    path: str
    node_id: str
    problem: str
    chunk_index: int | None = None


def check_vault(vault: Vault, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong in a vault, in the order of `Vault.walk`.

    Args:
        vault: The vault, unlocked.
        deep: Whether to read every file whole. A file that lost whole chunks at its end is not found even
            then: only who knows its size can tell.
    """
    if vault.find("/").problem is not None:
        yield Finding("/", vault.find("/").stored_path, PROBLEM_INCOMPLETE)
        return
    yield from _unreadable(vault, "/", ROOT_ID)
    for path, node in vault.walk():
        if node.problem is not None:
            yield Finding(path, node.stored_path, node.problem)
        elif node.own_id is not None:
            yield from _unreadable(vault, path, node.own_id)
        elif deep:
            yield from _damage(vault, path, node)


def _unreadable(vault: Vault, path: str, folder_id: str) -> Iterator[Finding]:
    for stored_path in vault.left_out(folder_id):
        yield Finding(path, stored_path, PROBLEM_UNREADABLE)


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
    except NodeNotFoundError:  # removed since it was listed
        return
