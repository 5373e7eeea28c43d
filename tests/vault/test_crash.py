"""Whatever the moment of a crash, nothing that was stored is lost, and nothing is half stored."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vault.faults import FailingStorage, Fuse, PowerCutError, abandon, failing_system
from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, snapshot, write
from vault import Vault, check_vault
from vault.config import VaultConfig
from vault.local_storage import LocalStorage
from vault.masterkey import Masterkey
from vault.staging import Staging

LONG = "A very long name " * 14


@pytest.fixture
def filled(vault: Vault) -> Vault:
    write(vault, "film", b"film")
    write(vault, LONG, b"long")
    folder = vault.make_folder("", "folder")
    write(vault, "inner", b"inner", folder.own_id)
    long_folder = vault.make_folder("", LONG + "folder")
    write(vault, "deep", b"deep", vault.make_folder(long_folder.own_id, "sub").own_id)
    write(vault, LONG, b"deep long", long_folder.own_id)
    vault.make_folder("", "target")
    return vault


def target(vault: Vault) -> str:
    own_id = vault.find("/target").own_id
    assert own_id is not None
    return own_id


CHANGES: dict[str, Callable[[Vault], object]] = (
    {
        "write": lambda vault: write(vault, "new", b"new" * 100_000),
        "write long": lambda vault: write(vault, LONG + "new", b"new"),
        "replace": lambda vault: write(vault, "film", b"new", replace=True),
        "replace long": lambda vault: write(vault, LONG, b"new", replace=True),
        "make folder": lambda vault: vault.make_folder("", "new"),
        "make long folder": lambda vault: vault.make_folder(target(vault), LONG),
        "make folders": lambda vault: vault.make_folders("/target/x/y/z"),
    }
    | {
        f"rename {old[:6]}{old[-6:]} to {new[:6]} {where}": lambda vault, old=old, new=new, where=where: (
            vault.rename(vault.find(f"/{old}"), vault.find(where).own_id, new)
        )
        for old in ("film", "folder", LONG, LONG + "folder")
        for new in ("new", LONG + "new")
        for where in ("/", "/target")
    }
    | {
        f"remove {old[:6]}{old[-6:]}": lambda vault, old=old: vault.remove(vault.find(f"/{old}"))
        for old in ("film", "folder", "target", LONG, LONG + "folder")
    }
)


def steps_of(vault: Vault, copy: Path, name: str) -> list[dict[str, bytes | None]]:
    """What a vault shows before a change and after each thing that it does."""
    shutil.copytree(vault.directory, copy)
    with Vault.unlock(copy, PASSPHRASE) as whole:
        shown = [snapshot(whole)]
        if name == "make folders":
            for path in ("/target/x", "/target/x/y"):
                whole.make_folders(path)
                shown.append(snapshot(whole))
        CHANGES[name](whole)
        shown.append(snapshot(whole))
    return shown


def cut_short(vault: Vault, copy: Path, name: str, fuse: Fuse, *, below: bool) -> bool:
    """Run a change on a copy of a vault until the fuse blows; return whether it did."""
    shutil.copytree(vault.directory, copy)
    local = LocalStorage(copy)
    masterkey = Masterkey(vault.export_masterkey())
    storage = local if below else FailingStorage(local, fuse)
    failing = Vault(copy, storage, masterkey, VaultConfig())
    try:
        with failing_system(fuse) if below else contextlib.nullcontext():
            CHANGES[name](failing)
    except PowerCutError:
        assert fuse.has_blown
        abandon(local)
        return True
    failing.close()
    return False


def seen_again(copy: Path) -> dict[str, bytes | None]:
    """What a vault shows after it is unlocked again, having made sure that nothing else is in it or beside it."""
    with Vault.unlock(copy, PASSPHRASE) as again:
        assert list(check_vault(again, deep=True)) == []
        shown = snapshot(again)
        assert all(again.find(path).problem is None for path in shown)
    # A short file is a file; a short folder holds its link; with a long name either has its name beside it.
    parts = [3 if LONG in path.rpartition("/")[2] else 1 + (data is None) for path, data in shown.items()]
    folders = 1 + sum(data is None for data in shown.values())
    assert len(list(copy.glob("d/*/*"))) == folders
    assert len(list(copy.glob("d/*/*/**/*"))) == sum(parts) + folders
    assert not copy.with_name("copy.lanterne-tmp").exists()
    return shown


@pytest.mark.parametrize("below", [False, True], ids=["storage", "system"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_cut_short_is_done_or_undone(filled: Vault, tmp_path: Path, name: str, below: bool) -> None:
    """Before every step of the storage, and every call to the system that changes the disk."""
    expected = steps_of(filled, tmp_path / "whole", name)
    seen: list[dict[str, bytes | None]] = []
    for steps_left in range(200):
        copy = tmp_path / "copy"
        was_cut = cut_short(filled, copy, name, Fuse(steps_left), below=below)
        shown = seen_again(copy)
        assert shown in expected
        if shown not in seen:
            seen.append(shown)
        shutil.rmtree(copy)
        if not was_cut:
            # Each step was seen, and none but in its order.
            assert seen == expected
            return
    pytest.fail("the change never came to an end")


WRITER = f"""
import sys
from pathlib import Path
from vault import Vault

