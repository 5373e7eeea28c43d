"""Pictures that lie beside songs, for those that bring none along."""

from library.database import Database
from library.folding import list_key, natural_key

# What programs that tag songs call it, the most usual first.
NAMES = tuple(
    f"{name}.{extension}"
    for name in ("cover", "folder", "front")
    for extension in ("jpg", "jpeg", "png", "webp")
)
_KEYS = tuple(list_key(natural_key(name), is_folder=False) for name in NAMES)
# Of a row of `items`: what lies in the same folder under one of these names and can be shown.
_IS_COVER = (
    "cover.parent_id = items.parent_id AND cover.kind = 'photo' AND cover.has_image AND cover.list_key IN ("
    + ", ".join(f"'{key}'" for key in _KEYS)
    + ")"
)
_IS_SONG = "items.kind = 'other' AND items.duration_s IS NOT NULL"
HAS_IMAGE = f"(has_image OR ({_IS_SONG} AND EXISTS (SELECT 1 FROM items AS cover WHERE {_IS_COVER})))"  # noqa: S608
_SELECT = (
    f"SELECT cover.list_key, cover.item_id FROM items JOIN items AS cover ON {_IS_COVER}"  # noqa: S608 - constants
    f" WHERE items.item_id = ? AND {_IS_SONG}"
)


class Covers:
    """Finds them, as the index knows them now.

    Args:
        database: The index's, which stays its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def beside(self, song_id: str) -> str | None:
        """Return the item of the picture that lies beside a song, None if there is none."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT, (song_id,)).fetchall()
        found = sorted((_KEYS.index(key), item_id) for key, item_id in rows)
        return str(found[0][1]) if found else None
