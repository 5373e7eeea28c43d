"""The two files at the top of a vault: the signed config and the wrapped masterkey, read and written."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from vault.config import MASTERKEY_FILE, ConfigToken, VaultConfig, format_config, parse_config
from vault.errors import NodeNotFoundError, NoVaultError, TamperedVaultError, UnsupportedVaultError
from vault.local_storage import LocalStorage, has_file
from vault.masterkey import (
    DEFAULT_SCRYPT_COST,
    Masterkey,
    MasterkeyFile,
    format_masterkey_file,
    parse_masterkey_file,
    unwrap_masterkey,
    wrap_masterkey,
)
from vault.storage import Storage

CONFIG_FILE = "vault.cryptomator"
# Both are a few hundred bytes; more is none.
_MAX_SIZE = 64 * 1024


def is_vault(directory: Path) -> bool:
    """Tell whether there is a vault in a folder, as far as can be told without its key."""
    return has_file(directory, CONFIG_FILE)


def change_passphrase(directory: Path, old: str, new: str, *, scrypt_cost: int = DEFAULT_SCRYPT_COST) -> None:
    """Give a vault another passphrase. Only the masterkey file changes, and it changes in one step.

    Raises:
        ValueError: The new passphrase is empty, or an impossible cost.
        Others as for `Vault.unlock`.
    """
    with open_storage(directory) as storage:
        token = read_config(storage)
        masterkey = read_masterkey(storage, token, old)
        try:
            token.verify(masterkey)
            write_masterkey(storage, wrap_masterkey(masterkey, new, cost=scrypt_cost), replace=True)
        finally:
            masterkey.wipe()
        storage.close()


@contextlib.contextmanager
def open_storage(directory: Path) -> Iterator[LocalStorage]:
    """Lend the storage of a vault, and close it if what is done with it fails.

    Raises:
        NoVaultError: There is no vault in that folder.
        UnsupportedVaultError: There is one of an older format.
    """
    if not is_vault(directory):
        if has_file(directory, MASTERKEY_FILE):
            raise UnsupportedVaultError("this vault has an older format than 8")
        raise NoVaultError("there is no vault in that folder")
    storage = LocalStorage(directory)
    try:
        yield storage
    except BaseException:
        storage.close()
        raise


def read_config(storage: Storage) -> ConfigToken:
    """Return the vault config, not verified yet; FormatError if it is none."""
    return parse_config(storage.read(CONFIG_FILE, _MAX_SIZE))


def write_config(storage: Storage, config: VaultConfig, masterkey: Masterkey) -> None:
    """Store the vault config of a new vault."""
    storage.put_file(CONFIG_FILE, format_config(config, masterkey), replace=False)


def read_masterkey(storage: Storage, token: ConfigToken, passphrase: str) -> Masterkey:
    """Return the masterkey that a vault config names; errors as for `Vault.unlock`."""
    try:
        data = storage.read(token.masterkey_file(), _MAX_SIZE)
    except NodeNotFoundError as error:
        raise TamperedVaultError("the masterkey file of this vault is missing") from error
    return unwrap_masterkey(parse_masterkey_file(data), passphrase)


def write_masterkey(storage: Storage, file: MasterkeyFile, *, replace: bool) -> None:
    """Store the masterkey file."""
    storage.put_file(MASTERKEY_FILE, format_masterkey_file(file), replace=replace)
