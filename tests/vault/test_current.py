"""A reader knows whether its place still holds the file that it reads."""

import io
import os

import pytest

from vault import ROOT_ID, Vault
from vault.remote_files import RemoteFile
from vault.storage import Entry


@pytest.fixture
def stored(vault: Vault, vault_dir):
    """A file's node, and where it is stored."""
    node = vault.write_file(ROOT_ID, "film.mkv", io.BytesIO(b"picture" * 9000))
    return node, vault_dir / node.stored_path


def wait_for_the_clock(path) -> None:
    """Wait until a change of the file gets another time: the clock of a file system goes in milliseconds."""
    beside = path.with_name("clock")
    beside.touch()
    while beside.stat().st_ctime_ns <= path.stat().st_ctime_ns:
        beside.touch()
    beside.unlink()


def put_back(path, before: os.stat_result) -> None:
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_file_that_nobody_touched_is_current(vault, stored):
    node, path = stored
    with vault.open(node) as reader:
        assert reader.is_current()
        reader.read()
        path.read_bytes()
        assert reader.is_current()


def test_a_file_that_was_written_to_is_not_even_with_its_old_time(vault, stored):
    node, path = stored
    with vault.open(node) as reader:
        before = path.stat()
        wait_for_the_clock(path)
        with path.open("r+b") as file:
            file.seek(100)
            file.write(b"\0")
        put_back(path, before)
        assert not reader.is_current()


def test_a_file_in_the_place_of_another_is_not_even_with_its_size_and_time(vault, stored, tmp_path):
    node, path = stored
    with vault.open(node) as reader:
        before = path.stat()
        other = tmp_path / "other"
        other.write_bytes(path.read_bytes())
        put_back(other, before)
        other.replace(path)
        assert not reader.is_current()


def test_a_file_that_is_gone_or_became_a_link_is_not(vault, stored, tmp_path):
    node, path = stored
    with vault.open(node) as reader:
        path.rename(tmp_path / "away")
        assert not reader.is_current()
        path.symlink_to(tmp_path / "away")
        assert not reader.is_current()


def test_a_locked_vault_has_no_current_file(vault, stored):
    reader = vault.open(stored[0])
    vault.close()
    assert not reader.is_current()


def test_a_store_far_away_is_not_asked():
    assert not RemoteFile(None, Entry("x", is_folder=False, size=1, mtime_ns=0)).is_current()


def test_a_reader_that_was_wiped_reads_on(vault, stored):
    node, _ = stored
    with vault.open(node) as reader:
        assert reader.read(50_000) == (b"picture" * 9000)[:50_000]
        reader.wipe()
        assert not any(reader._plaintext)
        assert reader.read() == (b"picture" * 9000)[50_000:]
