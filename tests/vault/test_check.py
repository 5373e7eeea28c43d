"""Damage found and named."""

import shutil
from pathlib import Path

from tests.vault.vaults import content_dir, names_of, pattern, stored, write
from vault import Finding, Vault, check_vault
from vault.content import GcmContent
from vault.layout import CHUNK_SIZE
from vault.writer import seal_bytes


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_a_whole_vault_has_no_findings(vault: Vault) -> None:
    write(vault, "film", pattern(100_000), vault.make_folders("/a/b").own_id)
    write(vault, "A very long name " * 14, b"")
    (content_dir(vault) / "desktop.ini").write_bytes(b"")
    assert list(check_vault(vault, deep=True)) == []


def test_every_kind_of_damage_is_named(vault: Vault) -> None:
    folder = vault.make_folder("", "folder")
    half = vault.make_folder("", "half")
    shutil.rmtree(content_dir(vault, half.own_id))
    flipped = write(vault, "flipped", pattern(5 * CHUNK_SIZE), folder.own_id)
    flip(stored(vault, flipped), GcmContent.layout.chunk_offset(2))
    header = write(vault, "header", b"x", folder.own_id)
    flip(stored(vault, header), 0)
    short = write(vault, "short", b"x")
    stored(vault, short).write_bytes(b"x" * 30)
    foreign = content_dir(vault, folder.own_id) / names_of(vault).seal_name("x", "elsewhere")
    foreign.write_bytes(b"")
    link = content_dir(vault) / names_of(vault).seal_name("link", "")
    link.mkdir()
    (link / "symlink.c9r").write_bytes(seal_bytes(b"\xff", vault._keyring.content))
    shallow = [
        Finding("/folder", str(foreign.relative_to(vault.directory)), "unreadable name"),
        Finding("/half", half.stored_path, "incomplete"),
        Finding("/short", short.stored_path, "truncated"),
    ]
    deep = [
        shallow[0],
        Finding("/folder/flipped", flipped.stored_path, "damaged", 2),
        Finding("/folder/header", header.stored_path, "damaged"),
        shallow[1],
        Finding("/link", vault.find("/link").stored_path, "damaged"),
        shallow[2],
    ]
    assert list(check_vault(vault)) == shallow
    assert list(check_vault(vault, deep=True)) == deep


def test_a_vault_without_its_root_is_incomplete(vault: Vault) -> None:
    shutil.rmtree(content_dir(vault))
    assert [finding.problem for finding in check_vault(vault)] == ["incomplete"]
