"""What a vault shows, of what sync programs, other programs and forgers leave in it."""

import base64
import contextlib
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vault.vaults import content_dir, names_of, pattern, read, snapshot, stored, write
from vault import FolderMissingError, Node, NodeKind, NodeNotFoundError, TruncatedError, Vault, VaultError
from vault.local_storage import LocalStorage
from vault.names import shorten
from vault.writer import seal_bytes

LONG = "A very long name " * 14


def seal_raw(vault: Vault, plaintext: bytes, folder_id: str = "") -> str:
    key = vault.export_masterkey()
    sealed = AESSIV(key[32:] + key[:32]).encrypt(plaintext, [folder_id.encode()])
    return base64.urlsafe_b64encode(sealed).decode() + ".c9r"


def shown(vault: Vault, folder_id: str = "") -> list[str]:
    return [node.name for node in vault.list_folder(folder_id)]


def test_nodes_say_what_they_are(vault: Vault) -> None:
    folder = vault.make_folder("", "Films")
    film = write(
        vault, "Köln – été 東京 🎬.mkv", pattern(70_000), folder.own_id, mtime_ns=1_700_000_000_123_456_789
    )
    assert vault.list_folder("") == [folder] == [vault.find("/Films")]
    assert vault.list_folder(folder.own_id) == [film] == [vault.find("Films//Köln – été 東京 🎬.mkv/")]
    assert (folder.kind, film.kind) == (NodeKind.FOLDER, NodeKind.FILE)
    assert (folder.size, folder.stored_size, folder.folder_id) == (None, None, "")
    assert (film.size, film.own_id, film.folder_id) == (70_000, None, folder.own_id)
    assert film.stored_size == stored(vault, film).stat().st_size
    assert film.mtime_ns == 1_700_000_000_123_456_789
    assert (vault.directory / folder.stored_path / "dir.c9r").read_text() == folder.own_id
    with vault.open(film) as reader:
        assert (reader.mtime_ns, reader.stored_size) == (film.mtime_ns, film.stored_size)


def test_the_root_is_a_folder_like_any_other(vault: Vault) -> None:
    root = vault.find("/")
    assert (root.kind, root.own_id, root.name, root.problem) == (NodeKind.FOLDER, "", "", None)
    assert vault.find("") == root


def test_a_list_is_sorted_by_name(vault: Vault) -> None:
    for name in ("b", "a", "ä", "B", "10", "9"):
        write(vault, name, b"")
    assert shown(vault) == sorted(["b", "a", "ä", "B", "10", "9"])


@pytest.mark.parametrize(
    "path", ["/x", "/film.mkv/x", "/..", "/.", "/Films/../film.mkv", "/FILM.MKV", "/\ud800", "/" + "x" * 9000]
)
def test_what_is_not_there_is_not_found(vault: Vault, path: str) -> None:
    write(vault, "film.mkv", b"")
    vault.make_folder("", "Films")
    with pytest.raises(NodeNotFoundError) as caught:
        vault.find(path)
    assert "ilm" not in str(caught.value).replace("file", "")


@pytest.mark.parametrize("folder_id", ["no such id", "\ud800", "x" * 5000, "../.."])
def test_an_unknown_folder_is_missing(vault: Vault, folder_id: str) -> None:
    with pytest.raises(FolderMissingError):
        vault.list_folder(folder_id)


def test_walk_gives_parents_first(vault: Vault) -> None:
    vault.make_folders("/a/b/c")
    write(vault, "1", b"", vault.find("/a/b").own_id)
    write(vault, "z", b"")
    assert [path for path, _ in vault.walk()] == ["/a", "/a/b", "/a/b/1", "/a/b/c", "/z"]
    assert [path for path, _ in vault.walk(vault.find("/a").own_id)] == ["/b", "/b/1", "/b/c"]


def test_foreign_files_are_left_out_and_left_alone(vault: Vault) -> None:
    write(vault, "film.mkv", b"")
    here = content_dir(vault)
    other_folders = names_of(vault).seal_name("x", "another folder")
    ours = names_of(vault).seal_name("x", "")
    for name in (
        "desktop.ini",
        ".DS_Store",
        "._AbCd.c9r",
        "x.c9r",
        "AAAA.c9r",
        other_folders,
        ours + ".tmp",
        ours.replace(".c9r", ""),
        ours.replace(".c9r", ".c9s"),
        ours.replace(".c9r", " (1)"),
        "ü.c9r",
        "x.c9s",
        "=.c9r",
    ):
        (here / name).write_bytes(b"x")
    (here / os.fsdecode(b"\xff\xfe.c9r")).write_bytes(b"x")
    (here / "folder").mkdir()
    (here / "empty.c9s").mkdir()
    before = sorted(here.iterdir())
    assert shown(vault) == ["film.mkv"]
    assert sorted(here.iterdir()) == before


