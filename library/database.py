"""One encrypted SQLite file: keyed, shared by threads and processes, rebuilt when it cannot be read.

Encryption is SQLite3 Multiple Ciphers' ChaCha20-Poly1305: every page, in the write-ahead log too, is
sealed with its page number and a nonce of its own. The key is given raw, so nothing is derived by
PBKDF2 at every connection (measured: 0.1 ms instead of 20 ms). What the file shows: its size, the page
size and the number of pages in the log.
"""

import contextlib
import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import apsw

from library.errors import LibraryClosedError, StoreDamagedError, StoreError, StoreKeyError

logger = logging.getLogger(__name__)

KEY_SIZE: Final = 32
_BUSY_TIMEOUT_MS = 15_000  # another process may be writing: the command line beside the server
_READER_COUNT = 8  # connections that read at once; more threads than these wait
_CACHE_KIB = 8 * 1024  # per connection: a page not in it is read and decrypted anew
_LOG_SIZE_LIMIT = 16 * 1024 * 1024  # what a checkpoint leaves of the write-ahead log, in bytes

_UNREADABLE = (apsw.NotADBError, apsw.CorruptError)


class Database:
    """A keyed SQLite file with one writer and a few readers, usable from any thread.

    Args:
        path: The file; made when it does not exist, with its folder.
        raw_key: `KEY_SIZE` bytes.
        migrations: SQL scripts; the schema of version n is what the first n leave behind.
        check: Read the whole file when it is opened, for damage: 0.25 s for 100 MB. Without, damage
            shows when it is met.

    A file that this key does not open, or that is damaged, is set aside under another name and an
    empty one takes its place; `rebuilt` then says so.

    Raises:
        StoreError: The folder cannot be used, or the file was written by a newer version.
    """

    def __init__(self, path: Path, raw_key: bytes, migrations: Sequence[str], *, check: bool = True) -> None:
        if len(raw_key) != KEY_SIZE:
            raise ValueError(f"a key has {KEY_SIZE} bytes")
        self.path = path
        self.rebuilt = False
        self._pragma_key = f"raw:{raw_key.hex()}"
        self._condemned_path = path.with_name(path.name + ".damaged")
        self._slots = threading.BoundedSemaphore(_READER_COUNT)
        self._idle: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._version_lock = threading.Lock()
        self._observer: apsw.Connection | None = None
        self._closed = False
        self._writer = self._open(migrations, check=check)

    @contextlib.contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """Lend a connection that sees one consistent state of the file.

        Raises:
            LibraryClosedError, StoreDamagedError, StoreError
        """
        with self._slots, self._telling_errors():
            connection = self._borrow()
            try:
                with connection:
                    yield connection
            finally:
                with self._lock:
                    self._idle.append(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """Lend the writer inside a transaction, committed at the end, rolled back by an exception.

        Raises:
            LibraryClosedError, StoreDamagedError, StoreError
        """
        with self._write_lock, self._telling_errors():
            if self._closed:
                raise LibraryClosedError("the store is closed")
            # IMMEDIATE: a transaction that began by reading could not wait for another process.
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # a full disk has rolled back already
                    self._writer.execute("ROLLBACK")
                raise

    def version(self) -> int:
        """Return a number that is another one after every change, whichever thread or process made it.

        Raises:
            LibraryClosedError, StoreDamagedError, StoreError
        """
        with self._version_lock:
            if self._closed:
                raise LibraryClosedError("the store is closed")
            if self._observer is None:  # one connection for all: each counts for itself
                with self._telling_errors():
                    self._observer = self._connect()
            try:  # asked for every range that a player reads: the context manager would double what it takes
                return int(self._observer.execute("PRAGMA data_version").get)
            except apsw.Error:
                with self._telling_errors():
                    raise

    def close(self) -> None:
        """Wait for the readers and the writer at work, then close the file. Safe twice."""
        with self._write_lock:
            if self._closed:
                return
            self._closed = True
            for _ in range(_READER_COUNT):
                self._slots.acquire()
            for connection in self._idle:
                connection.close()
            self._idle.clear()
            with self._version_lock:
                if self._observer is not None:
                    self._observer.close()
            self._writer.close()
            for _ in range(_READER_COUNT):
                self._slots.release()  # whoever waits is told that it is closed

    def _borrow(self) -> apsw.Connection:
        with self._lock:
            if self._closed:
                raise LibraryClosedError("the store is closed")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _open(self, migrations: Sequence[str], *, check: bool) -> apsw.Connection:
        """Return the writer of a file that is readable and has today's schema."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(self.path), self._telling_errors():
                if self._condemned_path.exists():
                    self._set_aside("it was found damaged")
                try:
                    return self._connect_writer(migrations, check=check)
                except (*_UNREADABLE, StoreKeyError):
                    self._set_aside("it is damaged or belongs to another vault")
                    return self._connect_writer(migrations, check=check)
        except OSError as error:
            raise StoreError(f"cannot use {self.path.name}: {error.strerror}") from error

    def _connect_writer(self, migrations: Sequence[str], *, check: bool) -> apsw.Connection:
        self.path.touch(mode=0o600)
        connection = self._connect()
        try:
            connection.pragma("journal_mode", "WAL")
            if check:
                _check_pages(connection)
            _migrate(connection, migrations)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path))
        try:
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            connection.pragma("cipher", "chacha20")
            connection.pragma("key", self._pragma_key)
            connection.pragma("temp_store", "MEMORY")
            connection.pragma("synchronous", "NORMAL")
            connection.pragma("cache_size", -_CACHE_KIB)
            connection.pragma("journal_size_limit", _LOG_SIZE_LIMIT)
            # The first read shows whether the key is right; "key" itself always says ok.
            connection.pragma("user_version")
        except apsw.NotADBError:
            connection.close(force=True)
            raise StoreKeyError(f"{self.path.name} does not open with this key") from None
        return connection

    def _set_aside(self, why: str) -> None:
        """Rename the file and its log, so that an empty one can take its place. Deletes nothing."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = f"{self.path.name}.aside-{stamp}"
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(self.path.with_name(aside + suffix))
        self._condemned_path.unlink(missing_ok=True)
        self.rebuilt = True
        logger.warning("%s is set aside as %s and rebuilt: %s", self.path.name, aside, why)

    @contextlib.contextmanager
    def _telling_errors(self) -> Iterator[None]:
        """Turn SQLite's errors into ours; a damaged file is marked, to be rebuilt when next opened."""
        try:
            yield
        except _UNREADABLE as error:
            logger.exception("%s is damaged; it is rebuilt at the next start", self.path.name)
            self._condemned_path.touch()
            raise StoreDamagedError(f"{self.path.name} is damaged") from error
        except (
            apsw.FullError,
            apsw.ReadOnlyError,
            apsw.IOError,
            apsw.BusyError,
            apsw.CantOpenError,
        ) as error:
            raise StoreError(f"{self.path.name}: {error}") from error


def can_open(path: Path, raw_key: bytes) -> bool:
    """Return whether there is a database that this key opens; it is only read."""
    if not path.is_file():
        return False
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    except apsw.CantOpenError:
        return False
    try:
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{raw_key.hex()}")
        connection.pragma("user_version")
    except (*_UNREADABLE, apsw.CantOpenError, apsw.ReadOnlyError):
        return False
    finally:
        connection.close()
    return True


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from opening the same file meanwhile: one of them may set it aside."""
    with path.with_name(path.name + ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_pages(connection: apsw.Connection) -> None:
    """Raise CorruptError when a page cannot be opened or the structure of the file is broken."""
    verdict = connection.pragma("quick_check", 1)
    if verdict != "ok":
        raise apsw.CorruptError("quick_check found a broken page")


def _migrate(connection: apsw.Connection, migrations: Sequence[str]) -> None:
    """Bring the schema to today's version, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    version = int(str(connection.pragma("user_version")))
    if version > len(migrations):
        connection.execute("ROLLBACK")
        raise StoreError(f"the state was written by a newer version (schema {version})")
    for script in migrations[version:]:
        connection.execute(script)
    connection.pragma("user_version", len(migrations))
    connection.execute("COMMIT")
