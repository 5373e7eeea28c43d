"""Whole vaults far away, by their addresses; what they cost, and what a crash leaves of them."""

import contextlib
import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import paramiko
import pytest

from tests.vault.faults import Fuse, PowerCutError
from tests.vault.places import s3_options, sftp_options
from tests.vault.servers import PASSWORD, USER
from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, change_passphrase, pattern, read, snapshot, write
from vault import (
    LocationError,
    NodeExistsError,
    NoVaultError,
    StorageError,
    Vault,
    VaultExistsError,
    WrongPassphraseError,
    check_vault,
    is_vault,
)
from vault.config import VaultConfig
from vault.layout import CHUNK_SIZE
from vault.location import RemotePlace
from vault.masterkey import Masterkey
from vault.read_ahead import BLOCK_SIZE, MAX_FILE_SIZE, MAX_FILES, SealedFile, SealedFiles
from vault.remote_files import RemoteUpload
from vault.remote_storage import STALE_S, RemoteStorage

LONG = "A very long name " * 14
SCHEMES = ["memory", "file", "s3", "sftp", "webdav"]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict[str, object]], None]:
    """Puts options where fsspec looks for them, as its configuration files do."""
    from fsspec.config import conf

    return lambda protocol, options: monkeypatch.setitem(conf, protocol, options)


@pytest.fixture(params=SCHEMES)
def address(
    request: pytest.FixtureRequest,
    port_of: Callable[[str], int],
    configured: Callable[[str, dict[str, object]], None],
    tmp_path: Path,
) -> Iterator[str]:
    """An address at which nothing is yet."""
    name = f"{tmp_path.name}"
    if request.param == "memory":
        yield f"memory://{name}"
        fsspec.filesystem("memory").store.clear()
    elif request.param == "file":
        yield f"file://{tmp_path}/vault"
    elif request.param == "s3":
        configured("s3", s3_options(port_of("s3")))
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("household")
        yield f"s3://household/{name}/vault"
        fsspec.filesystem("s3", skip_instance_cache=True).rm("household", recursive=True)
        gc.collect()
    elif request.param == "sftp":
        options = sftp_options(port_of("sftp"))
        configured("sftp", {key: value for key, value in options.items() if key != "port"})
        yield f"sftp://127.0.0.1:{options['port']}/{name}/vault"
    else:
        configured("webdav", {"auth": [USER, PASSWORD]})
        yield f"webdav+http://127.0.0.1:{port_of('webdav')}/dav/{name}"


def test_a_vault_lives_far_away_as_it_does_on_a_disk(address: str) -> None:
    assert not is_vault(address)
    with pytest.raises(NoVaultError):
        Vault.unlock(address, PASSPHRASE)
    contents = {
        "/a": None,
        "/a/b": None,
        "/a/film.mkv": pattern(600_000),
        f"/a/b/{LONG}": pattern(CHUNK_SIZE),
    }
    with Vault.create(address, PASSPHRASE, scrypt_cost=SCRYPT_COST) as vault:
        folder = vault.make_folders("/a/b")
        write(vault, "film.mkv", pattern(600_000), vault.find("/a").own_id)
        write(vault, LONG, pattern(CHUNK_SIZE), folder.own_id)
        vault.make_folder("", LONG)
        with pytest.raises(NodeExistsError):
            write(vault, "film.mkv", b"", vault.find("/a").own_id)
        assert snapshot(vault) == contents | {f"/{LONG}": None}
        assert list(check_vault(vault, deep=True)) == []
        assert vault.is_there()
    with pytest.raises(VaultExistsError):
        Vault.create(address, PASSPHRASE, scrypt_cost=SCRYPT_COST)
    assert is_vault(address)
    with pytest.raises(WrongPassphraseError):
        Vault.unlock(address, "x")
    backup = change_passphrase(address, PASSPHRASE, "neu")
    assert str(backup).removeprefix("file://").startswith(address.removeprefix("file://") + "/masterkey.")
    with Vault.unlock(address, "neu") as again:
        change_all(again)
        expected = {"/x": None, f"/x/{LONG}": None, f"/x/{LONG}/film": pattern(600_000), "/x/sub": None}
        assert snapshot(again) == expected | {"/x/sub/long": b"new"}
        again.remove(again.find("/x/sub"))
        assert snapshot(again) == {path: data for path, data in expected.items() if path != "/x/sub"}
        assert list(check_vault(again, deep=True)) == []


def change_all(vault: Vault) -> None:
    """Rename and remove in every way: short and long, files and folders."""
    vault.rename(vault.find("/a"), "", "x")
    x = vault.find("/x").own_id
    long_folder = vault.rename(vault.find(f"/{LONG}"), x, LONG)
    vault.rename(vault.find("/x/film.mkv"), long_folder.own_id, LONG + "2")
    vault.rename(vault.find(f"/x/{LONG}/{LONG}2"), long_folder.own_id, LONG + "3")
    vault.rename(vault.find(f"/x/{LONG}/{LONG}3"), long_folder.own_id, "film")
    vault.rename(vault.find("/x/b"), x, LONG + "4")
    sub = vault.rename(vault.find(f"/x/{LONG}4"), x, "sub")
    node = write(vault, LONG, b"new", sub.own_id, replace=True)
    vault.rename(node, sub.own_id, "long")


