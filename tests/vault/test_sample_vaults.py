"""Vaults made by other programs, read whole."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.shared_media import VECTORS, needs_vectors
from tests.vault.vaults import names_of, read
from vault import CipherCombo, NodeKind, Vault, WrongPassphraseError, is_vault

pytestmark = needs_vectors

PASSPHRASE = "correct horse – Zürich"
VAULTS = {
    "vault-cryptofs-2.9.0-gcm": ("gcm", "v_java", CipherCombo.SIV_GCM),
    "vault-cryptofs-2.9.0-ctrmac": ("ctrmac", "v_ctr", CipherCombo.SIV_CTRMAC),
    "vault-pycryptomator-1.15-gcm": ("pycryptomator", "v_py", CipherCombo.SIV_GCM),
}


@pytest.fixture(params=VAULTS)
def sample(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def raw_key(sample: str) -> bytes:
    lines = (line.split() for line in (VECTORS / "rawkeys.txt").read_text().splitlines())
    return {name: bytes.fromhex(raw) for name, _, raw in lines}[VAULTS[sample][1]]


def files_under(directory: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in directory.rglob("*"))
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found}


def test_every_file_is_what_the_manifest_says(sample: str) -> None:
    manifest = json.loads((VECTORS / "MANIFEST.json").read_text())
    with Vault.unlock(VECTORS / sample, PASSPHRASE) as vault:
        nodes = {path.removeprefix("/"): node for path, node in vault.walk()}
        files = {path: node for path, node in nodes.items() if node.kind is NodeKind.FILE}
        found = {
            path: (node.size, hashlib.sha256(read(vault, node)).hexdigest()) for path, node in files.items()
        }
        empty = [path for path, node in nodes.items() if node.own_id and not vault.list_folder(node.own_id)]
    assert found == {path: (said["size"], said["sha256"]) for path, said in manifest["files"].items()}
    assert empty == manifest["empty_dirs"]
    assert not [node for node in nodes.values() if node.problem or node.conflict]


def test_every_name_lies_where_the_other_program_says(sample: str) -> None:
    table = (VECTORS / f"names-{VAULTS[sample][0]}.tsv").read_text().splitlines()
    with Vault.unlock(VECTORS / sample, PASSPHRASE) as vault:
        for line in table:
            stored_path, path = line.split("\t")
            node = vault.find(path)
            there = names_of(vault).content_path(node.own_id) if node.own_id is not None else node.stored_path
            assert there == stored_path
    assert len(table) >= 10


def test_links_are_shown_and_not_followed(sample: str) -> None:
    with Vault.unlock(VECTORS / sample, PASSPHRASE) as vault:
        links = {path: node for path, node in vault.walk() if node.kind is NodeKind.SYMLINK}
        targets = {path: vault.read_symlink(node) for path, node in links.items()}
        assert all(node.size is None and node.own_id is None for node in links.values())
        for node in links.values():
            with pytest.raises(ValueError, match="cannot be opened"):
                vault.open(node)
    made_by_cryptofs = {"/link to note": "a/nested/deeper/note.txt"}
    assert targets == (made_by_cryptofs if "cryptofs" in sample else {})


def test_the_masterkey_is_the_one_that_the_other_program_has(sample: str, raw_key: bytes) -> None:
    with Vault.unlock(VECTORS / sample, PASSPHRASE) as vault:
        assert vault.export_masterkey() == raw_key
        assert vault.cipher_combo is VAULTS[sample][2]
    with Vault.unlock_with_masterkey(VECTORS / sample, raw_key) as vault:
        assert vault.find("/one.bin").size == 1


def test_looking_changes_nothing(sample: str) -> None:
    before = files_under(VECTORS)
    assert is_vault(VECTORS / sample)
    with pytest.raises(WrongPassphraseError):
        Vault.unlock(VECTORS / sample, "incorrect horse")
    with Vault.unlock(VECTORS / sample, PASSPHRASE) as vault:
        for _, node in vault.walk():
            if node.kind is NodeKind.FILE:
                read(vault, node)
    assert files_under(VECTORS) == before
