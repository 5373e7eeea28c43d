"""The sheets of small pictures of films, in the encrypted store of pictures, by the header nonce of the contents."""

import contextlib
from collections.abc import Collection, Sequence

from library.database import Database
from library.errors import StoreDamagedError
from transcoder import PreviewLayout

_COLUMNS = ("interval_s", "width", "height", "columns", "rows", "count")


class PreviewStore:
    """Sheets by contents. All of a film's are written at once, or none; everything can be made again.

    Args:
        database: Opened with `schema.ARTWORK_MIGRATIONS`; it stays its owner's.

    What is damaged counts as not there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def layout(self, header_nonce: bytes) -> PreviewLayout | None:
        """Return how the sheets of these contents are laid out; None when there are none."""
        with contextlib.suppress(StoreDamagedError), self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM previews WHERE header_nonce = ? AND count > 0",  # noqa: S608
                (header_nonce,),
            ).fetchone()
            if row is not None:
                return PreviewLayout(**dict(zip(_COLUMNS, row, strict=True)))
        return None

    def sheet(self, header_nonce: bytes, sheet_index: int) -> bytes | None:
        """Return one sheet, a JPEG; None when there is none."""
        with contextlib.suppress(StoreDamagedError), self._database.reading() as connection:
            found = connection.execute(
                "SELECT jpeg FROM preview_sheets WHERE header_nonce = ? AND sheet_index = ?",
                (header_nonce, sheet_index),
            ).get
            return found if isinstance(found, bytes) else None
        return None

    def known(self) -> frozenset[bytes]:
        """Return the contents that have sheets, and those of which none can be made."""
        with contextlib.suppress(StoreDamagedError), self._database.reading() as connection:
            return frozenset(nonce for (nonce,) in connection.execute("SELECT header_nonce FROM previews"))
        return frozenset()

    def put(self, header_nonce: bytes, layout: PreviewLayout, sheets: Sequence[bytes]) -> None:
        """Store all sheets of these contents."""
        values = [getattr(layout, name) for name in _COLUMNS]
        self._write(header_nonce, values, sheets)

    def put_none(self, header_nonce: bytes) -> None:
        """Remember that none can be made of these contents."""
        self._write(header_nonce, [0] * len(_COLUMNS), ())

    def keep_only(self, header_nonces: Collection[bytes]) -> None:
        """Forget what belongs to other contents than these."""
        with contextlib.suppress(StoreDamagedError):
            gone = [(nonce,) for nonce in self.known() - set(header_nonces)]
            if gone:
                with self._database.writing() as connection:
                    connection.executemany("DELETE FROM previews WHERE header_nonce = ?", gone)
                    connection.executemany("DELETE FROM preview_sheets WHERE header_nonce = ?", gone)

    def _write(self, header_nonce: bytes, values: Sequence[float], sheets: Sequence[bytes]) -> None:
        with contextlib.suppress(StoreDamagedError), self._database.writing() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO previews (header_nonce, {', '.join(_COLUMNS)})"  # noqa: S608
                f" VALUES (?{', ?' * len(_COLUMNS)})",
                (header_nonce, *values),
            )
            connection.execute("DELETE FROM preview_sheets WHERE header_nonce = ?", (header_nonce,))
            rows = [(header_nonce, number, jpeg) for number, jpeg in enumerate(sheets)]
            connection.executemany("INSERT INTO preview_sheets VALUES (?, ?, ?)", rows)
