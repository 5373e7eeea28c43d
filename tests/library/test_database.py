"""The encrypted file: sealed, shared, and rebuilt without losing what another key may still open."""

import contextlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from library.database import Database
from library.errors import LibraryClosedError, StoreDamagedError, StoreError

CANARY = "Casablanca 1942"
NAMES = ("CREATE TABLE names (name TEXT);",)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "names.db"


@contextlib.contextmanager
def opened(path, key=KEY, migrations=NAMES):
    with contextlib.closing(Database(path, key, migrations)) as database:
        yield database


def add(database, name):
    with database.writing() as connection:
        connection.execute("INSERT INTO names VALUES (?)", (name,))


def names(database):
    with database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM names ORDER BY rowid")]


def test_nothing_readable_on_disk(path):
    with opened(path) as database:
        for _ in range(500):
            add(database, CANARY)
        files = {file.name: file.read_bytes() for file in path.parent.iterdir()}
        assert len(files["names.db-wal"]) > 10_000
        assert path.stat().st_mode & 0o077 == 0
    files["closed"] = path.read_bytes()
    assert len(files["closed"]) > 10_000
    for contents in files.values():
        assert b"SQLite format 3" not in contents
        assert CANARY.encode() not in contents
        assert b"CREATE TABLE" not in contents


def test_contents_stay(path):
    with opened(path) as database:
        add(database, CANARY)
        assert not database.rebuilt
    with opened(path) as database:
        assert names(database) == [CANARY]


def test_another_key_sets_the_file_aside_and_loses_nothing(path):
    with opened(path) as database:
        add(database, CANARY)
    before = path.read_bytes()
    with opened(path, OTHER_KEY) as database:
        assert database.rebuilt
        assert names(database) == []
    (aside,) = path.parent.glob("names.db.aside-*")
    assert aside.read_bytes() == before
    aside.rename(path)
    with opened(path) as database:
        assert names(database) == [CANARY]


def test_another_key_keeps_what_only_the_log_holds(path):
    with opened(path) as database:
        add(database, CANARY)
        copies = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    # As a crash leaves it: everything is in the log still.
    for name, contents in copies.items():
        (path.parent / name).write_bytes(contents)
    with opened(path, OTHER_KEY) as database:
        assert names(database) == []
    (aside,) = path.parent.glob("names.db.aside-*[0-9]")
    for suffix in ("", "-wal"):
        aside.with_name(aside.name + suffix).rename(path.with_name(path.name + suffix))
    with opened(path) as database:
        assert names(database) == [CANARY]


@pytest.mark.parametrize("contents", [b"not a database" * 1000, b"SQLite format 3\0" + bytes(8176)])
def test_a_file_that_is_no_database_of_ours_is_set_aside(path, contents):
    path.parent.mkdir()
    path.write_bytes(contents)
    with opened(path) as database:
        add(database, CANARY)
    with opened(path) as database:
        assert names(database) == [CANARY]
    (aside,) = path.parent.glob("names.db.aside-*")
    assert aside.read_bytes() == contents


def fill(path, count=2000):
    with opened(path) as database, database.writing() as connection:
        connection.executemany("INSERT INTO names VALUES (?)", [(f"{CANARY} {i}",) for i in range(count)])


@pytest.mark.parametrize("page", [0, 1, 5])
def test_damage_found_at_opening_is_set_aside(path, page):
    fill(path)
    with path.open("r+b") as file:
        file.seek(page * 4096 + 100)
        file.write(b"damaged")
    with opened(path) as database:
        assert database.rebuilt
        assert names(database) == []


def test_damage_found_later_is_an_error_and_rebuilt_at_the_next_opening(path):
    fill(path)
    with opened(path) as database:
        size = path.stat().st_size
        with path.open("r+b") as file:
            for page in range(2, size // 4096):
                file.seek(page * 4096 + 100)
                file.write(os.urandom(50))
        with pytest.raises(StoreDamagedError):
            names(database)
    with opened(path) as database:
        assert database.rebuilt
        add(database, CANARY)
    with opened(path) as database:
        assert not database.rebuilt
        assert names(database) == [CANARY]


def test_schema_grows_and_never_shrinks(path):
    with opened(path) as database:
        add(database, CANARY)
    longer = (*NAMES, "ALTER TABLE names ADD COLUMN year INTEGER;")
    with opened(path, migrations=longer) as database, database.reading() as connection:
        assert connection.execute("SELECT name, year FROM names").get == (CANARY, None)
    with pytest.raises(StoreError, match="newer version"):
        Database(path, KEY, NAMES)
    with opened(path, migrations=longer) as database:
        assert names(database) == [CANARY]


def test_a_failed_change_leaves_nothing(path):
    with opened(path) as database:
        with pytest.raises(apsw.SQLError), database.writing() as connection:
            connection.execute("INSERT INTO names VALUES ('half'); INSERT INTO nowhere VALUES (1)")
        add(database, CANARY)
        assert names(database) == [CANARY]


def test_sixty_four_threads(path):
    with opened(path) as database:

        def work(number):
            for turn in range(5):
                add(database, f"{number}-{turn}")
                assert f"{number}-{turn}" in names(database)

        with ThreadPoolExecutor(64) as pool:
            list(pool.map(work, range(64)))
        assert len(names(database)) == 320


def test_two_processes_write_at_once(path):
    program = f"""
import sys
from pathlib import Path
from library.database import Database
database = Database(Path(sys.argv[1]), {KEY!r}, {NAMES!r})
for number in range(200):
    with database.writing() as connection:
        connection.execute("INSERT INTO names VALUES (?)", (str(number),))
database.close()
"""
    argv = [sys.executable, "-c", program, str(path)]
    with opened(path) as database:
        others = [subprocess.Popen(argv) for _ in range(2)]
        for _ in range(200):
            add(database, CANARY)
        assert [other.wait() for other in others] == [0, 0]
        assert len(names(database)) == 600


def test_closed(path):
    with opened(path) as database:
        database.close()
        for use in (database.reading, database.writing):
            with pytest.raises(LibraryClosedError), use():
                pass


def test_a_folder_that_cannot_be_used(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        Database(tmp_path / "file" / "names.db", KEY, NAMES)


def test_keys_have_32_bytes(path):
    with pytest.raises(ValueError, match="32 bytes"):
        Database(path, b"short", NAMES)
