"""The recovery key: written, mistyped in every way, read; and a vault that gets another passphrase."""

import hashlib
import itertools
import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.faults import Fuse, PowerCutError, failing_system
from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, change_passphrase, snapshot, write
from vault import (
    NoVaultError,
    RecoveryKeyError,
    TamperedVaultError,
    Vault,
    WrongPassphraseError,
    format_recovery_key,
    parse_recovery_key,
    set_passphrase,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MASTERKEY = bytes(range(64))
# Written down once, by another program made from the words of `vault.recovery`: a key on somebody's paper is
# read by every later version.
ON_PAPER = """\
K400 20G3 0G2G C1DF
R814 50P3 0D1R 7HHB
048J 2CA1 A5GQ 303V
CHM6 RW3M F1Y8 11CW
48HJ 8996 4WM2 JAFZ
HB5G PJWB SG64 S3ZG
6D1N 6RVK GE9T 7C8K
Y3TF HZVY SSBG E67N
"""
masterkeys = st.binary(min_size=64, max_size=64)
# What is left of a key when its digits are random: the zeros of a counted key would hide mistakes in arithmetic.
RANDOM_KEY = format_recovery_key(random.Random(7).randbytes(64))


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


@given(masterkeys)
def test_what_is_written_is_read(masterkey: bytes) -> None:
    text = format_recovery_key(masterkey)
    assert parse_recovery_key(text) == masterkey
    lines = text.splitlines()
    assert [len(line) for line in lines] == [19] * 8
    assert set("".join(lines)) <= set(ALPHABET + " ")
    assert text.startswith("K")


def test_a_key_on_paper_is_read_for_ever() -> None:
    assert format_recovery_key(MASTERKEY) == ON_PAPER
    assert parse_recovery_key(ON_PAPER) == MASTERKEY


@given(masterkeys, st.randoms(use_true_random=False))
def test_case_and_gaps_and_letters_like_digits_do_not_matter(masterkey: bytes, choice: random.Random) -> None:
    typed = ""
    for symbol in format_recovery_key(masterkey):
        spellings = {"0": "0oO", "1": "1iIlL", " ": [" ", "", "-", "  ", "\t"], "\n": ["\n", "\r\n", "\n\n"]}
        typed += choice.choice(spellings.get(symbol, [symbol, symbol.lower()]))
    assert parse_recovery_key(typed) == masterkey


def test_every_wrong_symbol_is_found_and_its_line_told() -> None:
    for position, right in enumerate(RANDOM_KEY):
        if right in " \n":
            continue
        for wrong in set(ALPHABET + "U*") - {right}:
            with pytest.raises(RecoveryKeyError, match=f"line {line_of(RANDOM_KEY, position)} has") as caught:
                parse_recovery_key(RANDOM_KEY[:position] + wrong + RANDOM_KEY[position + 1 :])
            assert caught.value.line == line_of(RANDOM_KEY, position)


@given(masterkeys)
def test_any_two_symbols_of_a_line_that_changed_places_are_found(masterkey: bytes) -> None:
    lines = format_recovery_key(masterkey).replace(" ", "").splitlines()
    for number, line in enumerate(lines, start=1):
        for first, second in itertools.combinations(range(16), 2):
            if line[first] == line[second]:
                continue
            typed = list(line)
            typed[first], typed[second] = line[second], line[first]
            with pytest.raises(RecoveryKeyError, match=f"line {number} has"):
                parse_recovery_key("\n".join([*lines[: number - 1], "".join(typed), *lines[number:]]))


def test_neighbours_that_changed_places_over_the_end_of_a_line_are_found() -> None:
    lines = RANDOM_KEY.splitlines()
    for number in range(7):
        upper, lower = lines[number], lines[number + 1]
        if upper[-1] == lower[0]:
            continue
        typed = [upper[:-1] + lower[0], upper[-1] + lower[1:]]
        with pytest.raises(RecoveryKeyError) as caught:
            parse_recovery_key("\n".join([*lines[:number], *typed, *lines[number + 2 :]]))
        assert caught.value.line == number + 1


def test_a_symbol_too_few_or_too_many_is_told_by_its_line() -> None:
    for position, symbol in enumerate(RANDOM_KEY):
        if symbol in " \n":
            continue
        for typed in (
            RANDOM_KEY[:position] + RANDOM_KEY[position + 1 :],
            RANDOM_KEY[:position] + symbol + RANDOM_KEY[position:],
        ):
            with pytest.raises(RecoveryKeyError) as caught:
                parse_recovery_key(typed)
            assert caught.value.line == line_of(RANDOM_KEY, position)


def test_lines_in_a_wrong_order_or_of_another_key_are_found() -> None:
    lines, others = RANDOM_KEY.splitlines(), ON_PAPER.splitlines()
    for first, second in itertools.combinations(range(8), 2):
        swapped = list(lines)
        swapped[first], swapped[second] = lines[second], lines[first]
        with pytest.raises(RecoveryKeyError) as caught:
            parse_recovery_key("\n".join(swapped))
        assert caught.value.line == first + 1
    for number in range(8):
        with pytest.raises(RecoveryKeyError, match="do not belong together") as caught:
            parse_recovery_key("\n".join([*lines[:number], others[number], *lines[number + 1 :]]))
        assert caught.value.line is None


def test_lines_left_out_are_counted() -> None:
    for lines in itertools.combinations(RANDOM_KEY.splitlines(), 7):
        with pytest.raises(RecoveryKeyError, match="8 lines, this text has 7"):
            parse_recovery_key("\n".join(lines))


def test_a_key_of_another_version_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr("vault.recovery._VERSION", b"\x9a")
        text = format_recovery_key(MASTERKEY)
    with pytest.raises(RecoveryKeyError, match="does not know"):
        parse_recovery_key(text)


@given(st.text() | st.lists(st.text(ALPHABET + "oil -", max_size=24), max_size=9).map("\n".join))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    try:
        masterkey = parse_recovery_key(text)
    except RecoveryKeyError:
        return
    assert format_recovery_key(masterkey).replace(" ", "") == text.upper()  # 1 in 2**120: never seen


@pytest.mark.parametrize("look_alike", ["K\u0131", "\u212a4", "\uff2b4", "ß4", "ſ4"])
def test_letters_of_other_scripts_are_no_symbols(look_alike: str) -> None:
    with pytest.raises(RecoveryKeyError, match="line 1 has"):
        parse_recovery_key(look_alike + ON_PAPER[2:])


def test_a_wrong_caller_is_told() -> None:
    with pytest.raises(ValueError, match="64"):
        format_recovery_key(bytes(63))


# --- another passphrase


def backups(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.bkup"))


def test_the_former_masterkey_file_is_kept_as_the_apps_do(vault: Vault) -> None:
    former = (vault.directory / "masterkey.cryptomator").read_bytes()
    backup = change_passphrase(vault.directory, PASSPHRASE, "neu")
    assert backups(vault.directory) == [backup]
    assert backup.read_bytes() == former
    assert backup.name == f"masterkey.cryptomator.{hashlib.sha256(former).hexdigest().upper()[:8]}.bkup"
    backup.replace(vault.directory / "masterkey.cryptomator")
    Vault.unlock(vault.directory, PASSPHRASE).close()


def test_a_wrong_passphrase_leaves_everything_as_it_was(vault: Vault) -> None:
    before = {path: path.read_bytes() for path in vault.directory.iterdir() if path.is_file()}
    with pytest.raises(WrongPassphraseError):
        change_passphrase(vault.directory, "x", "neu")
    with pytest.raises(ValueError, match="empty"):
        change_passphrase(vault.directory, PASSPHRASE, "")
    assert before == {path: path.read_bytes() for path in vault.directory.iterdir() if path.is_file()}


def test_a_damaged_backup_of_the_same_name_is_made_good(vault: Vault, vault_dir: Path) -> None:
    former = (vault_dir / "masterkey.cryptomator").read_bytes()
    backup = change_passphrase(vault_dir, PASSPHRASE, "neu")
    backup.write_bytes(former[:100])
    (vault_dir / "masterkey.cryptomator").write_bytes(former)
    assert change_passphrase(vault_dir, PASSPHRASE, "neuer") == backup
    assert backup.read_bytes() == former


def test_an_open_vault_does_not_notice(vault: Vault) -> None:
    node = write(vault, "before", b"1")
    change_passphrase(vault.directory, PASSPHRASE, "neu")
    write(vault, "after", b"2")
    with Vault.unlock(vault.directory, "neu") as again:
        assert snapshot(again) == snapshot(vault) == {"/after": b"2", "/before": b"1"}
        assert again.find("/before") == node


@pytest.mark.parametrize("file", ["missing", "empty", "damaged"])
def test_a_vault_is_recovered_without_its_masterkey_file(vault: Vault, file: str) -> None:
    write(vault, "film", b"contents")
    text = format_recovery_key(vault.export_masterkey())
    path = vault.directory / "masterkey.cryptomator"
    if file == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if file == "empty" else b"\x00" * 300)
    left = path.read_bytes() if path.exists() else None
    backup = set_passphrase(vault.directory, parse_recovery_key(text), "neu", scrypt_cost=SCRYPT_COST)
    assert (backup is None) == (left is None)
    assert backup is None or backup.read_bytes() == left
    with Vault.unlock(vault.directory, "neu") as again:
        assert snapshot(again) == {"/film": b"contents"}


def test_the_key_of_another_vault_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in vault.directory.iterdir() if path.is_file()}
    with pytest.raises(TamperedVaultError):
        set_passphrase(vault.directory, MASTERKEY, "neu", scrypt_cost=SCRYPT_COST)
    assert before == {path: path.read_bytes() for path in vault.directory.iterdir() if path.is_file()}
    with pytest.raises(NoVaultError):
        set_passphrase(tmp_path, MASTERKEY, "neu", scrypt_cost=SCRYPT_COST)


