"""Where people are in their films: an encrypted store of its own, that no rebuilding of the index touches.

A row belongs to contents, known by their header nonce: whatever the file is called, wherever in the vault it is
moved to and however often the index is made again, the nonce stays. Other contents are another film.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from library.database import Database

_MOST_ASKED = 500  # nonces in one statement


class Position(NamedTuple):
    """How far somebody came.

    Attributes:
        position_s: Where to go on, in seconds of playing time; None: not begun, or seen to the end.
        seen_ns: When it was last played, nanoseconds since the epoch.
        watched_ns: When it was last seen to the end; None: never.
    """

    position_s: float | None
    seen_ns: int
    watched_ns: int | None = None


class Positions:
    """The position of every film that was ever played, by the header nonce of its contents. For any thread.

    Args:
        database: Opened with `schema.PEOPLE_MIGRATIONS`; it is closed with this.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, header_nonce: bytes, position_s: float | None, seen_ns: int) -> None:
        """Somebody is there now. When it was watched to the end before stays known."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO positions (header_nonce, position_s, seen_ns) VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                " SET position_s = excluded.position_s, seen_ns = excluded.seen_ns",
                (header_nonce, position_s, seen_ns),
            )

    def finish(self, header_nonce: bytes, seen_ns: int) -> None:
        """It was watched to the end."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO positions (header_nonce, position_s, seen_ns, watched_ns)"
                " VALUES (?1, NULL, ?2, ?2)",
                (header_nonce, seen_ns),
            )

    def forget(self, header_nonce: bytes) -> None:
        """It was never played, as far as anybody is told."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM positions WHERE header_nonce = ?", (header_nonce,))

    def of(self, header_nonces: Iterable[bytes]) -> Mapping[bytes, Position]:
        """Return the positions of these contents; those that were never played are left out."""
        asked = list(header_nonces)
        found: dict[bytes, Position] = {}
        with self._database.reading() as connection:
            for start in range(0, len(asked), _MOST_ASKED):
                some = asked[start : start + _MOST_ASKED]
                rows = connection.execute(
                    "SELECT header_nonce, position_s, seen_ns, watched_ns FROM positions"  # noqa: S608
                    f" WHERE header_nonce IN ({', '.join('?' * len(some))})",
                    some,
                )
                found |= {nonce: Position(*rest) for nonce, *rest in rows}
        return found

    def all(self) -> Mapping[bytes, Position]:
        """Return every position."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT header_nonce, position_s, seen_ns, watched_ns FROM positions")
            return {nonce: Position(*rest) for nonce, *rest in rows}

    def close(self) -> None:
        """Close the store. Safe twice."""
        self._database.close()