def test_links_and_pipes_on_the_disk_are_left_out(vault: Vault, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(100))
    here = content_dir(vault)
    (here / names_of(vault).seal_name("link", "")).symlink_to(secret)
    (here / names_of(vault).seal_name("link to a folder", "")).symlink_to(vault.directory)
    os.mkfifo(here / names_of(vault).seal_name("pipe", ""))
    folder = here / names_of(vault).seal_name("folder", "")
    folder.mkdir()
    os.mkfifo(folder / "dir.c9r")
    assert [(node.name, node.problem) for node in vault.list_folder("")] == [("folder", "incomplete")]
    node = write(vault, "film", b"x")
    stored(vault, node).unlink()
    stored(vault, node).symlink_to(secret)
    with pytest.raises(NodeNotFoundError):
        vault.open(node)
    stored(vault, node).unlink()
    os.mkfifo(stored(vault, node))
    with pytest.raises(NodeNotFoundError):
        vault.open(node)


@pytest.mark.parametrize("plaintext", [b"", b"..", b"../x", b"a/b", b"a\0", b"a\nb"])
def test_hostile_names_are_left_out(vault: Vault, plaintext: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (content_dir(vault) / seal_raw(vault, plaintext)).write_bytes(b"")
    write(vault, "film.mkv", b"")
    assert shown(vault) == ["film.mkv"]
    assert "left out" in caplog.text


# --- conflict copies


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (" (1)", "film (1).mkv"),
        (".sync-conflict-20261122-101500-ABCDEFG", "film.sync-conflict-20261122-101500-ABCDEFG.mkv"),
        (" (Ann's conflicted copy 2026-11-22)", "film (Ann's conflicted copy 2026-11-22).mkv"),
        ("-HOST", "film-HOST.mkv"),
    ],
)
def test_conflict_copies_are_shown_with_their_mark_and_stay(vault: Vault, mark: str, name: str) -> None:
    node = write(vault, "film.mkv", b"mine")
    copy = stored(vault, node).with_name(node.stored_path.rpartition("/")[2].replace(".c9r", mark + ".c9r"))
    shutil.copy(stored(vault, node), copy)
    write(vault, "film.mkv", b"theirs", replace=True)
    before = sorted(content_dir(vault).iterdir())
    shown_nodes = [(node.name, node.conflict) for node in vault.list_folder("")]
    assert shown_nodes == sorted([(name, True), ("film.mkv", False)])
    assert read(vault, vault.find(f"/{name}")) == b"mine"
    assert read(vault, vault.find("/film.mkv")) == b"theirs"
    assert sorted(content_dir(vault).iterdir()) == before


def test_a_mark_that_no_name_may_hold_is_left_out(vault: Vault, caplog: pytest.LogCaptureFixture) -> None:
    node = write(vault, "film.mkv", b"mine")
    shutil.copy(stored(vault, node), stored(vault, node).with_name(stored(vault, node).stem + "\n.c9r"))
    assert shown(vault) == ["film.mkv"]
    assert "left out" in caplog.text


def test_a_conflict_copy_alone_keeps_its_mark(vault: Vault) -> None:
    node = write(vault, "film", b"mine")
    stored(vault, node).rename(
        stored(vault, node).with_name(stored(vault, node).name.replace(".c9r", " (1).c9r"))
    )
    assert shown(vault) == ["film (1)"]
    kept = vault.rename(vault.find("/film (1)"), "", "film")
    assert (kept.conflict, read(vault, kept)) == (False, b"mine")


def test_no_two_nodes_of_a_folder_have_one_name(vault: Vault) -> None:
    node = write(vault, "film.mkv", b"mine")
    write(vault, "film (1).mkv", b"other")
    stem = stored(vault, node).name.removesuffix(".c9r")
    shutil.copy(stored(vault, node), content_dir(vault) / f"{stem} (1).c9r")
    nfd = seal_raw(vault, unicodedata.normalize("NFD", "é").encode())
    shutil.copy(stored(vault, node), content_dir(vault) / nfd)
    write(vault, "é", b"nfc")
    names = shown(vault)
    assert names == ["film (1) (1).mkv", "film (1).mkv", "film.mkv", "é", "é (1)"]
    contents = {name: read(vault, vault.find(f"/{name}")) for name in names}
    assert list(contents.values()) == [b"mine", b"other", b"mine", b"nfc", b"mine"]


