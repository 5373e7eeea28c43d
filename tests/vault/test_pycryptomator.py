"""What we write, read by a program that is not ours."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.vaults import PASSPHRASE, pattern, read, write
from vault import NodeKind, Vault
from vault.layout import CHUNK_SIZE

LONG = "A very long name " * 13
FILES = {
    "/empty": 0,
    "/one": 1,
    "/chunk": CHUNK_SIZE,
    "/chunk and one": CHUNK_SIZE + 1,
    "/a/b/two chunks": 2 * CHUNK_SIZE,
    "/a/b/Köln – été 東京 🎬.mkv": 300_000,
    f"/a/{LONG}.mkv": 70_000,
    f"/{LONG}/inside": 5,
}

READER = """
import hashlib, io, json, sys
from contextlib import redirect_stdout
from pycryptomator.cryptomator import Vault

directory, passphrase, *paths = sys.argv[1:]
vault = Vault(directory, passphrase)
found = {}
for path in paths:
    with open(vault.getInfo(path).contentsC9, "rb") as source:
        plaintext = io.BytesIO()
        with redirect_stdout(sys.stderr):
            Vault._decryptf(vault.pk, source, plaintext)
        found[path] = hashlib.sha256(plaintext.getvalue()).hexdigest()
walked = sorted(
    f"{root.rstrip('/')}/{name}" for root, folders, files in vault.walk("/") for name in [*folders, *files]
)
print(json.dumps([found, walked]))
"""


def fill(vault: Vault) -> None:
    for path, size in FILES.items():
        parent, _, name = path.rpartition("/")
        write(vault, name, pattern(size), vault.make_folders(parent).own_id)


def test_pycryptomator_reads_what_we_write(vault: Vault) -> None:
    import json

    pytest.importorskip("pycryptomator", exc_type=ImportError)
    fill(vault)
    done = subprocess.run(
        [sys.executable, "-c", READER, str(vault.directory), PASSPHRASE, *FILES],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    found, walked = json.loads(done.stdout.splitlines()[-1])
    assert found == {path: hashlib.sha256(pattern(size)).hexdigest() for path, size in FILES.items()}
    assert walked == sorted(path for path, _ in vault.walk())


def test_we_read_what_pycryptomator_writes_into_our_vault(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(pattern(100_000))
    program = [sys.executable, "-m", "pycryptomator", "--password", PASSPHRASE, str(vault.directory)]
    done = subprocess.run([*program, "encrypt", str(source), "/film.mkv"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    node = vault.find("/film.mkv")
    assert node.kind is NodeKind.FILE
    assert read(vault, node) == pattern(100_000)
