"""The keys of an unlocked vault, in one place, so that they can be forgotten in one place."""

from dataclasses import dataclass

from vault.config import CipherCombo
from vault.content import ContentCipher, CtrMacContent, GcmContent
from vault.errors import VaultLockedError
from vault.masterkey import Masterkey
from vault.names import NameCipher

_CONTENT_CIPHERS: dict[CipherCombo, type[GcmContent] | type[CtrMacContent]] = {
    CipherCombo.SIV_GCM: GcmContent,
    CipherCombo.SIV_CTRMAC: CtrMacContent,
}


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The masterkey and the ciphers made of it."""

    masterkey: Masterkey
    names: NameCipher
    content: ContentCipher


class Keyring:
    """Holds the keys until the vault is locked; owns the masterkey. Shared between threads."""

    def __init__(self, masterkey: Masterkey, combo: CipherCombo) -> None:
        content = _CONTENT_CIPHERS[combo](masterkey)
        self._keys: Keys | None = Keys(masterkey, NameCipher(masterkey), content)

    def keys(self) -> Keys:
        """Return the keys.

        Raises:
            VaultLockedError: They are forgotten.
        """
        keys = self._keys
        if keys is None:
            raise VaultLockedError
        return keys

    @property
    def names(self) -> NameCipher:
        """The cipher of the names."""
        return self.keys().names

    @property
    def content(self) -> ContentCipher:
        """The cipher of the contents."""
        return self.keys().content

    @property
    def is_empty(self) -> bool:
        """Whether the keys are forgotten."""
        return self._keys is None

    def forget(self) -> None:
        """Wipe the masterkey, and let go of the names and of the ciphers, which hold copies of its halves."""
        keys, self._keys = self._keys, None
        if keys is not None:
            keys.masterkey.wipe()
            keys.names.forget()