def test_a_copied_long_name_is_a_conflict_copy(vault: Vault) -> None:
    node = write(vault, LONG + ".mkv", b"mine")
    shell = vault.directory / node.shell_path
    shutil.copytree(shell, shell.with_name(shell.name.replace(".c9s", " (1).c9s")))
    assert shown(vault) == [LONG + " (1).mkv", LONG + ".mkv"]


def test_a_long_name_of_another_node_is_refused(vault: Vault) -> None:
    node, other = write(vault, LONG + "1", b"1"), write(vault, LONG + "2", b"2")
    assert node.stored_path.endswith(".c9s/contents.c9r")
    name_file = vault.directory / node.shell_path / "name.c9s"
    name_file.write_bytes((vault.directory / other.shell_path / "name.c9s").read_bytes())
    assert shown(vault) == [LONG + "2"]
    for data in (b"", b"\xff" * 40, b"A" * 20_000):
        name_file.write_bytes(data)
        assert shown(vault) == [LONG + "2"]
    name_file.unlink()
    assert shown(vault) == [LONG + "2"]


# --- half and broken


def test_a_size_that_no_file_has_is_named(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(100))
    for size in (0, 30, 67, 69, 95):
        stored(vault, node).write_bytes(bytes(size))
        (found,) = vault.list_folder("")
        assert (found.size, found.stored_size, found.problem) == (None, size, "truncated")
        with pytest.raises(TruncatedError):
            vault.open(found)


def test_a_folder_that_is_half_there_is_shown_and_not_entered(vault: Vault) -> None:
    whole = vault.make_folder("", "whole")
    half = vault.make_folder("", "half")
    shutil.rmtree(content_dir(vault, half.own_id))
    (content_dir(vault) / names_of(vault).seal_name("bare", "")).mkdir()
    found = {node.name: (node.kind, node.own_id, node.problem) for node in vault.list_folder("")}
    assert found == {
        "whole": (NodeKind.FOLDER, whole.own_id, None),
        "half": (NodeKind.FOLDER, half.own_id, "incomplete"),
        "bare": (NodeKind.FOLDER, None, "incomplete"),
    }
    assert [path for path, _ in vault.walk()] == ["/bare", "/half", "/whole"]
    with pytest.raises(FolderMissingError):
        vault.list_folder(half.own_id)
    with pytest.raises(NodeNotFoundError):
        vault.find("/bare/x")


def test_half_a_long_name_is_shown(vault: Vault) -> None:
    node = write(vault, LONG, b"x")
    stored(vault, node).unlink()
    (found,) = vault.list_folder("")
    assert (found.name, found.size, found.problem) == (LONG, None, "incomplete")
    with pytest.raises(NodeNotFoundError):
        vault.open(found)
    assert read(vault, write(vault, LONG, b"again", replace=True)) == b"again"


@pytest.mark.parametrize("link", [b"", b"x" * 37, b"x" * 2000, b"caf\xc3\xa9", b"a\nb"])
def test_a_folder_link_that_is_none_is_named(vault: Vault, link: bytes) -> None:
    folder = vault.make_folder("", "folder")
    write(vault, "film.mkv", b"")
    (vault.directory / folder.stored_path / "dir.c9r").write_bytes(link)
    found = vault.find("/folder")
    assert (found.kind, found.own_id, found.problem) == (NodeKind.FOLDER, None, "damaged")
    assert [path for path, _ in vault.walk()] == ["/film.mkv", "/folder"]
    with pytest.raises(NodeNotFoundError):
        vault.find("/folder/film.mkv")


def link_to(vault: Vault, folder: Node, own_id: str) -> None:
    (vault.directory / folder.stored_path / "dir.c9r").write_text(own_id)


def test_walk_enters_no_folder_twice(vault: Vault) -> None:
    inner = vault.make_folders("/a/b/inner")
    other = vault.make_folder("", "other")
    write(vault, "film", b"", vault.find("/a/b").own_id)
    link_to(vault, inner, vault.find("/a").own_id)
    link_to(vault, other, vault.find("/a/b").own_id)
    assert [path for path, _ in vault.walk()] == ["/a", "/a/b", "/a/b/film", "/a/b/inner", "/other"]


def test_a_folder_id_backup_that_is_broken_or_absent_does_not_matter(vault: Vault) -> None:
    write(vault, "film", b"x")
    backup = content_dir(vault) / "dirid.c9r"
    for data in (b"", bytes(96)):
        backup.write_bytes(data)
        assert snapshot(vault) == {"/film": b"x"}
    backup.unlink()
    assert snapshot(vault) == {"/film": b"x"}


