"""Commands as their user runs them: answers, messages, exit statuses."""

import io
import random

import pytest

from tests.lanterne import PASSPHRASE, Place, serving
from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT
from vault import NodeKind, Vault


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    return place


def complaint(result) -> str:
    """The message of a command that failed; it must be one line of the house's form."""
    lines = result.stderr.strip().splitlines()
    assert lines[-1].startswith("lanterne: ")
    assert "Traceback" not in result.stderr
    return lines[-1]


def test_a_vault_is_made_and_filled_and_emptied(tmp_path):
    place = Place(tmp_path).prepare()
    place.done("vault", "create", str(place.vault))
    source = tmp_path / "Holidays"
    (source / "Beach").mkdir(parents=True)
    (source / "Beach" / "notes.txt").write_bytes(b"sun and sand")
    (source / "empty.bin").write_bytes(b"")
    big = random.Random(3).randbytes(3 * CHUNK_SIZE + 5)
    (source / "big.bin").write_bytes(big)

    place.done("import", str(source), "--to", "/Archive")
    assert place.done("ls") == "Archive/\n"
    assert place.done("ls", "/Archive/Holidays").splitlines() == ["Beach/", "big.bin", "empty.bin"]
    assert "98309" in place.done("ls", "--long", "/Archive/Holidays")

    out = tmp_path / "out"
    place.done("export", "/Archive/Holidays", "--to", str(out))
    assert (out / "Holidays" / "big.bin").read_bytes() == big
    assert (out / "Holidays" / "empty.bin").read_bytes() == b""
    assert (out / "Holidays" / "Beach" / "notes.txt").read_bytes() == b"sun and sand"