@pytest.mark.parametrize(
    "address", ["s3://user:secret@bucket/vault", "sftp://u:secret@h/v", "webdav+https://u:secret@h/v"]
)
def test_an_address_with_a_password_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(LocationError, match="password") as caught:
        Vault.unlock(address, PASSPHRASE)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_address_that_leads_nowhere_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    for address, reason in {"gopher://h/v": "not known", "s3://bucket": "folder of its own"}.items():
        with pytest.raises(LocationError, match=reason):
            Vault.unlock(address, PASSPHRASE)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(LocationError, match=r"lanterne\[remote\]"):
        Vault.unlock("s3://bucket/vault", PASSPHRASE)


def test_a_store_that_does_not_answer_is_said_to_be_away(
    port_of: Callable[[str], int], configured: Callable[[str, dict[str, object]], None]
) -> None:
    port_of("s3")
    with pytest.raises(StorageError, match="store"):
        Vault.unlock("sftp://127.0.0.1:1/vault", PASSPHRASE)
    assert not is_vault("sftp://127.0.0.1:1/vault")
    configured("sftp", {"username": "x", "password": "y", "look_for_keys": False, "allow_agent": False})
    with pytest.raises(StorageError, match="credentials"):
        Vault.unlock(f"sftp://127.0.0.1:{port_of('sftp')}/vault", PASSPHRASE)
    # fsspec leaves a connection that was refused to the garbage collector.
    for thread in threading.enumerate():
        if isinstance(thread, paramiko.Transport):
            thread.close()
            thread.join(10)


# --- what it costs


class Counting:
    """A file system that counts what is asked of it, and fails when its fuse blows at a change."""

    def __init__(self, inner: object, fuse: Fuse | None = None) -> None:
        self.inner = inner
        self.asked: Counter[str] = Counter()
        self.fetched = 0
        self._fuse = fuse

    def __getattr__(self, name: str) -> object:
        asked = getattr(self.inner, name)
        if not callable(asked):
            return asked

        def ask(*arguments: object, **options: object) -> object:
            self.asked[name] += 1
            if self._fuse is not None and name in {"pipe_file", "cp_file", "rm_file", "rm", "open"}:
                self._fuse.step()
            answer = asked(*arguments, **options)
            self.fetched += len(answer) if name == "cat_file" else 0
            return answer

        return ask


@pytest.fixture
def far() -> Counting:
    options = {"skip_instance_cache": True, "global_store": False}
    return Counting(fsspec.filesystem("memory", **options))


@pytest.fixture
def far_vault(far: Counting, vault: Vault) -> Iterator[Vault]:
    """A vault in a store that counts, with the masterkey of a vault on a disk."""
    opened = open_far(far, Masterkey(vault.export_masterkey()))
    opened._changes.make_root()
    yield opened
    opened.close()


def open_far(file_system: Counting, masterkey: Masterkey) -> Vault:
    storage = RemoteStorage(RemotePlace(file_system, "memory", "/far/vault"))
    return Vault("memory://far/vault", storage, masterkey, VaultConfig())


def test_a_folder_is_listed_in_few_questions(far: Counting, far_vault: Vault) -> None:
    for number in range(20):
        write(far_vault, f"film {number}", b"x")
        write(far_vault, f"{LONG}{number}", b"x")
    for number in range(5):
        far_vault.make_folder("", f"folder {number}")
    far.asked.clear()
    assert len(far_vault.list_folder("")) == 45
    # One listing; then a small file for each long name and each folder, and a look at where each folder leads.
    assert far.asked == {"find": 1, "cat_file": 20 + 5, "info": 5}


def test_a_file_is_read_in_ranges_and_never_whole(far: Counting, far_vault: Vault) -> None:
    data = pattern(20 << 20)
    node = write(far_vault, "film.mkv", data)
    far.asked.clear()
    far.fetched = 0
    with far_vault.open(node) as reader:
        reader.seek(10 << 20)
        assert reader.read(65_536) == data[10 << 20 :][:65_536]
    assert far.fetched <= 5 * BLOCK_SIZE
    far.fetched = 0
    with far_vault.open(node) as reader:  # the next range of a player: what was read last is still there
        reader.seek((10 << 20) + 65_536)
        reader.read(1)
    assert far.fetched == 0
    far.asked.clear()
    assert read(far_vault, node) == data
    assert far.asked["cat_file"] <= 20