def test_a_folder_id_backup_names_the_folder_that_it_lies_in(vault: Vault) -> None:
    folder = vault.make_folder("", "folder")
    for own_id in ("", folder.own_id):
        path = content_dir(vault, own_id) / "dirid.c9r"
        node = Node(NodeKind.FILE, "", "", None, str(path.relative_to(vault.directory)), None, None, 0)
        assert read(vault, node).decode() == own_id


def test_links_are_read_and_not_followed(vault: Vault) -> None:
    shell = content_dir(vault) / names_of(vault).seal_name("link", "")
    shell.mkdir()
    (shell / "symlink.c9r").write_bytes(seal_bytes("../../föö".encode(), vault._keyring.content))
    node = vault.find("/link")
    assert (node.kind, node.size, node.own_id) == (NodeKind.SYMLINK, None, None)
    assert vault.read_symlink(node) == "../../föö"
    with pytest.raises(NodeNotFoundError):
        vault.find("/link/x")
    with pytest.raises(ValueError, match="no link"):
        vault.read_symlink(write(vault, "film", b""))
    (shell / "symlink.c9r").write_bytes(seal_bytes(b"\xff", vault._keyring.content))
    with pytest.raises(VaultError, match="not text"):
        vault.read_symlink(node)
    (shell / "symlink.c9r").write_bytes(seal_bytes(b"x" * 32768, vault._keyring.content))
    with pytest.raises(VaultError, match="too long"):
        vault.read_symlink(node)


def test_a_name_that_another_program_shortened_or_not_is_found(vault: Vault) -> None:
    """The threshold is a setting of a vault, and some programs ignore it."""
    sealed = names_of(vault).seal_name("film", "")
    shell = content_dir(vault) / shorten(sealed)
    shell.mkdir()
    (shell / "name.c9s").write_text(sealed)
    (shell / "contents.c9r").write_bytes(seal_bytes(b"mine", vault._keyring.content))
    assert [(node.name, node.conflict) for node in vault.list_folder("")] == [("film", True)]
    assert read(vault, vault.find("/film")) == b"mine"
    write(vault, "film", b"ours")
    assert {name: read(vault, vault.find(f"/{name}")) for name in shown(vault)} == {
        "film": b"ours",
        "film (1)": b"mine",
    }
    long = "x" * 160
    (content_dir(vault) / names_of(vault).seal_name(long, "")).write_bytes(
        seal_bytes(b"long", vault._keyring.content)
    )
    assert [(node.name, node.conflict) for node in vault.list_folder("")][2:] == [(long, True)]
    assert read(vault, vault.find(f"/{long}")) == b"long"


stored_names = (
    st.text(max_size=40)
    | st.from_regex(r"[A-Za-z0-9_-]{24,60}={0,2}.{0,5}\.c9[rs]", fullmatch=True)
    | st.sampled_from(["dirid.c9r", "x.c9r", ".c9r", ".c9s", "contents.c9r"])
)
on_disk = stored_names.map(lambda name: name.replace("/", "_").replace("\0", "_")).filter(
    lambda name: name not in {"", ".", ".."} and len(name.encode(errors="ignore")) < 200
)
shells = st.dictionaries(
    st.sampled_from(["dir.c9r", "symlink.c9r", "contents.c9r", "name.c9s", "x"]),
    st.binary(max_size=80),
    max_size=3,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(on_disk, st.binary(max_size=120) | shells, max_size=4), st.booleans())
def test_a_folder_with_anything_in_it_can_be_listed(
    vault: Vault, found: dict[str, bytes | dict[str, bytes]], sealed: bool
) -> None:
    here = content_dir(vault)
    shutil.rmtree(here)
    here.mkdir()
    for number, (name, data) in enumerate(found.items()):
        name = seal_raw(vault, f"name {number}".encode()) if sealed else name
        path = here / name.encode(errors="replace").decode()
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            path.mkdir(exist_ok=True)
            for inner, inner_data in data.items():
                (path / inner).write_bytes(inner_data)
    nodes = [node for _, node in vault.walk()]
    for node in nodes:
        if node.kind is NodeKind.FILE:
            with pytest.raises(VaultError):
                read(vault, node)
    assert len(nodes) == (len(found) if sealed else 0)


def test_local_storage_reads_no_further_than_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    storage = LocalStorage(tmp_path)
    assert storage.read("file", 4) == b"0123"
    assert storage.read("file", 40) == b"0123456789"
    assert storage.stat("file/x") is None
    storage.close()


def test_listing_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "folder" / "shell").mkdir(parents=True)
    (tmp_path / "folder" / "file").touch()
    storage = LocalStorage(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("folder", "folder/file", "nowhere"):
        for look in (storage.list, storage.list_nested):
            with contextlib.suppress(NodeNotFoundError):
                look(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    storage.close()
