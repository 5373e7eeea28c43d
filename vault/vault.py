"""The unlocked vault: what the rest of the program holds in its hands."""

import contextlib
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from vault.changes import Changes
from vault.config import CipherCombo, VaultConfig
from vault.errors import LocationError, StorageError
from vault.keyring import Keyring
from vault.link_target import read_link_target
from vault.location import Location, is_remote, local_path
from vault.masterkey import DEFAULT_SCRYPT_COST, Masterkey, wrap_masterkey
from vault.names import ROOT_ID, self_test
from vault.node import Node, NodeKind
from vault.reader import PlaintextReader
from vault.storage import Storage
from vault.topfiles import (
    is_there,
    new_storage,
    open_storage,
    read_config,
    read_masterkey,
    write_config,
    write_masterkey,
)
from vault.tree import Tree
from vault.verification import Verification


class Vault:
    """An unlocked vault. Shared between threads; `close` locks it.

    Every method but `close` raises VaultLockedError after that, and StorageError where the disk refuses.
    """

    def __init__(
        self, location: Location, storage: Storage, masterkey: Masterkey, config: VaultConfig
    ) -> None:
        """Use `create`, `unlock` or `unlock_with_masterkey`."""
        self.location = location if is_remote(location) else local_path(location)
        self.cipher_combo: CipherCombo = config.cipher_combo
        self._storage = storage
        self._keyring = Keyring(masterkey, config.cipher_combo)
        self._tree = Tree(storage, self._keyring, config.shortening_threshold)
        self._changes = Changes(storage, self._keyring, self._tree)
        self._readers_guard = threading.Lock()
        self._readers: weakref.WeakSet[PlaintextReader] = weakref.WeakSet()

    # --- unlock and lock

    @classmethod
    def create(
        cls, location: Location, passphrase: str, *, scrypt_cost: int = DEFAULT_SCRYPT_COST
    ) -> "Vault":
        """Make a vault in a folder that is absent or empty, and unlock it.

        Args:
            location: Where: a folder, made if need be, or an address such as "s3://bucket/vault".
            passphrase: Any text but the empty one.
            scrypt_cost: scrypt's N, a power of two: how much work and memory (1 KiB each) a guess costs.

        Raises:
            VaultExistsError: The folder is not empty.
            LocationError: The address leads nowhere.
            ValueError: An empty passphrase or an impossible cost.
        """
        self_test()
        masterkey, config = Masterkey.generate(), VaultConfig()
        masterkey_file = wrap_masterkey(masterkey, passphrase, cost=scrypt_cost)
        storage = new_storage(location)
        vault = cls(location, storage, masterkey, config)
        try:
            vault._changes.make_root()
            write_masterkey(storage, masterkey_file, replace=False)
            # Last: with it, there is a vault.
            write_config(storage, config, masterkey)
        except BaseException:
            vault.close()
            raise
        return vault

    @classmethod
    def unlock(cls, location: Location, passphrase: str) -> "Vault":
        """Unlock a vault with its passphrase, typed in any Unicode normalisation.

        Raises:
            NoVaultError: There is no vault there; LocationError: the address leads nowhere.
            WrongPassphraseError: The passphrase is not the one.
            TamperedVaultError: The masterkey file or the vault config was changed.
            FormatError: They are damaged; UnsupportedVaultError: they are of a kind that we do not read.
        """
        self_test()
        with open_storage(location) as storage:
            token = read_config(storage)
            masterkey = read_masterkey(storage, token, passphrase)
            return cls(location, storage, masterkey, token.verify(masterkey))

    @classmethod
    def unlock_with_masterkey(cls, location: Location, masterkey: bytes) -> "Vault":
        """Unlock a vault with its raw masterkey, as `export_masterkey` gave it.

        Raises:
            ValueError: Not 64 bytes.
            TamperedVaultError: It is not the masterkey of this vault.
            NoVaultError, FormatError: As for `unlock`.
        """
        self_test()
        with open_storage(location) as storage:
            key = Masterkey(masterkey)
            return cls(location, storage, key, read_config(storage).verify(key))

    @property
    def directory(self) -> Path:
        """The folder that the vault lies in; LocationError for a vault that lies at an address."""
        if isinstance(self.location, str):
            raise LocationError("this vault lies in no folder of a disk")
        return self.location

    def is_there(self) -> bool:
        """Tell whether the vault can be reached now: its disk is mounted, its store answers."""
        with contextlib.suppress(StorageError):
            return is_there(self._storage)
        return False

    def export_masterkey(self) -> bytes:
        """Return the raw masterkey, 64 bytes: all that is in the vault, for whoever is entrusted with it."""
        return self._keyring.keys().masterkey.raw

    def derive_key(self, info: str, size: int = 32) -> bytes:
        """Return a key of `size` bytes for one purpose; a distinct `info` gives a distinct key."""
        return self._keyring.keys().masterkey.derive_key(info, size)

    @property
    def is_locked(self) -> bool:
        """Whether `close` was called."""
        return self._keyring.is_empty

    def close(self) -> None:
        """Lock: forget the keys, stop the readers that are open; safe twice."""
        self._keyring.forget()
        with self._readers_guard:
            readers = list(self._readers)
            self._readers.clear()
        for reader in readers:
            reader.lock()
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- look and read

    def list_folder(self, folder_id: str) -> list[Node]:
        """Return what lies in a folder, sorted by name; no two of the nodes have the same name.

        Left out are names that this vault did not seal, and names that no file may have.

        Raises:
            FolderMissingError: There is no such folder, or its contents are not on the disk.
        """
        return self._tree.list_folder(folder_id)

    def find(self, path: str) -> Node:
        """Return the node at a plaintext path such as "/a/b"; "/" is the root. NodeNotFoundError if absent."""
        return self._tree.find(path)

    def walk(self, folder_id: str = ROOT_ID, *, skip_refused: bool = False) -> Iterator[tuple[str, Node]]:
        """Yield (path below the folder, node) for all below it, parents first, no folder's contents twice.

        A folder below that the disk refuses to list raises StorageError, or is passed by with `skip_refused`.
        """
        return self._tree.walk(folder_id, skip_refused=skip_refused)

    def left_out(self, folder_id: str) -> list[str]:
        """Return the stored paths of what looks like a part of a folder and is not shown by `list_folder`."""
        return self._tree.left_out(folder_id)

    def unlinked(self, linked_ids: Iterable[str]) -> list[tuple[str, bool]]:
        """Return the stored contents that belong to none of these folders, and whether each is empty."""
        return self._tree.unlinked(linked_ids)

    def open(self, node: Node) -> PlaintextReader:
        """Open a file for reading.

        Raises:
            ValueError: The node is no file.
            NodeNotFoundError: It is gone.
            TruncatedError, AuthenticationError: It is cut short or damaged at its head or its end; damage in
                between shows when it is read.
        """
        if node.kind is not NodeKind.FILE:
            raise ValueError(f"a {node.kind.value} cannot be opened for reading")
        return self._open(node)

    def read_symlink(self, node: Node) -> str:
        """Return where a link points to, as it was written; nothing here follows it."""
        if node.kind is not NodeKind.SYMLINK:
            raise ValueError(f"a {node.kind.value} is no link")
        with self._open(node) as reader:
            return read_link_target(reader)

    def verify(self, node: Node) -> Verification:
        """Begin a pass over all chunks of a file or link that goes on after damage.

        Raises:
            ValueError: The node is a folder.
            NodeNotFoundError: It is gone.
            TruncatedError, AuthenticationError: It has no size or no header that a vault file can have.
        """
        if node.kind is NodeKind.FOLDER:
            raise ValueError("a folder has no chunks")
        self._keyring.keys()
        stored = self._storage.open(node.stored_path)
        try:
            return Verification(stored, self._keyring, node.stored_path)
        except BaseException:
            stored.close()
            raise

    def stored_size(self, plaintext_size: int) -> int:
        """Return how many bytes on disk the contents of a file of `plaintext_size` bytes take."""
        return self._keyring.content.layout.stored_size(plaintext_size)

    def _open(self, node: Node) -> PlaintextReader:
        self._keyring.keys()
        stored = self._storage.open(node.stored_path)
        try:
            reader = PlaintextReader(stored, self._keyring, node.stored_path)
        except BaseException:
            stored.close()
            raise
        with self._readers_guard:
            self._readers.add(reader)
        if self._keyring.is_empty:  # locked at this very moment: `close` may not have seen this reader
            reader.lock()
        return reader

    # --- change

    def write_file(
        self,
        folder_id: str,
        name: str,
        source: BinaryIO,
        *,
        replace: bool = False,
        mtime_ns: int | None = None,
    ) -> Node:
        """Store all that `source` gives as a file: whole and on the disk when this returns, or not at all.

        Args:
            folder_id: The folder to put it in.
            name: Its name, stored as NFC.
            source: Read until it gives nothing more, from where it stands.
            replace: Whether a file of that name may be replaced; whoever reads it reads the old one to its end.
            mtime_ns: When it was last changed, nanoseconds since the epoch; default now.

        Raises:
            NodeExistsError: The name is taken, and not by a file that may be replaced.
            NameRefusedError: No file may have that name.
            FolderMissingError: There is no such folder.
        """
        return self._changes.write_file(folder_id, name, source, replace=replace, mtime_ns=mtime_ns)

    def make_folder(self, folder_id: str, name: str) -> Node:
        """Make an empty folder in a folder; errors as for `write_file`."""
        return self._changes.make_folder(folder_id, name)

    def make_folders(self, path: str) -> Node:
        """Make the folder at a plaintext path and those above it, where they are missing; return it.

        Raises:
            NodeExistsError: Something on the way is no folder.
            NameRefusedError: A name on the way is one that no folder may have.
        """
        return self._changes.make_folders(path)

    def remove(self, node: Node) -> None:
        """Remove a node; a folder with all below it.

        Raises:
            NodeNotFoundError: It is gone already.
            NameRefusedError: It is the root.
            FormatError: The folder contains itself, which only a damaged vault has.
        """
        self._changes.remove(node)

    def rename(self, node: Node, folder_id: str, name: str) -> Node:
        """Give a node another name, in another folder perhaps, and return it as it is then.

        Raises:
            NodeExistsError: The name is taken.
            NodeNotFoundError: The node is gone; FolderMissingError: there is no such folder.
            NameRefusedError: No node may have that name, or a folder would get into itself, or it is the root.
        """
        return self._changes.rename(node, folder_id, name)