def test_what_is_kept_is_ciphertext_and_bounded() -> None:
    stored = pattern(64 << 20)
    fetches: list[tuple[int, int]] = []

    def fetch(start: int, stop: int) -> bytes:
        fetches.append((start, stop))
        return stored[start:stop]

    files = SealedFiles()
    for number in range(20):
        file = files.file((number,), len(stored), fetch)
        for start in range(0, 8 << 20, 100_000):
            buffer = bytearray(100_000)
            assert file.read_into(start, memoryview(buffer)) == 100_000
            assert buffer == stored[start : start + 100_000]
            assert sum(map(len, file._blocks.values())) <= MAX_FILE_SIZE
    assert len(files._files) == MAX_FILES
    assert files.file((19,), len(stored), fetch) is file
    assert max(stop - start for start, stop in fetches) <= MAX_FILE_SIZE // 2
    files.forget()
    assert not file._blocks


def test_a_store_that_gives_less_than_it_said_is_not_believed() -> None:
    file = SealedFile(1000, lambda start, stop: b"x" * 10)
    buffer = bytearray(100)
    assert file.read_into(0, memoryview(buffer)) == 10
    assert file.read_into(500, memoryview(buffer)) == 0


def test_locking_lets_go_of_what_was_kept(far_vault: Vault) -> None:
    node = write(far_vault, "film.mkv", pattern(100_000))
    read(far_vault, node)
    assert far_vault._storage._read_ahead._files
    far_vault.close()
    assert not far_vault._storage._read_ahead._files


def test_what_was_left_beside_long_ago_is_swept(far: Counting, far_vault: Vault) -> None:
    import time

    now = int(time.time())
    for age in (STALE_S + 60, 60):
        far.inner.pipe_file(f"/far/vault.lanterne-tmp/{now - age:x}-abc", b"x")
    far.inner.pipe_file("/far/vault.lanterne-tmp/of somebody else", b"x")
    open_far(far, Masterkey(bytes(64))).close()
    left = [path.rpartition("/")[2] for path in far.inner.find("/far/vault.lanterne-tmp")]
    assert left == [f"{now - 60:x}-abc", "of somebody else"]


# --- what a crash leaves

CHANGES: dict[str, Callable[[Vault], object]] = {
    "write": lambda vault: write(vault, "new", b"new"),
    "write long": lambda vault: write(vault, LONG + "new", b"new"),
    "write large": lambda vault: write(vault, "large", pattern(700_000)),
    "replace": lambda vault: write(vault, "film", b"new", replace=True),
    "make folder": lambda vault: vault.make_folder("", "new"),
    "make long folder": lambda vault: vault.make_folder("", LONG + "new"),
    "remove": lambda vault: vault.remove(vault.find("/film")),
    "remove long": lambda vault: vault.remove(vault.find(f"/{LONG}")),
    "remove folder": lambda vault: vault.remove(vault.find("/folder")),
} | {
    f"rename {old[:6]} to {new[:6]}": lambda vault, old=old, new=new: vault.rename(
        vault.find(f"/{old}"), vault.find("/target").own_id, new
    )
    for old in ("film", "folder", LONG)
    for new in ("new", LONG + "new")
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_far_away_cut_short_loses_nothing_and_shows_nothing_half(
    name: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault.remote_files.PART_SIZE", 200_000)
    masterkey = vault.export_masterkey()
    for steps_left in range(30):
        store = fsspec.filesystem("memory", skip_instance_cache=True, global_store=False)
        with open_far(Counting(store), Masterkey(masterkey)) as whole:
            whole._changes.make_root()
            write(whole, "film", b"film")
            write(whole, LONG, b"long")
            write(whole, "inner", b"inner", whole.make_folder("", "folder").own_id)
            whole.make_folder("", "target")
            before = snapshot(whole)
        fuse = Fuse(steps_left)
        failing = open_far(Counting(store, fuse), Masterkey(masterkey))
        failing._storage.upload = lambda path, mtime_ns=None, storage=failing._storage: Silent(
            storage._file_system, storage._full(path), storage._new_staged, storage._asking
        )
        with contextlib.suppress(PowerCutError):
            CHANGES[name](failing)
        with open_far(Counting(store), Masterkey(masterkey)) as again:
            shown = snapshot(again)
            assert all(node.problem is None for _, node in again.walk())
            if not fuse.has_blown:
                assert {finding.problem for finding in check_vault(again, deep=True)} == set()
                return
            left = {finding.problem for finding in check_vault(again)}
            assert left <= {"leftover", "unlinked", "unreadable name"}
        if name.startswith("remove"):
            assert set(shown) <= set(before)
        else:
            kept = Counter(map(repr, before.values())) - Counter(map(repr, shown.values()))
            assert kept <= Counter([repr(b"film")] if b"new" in shown.values() else [])
    pytest.fail("the change never came to an end")


class Silent(RemoteUpload):
    """An upload whose writer is dead before it could discard it."""

    def discard(self) -> None:
        pass