class Source:
    sent = 0
    def read(self, size):
        self.sent += 1
        if self.sent > 20:
            print("waiting", flush=True)
            sys.stdin.read()
        return b"CANARY-7f3a" * (size // 11)

with Vault.unlock(Path(sys.argv[1]), {PASSPHRASE!r}) as vault:
    vault.write_file("", "film.mkv", Source())
"""


def killed_writer(vault: Vault) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(vault.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"waiting\n"
        waiting = list((vault.directory.parent / "vault.lanterne-tmp").rglob("*"))
        assert sum(path.stat().st_size for path in waiting if path.is_file()) > 10**6
        # Another that comes now leaves the living writer's file alone.
        with Vault.unlock(vault.directory, PASSPHRASE):
            assert all(path.exists() for path in waiting)
        writer.kill()


def test_a_killed_writer_leaves_nothing_readable_and_nothing_for_long(vault: Vault) -> None:
    write(vault, "old", b"old")
    vault.close()
    killed_writer(vault)
    around = vault.directory.parent
    assert (around / "vault.lanterne-tmp").is_dir()
    assert not [path for path in around.rglob("*") if path.is_file() and b"CANARY" in path.read_bytes()]
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert snapshot(again) == {"/old": b"old"}
        assert [path.name for path in around.iterdir()] == ["vault"]


# --- on the disk before it is said to be stored


@pytest.fixture
def journal(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is brought to the disk and what gets its name, in order, by the last part of its path."""
    steps: list[str] = []
    real_link, real_rename = Path.hardlink_to, Path.rename

    def fsync(fd: int) -> None:
        path = Path(f"/proc/self/fd/{fd}").readlink()
        steps.append(f"flush {label(path)}")

    def hardlink_to(self: Path, target: Path) -> None:
        real_link(self, target)
        steps.append(f"name {label(self)}")

    def rename(self: Path, target: Path) -> Path:
        steps.append(f"name {label(target)}")
        return real_rename(self, target)

    def label(path: Path) -> str:
        if "vault.lanterne-tmp" in path.parts:
            return "staged"
        depth = len(path.relative_to(vault.directory).parts)
        return {0: "vault", 1: "d", 2: "d/XX", 3: "contents", 4: "node", 5: "inner"}[depth]

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "hardlink_to", hardlink_to)
    monkeypatch.setattr(Path, "rename", rename)
    return steps


def test_a_file_is_on_the_disk_before_it_has_its_name(vault: Vault, journal: list[str]) -> None:
    write(vault, "film", b"x")
    assert journal == ["flush staged", "name node", "flush contents"]
    journal.clear()
    write(vault, "film", b"y", replace=True)
    assert journal == ["flush staged", "name node", "flush contents"]
    journal.clear()
    vault.rename(vault.find("/film"), "", "other")
    assert journal == ["name node", "flush contents"]


def test_a_folder_has_its_contents_before_its_link(vault: Vault, journal: list[str]) -> None:
    vault.make_folder("", "folder")
    note = ["flush staged", "flush staged"]
    contents = ["flush staged", "name staged", "flush staged", "flush d", "name contents", "flush d/XX"]
    link = ["flush staged", "name staged", "flush staged", "name node", "flush contents"]
    assert journal == note + contents + link


def test_a_folder_that_goes_has_a_note_first_and_its_link_goes_first(
    vault: Vault, journal: list[str]
) -> None:
    folder = vault.make_folder("", "folder")
    journal.clear()
    vault.remove(folder)
    note = ["flush staged", "flush staged"]
    assert journal == [*note, "name staged", "flush contents", "name staged", "flush d/XX"]


def test_a_long_name_is_whole_at_its_new_place_before_the_old_goes(vault: Vault, journal: list[str]) -> None:
    node = write(vault, LONG, b"x")
    journal.clear()
    vault.rename(node, "", "short")
    note = ["flush staged", "flush staged"]
    assert journal == [*note, "name staged", "name node", "flush contents", "name staged", "flush contents"]


# --- where ciphertext waits


def test_writers_wait_beside_the_vault_each_in_a_place_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    first, second = Staging(tmp_path / "vault"), Staging(tmp_path / "vault")
    paths = [first.new_path(), first.new_path(), second.new_path()]
    assert len(set(paths)) == 3
    assert {path.parent.parent for path in paths} == {tmp_path / "vault.lanterne-tmp"}
    assert paths[0].parent == paths[1].parent != paths[2].parent
    paths[0].write_bytes(b"x")
    second.sweep()
    assert paths[0].exists()
    second.close()
    assert paths[0].exists()
    first.close()
    first.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "vault"]
    assert first.new_path().parent.is_dir()
    first.close()


def test_a_writer_waits_inside_where_it_may_not_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vault").mkdir()
    real_mkdir = Path.mkdir

    def mkdir(self: Path, *args: object, **options: object) -> None:
        if self.name == "vault.lanterne-tmp":
            raise PermissionError(13, "Permission denied")
        real_mkdir(self, *args, **options)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=SCRYPT_COST) as vault:
        write(vault, "film", b"x")
        assert (tmp_path / "vault" / ".lanterne-tmp").is_dir()
        assert snapshot(vault) == {"/film": b"x"}
    assert sorted(path.name for path in (tmp_path / "vault").iterdir()) == [
        "d",
        "masterkey.cryptomator",
        "vault.cryptomator",
    ]


def test_a_writer_waits_inside_a_vault_that_is_a_mount_of_its_own() -> None:
    assert Staging(Path("/proc"))._choose_place() == Path("/proc/.lanterne-tmp")
    assert Staging(Path("/"))._choose_place() == Path("/.lanterne-tmp")
