"""Names that are remembered: right whatever happens to the disk, bounded, and gone when the vault is locked."""

import base64
import os
import shutil

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from tests.vault.vaults import content_dir, names_of, write
from vault import Vault, VaultLockedError
from vault.errors import ForeignNameError, NameRefusedError
from vault.masterkey import Masterkey
from vault.names import NameCipher
from vault.opened_names import WORTH_KEEPING, OpenedNames

KEY = bytes(range(64))
MANY = WORTH_KEEPING + 50


class NoSiv:
    """A cipher that must not be asked: what is remembered needs none."""

    def decrypt(self, data: bytes, associated: list[bytes]) -> bytes:
        raise AssertionError("a name was opened again")


def many(start: str, count: int = WORTH_KEEPING) -> dict[str, str]:
    return {f"{start} {number}.c9r": f"name {number}" for number in range(count)}


def seal_raw(plaintext: bytes) -> str:
    """A stored name in the folder "id", as a forger with the key would make it."""
    sealed = AESSIV(KEY[32:] + KEY[:32]).encrypt(plaintext, [b"id"])
    return base64.urlsafe_b64encode(sealed).decode() + ".c9r"


def fill(vault: Vault, count: int = MANY) -> list[str]:
    """Put that many files into the root from outside, and return their names."""
    node = write(vault, "model", b"x")
    model = vault.directory / node.stored_path
    names = [f"film {number:04}.mkv" for number in range(count)]
    for name in names:
        shutil.copy(model, model.with_name(names_of(vault).seal_name(name, "")))
    model.unlink()
    return names


def shown(vault: Vault) -> list[str]:
    return [node.name for node in vault.list_folder("")]


# --- what is kept


def test_what_is_kept_is_what_was_listed_last() -> None:
    names = OpenedNames(max_count=3 * WORTH_KEEPING)
    for folder_id in "abc":
        names.keep(folder_id, many(folder_id))
    names.keep("a", many("a"))
    names.keep("d", many("d"))
    assert {folder_id: bool(names.of_folder(folder_id)) for folder_id in "abcd"} == {
        "a": True,
        "b": False,
        "c": True,
        "d": True,
    }
    assert names.count == 3 * WORTH_KEEPING
    names.keep("e", many("e", 3 * WORTH_KEEPING))
    assert (names.count, names.of_folder("e")) == (3 * WORTH_KEEPING, many("e", 3 * WORTH_KEEPING))
    names.keep("f", many("f", 3 * WORTH_KEEPING + 1))
    assert names.count == 0


def test_the_names_of_small_folders_are_not_kept() -> None:
    names = OpenedNames()
    names.keep("a", many("a", WORTH_KEEPING - 1))
    assert names.count == 0
    # To look one node up is no listing either: what is known of its folder stays.
    names.keep("a", many("a"))
    names.keep("a", many("a", 1))
    assert names.count == WORTH_KEEPING


def test_forgotten_names_are_gone_and_none_are_kept_from_then_on() -> None:
    names = OpenedNames()
    names.keep("a", many("a"))
    for _ in range(2):
        names.forget()
        names.keep("b", many("b"))
        assert (names.count, names.of_folder("a"), names.of_folder("b")) == (0, {}, {})


# --- what is opened


def test_names_are_opened_once() -> None:
    names = NameCipher(Masterkey(KEY))
    sealed = {names.seal_name(f"film {number}", "id"): f"film {number}" for number in range(WORTH_KEEPING)}
    assert names.open_names(sealed, "id") == sealed
    names._siv = NoSiv()
    # Whoever lists again has read the stored names anew.
    again = [name.encode().decode() for name in reversed(sealed)]
    assert names.open_names(again, "id") == sealed
    with pytest.raises(AssertionError):
        names.open_names(sealed, "another id")
    names.forget()
    with pytest.raises(AssertionError):
        names.open_names(again, "id")


def test_what_is_remembered_of_one_folder_opens_nothing_in_another() -> None:
    names = NameCipher(Masterkey(KEY))
    sealed = [names.seal_name(f"film {number}", "id") for number in range(WORTH_KEEPING)]
    names.open_names(sealed, "id")
    assert names.open_names(sealed, "") == {}
    assert names.open_names(sealed, "id ") == {}


def test_names_are_opened_together_as_they_are_one_by_one() -> None:
    names = NameCipher(Masterkey(KEY))
    sealed = [names.seal_name(f"film {number}", "id") for number in range(WORTH_KEEPING)]
    refused = [
        *("", ".c9r", "dirid.c9r", "ü.c9r", "x.c9r", "AAAA.c9r", "\udcff.c9r"),
        *(name.replace(".c9r", mark) for name in sealed[:3] for mark in ("", ".tmp", " (1).c9r", "=.c9r")),
        *(name.swapcase() for name in sealed[:3]),
        names.seal_name("film", ""),
        seal_raw(b"a/b"),
        seal_raw(b"\xff"),
    ]
    for _ in range(2):
        found = names.open_names([*refused[:5], *sealed, *refused[5:]], "id")
        assert found == {name: names.open_name(name, "id") for name in sealed}
    for name in refused:
        with pytest.raises((ForeignNameError, NameRefusedError)):
            names.open_name(name, "id")


# --- what a vault shows


def test_a_folder_that_changes_outside_is_shown_as_it_is(vault: Vault) -> None:
    names, here = fill(vault), content_dir(vault)
    seal = names_of(vault).seal_name
    assert shown(vault) == names
    gone, renamed, marked, other = names[:4]
    (here / seal(gone, "")).unlink()
    (here / seal(renamed, "")).rename(here / seal("renamed", ""))
    (here / seal(marked, "")).rename(here / seal(marked, "").replace(".c9r", " (1).c9r"))
    (here / seal(other, "")).rename(here / (seal(other, "") + ".tmp"))
    (here / seal("a folder", "")).mkdir()
    (here / seal("of another folder", "id")).touch()
    after = ["a folder", "film 0002 (1).mkv", *names[4:], "renamed"]
    assert shown(vault) == after == shown(vault)
    # A name is remembered, and nothing else of its node.
    large = here / seal(names[4], "")
    os.truncate(large, 30)
    (found,) = [node for node in vault.list_folder("") if node.name == names[4]]
    assert (found.size, found.stored_size, found.problem) == (None, 30, "truncated")
    large.unlink()
    large.mkdir()
    (found,) = [node for node in vault.list_folder("") if node.name == names[4]]
    assert (found.kind.value, found.problem) == ("folder", "incomplete")


def test_a_folder_is_listed_again_without_its_names_being_opened(vault: Vault) -> None:
    names = fill(vault)
    vault.list_folder("")
    cipher = vault._keyring.names
    kept = cipher._opened.of_folder("")
    assert sorted(kept.values()) == names
    assert vault.find(f"/{names[0]}").name == names[0]
    vault.list_folder("")
    assert cipher._opened.count == len(names)


def test_a_locked_vault_remembers_no_name(vault: Vault) -> None:
    names, cipher = fill(vault), vault._keyring.names
    sealed = [cipher.seal_name(name, "") for name in names]
    vault.list_folder("")
    assert cipher._opened.count == len(names)
    vault.close()
    assert cipher._opened.count == 0
    # A listing that was under way in another thread comes to its end, and leaves nothing behind.
    assert len(cipher.open_names(sealed, "")) == len(names)
    assert cipher._opened.count == 0
    with pytest.raises(VaultLockedError):
        vault.list_folder("")
