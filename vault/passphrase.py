"""Another passphrase for a vault: a new masterkey file, the former one kept as a backup.

The backup has the name that the Cryptomator apps give theirs, and is on the disk before the new file takes the
place of the former in one step: at any instant there is a whole masterkey file, the old or the new one.
"""

import hashlib

from vault.config import MASTERKEY_FILE
from vault.errors import NodeNotFoundError
from vault.location import Location, is_remote, local_path
from vault.masterkey import DEFAULT_SCRYPT_COST, Masterkey, wrap_masterkey
from vault.storage import Storage
from vault.topfiles import open_storage, read_config, write_masterkey

_BACKUP_SUFFIX = "bkup"
_BACKUP_DIGITS = 8
# A masterkey file has a few hundred bytes. A damaged one may have more, but not all of a disk.
_MAX_KEPT_SIZE = 1 << 20


def set_passphrase(
    location: Location, masterkey: bytes, passphrase: str, *, scrypt_cost: int = DEFAULT_SCRYPT_COST
) -> Location | None:
    """Store a new masterkey file, whether there is one, a damaged one or none.

    Args:
        location: The vault.
        masterkey: Its raw masterkey, 64 bytes.
        passphrase: Any text but the empty one.
        scrypt_cost: As for `Vault.create`.

    Returns:
        Where the former masterkey file is kept, a path or an address as the vault's is; None if there was none. It
        still opens with the former passphrase.

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
    if backup is None:
        return None
    return f"{str(location).rstrip('/')}/{backup}" if is_remote(location) else local_path(location) / backup


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
