# ruff: noqa: PT012, PT017
"""Real disks that refuse: full, out of places for files, read-only."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, pattern, snapshot, write
from vault import StorageError, Vault, check_vault

LONG = "A very long name " * 14

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")


class Disk:
    """A small disk of its own, in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.vault_dir = path / "household" / "vault"

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)

    def fill(self) -> None:
        """Leave no room at all."""
        with (self.path / "filler").open("ab", buffering=0) as filler:
            for size in (65_536, 4096, 1):
                try:
                    while filler.write(bytes(size)):
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def free(self) -> None:
        (self.path / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=150", "tmpfs", str(path)], check=True)
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.fixture
def small(disk: Disk) -> Iterator[Vault]:
    with Vault.create(disk.vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST) as vault:
        folder = vault.make_folder("", "folder")
        write(vault, "inner", b"inner", folder.own_id)
        write(vault, LONG, b"long")
        write(vault, "film", b"film")
        yield vault


CHANGES: dict[str, Callable[[Vault], object]] = {
    "write": lambda vault: write(vault, "new", pattern(100_000)),
    "write long": lambda vault: write(vault, LONG + "new", pattern(100_000)),
    "replace": lambda vault: write(vault, "film", pattern(100_000), replace=True),
    "make folder": lambda vault: vault.make_folder("", "new"),
    "make long folder": lambda vault: vault.make_folder("", LONG + "new"),
    "rename": lambda vault: vault.rename(vault.find("/film"), vault.find("/folder").own_id, "new"),
    "rename to long": lambda vault: vault.rename(vault.find("/film"), "", LONG + "new"),
    "rename to short": lambda vault: vault.rename(vault.find(f"/{LONG}"), "", "new"),
    "rename folder to long": lambda vault: vault.rename(vault.find("/folder"), "", LONG + "new"),
    "remove": lambda vault: vault.remove(vault.find("/film")),
    "remove long": lambda vault: vault.remove(vault.find(f"/{LONG}")),
    "remove folder": lambda vault: vault.remove(vault.find("/folder")),
}
REMOVALS = [name for name in CHANGES if name.startswith("remove")]


def require_clean(disk: Disk) -> None:
    """Nothing of what failed is left: not in the vault, and not beside it once the writer is gone."""
    with Vault.unlock(disk.vault_dir, PASSPHRASE) as again:
        assert list(check_vault(again, deep=True)) == []
    assert [path.name for path in disk.vault_dir.parent.iterdir()] == ["vault"]
    assert sorted(path.name for path in disk.vault_dir.iterdir()) == [
        "d",
        "masterkey.cryptomator",
        "vault.cryptomator",
    ]


def test_files_go_on_a_disk_until_it_is_full(disk: Disk, small: Vault) -> None:
    before = snapshot(small)
    stored: dict[str, bytes | None] = {}
    with pytest.raises(StorageError, match="free some space") as caught:
        for number in range(100):
            write(small, f"film {number}", pattern(150_000))
            stored[f"/film {number}"] = pattern(150_000)
    assert caught.value.errno == errno.ENOSPC
    assert len(stored) > 5
    assert snapshot(small) == before | stored
    waiting = [path for path in disk.vault_dir.parent.rglob("*.lanterne-tmp/*/*") if path.is_file()]
    assert waiting == []
    small.close()
    require_clean(disk)


@pytest.mark.parametrize("name", CHANGES)
def test_a_full_disk_loses_nothing_and_can_be_emptied(disk: Disk, small: Vault, name: str) -> None:
    before = snapshot(small)
    disk.fill()
    try:
        CHANGES[name](small)
    except StorageError as error:
        assert error.errno == errno.ENOSPC
        assert name not in REMOVALS
        assert snapshot(small) == before
    disk.free()
    small.close()
    require_clean(disk)
    with Vault.unlock(disk.vault_dir, PASSPHRASE) as again:
        after = snapshot(again)
        assert len(after) == len(before) or after != before


@pytest.mark.parametrize("name", CHANGES)
def test_a_disk_without_room_for_one_more_file_loses_nothing(disk: Disk, small: Vault, name: str) -> None:
    before = snapshot(small)
    small.close()  # its place beside the vault goes, and there will be no room for another
    number = 0
    with pytest.raises(OSError, match="space"):
        for number in range(1000):
            (disk.path / f"filler {number}").touch()
    with Vault.unlock(disk.vault_dir, PASSPHRASE) as full:
        try:
            CHANGES[name](full)
            if name in REMOVALS:
                assert snapshot(full).items() < before.items()
        except StorageError as error:
            assert error.errno == errno.ENOSPC
            assert name not in REMOVALS
            assert snapshot(full) == before
    for filler in disk.path.glob("filler *"):
        filler.unlink()
    require_clean(disk)


@pytest.mark.parametrize("name", CHANGES)
def test_a_read_only_disk_is_read_and_said_to_be_read_only(disk: Disk, small: Vault, name: str) -> None:
    before = snapshot(small)
    small.close()
    disk.remount("ro")
    with Vault.unlock(disk.vault_dir, PASSPHRASE) as read_only:
        assert snapshot(read_only) == before
        with pytest.raises(StorageError, match="read-only: mount it for writing") as caught:
            CHANGES[name](read_only)
        assert caught.value.errno == errno.EROFS
        assert snapshot(read_only) == before
    disk.remount("rw")
    require_clean(disk)
