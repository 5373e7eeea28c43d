"""The two files at the top of a vault: the signed config and the wrapped masterkey, read and written."""

import contextlib
from collections.abc import Iterator

from vault.config import MASTERKEY_FILE, ConfigToken, VaultConfig, format_config, parse_config
from vault.errors import (
    NodeNotFoundError,
    NoVaultError,
    StorageError,
    TamperedVaultError,
    UnsupportedVaultError,
)
from vault.local_storage import LocalStorage, has_file, make_empty_folder
from vault.location import Location, is_remote, local_path, open_place
from vault.masterkey import (
    Masterkey,
    MasterkeyFile,
    format_masterkey_file,
    parse_masterkey_file,
    unwrap_masterkey,
)
from vault.remote_storage import RemoteStorage
from vault.storage import Storage

CONFIG_FILE = "vault.cryptomator"
# Both are a few hundred bytes; more is none.
_MAX_SIZE = 64 * 1024


def is_vault(location: Location) -> bool:
    """Tell whether there is a vault in a folder or at an address, as far as can be told without its key."""
    if not is_remote(location):
        return has_file(local_path(location), CONFIG_FILE)
    try:
        with contextlib.closing(_storage_at(location)) as storage:
            return is_there(storage)
    except StorageError:
        return False


def is_there(storage: Storage) -> bool:
    """Tell whether a storage holds a vault."""
    found = storage.stat(CONFIG_FILE)
    return found is not None and not found.is_folder


def new_storage(location: Location) -> LocalStorage | RemoteStorage:
    """Return the storage for a new vault; VaultExistsError if there is something already."""
    if not is_remote(location):
        make_empty_folder(local_path(location))
        return LocalStorage(local_path(location))
    storage = RemoteStorage(open_place(str(location)))
    try:
        storage.require_empty()
    except BaseException:
        storage.close()
        raise
    return storage


@contextlib.contextmanager
def open_storage(location: Location) -> Iterator[LocalStorage | RemoteStorage]:
    """Lend the storage of a vault, and close it if what is done with it fails.

    Raises:
        LocationError: The location is an address that leads nowhere.
        NoVaultError: There is no vault in that folder.
        UnsupportedVaultError: There is one of an older format.
    """
    # A folder that holds no vault must not be swept, nor anything beside it.
    if not is_remote(location):
        _require_vault(
            has_file(local_path(location), CONFIG_FILE), has_file(local_path(location), MASTERKEY_FILE)
        )
    storage = _storage_at(location)
    try:
        if is_remote(location) and not is_there(storage):
            _require_vault(False, storage.stat(MASTERKEY_FILE) is not None)  # noqa: FBT003
        yield storage
    except BaseException:
        storage.close()
        raise


def _require_vault(has_config: bool, has_masterkey: bool) -> None:
    if not has_config and has_masterkey:
        raise UnsupportedVaultError("this vault has an older format than 8")
    if not has_config:
        raise NoVaultError("there is no vault in that folder")


def _storage_at(location: Location) -> LocalStorage | RemoteStorage:
    if is_remote(location):
        return RemoteStorage(open_place(str(location)))
    return LocalStorage(local_path(location))


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
