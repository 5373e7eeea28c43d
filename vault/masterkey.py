"""Passphrase to masterkey and back: the masterkey file, changing the passphrase.

The passphrase gives a kek (scrypt), and the kek unwraps the masterkey (AES key wrap). Only this file
changes with the passphrase; nothing that the masterkey sealed does.

Source: Cryptomator vault format 8, masterkey derivation; RFC 7914 (scrypt), RFC 3394 (key wrap).
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import unicodedata
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from vault.errors import FormatError, TamperedVaultError, WrongPassphraseError
from vault.secret_memory import SecretMemory

MASTERKEY_SIZE = 64
DEFAULT_SCRYPT_COST = 2**17
_HALF = MASTERKEY_SIZE // 2
_WRAPPED_SIZE = _HALF + 8
_BLOCK_SIZE = 8
# What vaults of format 8 say in their masterkey file; their version is in the vault config.
_VERSION = 999

# The masterkey file can be changed by whoever writes to the disk, so what it may cost is bounded
# before anything is derived: 1 GiB and a few seconds.
_MAX_COST = 2**20
_MAX_BLOCK_SIZE = 16
_MAX_MEMORY = 2**30


class Masterkey:
    """The random key of a vault: 32 bytes that seal (`enc`), 32 bytes that authenticate (`mac`).

    Its bytes are wiped by `wipe`; whatever asks for them after that is told that the vault is locked.
    """

    __slots__ = ("_memory",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != MASTERKEY_SIZE:
            raise ValueError(f"a masterkey has {MASTERKEY_SIZE} bytes, not {len(raw)}")
        self._memory = SecretMemory(raw)

    @classmethod
    def generate(cls) -> "Masterkey":
        """Return a fresh random masterkey."""
        return cls(os.urandom(MASTERKEY_SIZE))

    @property
    def raw(self) -> bytes:
        """A copy of all 64 bytes, which nobody can wipe."""
        with self._memory.lend() as raw:
            return bytes(raw)

    @property
    def enc(self) -> bytes:
        """A copy of the half that seals. The ciphers get copies, for some builds keep what they are given."""
        with self._memory.lend() as raw:
            return bytes(raw[:_HALF])

    @property
    def mac(self) -> bytes:
        """A copy of the half that authenticates."""
        with self._memory.lend() as raw:
            return bytes(raw[_HALF:])

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the HMAC of `data` under the whole masterkey."""
        with self._memory.lend() as raw:
            # hmac.digest takes any buffer; its type hints know of two kinds only.
            return hmac.digest(cast("bytes", raw), data, digest)

    def derive_key(self, info: str, size: int) -> bytes:
        """Return `size` bytes for the purpose named by `info` (HKDF-SHA256, RFC 5869)."""
        with self._memory.lend() as raw:
            return HKDF(algorithm=SHA256(), length=size, salt=None, info=info.encode()).derive(raw)

    def wipe(self) -> None:
        """Overwrite the bytes; safe twice."""
        self._memory.wipe()


@dataclass(frozen=True, slots=True)
class MasterkeyFile:
    """What `masterkey.cryptomator` says."""

    version: int
    salt: bytes
    cost: int
    block_size: int
    wrapped_enc: bytes
    wrapped_mac: bytes
    version_mac: bytes


def parse_masterkey_file(data: bytes) -> MasterkeyFile:
    """Return what the masterkey file says.

    Raises:
        FormatError: It is no masterkey file, or asks for more work than we are willing to do.
    """
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("the masterkey file is not json") from error
    if not isinstance(said, dict):
        raise FormatError("the masterkey file is not a json object")
    file = MasterkeyFile(
        version=_integer(said, "version"),
        salt=_base64(said, "scryptSalt"),
        cost=_integer(said, "scryptCostParam"),
        block_size=_integer(said, "scryptBlockSize"),
        wrapped_enc=_base64(said, "primaryMasterKey", _WRAPPED_SIZE),
        wrapped_mac=_base64(said, "hmacMasterKey", _WRAPPED_SIZE),
        version_mac=_base64(said, "versionMac", hashlib.sha256().digest_size),
    )
    if not 0 <= file.version < 2**32:
        raise FormatError("the masterkey file has an impossible version")
    check_scrypt_cost(file.cost, file.block_size)
    return file


