"""Another passphrase for a vault: a new masterkey file, the former one kept as a backup.

The backup has the name that the Cryptomator apps give theirs, and is on the disk before the new file takes the
place of the former in one step: at any instant there is a whole masterkey file, the old or the new one.
"""

import hashlib
from pathlib import Path

from vault.config import MASTERKEY_FILE
from vault.errors import NodeNotFoundError
from vault.location import Location, is_remote, local_path
from vault.masterkey import DEFAULT_SCRYPT_COST, Masterkey, wrap_masterkey
from vault.storage import Storage
from vault.topfiles import open_storage, read_config, read_masterkey, write_masterkey

_BACKUP_SUFFIX = "bkup"
_BACKUP_DIGITS = 8
# A masterkey file has a few hundred bytes. A damaged one may have more, but not all of a disk.
_MAX_KEPT_SIZE = 1 << 20


def change_passphrase(
    location: Location, old: str, new: str, *, scrypt_cost: int = DEFAULT_SCRYPT_COST
) -> Path | None:
    """Give a vault another passphrase; return the backup, which still opens with the old one.

    Only the masterkey file changes. Whoever has the vault unlocked meanwhile does not notice.

    Raises:
        ValueError: The new passphrase is empty, or an impossible cost.
        Others as for `Vault.unlock`.
    """
    with open_storage(location) as storage:
        masterkey = read_masterkey(storage, read_config(storage), old)
        storage.close()
    try:
        return set_passphrase(location, masterkey.raw, new, scrypt_cost=scrypt_cost)
    finally:
        masterkey.wipe()


def set_passphrase(
    location: Location, masterkey: bytes, passphrase: str, *, scrypt_cost: int = DEFAULT_SCRYPT_COST
) -> Path | None:
    """Store a new masterkey file, whether there is one, a damaged one or none.

    Args:
        location: The vault.
        masterkey: Its raw masterkey, 64 bytes.
        passphrase: Any text but the empty one.
        scrypt_cost: As for `Vault.create`.

    Returns:
        Where the former masterkey file is kept (of a vault at an address, its name there); None if there was none.

    Raises:
        ValueError: An empty passphrase or an impossible cost, or not 64 bytes.
        TamperedVaultError: It is not the masterkey of this vault.
        NoVaultError, FormatError: As for `Vault.unlock`.
    """
    key = Masterkey(masterkey)
    try:
        with open_storage(location) as storage:
            token = read_config(storage)
            token.masterkey_file()
            token.verify(key)
            file = wrap_masterkey(key, passphrase, cost=scrypt_cost)
            backup = _back_up(storage)
            write_masterkey(storage, file, replace=True)
            storage.close()
    finally:
        key.wipe()
    if backup is None or is_remote(location):
        return None if backup is None else Path(backup)
    return local_path(location) / backup


def _back_up(storage: Storage) -> str | None:
    """Keep a copy of the masterkey file, and return its name.

    A copy of the same name is the same copy, or a damaged one, for the name is made of the contents.
    """
    try:
        former = storage.read(MASTERKEY_FILE, _MAX_KEPT_SIZE)
    except NodeNotFoundError:
        return None
    digits = hashlib.sha256(former).hexdigest()[:_BACKUP_DIGITS].upper()
    name = f"{MASTERKEY_FILE}.{digits}.{_BACKUP_SUFFIX}"
    storage.put_file(name, former, replace=True)
    return name
