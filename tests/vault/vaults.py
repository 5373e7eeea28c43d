"""Vaults to test with, and what is done to them from outside."""

import io
from pathlib import Path

from vault import CipherCombo, Node, Vault, set_passphrase
from vault.config import VaultConfig
from vault.local_storage import LocalStorage
from vault.location import Location
from vault.masterkey import Masterkey, wrap_masterkey
from vault.names import NameCipher
from vault.topfiles import write_config, write_masterkey

PASSPHRASE = "grüner Kater 7"
SCRYPT_COST = 2**4
"""Fast, and of no use but for tests."""


def pattern(size: int) -> bytes:
    """Bytes of which no two neighbouring chunks are the same."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def write(vault: Vault, name: str, data: bytes, folder_id: str = "", **options: object) -> Node:
    return vault.write_file(folder_id, name, io.BytesIO(data), **options)


def read(vault: Vault, node: Node) -> bytes:
    with vault.open(node) as reader:
        return reader.read()


def change_passphrase(location: Location, old: str, new: str) -> Location | None:
    """Give a vault another passphrase as `lanterne vault passwd` does; returns the backup."""
    with Vault.unlock(location, old) as vault:
        return set_passphrase(location, vault.export_masterkey(), new, scrypt_cost=SCRYPT_COST)


def stored(vault: Vault, node: Node) -> Path:
    """The file with a node's ciphertext."""
    return vault.directory / node.stored_path


def content_dir(vault: Vault, folder_id: str = "") -> Path:
    """The folder with the ciphertext of a folder's contents."""
    return vault.directory / names_of(vault).content_path(folder_id)


def names_of(vault: Vault) -> NameCipher:
    return NameCipher(Masterkey(vault.export_masterkey()))


def make_ctrmac_vault(directory: Path) -> Vault:
    """An older vault, as the apps made them: `Vault.create` makes none."""
    masterkey = Masterkey.generate()
    (directory / NameCipher(masterkey).content_path("")).mkdir(parents=True)
    storage = LocalStorage(directory)
    write_masterkey(storage, wrap_masterkey(masterkey, PASSPHRASE, cost=SCRYPT_COST), replace=False)
    write_config(storage, VaultConfig(cipher_combo=CipherCombo.SIV_CTRMAC), masterkey)
    storage.close()
    return Vault.unlock(directory, PASSPHRASE)


def snapshot(vault: Vault) -> dict[str, bytes | None]:
    """All that a vault shows: contents of files by path, None for folders."""
    return {path: read(vault, node) if node.kind.value == "file" else None for path, node in vault.walk()}
