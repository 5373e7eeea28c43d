"""One node that the disk refuses to read, one that a sync program has copied into: the rest is shown all the same."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vault.vaults import content_dir, pattern, read, snapshot, stored, write
from vault import Finding, NodeKind, StorageError, Vault, check_vault
from vault.local_storage import LocalStorage

LONG = "A very long name " * 14

Refuse = Callable[[Path, int], None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Makes the system refuse to open, list or look at a path, as it does for a bad block, even to root."""

    def refuse(path: Path, number: int) -> None:
        for name in ("open", "scandir", "stat"):
            real = getattr(os, name)

            def call(
                at: object, *rest: object, real: Callable[..., object] = real, **options: object
            ) -> object:
                if isinstance(at, str | os.PathLike) and os.fspath(at) == str(path):
                    raise OSError(number, os.strerror(number))
                return real(at, *rest, **options)

            monkeypatch.setattr(os, name, call)

    return refuse


def problems(vault: Vault) -> dict[str, str | None]:
    return {node.name: node.problem for node in vault.list_folder("")}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_folder_link_that_cannot_be_read_is_named_and_hides_nothing(
    vault: Vault, refuse: Refuse, number: int
) -> None:
    folder = vault.make_folder("", "folder")
    write(vault, "inner", b"x", folder.own_id)
    write(vault, "film", b"film")
    refuse(vault.directory / folder.stored_path / "dir.c9r", number)
    assert problems(vault) == {"film": None, "folder": "unreadable"}
    node = vault.find("/folder")
    assert (node.kind, node.own_id, node.problem) == (NodeKind.FOLDER, None, "unreadable")
    assert [path for path, _ in vault.walk()] == ["/film", "/folder"]
    # What lies in it is not said to be lost alone: the folder is named first.
    first, second = check_vault(vault)
    assert first == Finding("/folder", folder.stored_path, "unreadable")
    assert (second.path, second.problem) == ("", "unlinked")


def test_a_shell_that_cannot_be_listed_is_named(vault: Vault, refuse: Refuse) -> None:
    folder = vault.make_folder("", "folder")
    write(vault, "film", b"film")
    refuse(vault.directory / folder.stored_path, errno.EIO)
    with pytest.raises(StorageError):
        vault.find("/folder")  # it cannot even be looked at
    assert problems(vault) == {"film": None, "folder": "unreadable"}


def test_contents_that_cannot_be_looked_at_are_named(vault: Vault, refuse: Refuse) -> None:
    folder = vault.make_folder("", "folder")
    write(vault, "film", b"film")
    refuse(content_dir(vault, folder.own_id), errno.EIO)
    assert problems(vault) == {"film": None, "folder": "unreadable"}
    with pytest.raises(StorageError):
        list(vault.walk())
    assert [path for path, _ in vault.walk(skip_refused=True)] == ["/film", "/folder"]
    with pytest.raises(StorageError):
        vault.remove(vault.find("/folder"))
    assert problems(vault) == {"film": None, "folder": "unreadable"}
    assert Finding("/folder", folder.stored_path, "unreadable") in list(check_vault(vault))


@pytest.fixture
def refuse_look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, OSError], None]:
    """Makes the system refuse to tell anything of what a listed folder has at a path."""

    def refuse_look(path: Path, error: OSError) -> None:
        real = os.scandir

        class Item:
            def __init__(self, item: os.DirEntry[str]) -> None:
                self._item = item
                self.name = item.name
                self.is_dir = item.is_dir
                self.is_file = item.is_file

            def stat(self, *, follow_symlinks: bool) -> os.stat_result:
                if self.name == path.name:
                    raise error
                return self._item.stat(follow_symlinks=follow_symlinks)

        class Items:
            def __init__(self, folder: str | int) -> None:
                self._found = real(folder)

            def __enter__(self) -> list[Item]:
                with self._found as found:
                    return [Item(item) for item in found]

            def __exit__(self, *error: object) -> None:
                pass

        monkeypatch.setattr(os, "scandir", Items)

    return refuse_look


def test_a_file_that_the_disk_tells_nothing_about_is_shown(
    vault: Vault, refuse_look: Callable[[Path, OSError], None]
) -> None:
    node, other = write(vault, "film", b"film"), write(vault, "other", b"other")
    refuse_look(stored(vault, node), OSError(errno.EIO, "Input/output error"))
    assert problems(vault) == {"film": "unreadable", "other": None}
    shown = vault.list_folder("")[0]
    assert (shown.kind, shown.size, shown.stored_size) == (NodeKind.FILE, None, None)
    assert read(vault, other) == b"other"


