"""`lanterne vault check` as its user runs it."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from tests.lanterne import PASSPHRASE, Place
from tests.terminal import at_a_terminal
from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT
from vault import Vault

STORED_CHUNK = CHUNK_SIZE + 28


def at(chunk_index, offset=0):
    return 68 + chunk_index * STORED_CHUNK + offset


@pytest.fixture
def place(tmp_path):
    """A vault with three files, imported by the program, so that the index knows them."""
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    source = tmp_path / "Films"
    source.mkdir()
    for number, name in enumerate(("a.bin", "b.bin", "c.bin")):
        (source / name).write_bytes(random.Random(number).randbytes(10 * CHUNK_SIZE))
    place.done("import", str(source))
    return place


def stored(place, path):
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        return place.vault / vault.find(path).stored_path


def check(place, *options, **more):
    more.setdefault("LANTERNE_PASSPHRASE_FILE", str(place.passphrase_file))
    return place.run("vault", "check", str(place.vault), *options, **more)


def flip(path, *offsets):
    contents = bytearray(path.read_bytes())
    for offset in offsets:
        contents[offset] ^= 1
    path.write_bytes(contents)


def test_a_vault_in_order(place):
    for options in ((), ("--deep",)):
        result = check(place, *options)
        assert (result.returncode, result.stdout) == (0, "")
        assert "the vault is in order" in result.stderr
    document = json.loads(check(place, "--deep", "--json").stdout)
    assert document["findings"] == []
    assert (document["files"], document["skipped"], document["compared"]) == (3, 0, True)


def test_damage_is_named_with_its_place(place):
    flip(stored(place, "/Films/b.bin"), at(2, 20), at(7, 20))
    assert check(place).returncode == 0  # the contents are not read
    result = check(place, "--deep")
    assert result.returncode == 13
    assert result.stdout == (
        f"damaged\t/Films/b.bin\tbytes {2 * CHUNK_SIZE}-{3 * CHUNK_SIZE - 1},"
        f" {7 * CHUNK_SIZE}-{8 * CHUNK_SIZE - 1}\n"
    )
    assert "1 findings" in result.stderr
    again = check(place, "--deep", "--json")
    assert again.returncode == 13
    (finding,) = json.loads(again.stdout)["findings"]
    assert finding["problem"] == "damaged"
    assert finding["ranges"][1] == {"start": 7 * CHUNK_SIZE, "stop": 8 * CHUNK_SIZE}


def test_a_file_cut_at_a_chunk_s_edge(place):
    os.truncate(stored(place, "/Films/a.bin"), at(4))
    result = check(place)
    assert result.returncode == 13
    assert result.stdout.startswith("incomplete\t/Films/a.bin\t")


def test_what_went_is_missing_until_that_is_accepted(place):
    stored(place, "/Films/c.bin").unlink()
    result = check(place)
    assert result.returncode == 13
    assert result.stdout.startswith("missing\t/Films/c.bin\tsince 2")
    accepted = check(place, "--accept", "/Films/")
    assert (accepted.returncode, accepted.stdout) == (0, "")
    assert "accepted 1 under /Films/" in accepted.stderr
    assert check(place, "--accept", "Films").returncode == 2


def test_files_that_changed_places(place):
    one, other = stored(place, "/Films/a.bin"), stored(place, "/Films/b.bin")
    contents = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(contents)
    result = check(place)
    assert result.returncode == 13
    assert result.stdout.splitlines() == [
        "changed places\t/Films/a.bin\tit was /Films/b.bin before",
        "changed places\t/Films/b.bin\tit was /Films/a.bin before",
    ]


def test_without_a_state_folder_it_says_what_it_cannot_see(place, tmp_path):
    elsewhere = tmp_path / "no state"
    flip(stored(place, "/Films/b.bin"), at(0, 20))
    result = check(place, "--deep", LANTERNE_STATE=str(elsewhere))
    assert result.returncode == 13
    assert result.stdout == f"damaged\t/Films/b.bin\tbytes 0-{CHUNK_SIZE - 1}\n"
    assert "no index of this vault" in result.stderr
    assert not elsewhere.exists()
    assert check(place, "--accept", "/", LANTERNE_STATE=str(elsewhere)).returncode == 2


def test_the_state_of_another_vault_is_left_alone(place, tmp_path):
    other = tmp_path / "other vault"
    Vault.create(other, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    before = sorted(path.name for path in place.state.iterdir())
    result = place.run("vault", "check", str(other), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))
    assert result.returncode == 0
    assert "no index of this vault" in result.stderr
    assert sorted(path.name for path in place.state.iterdir()) == before
    assert check(place).returncode == 0


def test_the_statuses_of_the_contract(place, tmp_path):
    result = place.run(
        "vault", "check", str(tmp_path / "absent"), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 10
    wrong = tmp_path / "wrong"
    wrong.write_text("not it\n")
    wrong.chmod(0o600)
    assert check(place, LANTERNE_PASSPHRASE_FILE=str(wrong)).returncode == 12


def test_a_deep_check_that_is_killed_goes_on(place):
    flip(stored(place, "/Films/a.bin"), at(0, 20))
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "tvapp", "vault", "check", str(place.vault), "--deep"],
        env=place.environment(LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert line.startswith("damaged\t/Films/a.bin")
    document = json.loads(check(place, "--deep", "--json").stdout)
    assert [finding["path"] for finding in document["findings"]] == ["/Films/a.bin"]
    assert document["files"] == 3


def test_a_terminal_shows_a_bar_and_whole_lines(place):
    flip(stored(place, "/Films/a.bin"), at(0, 20))
    environment = place.environment(LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file), TERM="xterm")
    with at_a_terminal(["vault", "check", str(place.vault), "--deep"], environment) as terminal:
        assert terminal.end() == 13
    said = terminal.said.decode()
    assert "reading every file" in said
    assert f"damaged\t/Films/a.bin\tbytes 0-{CHUNK_SIZE - 1}\r\n" in said
