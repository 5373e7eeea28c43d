"""Another passphrase, the recovery key, and the file that the passphrase is in: as their user sees them."""

import json

import pytest

from tests.lanterne import PASSPHRASE, Place, serving
from tests.terminal import at_a_terminal
from tests.tvapp.conftest import FAST_SCRYPT
from tests.tvapp.test_cli import complaint
from tests.vault.servers import PASSWORD, USER, running
from tvapp.config import CREDENTIALS_VARIABLE
from vault import Vault, WrongPassphraseError, format_recovery_key, parse_recovery_key

NEW = "new horse – Genève"


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    return place


def secret_file(place, name: str, text: str):
    path = place.folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def opens_with(place, passphrase: str) -> bool:
    try:
        Vault.unlock(place.vault, passphrase).close()
    except WrongPassphraseError:
        return False
    return True


def recovery_key_of(place) -> str:
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        return format_recovery_key(vault.export_masterkey())


def passwd(place, old: str = PASSPHRASE, new: str = NEW):
    old_file, new_file = secret_file(place, "old", old), secret_file(place, "new", new)
    return place.run(
        "vault", "passwd", str(place.vault),
        "--passphrase-file", str(old_file), "--new-passphrase-file", str(new_file),
    )  # fmt: skip


# --- passwd


def test_a_passphrase_is_changed_and_the_backup_is_told_of(place):
    before = {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}
    result = passwd(place)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert not opens_with(place, PASSPHRASE)
    assert opens_with(place, NEW)
    (backup,) = place.vault.glob("masterkey.cryptomator.*.bkup")
    assert f"kept as {backup}: it still opens with the OLD passphrase" in result.stderr
    assert f"rm {backup}" in result.stderr
    assert f"{place.folder / 'old'} holds the old passphrase" in result.stderr
    assert PASSPHRASE not in result.stderr
    assert NEW not in result.stderr
    after = {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}
    masterkey_file = place.vault / "masterkey.cryptomator"
    assert after[backup] == before.pop(masterkey_file)
    assert after == before | {backup: after[backup], masterkey_file: after[masterkey_file]}


def test_a_wrong_old_passphrase_is_12_and_no_vault_is_10(place, tmp_path):
    result = passwd(place, old="wrong")
    assert result.returncode == 12
    assert complaint(result) == "lanterne: wrong passphrase"
    assert opens_with(place, PASSPHRASE)
    assert not list(place.vault.glob("*.bkup"))
    for command in (["passwd"], ["recovery-key"], ["recover"]):
        empty = place.run("vault", *command, str(tmp_path), "--passphrase-file", str(place.passphrase_file))
        assert empty.returncode == 10, command
        assert str(tmp_path) in complaint(empty)


def test_the_old_and_twice_the_new_passphrase_are_asked_for(place):
    with at_a_terminal(["vault", "passwd", str(place.vault)], place.environment()) as terminal:
        terminal.answer("Passphrase:", PASSPHRASE)
        terminal.answer("New passphrase:", NEW)
        terminal.answer("Repeat for confirmation:", "a slip")
        terminal.answer("New passphrase:", NEW)
        terminal.answer("Repeat for confirmation:", NEW)
        assert terminal.end() == 0
        assert "has a new passphrase" in terminal.said.decode()
        assert NEW not in terminal.said.decode()  # nothing is shown of what is typed
    assert opens_with(place, NEW)


def test_a_wrong_old_passphrase_is_told_before_a_new_one_is_asked_for(place):
    with at_a_terminal(["vault", "passwd", str(place.vault)], place.environment()) as terminal:
        terminal.answer("Passphrase:", "wrong")
        assert terminal.end() == 12
        assert "New" not in terminal.said.decode()


