"""What the index remembers beside its items: files that vanished, contents that were replaced."""

import time

import apsw

from library.database import Database
from library.history import Changes, History, Vanished
from library.records import SHRUNK

# A path, as the first value of the statement, and whatever lies below it.
BELOW = "(path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/' OR ?1 = '/')"
_DROP_STALE_SEALS = (
    "DELETE FROM seals WHERE header_nonce IN (SELECT header_nonce FROM former)"
    " AND header_nonce NOT IN (SELECT header_nonce FROM items WHERE header_nonce IS NOT NULL)"
)


class HistoryStore:
    """The past of one index.

    Args:
        database: The index's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def history(self, *, trusts_times: bool) -> History:
        """Return what a comparison with the vault may look back on; see `History`."""
        with self._database.reading() as connection:
            return History(
                now_ns=time.time_ns(),
                former=frozenset(nonce for (nonce,) in connection.execute("SELECT header_nonce FROM former")),
                own=frozenset(nonce for (nonce,) in connection.execute("SELECT header_nonce FROM seals")),
                vanished={gone.path: gone for gone in _vanished(connection)},
                trusts_times=trusts_times,
            )

    def note(self, changes: Changes) -> None:
        """Remember what a comparison found, after its records are written."""
        if not (changes.outdated or changes.found_again):
            return
        with self._database.writing() as connection:
            _outdate(connection, changes.outdated)
            connection.executemany(
                "DELETE FROM vanished WHERE path = ?", [(path,) for path in changes.found_again]
            )
            connection.execute(_DROP_STALE_SEALS)

    def vanished(self) -> list[Vanished]:
        """Return the files that went and were not confirmed, by path."""
        with self._database.reading() as connection:
            return _vanished(connection)

    def outdate(self, header_nonces: list[bytes]) -> None:
        """Remember contents that were replaced; if they come back, they are known."""
        with self._database.writing() as connection:
            _outdate(connection, header_nonces)

    def accept(self, path: str) -> int:
        """Take what is suspected or missed at a path and below for what should be; return how many files."""
        with self._database.writing() as connection:
            gone = [one.header_nonce for one in _vanished(connection) if is_below(one.path, path)]
            _outdate(connection, gone)
            connection.execute(f"DELETE FROM vanished WHERE {BELOW}", (path,))  # noqa: S608
            connection.execute(
                "UPDATE items SET suspicion = NULL, suspicion_key = NULL"  # noqa: S608
                f" WHERE suspicion IS NOT NULL AND {BELOW}",
                (path,),
            )
            suspected_count = connection.changes()
            connection.execute(
                "UPDATE items SET whole_size = stored_size, problem = nullif(problem, ?2)"  # noqa: S608
                f" WHERE whole_size > stored_size AND node_problem IS NULL AND {BELOW}",
                (path, str(SHRUNK)),
            )
            shrunk_count = connection.changes()
            connection.execute(_DROP_STALE_SEALS)
        return len(gone) + suspected_count + shrunk_count


def is_below(path: str, folder: str) -> bool:
    """Return whether `path` is `folder` or lies below it."""
    return folder == "/" or path == folder or path.startswith(f"{folder}/")


def _vanished(connection: apsw.Connection) -> list[Vanished]:
    rows = connection.execute(
        "SELECT path, stored_path, header_nonce, stored_size, mtime_ns, since_ns FROM vanished ORDER BY path"
    )
    names = ("path", "stored_path", "header_nonce", "stored_size", "mtime_ns", "since_ns")
    return [Vanished(**dict(zip(names, row, strict=True))) for row in rows]


def _outdate(connection: apsw.Connection, header_nonces: list[bytes]) -> None:
    connection.executemany("INSERT OR IGNORE INTO former VALUES (?)", [(nonce,) for nonce in header_nonces])
