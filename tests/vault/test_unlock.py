"""Made, unlocked, locked."""

import json
import shutil
import unicodedata
from pathlib import Path

import pytest

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, change_passphrase, pattern, read, snapshot, write
from vault import (
    FolderMissingError,
    FormatError,
    NoVaultError,
    SelfTestError,
    TamperedVaultError,
    UnsupportedVaultError,
    Vault,
    VaultExistsError,
    VaultLockedError,
    WrongPassphraseError,
    is_vault,
)
from vault import names as names_module


def test_a_vault_is_made_locked_and_unlocked(vault_dir: Path) -> None:
    with Vault.create(vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST) as made:
        write(made, "film.mkv", b"contents")
        assert made.directory == vault_dir
        assert not made.is_locked
        masterkey = made.export_masterkey()
    assert made.is_locked
    assert is_vault(vault_dir)
    with Vault.unlock(vault_dir, unicodedata.normalize("NFD", PASSPHRASE)) as unlocked:
        assert read(unlocked, unlocked.find("/film.mkv")) == b"contents"
        assert unlocked.export_masterkey() == masterkey
        assert len(masterkey) == 64
    with Vault.unlock_with_masterkey(vault_dir, masterkey) as entrusted:
        assert snapshot(entrusted) == {"/film.mkv": b"contents"}


def test_a_new_vault_is_what_the_apps_expect(vault: Vault) -> None:
    top = sorted(path.name for path in vault.directory.iterdir())
    assert top == ["d", "masterkey.cryptomator", "vault.cryptomator"]
    assert json.loads((vault.directory / "masterkey.cryptomator").read_bytes())["version"] == 999
    contents = [path for path in vault.directory.glob("d/*/*/*") if path.is_file()]
    assert [path.name for path in contents] == ["dirid.c9r"]
    assert contents[0].stat().st_size == 68


def test_the_default_cost_is_what_a_guess_should_cost_today(vault_dir: Path) -> None:
    Vault.create(vault_dir, PASSPHRASE).close()
    said = json.loads((vault_dir / "masterkey.cryptomator").read_bytes())
    assert said["scryptCostParam"] == 2**17


def test_no_vault_is_made_where_something_is(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultExistsError):
        Vault.create(vault.directory, "x", scrypt_cost=SCRYPT_COST)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "diary.txt").write_text("dear diary")
    with pytest.raises(VaultExistsError):
        Vault.create(tmp_path / "other", "x", scrypt_cost=SCRYPT_COST)
    with pytest.raises(ValueError, match="empty"):
        Vault.create(tmp_path / "third", "", scrypt_cost=SCRYPT_COST)
    assert not (tmp_path / "third").exists()


def test_a_folder_that_is_no_vault_is_said_to_be_none(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "absent", tmp_path / "film.mkv"):
        assert not is_vault(directory)
        with pytest.raises(NoVaultError):
            Vault.unlock(directory, PASSPHRASE)
        with pytest.raises(NoVaultError):
            Vault.unlock_with_masterkey(directory, bytes(64))
    (tmp_path / "masterkey.cryptomator").write_text("{}")
    with pytest.raises(UnsupportedVaultError, match="older"):
        Vault.unlock(tmp_path, PASSPHRASE)


def test_a_wrong_passphrase_opens_nothing(vault: Vault) -> None:
    for typed in ("", "x", PASSPHRASE.upper(), PASSPHRASE + " "):
        with pytest.raises(WrongPassphraseError) as caught:
            Vault.unlock(vault.directory, typed)
        assert str(caught.value) == "wrong passphrase"


def test_a_masterkey_of_another_vault_opens_nothing(vault: Vault) -> None:
    with pytest.raises(TamperedVaultError):
        Vault.unlock_with_masterkey(vault.directory, bytes(64))
    with pytest.raises(ValueError, match="64"):
        Vault.unlock_with_masterkey(vault.directory, bytes(63))


def test_a_config_of_another_vault_is_refused(vault: Vault, tmp_path: Path) -> None:
    Vault.create(tmp_path / "other", PASSPHRASE, scrypt_cost=SCRYPT_COST).close()
    shutil.copy(tmp_path / "other" / "vault.cryptomator", vault.directory)
    with pytest.raises(TamperedVaultError):
        Vault.unlock(vault.directory, PASSPHRASE)