def test_an_interrupted_change_leaves_a_vault_that_opens(vault: Vault, tmp_path: Path) -> None:
    """The power goes before any call to the system that changes the disk, and in the middle of every write."""
    vault.close()
    opened_with: list[str] = []
    kept_count = 0
    for step in itertools.count():
        copy = tmp_path / f"copy-{step}"
        shutil.copytree(vault.directory, copy)
        fuse = Fuse(step)
        try:
            with failing_system(fuse):
                change_passphrase(copy, PASSPHRASE, "neu")
        except PowerCutError:
            pass
        with_new = opens_with(copy, "neu")
        assert with_new != opens_with(copy, PASSPHRASE)  # one of the two, never both, never none
        opened_with.append("new" if with_new else "old")
        if with_new:  # by now the backup is there, and whole
            (backup,) = backups(copy)
            assert backup.read_bytes() == (vault.directory / "masterkey.cryptomator").read_bytes()
            kept_count += 1
        if not fuse.has_blown:
            break
    assert opened_with == sorted(opened_with, reverse=True)
    assert opened_with[0] == "old"
    assert kept_count >= 2  # before and after the last step
    assert len(opened_with) > 8


def opens_with(directory: Path, passphrase: str) -> bool:
    try:
        Vault.unlock(directory, passphrase).close()
    except WrongPassphraseError:
        return False
    return True


def test_both_files_are_flushed_before_they_get_their_names(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_rename, events = os.rename, []

    def fsync(fd: int) -> None:
        events.append(("flush", str(Path(f"/proc/self/fd/{fd}").readlink())))

    def rename(source: object, target: object, **options: object) -> None:
        events.append(("rename", str(source), Path(str(target)).name))
        real_rename(source, target, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    backup = change_passphrase(vault.directory, PASSPHRASE, "neu")
    renames = [index for index, event in enumerate(events) if event[0] == "rename"]
    assert [events[index][2] for index in renames] == [backup.name, "masterkey.cryptomator"]
    for index in renames:
        assert events[index - 1] == ("flush", events[index][1])
        assert events[index + 1] == ("flush", str(vault.directory.resolve()))