def format_masterkey_file(file: MasterkeyFile) -> bytes:
    """Return the masterkey file as it is stored."""
    said: dict[str, int | str] = {
        "version": file.version,
        "scryptSalt": base64.b64encode(file.salt).decode(),
        "scryptCostParam": file.cost,
        "scryptBlockSize": file.block_size,
        "primaryMasterKey": base64.b64encode(file.wrapped_enc).decode(),
        "hmacMasterKey": base64.b64encode(file.wrapped_mac).decode(),
        "versionMac": base64.b64encode(file.version_mac).decode(),
    }
    return json.dumps(said, indent=2).encode()


def check_scrypt_cost(cost: int, block_size: int = _BLOCK_SIZE) -> None:
    """Raise FormatError if scrypt with these parameters is impossible, or too much work."""
    power_of_two = cost >= 2 and cost & (cost - 1) == 0
    if not power_of_two or not 1 <= block_size <= _MAX_BLOCK_SIZE:
        raise FormatError("the scrypt parameters are impossible")
    if cost > _MAX_COST or cost * block_size * 128 > _MAX_MEMORY:
        raise FormatError("the scrypt parameters ask for too much memory")


def derive_kek(passphrase: bytes, salt: bytes, cost: int, block_size: int) -> bytes:
    """Return the 32-byte kek. `cost` and `block_size` are scrypt's N and r; p is 1."""
    return Scrypt(salt=salt, length=_HALF, n=cost, r=block_size, p=1).derive(passphrase)


def wrap_masterkey(
    masterkey: Masterkey,
    passphrase: str,
    *,
    cost: int = DEFAULT_SCRYPT_COST,
    salt: bytes | None = None,
    version: int = _VERSION,
) -> MasterkeyFile:
    """Return the masterkey file for a passphrase.

    Raises:
        ValueError: The passphrase is empty or is not text, or `cost` is not one that scrypt can have.
    """
    if not passphrase:
        raise ValueError("the passphrase is empty")
    try:
        check_scrypt_cost(cost)
    except FormatError as error:
        raise ValueError(str(error)) from error
    salt = os.urandom(8) if salt is None else salt
    kek = derive_kek(unicodedata.normalize("NFC", passphrase).encode(), salt, cost, _BLOCK_SIZE)
    return MasterkeyFile(
        version=version,
        salt=salt,
        cost=cost,
        block_size=_BLOCK_SIZE,
        wrapped_enc=aes_key_wrap(kek, masterkey.enc),
        wrapped_mac=aes_key_wrap(kek, masterkey.mac),
        version_mac=_version_mac(masterkey, version),
    )


def unwrap_masterkey(file: MasterkeyFile, passphrase: str) -> Masterkey:
    """Return the masterkey.

    Raises:
        WrongPassphraseError: The passphrase is not the one.
        TamperedVaultError: The passphrase is right, the rest of the file does not fit it.
    """
    for candidate in _spellings(passphrase):
        kek = derive_kek(candidate, file.salt, file.cost, file.block_size)
        try:
            enc = aes_key_unwrap(kek, file.wrapped_enc)
        except InvalidUnwrap:
            continue
        try:
            masterkey = Masterkey(enc + aes_key_unwrap(kek, file.wrapped_mac))
        except InvalidUnwrap:
            raise TamperedVaultError("the masterkey file is damaged") from None
        if not hmac.compare_digest(file.version_mac, _version_mac(masterkey, file.version)):
            raise TamperedVaultError("the version in the masterkey file was changed")
        return masterkey
    raise WrongPassphraseError


def _spellings(passphrase: str) -> list[bytes]:
    """The byte strings that programs have made of one passphrase, the usual one first, each once."""
    spellings: dict[bytes, None] = {}
    for text in (
        unicodedata.normalize("NFC", passphrase),
        passphrase,
        unicodedata.normalize("NFD", passphrase),
    ):
        try:
            spellings[text.encode()] = None
        except UnicodeEncodeError:  # a lone surrogate: no program could have made a kek of it
            continue
    return list(spellings)


def _version_mac(masterkey: Masterkey, version: int) -> bytes:
    return hmac.digest(masterkey.mac, version.to_bytes(4, "big"), "sha256")


def _integer(said: dict[str, object], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"the masterkey file has no number {name}")
    return value


def _base64(said: dict[str, object], name: str, size: int | None = None) -> bytes:
    value = said.get(name)
    if not isinstance(value, str):
        raise FormatError(f"the masterkey file has no {name}")
    try:
        decoded = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error) as error:
        raise FormatError(f"{name} in the masterkey file is not base64") from error
    if size is not None and len(decoded) != size:
        raise FormatError(f"{name} in the masterkey file has a wrong length")
    return decoded