def test_a_folder_that_the_disk_tells_nothing_about_is_entered(
    vault: Vault, refuse_look: Callable[[Path, OSError], None]
) -> None:
    folder = vault.make_folder("", "folder")
    refuse_look(stored(vault, folder), OSError(errno.EIO, "Input/output error"))
    (shown,) = vault.list_folder("")
    assert (shown.kind, shown.own_id, shown.problem) == (NodeKind.FOLDER, folder.own_id, None)


def test_what_goes_while_a_folder_is_listed_is_not_shown(
    vault: Vault, refuse_look: Callable[[Path, OSError], None]
) -> None:
    node = write(vault, "film", b"film")
    write(vault, "other", b"other")
    refuse_look(stored(vault, node), FileNotFoundError(errno.ENOENT, "No such file or directory"))
    assert problems(vault) == {"other": None}


def test_a_copy_inside_a_long_name_is_shown_with_its_mark(vault: Vault) -> None:
    node = write(vault, LONG + ".mkv", b"mine")
    theirs = write(vault, "theirs", b"theirs")
    copy = stored(vault, node).with_name("contents (1).c9r")
    shutil.copy(stored(vault, theirs), copy)
    assert [each.name for each in vault.list_folder("")] == [LONG + " (1).mkv", LONG + ".mkv", "theirs"]
    found = vault.find(f"/{LONG} (1).mkv")
    assert found.conflict
    assert (read(vault, found), read(vault, vault.find(f"/{LONG}.mkv"))) == (b"theirs", b"mine")
    assert list(check_vault(vault, deep=True)) == []
    # It can be kept under a name of its own, or removed; the other stays.
    kept = vault.rename(found, "", "kept.mkv")
    assert (read(vault, kept), read(vault, vault.find(f"/{LONG}.mkv"))) == (b"theirs", b"mine")
    shutil.copy(stored(vault, kept), copy)
    vault.remove(vault.find(f"/{LONG} (1).mkv"))
    assert snapshot(vault) == {f"/{LONG}.mkv": b"mine", "/kept.mkv": b"theirs", "/theirs": b"theirs"}


def test_renaming_a_long_name_leaves_the_copy_inside(vault: Vault) -> None:
    node = write(vault, LONG, b"mine")
    shutil.copy(stored(vault, node), stored(vault, node).with_name("contents (1).c9r"))
    vault.rename(vault.find(f"/{LONG}"), "", "short")
    names = {path: data for path, data in snapshot(vault).items() if data is not None}
    assert names["/short"] == b"mine"
    assert list(names.values()).count(b"mine") == 2


def test_other_copies_inside_are_reported_as_leftovers(vault: Vault) -> None:
    folder, node = vault.make_folder("", "folder"), write(vault, LONG, b"x")
    shell = vault.directory / folder.stored_path
    shutil.copy(shell / "dir.c9r", shell / "dir (1).c9r")
    long_shell = vault.directory / node.shell_path
    shutil.copy(long_shell / "name.c9s", long_shell / "name-HOST.c9s")
    (long_shell / "desktop.ini").touch()
    findings = list(check_vault(vault))
    assert {(finding.path, finding.problem) for finding in findings} == {("/", "leftover")}
    assert {finding.node_id.rpartition("/")[2] for finding in findings} == {"dir (1).c9r", "name-HOST.c9s"}
    assert all(finding.is_harmless for finding in findings)


# --- what no folder links to


def test_contents_that_were_never_linked_to_are_a_harmless_leftover(vault: Vault) -> None:
    path, files = vault._changes._contents("an id that no folder has")
    LocalStorage(vault.directory).put_folder(path, files)
    (finding,) = check_vault(vault, deep=True)
    assert (finding.problem, finding.node_id, finding.is_harmless) == ("leftover", path, True)


def test_contents_whose_link_was_lost_are_more_than_a_leftover(vault: Vault) -> None:
    folder = vault.make_folder("", "folder")
    write(vault, "film", pattern(100), folder.own_id)
    shutil.rmtree(vault.directory / folder.stored_path)
    (finding,) = check_vault(vault)
    place = content_dir(vault, folder.own_id).relative_to(vault.directory).as_posix()
    assert (finding.problem, finding.node_id, finding.is_harmless) == ("unlinked", place, False)


# --- a change that fails half way, on a disk that fails


@pytest.mark.parametrize("name", ["film", LONG])
def test_a_rename_that_fails_half_way_leaves_one_name(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    node = write(vault, name, b"film")

    def fail(self: LocalStorage, path: str) -> None:
        raise StorageError("the disk fails to read or write", errno.EIO)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStorage, "remove", fail)
        with pytest.raises(StorageError, match="fails"):
            vault.rename(node, "", LONG + "new")
    assert snapshot(vault) == {f"/{LONG}new": b"film"}
    assert list(check_vault(vault, deep=True)) == []
    vault.close()
    assert not vault.directory.with_name("vault.lanterne-tmp").exists()
