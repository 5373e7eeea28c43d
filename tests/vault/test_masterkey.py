"""The masterkey file, the passphrase, and the vault config: right ones, wrong ones, and anything at all."""

import base64
import dataclasses
import hashlib
import hmac
import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.vault.vaults import SCRYPT_COST
from vault.config import CipherCombo, VaultConfig, format_config, parse_config
from vault.errors import FormatError, TamperedVaultError, UnsupportedVaultError, WrongPassphraseError
from vault.masterkey import (
    Masterkey,
    MasterkeyFile,
    format_masterkey_file,
    parse_masterkey_file,
    unwrap_masterkey,
    wrap_masterkey,
)

MASTERKEY = Masterkey(bytes(range(64)))
WRAPPED = wrap_masterkey(MASTERKEY, "grüner Kater", cost=SCRYPT_COST)
GOOD = json.loads(format_masterkey_file(WRAPPED))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def test_a_masterkey_file_says_what_was_put_into_it() -> None:
    assert parse_masterkey_file(format_masterkey_file(WRAPPED)) == WRAPPED
    assert GOOD["version"] == 999
    assert unwrap_masterkey(WRAPPED, "grüner Kater").raw == MASTERKEY.raw
    assert "kater" not in repr(MASTERKEY).lower()


def test_every_wrapping_has_its_own_salt() -> None:
    again = wrap_masterkey(MASTERKEY, "grüner Kater", cost=SCRYPT_COST)
    assert again.salt != WRAPPED.salt
    assert again.wrapped_enc != WRAPPED.wrapped_enc


@pytest.mark.parametrize("typed", ["grüner kater", "", "grüner Kater ", "gruner Kater", "\ud800"])
def test_a_wrong_passphrase_is_said_to_be_wrong(typed: str) -> None:
    with pytest.raises(WrongPassphraseError):
        unwrap_masterkey(WRAPPED, typed)


def wrapped_as_typed(passphrase: str) -> MasterkeyFile:
    """A file by a program that does not normalise: `wrap_masterkey` with the normalisation undone."""
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    from vault.masterkey import derive_kek

    kek = derive_kek(passphrase.encode(), WRAPPED.salt, SCRYPT_COST, 8)
    halves = {"wrapped_enc": MASTERKEY.enc, "wrapped_mac": MASTERKEY.mac}
    return dataclasses.replace(WRAPPED, **{name: aes_key_wrap(kek, half) for name, half in halves.items()})


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_passphrase_fits_in_either_spelling(stored: str, typed: str) -> None:
    file = wrapped_as_typed(unicodedata.normalize(stored, "grüner Kater é"))
    assert unwrap_masterkey(file, unicodedata.normalize(typed, "grüner Kater é")).raw == MASTERKEY.raw


def test_a_passphrase_fits_as_it_was_typed_when_it_is_neither() -> None:
    mixed = "é" + unicodedata.normalize("NFD", "é")
    assert unwrap_masterkey(wrapped_as_typed(mixed), mixed).raw == MASTERKEY.raw


def test_we_store_nfc() -> None:
    file = wrap_masterkey(MASTERKEY, unicodedata.normalize("NFD", "é"), cost=SCRYPT_COST, salt=WRAPPED.salt)
    assert file.wrapped_enc == wrapped_as_typed(unicodedata.normalize("NFC", "é")).wrapped_enc


def test_a_changed_version_is_seen() -> None:
    with pytest.raises(TamperedVaultError, match="version"):
        unwrap_masterkey(dataclasses.replace(WRAPPED, version=998), "grüner Kater")
    with pytest.raises(TamperedVaultError, match="damaged"):
        unwrap_masterkey(dataclasses.replace(WRAPPED, wrapped_mac=bytes(40)), "grüner Kater")


@pytest.mark.parametrize(
    ("cost", "block_size"),
    [(0, 8), (1, 8), (-2, 8), (3, 8), (2**21, 8), (2**62, 8), (2**20, 16), (2**4, 0), (2**4, 17), (2**4, -8)],
)
def test_scrypt_is_not_asked_for_the_impossible_or_too_much(cost: int, block_size: int) -> None:
    with pytest.raises(FormatError, match="scrypt"):
        parse_masterkey_file(
            json.dumps(GOOD | {"scryptCostParam": cost, "scryptBlockSize": block_size}).encode()
        )


def test_a_vault_is_not_made_with_nonsense() -> None:
    with pytest.raises(ValueError, match="empty"):
        wrap_masterkey(MASTERKEY, "", cost=SCRYPT_COST)
    with pytest.raises(ValueError, match="scrypt"):
        wrap_masterkey(MASTERKEY, "x", cost=1000)
    with pytest.raises(ValueError, match="64"):
        Masterkey(bytes(63))


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b"9" * 5000)
@example(b"\xff\xfe")
def test_any_bytes_are_a_masterkey_file_or_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_masterkey_file(data)


@given(st.sampled_from(sorted(GOOD)), json_values)
def test_any_field_is_right_or_refused(name: str, value: object) -> None:
    try:
        file = parse_masterkey_file(json.dumps(GOOD | {name: value}).encode())
    except FormatError:
        return
    assert parse_masterkey_file(format_masterkey_file(file)) == file