def test_importing_twice_stores_once_and_overwrites_nothing(place, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("first")
    place.done("import", str(note))
    again = place.run("import", str(note), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert again.returncode == 0
    assert "stored 0, had 1 already" in again.stderr

    other = tmp_path / "other.txt"
    other.write_text("other")
    note.write_text("SECOND")
    result = place.run("import", str(note), str(other), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert result.returncode == 1
    assert "in the vault already and is another file" in complaint(result)
    with Vault.unlock(place.vault, PASSPHRASE) as vault, vault.open(vault.find("/note.txt")) as reader:
        assert reader.read() == b"first"
        assert vault.find("/other.txt").kind is NodeKind.FILE  # the rest went on


def test_export_overwrites_nothing(place, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("kept")
    place.done("import", str(note))
    note.write_text("edited")
    result = place.run(
        "export", "/note.txt", "--to", str(tmp_path), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 1
    assert "exists already" in complaint(result)
    assert note.read_text() == "edited"


def test_no_vault_there_is_10(tmp_path):
    place = Place(tmp_path).prepare()
    for command in (["ls"], ["scan"], ["serve"], ["import", str(place.passphrase_file)]):
        result = place.run(*command, LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
        assert result.returncode == 10, command
        assert str(place.vault) in complaint(result)


def test_a_folder_that_is_no_vault_is_10(tmp_path):
    place = Place(tmp_path).prepare()
    place.vault.mkdir()
    (place.vault / "holiday.jpg").write_bytes(b"x")
    result = place.run("ls", LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert result.returncode == 10
    assert complaint(result)


def test_a_wrong_passphrase_is_12(place):
    place.passphrase_file.write_text("wrong")
    for command in ("ls", "serve"):
        result = place.run(command, LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
        assert result.returncode == 12, command
        assert complaint(result) == "lanterne: wrong passphrase"


def test_damaged_data_is_13_and_nothing_of_it_is_written(place, tmp_path):
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        node = vault.write_file("", "film.bin", io.BytesIO(bytes(3 * CHUNK_SIZE)))
        vault.write_file("", "good.bin", io.BytesIO(b"good"))
    stored = place.vault / node.stored_path
    damaged = bytearray(stored.read_bytes())
    damaged[68 + CHUNK_SIZE + 28 + 100] ^= 1
    stored.write_bytes(damaged)
    result = place.run(
        "export", "/film.bin", "/good.bin", "--to", str(tmp_path / "out"),
        LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file),
    )  # fmt: skip
    assert result.returncode == 13
    assert "chunk 1" in complaint(result)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.bin"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ls", "--nonsense"], "No such option"),
        (["fly"], "No such command"),
        (["serve", "--port", "70000"], "not in the range"),
        (["vault", "create"], "Missing argument"),
    ],
)
def test_wrong_usage_is_2(place, arguments, words):
    result = place.run(*arguments)
    assert result.returncode == 2
    assert words in result.stderr


def test_an_unknown_setting_is_2_and_names_the_nearest(place):
    result = place.run("settings", LANTERNE_PORTT="1")
    assert result.returncode == 2
    assert "did you mean 'port'?" in complaint(result)


def test_without_a_terminal_the_passphrase_cannot_be_asked_for(place):
    result = place.run("ls")
    assert result.returncode == 2
    assert "--passphrase-file" in result.stderr


def test_what_does_not_exist_is_1(place, tmp_path):
    result = place.run(
        "import", str(tmp_path / "nothing"), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 1
    assert "no such file or folder" in complaint(result)
    result = place.run("ls", "/nothing", LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert result.returncode == 1


def test_a_vault_is_not_made_over_something(place):
    result = place.run(
        "vault", "create", str(place.vault), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 1
    assert complaint(result)


def test_devices_are_added_listed_and_revoked(place):
    token = place.done("devices", "add", "Living room").strip()
    assert len(token) >= 40
    owner = place.run("devices", "add", "Phone", "--role", "owner")
    assert owner.returncode == 0  # no passphrase is needed
    listed = place.done("devices", "list", "--vault", str(place.vault))
    assert [line.split()[1] for line in listed.splitlines()] == ["tv", "owner"]
    assert "sealed" in place.run("devices", "list").stdout
    device_id = listed.split()[0]
    place.done("devices", "revoke", device_id)
    assert device_id not in place.done("devices", "list")
    assert place.run("devices", "revoke", device_id).returncode == 1


def test_names_of_devices_are_shown_with_the_passphrase(place):
    place.done("scan")  # opens the vault once, so that names can be sealed
    place.done("devices", "add", "Küche")
    assert "Küche" in place.done("devices", "list")
    assert "Küche" not in place.run("devices", "list").stdout


def test_settings_are_shown(place):
    lines = dict(line.split("=", 1) for line in place.done("settings", "--port", "1234").splitlines())
    assert lines["LANTERNE_PORT"] == "1234"
    assert lines["LANTERNE_DISCOVERY"] == "off"
    assert lines["LANTERNE_VAULT"] == str(place.vault)


def test_a_taken_port_is_said(place):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = place.run("serve", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "Address already in use" in complaint(result)


def test_the_demo_touches_nothing_that_is_not_its_own(place, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "baby.txt").write_text("precious")
    result = place.run("demo", "--directory", str(tmp_path / "pictures"))
    assert result.returncode == 2
    assert "not empty" in result.stderr
    assert (tmp_path / "pictures" / "baby.txt").read_text() == "precious"


def test_a_vault_may_be_at_an_address(tmp_path):
    """By way of fsspec: `file://` here, S3, SFTP or WebDAV as well."""
    place = Place(tmp_path).prepare()
    address = {"LANTERNE_VAULT": f"file://{tmp_path}/far/vault"}
    note = tmp_path / "note.txt"
    note.write_text("kept far away")
    place.done("vault", "create", address["LANTERNE_VAULT"])
    place.done("import", str(note), **address)
    assert place.done("ls", **address) == "note.txt\n"
    place.done("export", "/note.txt", "--to", str(tmp_path / "out"), **address)
    assert (tmp_path / "out" / "note.txt").read_text() == "kept far away"
    with serving(place, "--passphrase-file", str(place.passphrase_file), **address) as server:
        assert server.json("/healthz")["vault"] == "unlocked"
