"""The vault of the settings, and its library, opened for one command."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from library import Library
from tvapp.config import Settings
from tvapp.devices import NAMES_KEY_INFO, Devices
from vault import NoVaultError, Vault


def unlocked(settings: Settings, passphrase: str) -> Vault:
    """Unlock the vault of the settings for one command.

    Raises:
        NoVaultError: Names the folder.
        WrongPassphraseError
    """
    try:
        return Vault.unlock(settings.vault, passphrase)
    except NoVaultError as error:
        raise no_vault(settings.vault) from error


def no_vault(folder: Path | str) -> NoVaultError:
    """Return the error that says which folder holds no vault, and what to do about it."""
    return NoVaultError(f"{folder} holds no vault; make one with: lanterne vault create {folder}")


@contextlib.contextmanager
def opened_library(settings: Settings, passphrase: str) -> Iterator[tuple[Vault, Library]]:
    """Open vault and library for one command."""
    with contextlib.ExitStack() as closing:
        vault = unlocked(settings, passphrase)
        closing.callback(vault.close)
        Devices(settings.state).seal_names_to(vault.derive_key(NAMES_KEY_INFO))
        library = Library(vault, settings.state)
        closing.callback(library.close)
        yield vault, library
