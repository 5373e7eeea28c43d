"""Files and folders written, made, renamed, removed."""

import errno
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.vault.other_reader import OtherReader, digest
from tests.vault.vaults import (
    PASSPHRASE,
    SCRYPT_COST,
    content_dir,
    make_ctrmac_vault,
    pattern,
    read,
    snapshot,
    write,
)
from vault import (
    FolderMissingError,
    FormatError,
    NameRefusedError,
    Node,
    NodeExistsError,
    NodeKind,
    NodeNotFoundError,
    StorageError,
    Vault,
    check_vault,
)
from vault.config import VaultConfig
from vault.layout import CHUNK_SIZE
from vault.local_storage import LocalStorage
from vault.masterkey import Masterkey
from vault.storage import Upload
from vault.writer import seal_bytes

LONG = "A very long name " * 14
NAMES = ["film.mkv", LONG]


def beside(vault: Vault) -> list[str]:
    """What lies in the folder around the vault."""
    return sorted(path.name for path in vault.directory.parent.iterdir())


class Dribble:
    """A source that gives a few bytes at a time, as sockets do."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, 997))


def test_a_source_may_give_what_it_likes(vault: Vault) -> None:
    data = pattern(9 * CHUNK_SIZE + 5)
    node = vault.write_file("", "film.mkv", Dribble(data))
    assert read(vault, node) == data
    source = io.BytesIO(b"0123456789")
    source.seek(4)
    assert read(vault, vault.write_file("", "tail", source)) == b"456789"


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_replaced_only_when_asked(vault: Vault, name: str) -> None:
    write(vault, name, b"old")
    with pytest.raises(NodeExistsError):
        write(vault, name, b"new")
    assert snapshot(vault) == {f"/{name}": b"old"}
    node = write(vault, name, b"new", replace=True, mtime_ns=10**18)
    assert snapshot(vault) == {f"/{name}": b"new"}
    assert node.mtime_ns == 10**18
    assert beside(vault) == ["vault", "vault.lanterne-tmp"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_or_link_is_never_replaced(vault: Vault, name: str) -> None:
    folder = vault.make_folder("", name)
    write(vault, "inner", b"x", folder.own_id)
    for use in (lambda: write(vault, name, b"", replace=True), lambda: vault.make_folder("", name)):
        with pytest.raises(NodeExistsError):
            use()
    assert snapshot(vault) == {f"/{name}": None, f"/{name}/inner": b"x"}
    assert len(list(vault.directory.glob("d/*/*"))) == 2


def test_a_source_that_fails_stores_nothing(vault: Vault) -> None:
    class Failing:
        def __init__(self) -> None:
            self.left = 3

        def read(self, size: int) -> bytes:
            self.left -= 1
            if not self.left:
                raise OSError(errno.EIO, "the camera was unplugged")
            return b"x" * size

    for name in NAMES:
        with pytest.raises(OSError, match="unplugged"):
            vault.write_file("", name, Failing())
    assert snapshot(vault) == {}
    vault.close()
    assert beside(vault) == ["vault"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "a\nb", "\ud800", "x" * 9000])
def test_names_that_no_file_may_have_are_refused(vault: Vault, name: str) -> None:
    node = write(vault, "film.mkv", b"")
    for use in (
        lambda: write(vault, name, b""),
        lambda: vault.make_folder("", name),
        lambda: vault.rename(node, "", name),
    ):
        with pytest.raises(NameRefusedError):
            use()
    assert list(snapshot(vault)) == ["/film.mkv"]


def test_nothing_is_put_into_a_folder_that_is_not_there(vault: Vault) -> None:
    node = write(vault, "film.mkv", b"")
    for use in (
        lambda: write(vault, "x", b"", "no such folder"),
        lambda: vault.make_folder("no such folder", "x"),
        lambda: vault.rename(node, "no such folder", "x"),
    ):
        with pytest.raises(FolderMissingError):
            use()
    assert len(list(vault.directory.glob("d/*"))) == 1


def test_folders_are_made_where_they_are_missing(vault: Vault) -> None:
    deep = vault.make_folders("/a/b/" + LONG)
    assert vault.make_folders(f"a//b/{LONG}/") == deep == vault.find(f"/a/b/{LONG}")
    assert vault.make_folders("/") == vault.find("/")
    assert vault.make_folders("/a/c").name == "c"
    write(vault, "film", b"")
    with pytest.raises(NodeExistsError):
        vault.make_folders("/film/x")
    with pytest.raises(NameRefusedError):
        vault.make_folders("/a/../x")


def test_a_name_is_stored_as_nfc(vault: Vault) -> None:
    node = write(vault, "e\u0301te\u0301.mkv", b"x")
    assert node.name == "\u00e9t\u00e9.mkv"
    assert vault.find("/e\u0301te\u0301.mkv") == vault.find("/\u00e9t\u00e9.mkv") == node


@pytest.mark.parametrize("old", NAMES)
@pytest.mark.parametrize("new", ["other.mkv", LONG + "2"])
@pytest.mark.parametrize("kind", NodeKind)
def test_renaming_keeps_what_is_inside(vault: Vault, old: str, new: str, kind: NodeKind) -> None:
    target = vault.make_folder("", "target")
    if kind is NodeKind.FILE:
        node = write(vault, old, b"contents")
    elif kind is NodeKind.FOLDER:
        node = vault.make_folder("", old)
        write(vault, "inner", b"contents", node.own_id)
    else:
        node = make_link(vault, old)
    moved = vault.rename(node, target.own_id, new)
    assert (moved.kind, moved.name, moved.folder_id, moved.own_id) == (kind, new, target.own_id, node.own_id)
    assert [node.name for node in vault.list_folder("")] == ["target"]
    assert vault.list_folder(target.own_id) == [moved]
    if kind is NodeKind.FILE:
        assert read(vault, moved) == b"contents"
    elif kind is NodeKind.FOLDER:
        assert read(vault, vault.find(f"/target/{new}/inner")) == b"contents"
    else:
        assert vault.read_symlink(moved) == "somewhere"
    left = [path for path in content_dir(vault).iterdir() if path.name != "dirid.c9r"]
    assert [path.name for path in left] == [Path(target.stored_path).name]
    with pytest.raises(NodeNotFoundError):
        vault.rename(node, "", "third")


def make_link(vault: Vault, name: str) -> Node:
    """A link as the apps make them; we make none."""
    path, sealed_name = vault._tree.place("", name)
    files = {"symlink.c9r": seal_bytes(b"somewhere", vault._keyring.content)}
    if sealed_name:
        files["name.c9s"] = sealed_name.encode()
    vault._storage.put_folder(path, files)
    return vault.find(f"/{name}")


@pytest.mark.parametrize("new", NAMES)
def test_renaming_never_overwrites(vault: Vault, new: str) -> None:
    write(vault, new, b"there")
    file, folder = write(vault, "file", b"x"), vault.make_folder("", "folder")
    for node in (file, folder):
        with pytest.raises(NodeExistsError):
            vault.rename(node, "", new)
    assert vault.rename(file, "", "file") == file
    assert read(vault, vault.find(f"/{new}")) == b"there"


def test_a_folder_does_not_go_into_itself(vault: Vault) -> None:
    outer = vault.make_folder("", "outer")
    inner = vault.make_folder(outer.own_id, "inner")
    for folder in (outer, inner):
        with pytest.raises(NameRefusedError, match="itself"):
            vault.rename(outer, folder.own_id, "x")
    with pytest.raises(NameRefusedError, match="root"):
        vault.rename(vault.find("/"), outer.own_id, "x")


@pytest.mark.parametrize("name", NAMES)
def test_removing_leaves_nothing_behind(vault: Vault, name: str) -> None:
    before = sorted(vault.directory.glob("d/*/*/*"))
    vault.make_folders(f"/{name}/b/c")
    write(vault, "1", b"1", vault.find(f"/{name}/b").own_id)
    write(vault, LONG, b"2", vault.find(f"/{name}/b/c").own_id)
    (content_dir(vault, vault.find(f"/{name}/b").own_id) / "foreign file").write_bytes(b"")
    node = vault.find(f"/{name}")
    vault.remove(node)
    assert snapshot(vault) == {}
    assert sorted(vault.directory.glob("d/*/*/*")) == before
    with pytest.raises(NodeNotFoundError):
        vault.remove(node)
    file = write(vault, name, b"x")
    vault.remove(file)
    assert sorted(vault.directory.glob("d/*/*/*")) == before


def test_the_root_stays(vault: Vault) -> None:
    with pytest.raises(NameRefusedError, match="root"):
        vault.remove(vault.find("/"))


def test_a_half_folder_can_be_removed(vault: Vault) -> None:
    folder = vault.make_folder("", "half")
    for path in content_dir(vault, folder.own_id).iterdir():
        path.unlink()
    content_dir(vault, folder.own_id).rmdir()
    vault.remove(vault.find("/half"))
    assert snapshot(vault) == {}


def test_removing_a_copied_link_leaves_the_folder(vault: Vault) -> None:
    folder = vault.make_folder("", "Films")
    write(vault, "film.mkv", b"contents", folder.own_id)
    shell = vault.directory / folder.stored_path
    copy = shell.with_name(shell.name.replace(".c9r", " (1).c9r"))
    copy.mkdir()
    (copy / "dir.c9r").write_text(folder.own_id)
    vault.remove(vault.find("/Films (1)"))
    assert snapshot(vault) == {"/Films": None, "/Films/film.mkv": b"contents"}


def test_a_folder_that_contains_itself_is_not_removed(vault: Vault) -> None:
    outer, inner = vault.make_folder("", "outer"), vault.make_folders("/outer/inner")
    write(vault, "film.mkv", b"contents", outer.own_id)
    (vault.directory / inner.stored_path / "dir.c9r").write_text(outer.own_id)
    with pytest.raises(FormatError, match="contains"):
        vault.remove(vault.find("/outer/inner"))
    assert read(vault, vault.find("/outer/film.mkv")) == b"contents"


def test_older_vaults_are_written_too(tmp_path: Path) -> None:
    with make_ctrmac_vault(tmp_path / "vault") as vault:
        folder = vault.make_folders("/a/b")
        node = write(vault, LONG, pattern(100_000), folder.own_id)
        vault.rename(node, "", "film.mkv")
        assert snapshot(vault) == {"/a": None, "/a/b": None, "/film.mkv": pattern(100_000)}


# --- the disk says no


def test_a_disk_that_says_no_is_understood(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write

    def full(fd: int, data: bytes) -> int:
        if os.fstat(fd).st_size > 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(fd, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="the disk is full") as caught:
        write(vault, "film.mkv", pattern(10**6))
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert snapshot(vault) == {}
    vault.close()
    assert beside(vault) == ["vault"]


def test_short_writes_are_gone_on_with(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real_write(fd, bytes(data[:1000])))
    node = write(vault, "film.mkv", pattern(100_000))
    monkeypatch.undo()
    assert read(vault, node) == pattern(100_000)


def test_a_disk_without_hard_links_does(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    write(vault, "film.mkv", b"x")
    with pytest.raises(NodeExistsError):
        vault._storage.put_file(vault.find("/film.mkv").stored_path, b"y", replace=False)
    assert snapshot(vault) == {"/film.mkv": b"x"}


def test_a_writer_that_was_faster_wins(vault: Vault) -> None:
    """Another program puts the file there between our look and our write."""
    node = write(vault, "film.mkv", b"x")
    storage = LocalStorage(vault.directory)
    with pytest.raises(NodeExistsError):
        storage.put_file(node.stored_path, b"y", replace=False)
    for path in (node.stored_path, vault.make_folder("", "f").stored_path):
        with pytest.raises(NodeExistsError):
            storage.put_folder(path, {"dir.c9r": b"y"})
    with pytest.raises(NodeExistsError):
        storage.put_file(vault.find("/f").stored_path, b"y", replace=True)
    storage.close()
    assert snapshot(vault) == {"/f": None, "/film.mkv": b"x"}


def test_a_folder_whose_link_cannot_be_stored_leaves_no_contents(vault: Vault) -> None:
    class Full(LocalStorage):
        def put_folder(self, path: str, files: Mapping[str, bytes | Upload]) -> None:
            if "dir.c9r" in files:
                raise StorageError("the disk is full", errno.ENOSPC)
            super().put_folder(path, files)

    before = sorted(vault.directory.glob("d/*/*"))
    masterkey = Masterkey(vault.export_masterkey())
    with (
        Vault(vault.directory, Full(vault.directory), masterkey, VaultConfig()) as full,
        pytest.raises(StorageError, match="full"),
    ):
        full.make_folder("", "new")
    assert sorted(vault.directory.glob("d/*/*")) == before


# --- against a model


class TreeMachine(RuleBasedStateMachine):
    """The vault does what a dictionary of paths does, whatever the order."""

    other: OtherReader

    names = st.sampled_from(["a", "b", LONG, "é"])

    @initialize()
    def start(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.vault = Vault.create(Path(self.directory.name) / "v", PASSPHRASE, scrypt_cost=SCRYPT_COST)
        self.model: dict[str, bytes | None] = {}

    def teardown(self) -> None:
        if hasattr(self, "vault"):
            try:
                self.read_by_others()
            finally:
                self.vault.close()
                self.directory.cleanup()

    def read_by_others(self) -> None:
        """At the end, a program that is not ours reads the same, and nothing is left over."""
        seen = self.other.read(self.vault.directory, PASSPHRASE)
        assert seen == {path: None if data is None else digest(data) for path, data in self.model.items()}
        assert list(check_vault(self.vault, deep=True)) == []
        with Vault.unlock(self.vault.directory, PASSPHRASE) as again:
            assert snapshot(again) == self.model

    def folders(self) -> list[str]:
        return ["", *(path for path, data in self.model.items() if data is None)]

    @rule(data=st.data(), name=names, contents=st.binary(max_size=5), replace=st.booleans())
    def write(self, data: st.DataObject, name: str, contents: bytes, replace: bool) -> None:
        parent = data.draw(st.sampled_from(self.folders()))
        path = f"{parent}/{name}"
        folder_id = self.vault.find(parent).own_id
        if path in self.model and (not replace or self.model[path] is None):
            with pytest.raises(NodeExistsError):
                write(self.vault, name, contents, folder_id, replace=replace)
        else:
            write(self.vault, name, contents, folder_id, replace=replace)
            self.model[path] = contents

    @rule(data=st.data(), name=names)
    def make_folder(self, data: st.DataObject, name: str) -> None:
        parent = data.draw(st.sampled_from(self.folders()))
        path = f"{parent}/{name}"
        folder_id = self.vault.find(parent).own_id
        if path in self.model:
            with pytest.raises(NodeExistsError):
                self.vault.make_folder(folder_id, name)
        else:
            self.vault.make_folder(folder_id, name)
            self.model[path] = None

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.model:
            path = data.draw(st.sampled_from(sorted(self.model)))
            self.vault.remove(self.vault.find(path))
            self.model = {p: c for p, c in self.model.items() if p != path and not p.startswith(f"{path}/")}

    @rule(data=st.data(), name=names)
    def rename(self, data: st.DataObject, name: str) -> None:
        if not self.model:
            return
        path = data.draw(st.sampled_from(sorted(self.model)))
        parent = data.draw(st.sampled_from(self.folders()))
        new = f"{parent}/{name}"
        node, folder_id = self.vault.find(path), self.vault.find(parent).own_id
        inside = self.model[path] is None and f"{parent}/".startswith(f"{path}/")
        if new == path:
            assert self.vault.rename(node, folder_id, name) == node
        elif new in self.model or inside:
            with pytest.raises((NodeExistsError, NameRefusedError)):
                self.vault.rename(node, folder_id, name)
        else:
            self.vault.rename(node, folder_id, name)
            moved = {p: c for p, c in self.model.items() if p == path or p.startswith(f"{path}/")}
            for old in moved:
                del self.model[old]
            self.model |= {new + p[len(path) :]: c for p, c in moved.items()}

    @invariant()
    def same(self) -> None:
        if hasattr(self, "vault"):
            assert snapshot(self.vault) == self.model
            folders = sum(contents is None for contents in self.model.values())
            assert len(list(self.vault.directory.glob("d/*/*"))) == folders + 1


class TestTreeMachine(TreeMachine.TestCase):
    settings = settings(max_examples=25, stateful_step_count=20, deadline=None)

    @pytest.fixture(autouse=True)
    def other_reader(self) -> Iterator[None]:
        with OtherReader() as TreeMachine.other:
            yield
