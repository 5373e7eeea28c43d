"""The pictures of items, as JPEG at the widths of `IMAGE_WIDTHS`, in an encrypted store."""

from collections.abc import Iterable, Mapping

from library.database import Database


class Artwork:
    """JPEG bytes by item and width. Everything in it can be made again from the vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, item_id: str, width: int) -> bytes | None:
        """Return the stored JPEG, None when there is none of this width."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT jpeg FROM images WHERE item_id = ? AND width = ?", (item_id, width)
            ).get
        return found if isinstance(found, bytes) else None

    def put(self, item_id: str, width: int, jpeg: bytes) -> None:
        """Store one more width of an item."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO images VALUES (?, ?, ?)", (item_id, width, jpeg))

    def replace(self, item_id: str, images: Mapping[int, bytes]) -> None:
        """Store these widths of an item and forget all others: its contents are new."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM images WHERE item_id = ?", (item_id,))
            rows = [(item_id, width, jpeg) for width, jpeg in images.items()]
            connection.executemany("INSERT INTO images VALUES (?, ?, ?)", rows)

    def remove(self, item_ids: Iterable[str]) -> None:
        """Forget all pictures of these items, and their subtitles."""
        with self._database.writing() as connection:
            gone = [(item_id,) for item_id in item_ids]
            connection.executemany("DELETE FROM images WHERE item_id = ?", gone)
            connection.executemany("DELETE FROM subtitles WHERE item_id = ?", gone)

    def close(self) -> None:
        """Close the store. Safe twice."""
        self._database.close()
