"""A reader is lent again to who reads on, and only where that makes no difference."""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from library import ItemNotFoundError, Library, LibraryClosedError, NotAFileError, NotWholeError
from library.checks import ALTERED
from library.database import Database
from library.kept_readers import KEPT_COUNT, KeptReaders
from tests.library.material import PASSPHRASE, put, stored_file
from vault import AuthenticationError, NodeNotFoundError, Vault, VaultLockedError

PATIENCE_S = 30
FILM = bytes(range(251)) * 700  # six chunks


@pytest.fixture
def film(vault, library):
    """The id of a film."""
    put(vault, "/film.bin", FILM)
    put(vault, "/other.bin", FILM)
    library.scan()
    return library.find_path("/film.bin").id


def lent(library, item_id):
    """The reader that somebody gets who reads a little."""
    file = library.lend(item_id)
    assert b"".join(file.reader.iter_range(100, 200)) == FILM[100:200]
    file.close()
    return file.reader


def test_whoever_reads_on_gets_the_same_reader(library, film):
    file = library.lend(film)
    assert file.mime == "application/octet-stream"
    file.close()
    assert lent(library, film) is file.reader
    assert lent(library, film) is file.reader


def test_nothing_that_was_read_is_kept(library, film):
    reader = lent(library, film)
    assert not any(reader._plaintext)
    assert len(reader._plaintext) > 0


def test_what_is_damaged_meanwhile_is_found_by_whoever_reads_on(vault, library, film):
    lent(library, film)
    path = stored_file(vault, "/film.bin")
    descriptor = os.open(path, os.O_WRONLY)
    file = library.lend(film)
    os.pwrite(descriptor, b"\0\0\0\0", 68 + 500)  # after the look at the file, before it is read
    os.close(descriptor)
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            file.reader.iter_range(100, 200)
    file.close()


def test_nobody_shares_a_reader(library, film):
    first, second = library.lend(film), library.lend(film)
    assert first.reader is not second.reader
    first.close()
    third = library.lend(film)
    assert third.reader is first.reader
    first.close()  # once more: it is not his any longer
    fourth = library.lend(film)
    assert fourth.reader not in {second.reader, third.reader}
    for file in (second, third, fourth):
        file.close()


def test_many_threads_at_once(library, film):
    def read(number):
        start = number * 997 % (len(FILM) - 5000)
        file = library.lend(film)
        try:
            return b"".join(file.reader.iter_range(start, start + 5000)) == FILM[start : start + 5000]
        finally:
            file.close()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(400)))


def test_another_item_has_another_reader(library, film):
    other = library.find_path("/other.bin").id
    assert lent(library, film) is not lent(library, other)
    assert lent(library, film).header_nonce != lent(library, other).header_nonce


def test_a_file_that_was_replaced_is_opened_anew(vault, library, film):
    before = lent(library, film)
    put(vault, "/film.bin", FILM[::-1], replace=True)
    library.scan()
    file = library.lend(film)
    assert b"".join(file.reader.iter_range(0, 10)) == FILM[::-1][:10]
    assert before.closed
    file.close()


def test_a_file_that_is_another_though_no_scan_has_seen_it_is_not_passed_off(vault, library, film):
    before = lent(library, film)
    path = stored_file(vault, "/film.bin")
    path.rename(path.with_name("away"))
    with pytest.raises(NodeNotFoundError):
        library.lend(film)
    assert before.closed


def test_what_becomes_known_against_a_file_counts_at_once(vault, library, film):
    library.note_stored("/film.bin", hashlib.sha256(b"something else").digest())
    before = lent(library, film)
    assert library.integrity.check_file(vault.find("/film.bin"), lambda _size: True).problem == ALTERED
    file = library.lend(film)
    with pytest.raises(NotWholeError):
        file.reader.iter_range(0, 10)
    file.close()
    assert before.closed


def test_a_change_by_another_process_counts_too(vault, library, film, state):
    before = lent(library, film)
    with Vault.unlock(vault.directory, PASSPHRASE) as again, Library(again, state) as other:
        put(again, "/new.bin", b"new")
        other.scan()
    assert lent(library, film) is not before


def test_errors_are_those_of_opening(library, film):
    with pytest.raises(ItemNotFoundError):
        library.lend("nothing")
    with pytest.raises(NotAFileError):
        library.lend(library.find_path("/").id)


def test_the_lock_wipes_what_is_kept(vault, library, film):
    kept = lent(library, film)
    file = library.lend(library.find_path("/other.bin").id)
    vault.close()
    with pytest.raises(VaultLockedError):
        library.lend(film)
    assert kept.closed
    library.close()
    assert not file.reader.closed
    file.close()
    assert file.reader.closed
    with pytest.raises(LibraryClosedError):
        library.lend(film)


class Reader:
    """Stands for a reader; says when it is closed."""

    def __init__(self) -> None:
        self.was_closed = threading.Event()

    def wipe(self) -> None:
        pass

    def is_current(self) -> bool:
        return True

    def close(self) -> None:
        self.was_closed.set()


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "store.db", bytes(32), ("CREATE TABLE t (a)",))
    yield database
    database.close()


def lend_and_return(kept, *item_ids):
    files = [kept.lend(item_id) for item_id in item_ids]
    for file in files:
        file.close()
    return [file.reader for file in files]


def test_no_more_are_kept_than_so_many(database):
    kept = KeptReaders(database, lambda _item_id: (Reader(), None))
    readers = lend_and_return(kept, *(f"item {number}" for number in range(KEPT_COUNT + 2)))
    assert [reader.was_closed.is_set() for reader in readers] == [True, True] + [False] * KEPT_COUNT
    assert lend_and_return(kept, "item 0") != readers[:1]
    kept.close()
    kept.close()
    assert all(reader.was_closed.is_set() for reader in readers)


def test_none_is_kept_for_long(database):
    kept = KeptReaders(database, lambda _item_id: (Reader(), None), kept_s=0.05)
    for _ in range(3):  # the thread that watches goes to sleep in between
        (reader,) = lend_and_return(kept, "item")
        assert reader.was_closed.wait(PATIENCE_S)
    kept.close()


def test_none_is_closed_while_it_is_lent(database):
    kept = KeptReaders(database, lambda _item_id: (Reader(), None), kept_s=0.01)
    file = kept.lend("long")
    (other,) = lend_and_return(kept, "short")
    assert other.was_closed.wait(PATIENCE_S)
    assert not file.reader.was_closed.is_set()
    kept.close()
    assert not file.reader.was_closed.is_set()
    file.close()
    assert file.reader.was_closed.is_set()


def test_the_version_of_a_store_is_another_after_every_change(database, tmp_path):
    versions = [database.version(), database.version()]
    assert versions[0] == versions[1]
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    versions.append(database.version())
    other = Database(tmp_path / "store.db", bytes(32), ("CREATE TABLE t (a)",))
    with other.writing() as connection:
        connection.execute("INSERT INTO t VALUES (2)")
    other.close()
    versions.append(database.version())
    assert len(set(versions)) == 3
    database.close()
    with pytest.raises(LibraryClosedError):
        database.version()