def test_damaged_top_files_are_said_to_be_damaged(vault: Vault) -> None:
    masterkey_file = vault.directory / "masterkey.cryptomator"
    whole = masterkey_file.read_bytes()
    masterkey_file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError):
        Vault.unlock(vault.directory, PASSPHRASE)
    masterkey_file.unlink()
    with pytest.raises(TamperedVaultError, match="missing"):
        Vault.unlock(vault.directory, PASSPHRASE)
    (vault.directory / "vault.cryptomator").write_bytes(b"")
    with pytest.raises(FormatError):
        Vault.unlock(vault.directory, PASSPHRASE)


def test_a_wrong_aes_siv_stops_everything(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WrongSiv:
        def __init__(self, key: bytes) -> None:
            pass

        def encrypt(self, data: bytes, associated: list[bytes] | None) -> bytes:
            return data + bytes(16)

    key = vault.export_masterkey()
    monkeypatch.setattr(names_module, "AESSIV", WrongSiv)
    with pytest.raises(SelfTestError):
        Vault.unlock(vault.directory, PASSPHRASE)
    with pytest.raises(SelfTestError):
        Vault.unlock_with_masterkey(vault.directory, key)
    with pytest.raises(SelfTestError):
        Vault.create(tmp_path / "other", PASSPHRASE, scrypt_cost=SCRYPT_COST)
    assert not (tmp_path / "other").exists()


def test_a_locked_vault_does_nothing(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(10))
    vault.close()
    vault.close()
    uses = [
        vault.export_masterkey,
        lambda: vault.derive_key("x"),
        lambda: vault.list_folder(""),
        lambda: vault.find("/"),
        lambda: list(vault.walk()),
        lambda: vault.open(node),
        lambda: write(vault, "x", b""),
        lambda: vault.make_folder("", "x"),
        lambda: vault.make_folders("/x"),
        lambda: vault.remove(node),
        lambda: vault.rename(node, "", "x"),
        lambda: vault.stored_size(1),
    ]
    for use in uses:
        with pytest.raises(VaultLockedError):
            use()
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert list(snapshot(again)) == ["/film.mkv"]


def test_locking_in_the_middle_of_a_write_stores_nothing(vault: Vault) -> None:
    class Locking:
        def read(self, size: int) -> bytes:
            vault.close()
            return b"x" * size

    with pytest.raises(VaultLockedError):
        vault.write_file("", "film.mkv", Locking())
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert snapshot(again) == {}
    assert [path.name for path in vault.directory.parent.iterdir()] == ["vault"]


def test_derived_keys_differ_by_purpose_and_vault(vault: Vault, tmp_path: Path) -> None:
    keys = {vault.derive_key("index"), vault.derive_key("artwork"), vault.derive_key("index", 16)}
    assert {len(key) for key in keys} == {16, 32}
    assert vault.derive_key("index") in keys
    with Vault.create(tmp_path / "other", PASSPHRASE, scrypt_cost=SCRYPT_COST) as other:
        keys.add(other.derive_key("index"))
    assert len(keys) == 4
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert again.derive_key("index") == vault.derive_key("index")


def test_a_new_passphrase_changes_one_file(vault: Vault) -> None:
    node = write(vault, "film.mkv", b"contents")
    before = {path: path.read_bytes() for path in vault.directory.rglob("*") if path.is_file()}
    with pytest.raises(WrongPassphraseError):
        change_passphrase(vault.directory, "x", "neu")
    with pytest.raises(ValueError, match="empty"):
        change_passphrase(vault.directory, PASSPHRASE, "")
    backup = change_passphrase(vault.directory, PASSPHRASE, "neu")
    after = {path: path.read_bytes() for path in vault.directory.rglob("*") if path.is_file()}
    changed = [path.name for path in before if after[path] != before[path]]
    assert changed == ["masterkey.cryptomator"]
    assert after.keys() - before.keys() == {backup}
    with pytest.raises(WrongPassphraseError):
        Vault.unlock(vault.directory, PASSPHRASE)
    with Vault.unlock(vault.directory, "neu") as again:
        assert read(again, again.find("/film.mkv")) == read(vault, node) == b"contents"


def test_a_root_that_is_not_there_is_said_to_be_missing(vault: Vault) -> None:
    shutil.rmtree(vault.directory / "d")
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert again.find("/").problem == "incomplete"
        with pytest.raises(FolderMissingError):
            again.list_folder("")
        with pytest.raises(FolderMissingError):
            write(again, "x", b"")
