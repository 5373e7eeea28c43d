"""The literal vectors of public test suites: 39 checks, every one by name."""

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from tests.shared_media import VECTORS, needs_vectors
from vault.config import CipherCombo, parse_config
from vault.content import CtrMacContent, GcmContent, Header
from vault.errors import AuthenticationError, TruncatedError, UnsupportedVaultError
from vault.masterkey import Masterkey, derive_kek, unwrap_masterkey, wrap_masterkey
from vault.names import NameCipher

pytestmark = needs_vectors

NamedCheck = tuple[str, Callable[[], None]]
b64 = base64.b64decode
unhex = bytes.fromhex


def key_of(case: dict) -> Masterkey:
    return Masterkey(unhex(case["enc_hex"]) + unhex(case.get("mac_hex", "00" * 32)))


def masterkey_checks(case: dict) -> Iterator[NamedCheck]:
    salt = unhex(case["salt_hex"])
    file = wrap_masterkey(
        key_of(case), case["passphrase"], cost=case["N"], salt=salt, version=case["version"]
    )
    assert unwrap_masterkey(file, case["passphrase"]).raw == key_of(case).raw
    yield "primary", partial(equal, file.wrapped_enc, b64(case["primaryMasterKey_b64"]))
    yield "hmac", partial(equal, file.wrapped_mac, b64(case["hmacMasterKey_b64"]))
    yield "version mac", partial(equal, file.version_mac, b64(case["versionMac_b64"]))
    if "kek_hex" in case:
        kek = derive_kek(case["passphrase"].encode(), salt, case["N"], case["r"])
        yield "kek", partial(equal, kek, unhex(case["kek_hex"]))


def equal(found: object, expected: object) -> None:
    assert found == expected


def folder_hash(case: dict) -> None:
    path = NameCipher(key_of(case)).content_path(case["dirid"])
    assert path.removeprefix("d/").replace("/", "") == case["hash"]


def siv(case: dict) -> None:
    cipher = AESSIV(unhex(case["mac_hex"]) + unhex(case["enc_hex"]))
    associated = [unhex(ad) for ad in case["ad_hex"]]
    assert cipher.encrypt(unhex(case["pt_hex"]), associated) == unhex(case["out_hex"])


def sealed_header(content: type[GcmContent] | type[CtrMacContent], case: dict) -> None:
    stored = unhex(case["header_hex"]) if "header_hex" in case else b64(case["header_b64"])
    header = Header(unhex(case["nonce_hex"]), unhex(case["content_key_hex"]))
    assert content(key_of(case)).seal_header(header) == stored
    assert content(key_of(case)).open_header(stored, "node") == header


def read_header(case: dict) -> None:
    content = CtrMacContent(Masterkey(b64(case["enc_b64"]) + b64(case["mac_b64"])))
    header = content.open_header(b64(case["header_b64"]), "node")
    assert header.content_key == b64(case["content_key_b64"])
    assert header.nonce == b64(case["nonce_b64"])


def chunk(case: dict) -> None:
    stored = unhex(case["chunk_hex"]) if "chunk_hex" in case else b64(case["chunk_b64"])
    header = Header(unhex(case["header_nonce_hex"]), unhex(case["content_key_hex"]))
    chunks = GcmContent(Masterkey(bytes(64))).chunks(header, "node")
    plaintext = case["pt"].encode()
    sealed, opened = bytearray(len(stored)), bytearray(len(plaintext))
    nonce = unhex(case["nonce_hex"])
    chunks.seal_into(case["chunk"], nonce, memoryview(plaintext), memoryview(sealed))
    assert sealed == stored
    chunks.open_into(case["chunk"], memoryview(stored), memoryview(opened))
    assert opened == plaintext


def bad_chunk(stored_b64: str) -> None:
    stored = b64(stored_b64)
    chunks = GcmContent(Masterkey(bytes(64))).chunks(Header(bytes(12), bytes(32)), "node")
    opened = bytearray(len(stored) - 28)
    with pytest.raises(AuthenticationError):
        chunks.open_into(0, memoryview(stored), memoryview(opened))
    assert not any(opened)


def whole_file(case: dict) -> None:
    stored = b64(case["file_b64"])
    content = GcmContent(key_of(case))
    header = content.open_header(stored[:68], "node")
    assert header.content_key == unhex(case["content_key_hex"])
    opened = bytearray(content.layout.plaintext_size(len(stored)))
    content.chunks(header, "node").open_into(0, memoryview(stored)[68:], memoryview(opened))
    assert opened == case["pt"].encode()


def accepted_token(case: dict, algorithm: str) -> None:
    config = parse_config(case["accept"][algorithm].encode()).verify(Masterkey(unhex(case["key_hex"])))
    assert config.cipher_combo is CipherCombo.SIV_CTRMAC
    assert config.shortening_threshold == 220


def refused_token(case: dict) -> None:
    with pytest.raises(UnsupportedVaultError):
        parse_config(case["reject_alg_none"].encode())


def valid_size(payload: int, plaintext: int) -> None:
    layout = GcmContent.layout
    assert layout.plaintext_size(layout.header_size + payload) == plaintext
    assert layout.stored_size(plaintext) == layout.header_size + payload


def invalid_size(payload: int) -> None:
    layout = GcmContent.layout
    if payload % layout.stored_chunk_size == layout.chunk_overhead:
        # A last chunk without payload: some writers make it, so it is read, as nothing; never written.
        plaintext = layout.plaintext_size(layout.header_size + payload)
        assert plaintext % 32768 == 0
        assert layout.stored_size(plaintext) != layout.header_size + payload
    else:
        with pytest.raises(TruncatedError):
            layout.plaintext_size(layout.header_size + payload)


def named_checks() -> Iterator[NamedCheck]:
    vectors = json.loads((VECTORS / "vectors.json").read_text())
    for number, case in enumerate(vectors["masterkey_file"]):
        yield from ((f"masterkey {number} {name}", run) for name, run in masterkey_checks(case))
    simple: list[tuple[str, Callable[[dict], None]]] = [
        ("dir_hash", folder_hash),
        ("siv", siv),
        ("gcm_header", partial(sealed_header, GcmContent)),
        ("gcm_chunk", chunk),
        ("gcm_chunk_bad_b64", bad_chunk),
        ("gcm_file", whole_file),
        ("ctrmac_header", partial(sealed_header, CtrMacContent)),
        ("ctrmac_header_read", read_header),
        ("size_payload_gcm_valid", lambda sizes: valid_size(*sizes)),
        ("size_payload_gcm_invalid", invalid_size),
    ]
    for name, run in simple:
        yield from ((f"{name} {number}", partial(run, case)) for number, case in enumerate(vectors[name]))
    for case in vectors["jwt"]:
        yield from ((f"jwt {name}", partial(accepted_token, case, name)) for name in case["accept"])
        yield "jwt none", partial(refused_token, case)


def test_all_39_checks_hold() -> None:
    held = []
    for name, run in named_checks():
        run()
        held.append(name)
    assert len(set(held)) == len(held) == 39


def test_a_name_in_the_root_has_one_empty_associated_element() -> None:
    names = NameCipher(Masterkey(b"\x55" * 32 + b"\x77" * 32))
    assert names.seal_name("hello.txt", "") == "BweiJPhaXt21REROEq5FI8f78t8AGYisdQ==.c9r"