# --- vault.cryptomator


def token(
    header: object, payload: object, *, masterkey: Masterkey = MASTERKEY, digest: str = "sha256"
) -> bytes:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, payload))
    signed = b".".join(parts)
    signature = hmac.digest(masterkey.raw, signed, digest)
    return signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")


HEADER = {"kid": "masterkeyfile:masterkey.cryptomator", "typ": "JWT", "alg": "HS256"}
PAYLOAD = {"format": 8, "cipherCombo": "SIV_GCM", "shorteningThreshold": 220, "jti": "x"}


@pytest.mark.parametrize("combo", CipherCombo)
def test_a_config_says_what_was_put_into_it(combo: CipherCombo) -> None:
    config = VaultConfig(cipher_combo=combo, shortening_threshold=100)
    parsed = parse_config(format_config(config, MASTERKEY))
    assert parsed.masterkey_file() == "masterkey.cryptomator"
    assert parsed.verify(MASTERKEY) == config
    assert b"=" not in format_config(config, MASTERKEY)


def test_a_config_may_be_padded_and_end_in_a_newline() -> None:
    parts = token(HEADER, PAYLOAD).split(b".")
    signed = b".".join(part + b"=" * (-len(part) % 4) for part in parts[:2])
    signature = base64.urlsafe_b64encode(hmac.digest(MASTERKEY.raw, signed, hashlib.sha256))
    assert parse_config(signed + b"." + signature + b"\n").verify(MASTERKEY) == VaultConfig()


def test_the_signature_has_to_be_by_this_masterkey() -> None:
    data = format_config(VaultConfig(), MASTERKEY)
    other = Masterkey(bytes(64))
    with pytest.raises(TamperedVaultError):
        parse_config(data).verify(other)
    head, payload, signature = data.split(b".")
    forged = base64.urlsafe_b64encode(json.dumps(PAYLOAD | {"shorteningThreshold": 40}).encode()).rstrip(b"=")
    with pytest.raises(TamperedVaultError):
        parse_config(b".".join((head, forged, signature))).verify(MASTERKEY)
    with pytest.raises(TamperedVaultError):
        parse_config(b".".join((head, payload, b""))).verify(MASTERKEY)


@pytest.mark.parametrize(
    "kid",
    [
        "masterkeyfile:../masterkey.cryptomator",
        "masterkeyfile:/etc/passwd",
        "masterkeyfile:masterkey.cryptomator.bkup",
        "hub+https://example.org/vault",
        "MASTERKEYFILE:masterkey.cryptomator",
        "masterkeyfile:masterkey.cryptomator\n",
        "",
    ],
)
def test_only_the_one_key_id_leads_anywhere(kid: str) -> None:
    with pytest.raises(UnsupportedVaultError):
        parse_config(token(HEADER | {"kid": kid}, PAYLOAD)).masterkey_file()


@pytest.mark.parametrize("algorithm", ["none", "None", "RS256", "hs256", "", None, 1, ["HS256"]])
def test_only_signatures_by_hmac_count(algorithm: object) -> None:
    with pytest.raises(UnsupportedVaultError):
        parse_config(token(HEADER | {"alg": algorithm}, PAYLOAD))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 7},
        {"format": 9},
        {"format": "8"},
        {"format": True},
        {"cipherCombo": "SIV_XTS"},
        {"cipherCombo": None},
        {"cipherCombo": ["SIV_GCM"]},
        {"shorteningThreshold": -1},
        {"shorteningThreshold": 0},
        {"shorteningThreshold": 10**9},
        {"shorteningThreshold": "220"},
        {"shorteningThreshold": True},
    ],
)
def test_what_we_do_not_know_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UnsupportedVaultError):
        parse_config(token(HEADER, PAYLOAD | change)).verify(MASTERKEY)


def test_the_threshold_may_be_left_out() -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != "shorteningThreshold"}
    assert parse_config(token(HEADER, payload)).verify(MASTERKEY).shortening_threshold == 220


@given(st.binary(max_size=200) | st.text("ey.A=-_+/", max_size=60).map(str.encode))
@example(b"..")
@example(b"e30.e30.")
@example(base64.urlsafe_b64encode(b"[" * 100_000) + b"..")
def test_any_bytes_are_a_config_or_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_config(data)


@given(json_values, json_values)
def test_any_signed_json_is_a_config_or_refused(header: object, payload: object) -> None:
    for head in (HEADER, header):
        try:
            parse_config(token(head, payload)).verify(MASTERKEY)
        except FormatError:
            continue


@given(st.dictionaries(st.sampled_from(sorted(PAYLOAD)), json_values))
def test_any_signed_payload_is_a_config_or_refused(change: dict[str, object]) -> None:
    try:
        config = parse_config(token(HEADER, PAYLOAD | change)).verify(MASTERKEY)
    except FormatError:
        return
    assert parse_config(format_config(config, MASTERKEY)).verify(MASTERKEY) == config
