"""The signed `vault.cryptomator`.

A JSON web token whose HMAC key is the raw masterkey. Only its `kid` is read before the signature is
checked, and of that only one literal value is accepted, so nothing in the file can lead anywhere.

Source: Cryptomator vault format 8, vault configuration; RFC 7515.
"""

import base64
import hmac
import json
import re
import uuid
from dataclasses import dataclass
from enum import Enum

from vault.errors import FormatError, TamperedVaultError, UnsupportedVaultError
from vault.masterkey import Masterkey

MASTERKEY_FILE = "masterkey.cryptomator"
DEFAULT_SHORTENING_THRESHOLD = 220
_KID = f"masterkeyfile:{MASTERKEY_FILE}"
_FORMAT = 8
_DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*={0,2}")
# A shortened name has 32 characters, and name.c9s may have 10 KiB: no sense beyond either.
_THRESHOLDS = range(32, 10 * 1024 + 1)


class CipherCombo(Enum):
    """How a vault's contents are sealed; names are AES-SIV in both."""

    SIV_GCM = "SIV_GCM"
    SIV_CTRMAC = "SIV_CTRMAC"


@dataclass(frozen=True, slots=True)
class VaultConfig:
    """What the vault config says, its signature checked."""

    cipher_combo: CipherCombo = CipherCombo.SIV_GCM
    shortening_threshold: int = DEFAULT_SHORTENING_THRESHOLD


@dataclass(frozen=True, slots=True)
class ConfigToken:
    """A vault config that is parsed and not yet verified."""

    kid: str
    digest: str
    signed: bytes
    payload: bytes
    signature: bytes

    def masterkey_file(self) -> str:
        """Return the name of the file that holds the wrapped masterkey.

        Raises:
            UnsupportedVaultError: The masterkey is kept elsewhere (a hub, say).
        """
        if self.kid != _KID:
            raise UnsupportedVaultError("the key of this vault is not kept in its masterkey file")
        return MASTERKEY_FILE

    def verify(self, masterkey: Masterkey) -> VaultConfig:
        """Check the signature and return what the config says.

        Raises:
            TamperedVaultError: The signature is not by this masterkey.
            UnsupportedVaultError: Another format or cipher.
        """
        if not hmac.compare_digest(self.signature, masterkey.sign(self.signed, self.digest)):
            raise TamperedVaultError("the vault config is not signed with the key of this vault")
        return _read_payload(_json_object(self.payload))


def parse_config(data: bytes) -> ConfigToken:
    """Return the vault config, parsed and not verified.

    Raises:
        FormatError: It is no vault config.
        UnsupportedVaultError: It is signed in a way that we do not accept.
    """
    parts = data.strip().split(b".")
    if len(parts) != 3:
        raise FormatError("the vault config is not a signed token")
    header = _json_object(_decode(parts[0]))
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _DIGESTS:
        raise UnsupportedVaultError("the vault config is not signed in a way that is accepted")
    if not isinstance(kid, str):
        raise FormatError("the vault config names no key")
    return ConfigToken(
        kid=kid,
        digest=_DIGESTS[algorithm],
        signed=parts[0] + b"." + parts[1],
        payload=_decode(parts[1]),
        signature=_decode(parts[2]),
    )


def format_config(config: VaultConfig, masterkey: Masterkey) -> bytes:
    """Return the vault config as it is stored, signed."""
    header = {"kid": _KID, "typ": "JWT", "alg": "HS256"}
    payload = {
        "format": _FORMAT,
        "cipherCombo": config.cipher_combo.value,
        "shorteningThreshold": config.shortening_threshold,
        "jti": str(uuid.uuid4()),
    }
    signed = b".".join(
        _encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload)
    )
    return signed + b"." + _encode(masterkey.sign(signed, "sha256"))


def _read_payload(payload: dict[str, object]) -> VaultConfig:
    version = payload.get("format")
    if version != _FORMAT or isinstance(version, bool):
        raise UnsupportedVaultError("this vault has another format than 8")
    try:
        combo = CipherCombo(payload.get("cipherCombo"))
    except ValueError as error:
        raise UnsupportedVaultError("this vault is sealed with an unknown cipher") from error
    threshold = payload.get("shorteningThreshold", DEFAULT_SHORTENING_THRESHOLD)
    if not isinstance(threshold, int) or threshold not in _THRESHOLDS:
        raise UnsupportedVaultError("this vault shortens names in an impossible way")
    return VaultConfig(cipher_combo=combo, shortening_threshold=threshold)


def _json_object(data: bytes) -> dict[str, object]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("the vault config is not json") from error
    if not isinstance(said, dict):
        raise FormatError("the vault config is not a json object")
    return said


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(part: bytes) -> bytes:
    """Decode base64url, with or without padding: some writers pad, RFC 7515 does not."""
    text = part.rstrip(b"=")
    if not _BASE64URL.fullmatch(part) or len(text) % 4 == 1:
        raise FormatError("the vault config is not base64url")
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
