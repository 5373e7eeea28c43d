"""What was found when files were read whole, kept in the index: nothing is read twice in one check."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import apsw

from library.database import Database
from library.history_store import BELOW
from library.marks import Range, united
from library.problems import Problem, problem_from, text_of

ALTERED = Problem("altered", "it is not what was stored, though every part of it is genuine")
NOT_READ_WHOLE = 0  # a time: what was found, was found on the way

_UPSERT = "INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?)"
_EXAMINE_AGAIN = "UPDATE items SET examined = 0 WHERE stored_path = ? AND problem IS NOT NULL"
# A file that is another by its size or time was not checked: what was checked is gone.
JOIN = (
    "checks ON checks.stored_path = items.stored_path AND checks.stored_size IS items.stored_size"
    " AND checks.mtime_ns = items.mtime_ns"
)
_OF_FILE = "FROM checks WHERE stored_path = ? AND stored_size IS ? AND mtime_ns = ?"
_READABLE = "kind <> 'folder' AND header_nonce IS NOT NULL AND node_problem IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one look at all of a file found.

    Attributes:
        stored_path, stored_size, mtime_ns: Which file it was.
        checked_ns: When all of it was read, nanoseconds since the epoch; `NOT_READ_WHOLE` before that.
        problem: None when it is whole.
        ranges: Which plaintext bytes it concerns.
    """

    stored_path: str
    stored_size: int | None
    mtime_ns: int
    checked_ns: int
    problem: Problem | None = None
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """How much of the files was read whole since a moment, in files and stored bytes."""

    file_count: int
    checked_count: int
    stored_size: int
    damaged_count: int


class Checks:
    """The checks of the index.

    Args:
        database: The index's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, check: Check) -> None:
        """Write what was found; it takes the place of what was known of the file.

        What is whole again is to be examined again: nobody could look at it while it was not.
        """
        with self._database.writing() as connection:
            before = connection.execute(
                "SELECT problem FROM checks WHERE stored_path = ?", (check.stored_path,)
            ).get
            write_check(connection, check)
            if before is not None and check.problem is None:
                connection.execute(_EXAMINE_AGAIN, (check.stored_path,))

    def add_altered(self, check: Check) -> None:
        """Note further parts of a file that are altered: what was found in this file before stays."""
        with self._database.writing() as connection:
            row = connection.execute(
                f"SELECT ranges {_OF_FILE}", (check.stored_path, check.stored_size, check.mtime_ns)
            ).fetchone()
            before = ranges_from(row[0]) if row is not None else ()
            write_check(connection, replace(check, ranges=tuple(united([*before, *check.ranges]))))

    def get(self, stored_path: str, stored_size: int | None, mtime_ns: int) -> Check | None:
        """Return what was found in this file when it was checked last, None if it never was."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT checked_ns, problem, ranges {_OF_FILE}",
                (stored_path, stored_size, mtime_ns),
            ).fetchone()
        if row is None:
            return None
        checked_ns, problem, ranges = row
        return Check(
            stored_path=stored_path,
            stored_size=stored_size,
            mtime_ns=mtime_ns,
            checked_ns=checked_ns,
            problem=problem_from(problem),
            ranges=ranges_from(ranges),
        )

    def forget(self, stored_path: str) -> None:
        """Forget what was found in a file: it is to be checked again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM checks WHERE stored_path = ?", (stored_path,))

    def due(self, before_ns: int, limit: int) -> Sequence[str]:
        """Return items of files that were not checked since, those checked longest ago first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT item_id FROM items LEFT JOIN {JOIN} WHERE {_READABLE}"  # noqa: S608 - no input in it
                " AND coalesce(checked_ns, 0) < ? ORDER BY coalesce(checked_ns, 0), item_id LIMIT ?",
                (before_ns, limit),
            )
            return [item_id for (item_id,) in rows]

    def status(self, since_ns: int) -> CheckStatus:
        """Return how far the checking is, of the files that can be checked."""
        checked = "coalesce(checked_ns, 0) >= ?1"
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT count(*), total({checked}), total(items.stored_size),"  # noqa: S608 - no input in it
                " count(checks.problem)"
                f" FROM items LEFT JOIN {JOIN} WHERE {_READABLE}",
                (since_ns,),
            ).fetchone()
        assert row is not None
        return CheckStatus(*(int(value) for value in row))

    # --- the run of a person's deep check

    def begin_run(self, now_ns: int, *, restart: bool) -> int:
        """Return when the run began that was not finished, or begin one now."""
        with self._database.writing() as connection:
            began_ns = None if restart else connection.execute("SELECT began_ns FROM check_run").get
            if began_ns is None:
                connection.execute("DELETE FROM check_run")
                connection.execute("INSERT INTO check_run VALUES (?)", (now_ns,))
                began_ns = now_ns
            return int(began_ns)

    def end_run(self) -> None:
        """Note that the run is finished: the next one begins anew."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM check_run")

    def accept(self, path: str) -> int:
        """Take altered files at a path and below for what they are now; return how many."""
        with self._database.writing() as connection:
            rows = connection.execute(
                f"SELECT items.stored_path, header_nonce FROM items JOIN {JOIN}"  # noqa: S608 - no input in it
                f" WHERE checks.problem = ?2 AND {BELOW}",
                (path, str(ALTERED)),
            ).fetchall()
            for stored_path, header_nonce in rows:
                connection.execute("DELETE FROM checks WHERE stored_path = ?", (stored_path,))
                connection.execute("DELETE FROM seals WHERE header_nonce = ?", (header_nonce,))
                connection.execute(_EXAMINE_AGAIN, (stored_path,))
        return len(rows)


def write_check(connection: apsw.Connection, check: Check) -> None:
    """Write what was found inside a transaction."""
    values = (check.stored_path, check.stored_size, check.mtime_ns, check.checked_ns, text_of(check.problem))
    connection.execute(_UPSERT, (*values, json.dumps(check.ranges) if check.ranges else None))


def ranges_from(text: str | None) -> tuple[Range, ...]:
    """Return the ranges that a row holds."""
    return tuple((start, stop) for start, stop in json.loads(text or "[]"))