def test_without_a_terminal_the_options_are_named(place):
    result = place.run(
        "vault", "passwd", str(place.vault), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 2
    assert "--new-passphrase-file" in result.stderr


def test_an_open_server_goes_on_and_is_unlocked_anew_with_the_new_one(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place, "--passphrase-file", str(place.passphrase_file)) as server:
        assert passwd(place).returncode == 0
        assert server.request("/api/v1/items", token)[0] == 200
        assert server.request("/api/v1/unlock", token, {"passphrase": PASSPHRASE})[0] == 403
        server.json("/api/v1/lock", token, {})
        assert server.request("/api/v1/unlock", token, {"passphrase": PASSPHRASE})[0] == 403
        server.json("/api/v1/unlock", token, {"passphrase": NEW})
        assert server.request("/api/v1/items", token)[0] == 200


# --- the recovery key


def test_the_recovery_key_alone_is_the_answer(place):
    result = place.run(
        "vault", "recovery-key", str(place.vault), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 0
    assert result.stdout == recovery_key_of(place)
    assert "Cryptomator apps have" in result.stderr
    assert not set(result.stdout.splitlines()) & set(result.stderr.splitlines())
    wrong = place.run(
        "vault", "recovery-key", str(place.vault),
        "--passphrase-file", str(secret_file(place, "wrong", "wrong")),
    )  # fmt: skip
    assert wrong.returncode == 12
    assert wrong.stdout == ""


def test_a_qr_code_is_shown_on_a_terminal_only_and_when_asked_for(place):
    command = ["vault", "recovery-key", str(place.vault)]
    environment = place.environment(LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert place.run(*command, "--qr", LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)).returncode == 2
    for options, blocks in ([], False), (["--qr"], True):
        with at_a_terminal([*command, *options], environment) as terminal:
            assert terminal.end() == 0
            assert recovery_key_of(place).splitlines()[7] in terminal.said.decode()
            assert ("█" in terminal.said.decode()) is blocks


@pytest.mark.parametrize("masterkey_file", ["whole", "missing", "damaged"])
def test_a_vault_is_recovered_from_a_file(place, masterkey_file):
    key_file = secret_file(place, "key", recovery_key_of(place))
    new_file = secret_file(place, "new", NEW)
    path = place.vault / "masterkey.cryptomator"
    if masterkey_file == "missing":
        path.unlink()
    elif masterkey_file == "damaged":
        path.write_bytes(b"\x00" * 400)
    former = path.read_bytes() if path.exists() else None
    result = place.run(
        "vault", "recover", str(place.vault),
        "--recovery-key-file", str(key_file), "--new-passphrase-file", str(new_file),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert opens_with(place, NEW)
    assert "ordinary vault" in result.stderr
    backups = list(place.vault.glob("*.bkup"))
    assert [backup.read_bytes() for backup in backups] == ([] if former is None else [former])
    assert all(str(backup) in result.stderr for backup in backups)
    place.passphrase_file.write_text(NEW)
    place.done("ls")


def test_a_recovery_key_comes_by_standard_input(place):
    new_file = secret_file(place, "new", NEW)
    result = place.run(
        "vault", "recover", str(place.vault), "--new-passphrase-file", str(new_file),
        stdin=recovery_key_of(place).lower(),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert opens_with(place, NEW)


def test_a_recovery_key_is_typed_line_by_line(place):
    lines = recovery_key_of(place).splitlines()
    mistyped = lines[2][:-1] + ("0" if lines[2][-1] != "0" else "1")
    with at_a_terminal(["vault", "recover", str(place.vault)], place.environment()) as terminal:
        for number, line in enumerate(lines, start=1):
            if number == 3:
                terminal.answer("Line 3 of 8:", mistyped)
                terminal.wait_for("line 3 has a mistake")
            terminal.answer(f"Line {number} of 8:", line.replace(" ", "").lower())
        terminal.answer("New passphrase:", NEW)
        terminal.answer("Repeat for confirmation:", NEW)
        assert terminal.end() == 0
    assert opens_with(place, NEW)


def test_a_wrong_recovery_key_is_12_and_changes_nothing(place, tmp_path):
    with Vault.create(tmp_path / "other", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as other:
        foreign = format_recovery_key(other.export_masterkey())
    lines = foreign.splitlines()
    before = {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}
    for typed, words in (
        (foreign, f"another vault than the one in {place.vault}"),
        ("\n".join([*lines[:4], lines[5], lines[4], *lines[6:]]), "line 5 has a mistake"),
        ("open sesame", "8 lines, this text has 1"),
        ("", "8 lines, this text has 0"),
    ):
        result = place.run(
            "vault", "recover", str(place.vault),
            "--recovery-key-file", str(secret_file(place, "key", typed)),
            "--new-passphrase-file", str(secret_file(place, "new", NEW)),
        )  # fmt: skip
        assert result.returncode == 12, typed
        assert words in complaint(result)
    assert before == {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}


def test_what_is_printed_is_what_recovers(place):
    printed = place.done("vault", "recovery-key", str(place.vault))
    with Vault.unlock_with_masterkey(place.vault, parse_recovery_key(printed)) as vault:
        assert vault.list_folder("") == []


# --- a vault at an address


def test_a_vault_at_an_address_has_the_same_ways_in(tmp_path):
    place = Place(tmp_path).prepare()
    (tmp_path / "far").mkdir()
    with running("webdav", tmp_path / "far") as port:
        address = f"webdav+http://127.0.0.1:{port}/dav/vault"
        far = {"FSSPEC_WEBDAV": json.dumps({"auth": [USER, PASSWORD]})}
        place.done("vault", "create", address, **far)
        key_file = secret_file(place, "key", place.done("vault", "recovery-key", address, **far))
        new_file = secret_file(place, "new", NEW)
        last_file = secret_file(place, "last", "last horse")
        changed = place.run(
            "vault", "passwd", address,
            "--passphrase-file", str(place.passphrase_file), "--new-passphrase-file", str(new_file), **far,
        )  # fmt: skip
        assert changed.returncode == 0, changed.stderr
        recovered = place.run(
            "vault", "recover", address,
            "--recovery-key-file", str(key_file), "--new-passphrase-file", str(last_file), **far,
        )  # fmt: skip
        assert recovered.returncode == 0, recovered.stderr
        opened = place.run("ls", "--vault", address, "--passphrase-file", str(last_file), **far)
        assert opened.returncode == 0, opened.stderr
        for result in (changed, recovered):
            assert f"kept as {address}/masterkey.cryptomator." in result.stderr
            assert "remove it." in result.stderr  # no program of this machine does
    assert len(list((tmp_path / "far" / "vault").glob("masterkey.cryptomator.*.bkup"))) == 2


# --- the file that the passphrase is in


def test_a_passphrase_file_that_others_can_read_is_warned_of(place):
    for mode, warned in ((0o600, False), (0o640, True), (0o604, True), (0o400, False)):
        place.passphrase_file.chmod(mode)
        result = place.run("ls", "--passphrase-file", str(place.passphrase_file))
        assert result.returncode == 0
        assert result.stderr.splitlines() == (
            [f"lanterne: warning: others can read the passphrase file; chmod 600 {place.passphrase_file}"]
            if warned
            else []
        )


def test_credentials_of_systemd_are_found_and_not_warned_of(place):
    credentials = place.folder / "credentials"
    credentials.mkdir()
    file = credentials / "lanterne passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o440)  # as systemd leaves it: an access list that looks like a group's right
    for name in ("$CREDENTIALS_DIRECTORY", "${CREDENTIALS_DIRECTORY}", str(credentials)):
        result = place.run(
            "ls",
            LANTERNE_PASSPHRASE_FILE=f"{name}/lanterne passphrase",
            **{CREDENTIALS_VARIABLE: str(credentials)},
        )
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
    missing = place.run("ls", LANTERNE_PASSPHRASE_FILE="$CREDENTIALS_DIRECTORY/passphrase")
    assert missing.returncode == 2
    assert "there is no CREDENTIALS_DIRECTORY" in complaint(missing)
