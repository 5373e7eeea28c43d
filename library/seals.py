"""Seal records: what the contents of files were when they were read whole.

A record is found by the header nonce, which is random and new for every file that is written: it stays
true wherever the file is moved to, and says nothing of a file that took its place.
"""

from dataclasses import dataclass

import apsw

from library.database import Database

# Of other contents under the same nonce (a file that grew in place), nothing that was known holds.
_UPSERT = (
    "INSERT INTO seals (header_nonce, stored_size, sha256, original_mtime_ns, marks) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (header_nonce) DO UPDATE SET original_mtime_ns = CASE WHEN stored_size = excluded.stored_size"
    " THEN coalesce(excluded.original_mtime_ns, original_mtime_ns) ELSE excluded.original_mtime_ns END,"
    " marks = CASE WHEN sha256 = excluded.sha256 THEN coalesce(excluded.marks, marks) ELSE excluded.marks END,"
    " stored_size = excluded.stored_size, sha256 = excluded.sha256"
    # A file that lost its end: what it was is still to be known when it comes back.
    " WHERE excluded.stored_size >= stored_size"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The contents of one file.

    Attributes:
        header_nonce: Of the stored file.
        stored_size: Bytes on disk.
        sha256: Of the plaintext.
        original_mtime_ns: When the file that was imported was last changed, nanoseconds since the epoch.
        marks: To tell which part was changed; see `marks`. None when the chunks were not looked at.
    """

    header_nonce: bytes
    stored_size: int
    sha256: bytes
    original_mtime_ns: int | None = None
    marks: bytes | None = None


class Seals:
    """The seal records of the index.

    Args:
        database: The index's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, seal: Seal) -> None:
        """Write a record; the time of the original is kept where the new one has none."""
        with self._database.writing() as connection:
            write_seal(connection, seal)

    def get(self, header_nonce: bytes, stored_size: int) -> Seal | None:
        """Return the record of these contents, if they were ever read whole."""
        with self._database.reading() as connection:
            return read_seal(connection, header_nonce, stored_size)


def read_seal(connection: apsw.Connection, header_nonce: bytes, stored_size: int) -> Seal | None:
    """Return a record inside a transaction."""
    row = connection.execute(
        "SELECT sha256, original_mtime_ns, marks FROM seals WHERE header_nonce = ? AND stored_size = ?",
        (header_nonce, stored_size),
    ).fetchone()
    if row is None:
        return None
    sha256, original_mtime_ns, marks = row
    return Seal(
        header_nonce=header_nonce,
        stored_size=stored_size,
        sha256=sha256,
        original_mtime_ns=original_mtime_ns,
        marks=marks,
    )


def write_seal(connection: apsw.Connection, seal: Seal) -> None:
    """Write a record inside a transaction."""
    values = (seal.header_nonce, seal.stored_size, seal.sha256, seal.original_mtime_ns, seal.marks)
    connection.execute(_UPSERT, values)
