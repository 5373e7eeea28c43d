"""Text of subtitles in the encrypted store: read out of a film once, kept until the film is another one."""

from collections.abc import Mapping

from library.database import Database


class SubtitleStore:
    """Subtitles by item, track and form. Everything in it can be made again from the vault.

    Args:
        database: The artwork's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, item_id: str, track: int, form: str, revision: str) -> bytes | None:
        """Return what was kept of a track; None if there is nothing, or it is of other contents.

        Args:
            item_id: Of the film, or of the file beside it.
            track: Number of the stream in the film; 0 for a file.
            form: What it was made into.
            revision: Of what it was made from, in one line.
        """
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT contents FROM subtitles WHERE item_id = ? AND track = ? AND form = ? AND revision = ?",
                (item_id, track, form, revision),
            ).get
        return found if isinstance(found, bytes) else None

    def put(self, item_id: str, revision: str, contents: Mapping[tuple[int, str], bytes]) -> None:
        """Keep what was made of an item's tracks: bytes by track and form. What is of another revision goes."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM subtitles WHERE item_id = ? AND revision <> ?", (item_id, revision)
            )
            rows = [(item_id, track, form, revision, one) for (track, form), one in contents.items()]
            connection.executemany("INSERT OR REPLACE INTO subtitles VALUES (?, ?, ?, ?, ?)", rows)
