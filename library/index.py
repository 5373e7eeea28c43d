"""The encrypted index: every item, to be listed, searched and compared with the vault."""

import json
import time
from collections.abc import Mapping, Sequence

import apsw

from library import query as queries
from library.arriving import ARRIVING
from library.checks import ALTERED, Check, write_check
from library.cursors import CursorSealer
from library.database import Database
from library.errors import ItemNotFoundError
from library.folding import fold, list_key, natural_key
from library.items import Item, ItemKind, ItemPage, ItemQuery
from library.kinds import mime_of
from library.positions import Position
from library.records import (
    EXAMINATION_VERSION,
    EXAMINE_AGAIN,
    FOLDER_MIME,
    STILL_GOOD,
    Examined,
    Record,
    unix_time,
)
from library.rows import ITEM_COLUMNS, RECORD_COLUMNS, item_of, position_of, record_of, values_of
from library.seals import Seal, read_seal, write_seal
from library.titles import title_of
from transcoder import MediaInfo

_BATCH = 1000  # records written in one transaction, about 0.15 s

_DERIVED_COLUMNS = ("title", "list_key", "name_key", "title_key", "search_text")
_SELECT_RECORDS = f"SELECT {', '.join(RECORD_COLUMNS)} FROM items"  # noqa: S608
_SELECT_ITEM = f"SELECT {ITEM_COLUMNS} FROM items"  # noqa: S608
_PLACED_COLUMNS = (*RECORD_COLUMNS, *_DERIVED_COLUMNS)
_UPSERT = (
    f"INSERT INTO items ({', '.join(_PLACED_COLUMNS)}, added_ns, mime)"  # noqa: S608
    f" VALUES ({', '.join('?' * len(_PLACED_COLUMNS))}, ?, ?)"
    f" ON CONFLICT (item_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _PLACED_COLUMNS)}"
)
_FORGET_FINDINGS = (
    "UPDATE items SET mime = ?, problem = node_problem, duration_s = NULL, width = NULL, height = NULL,"
    " taken_at = NULL, taken_s = NULL, lat = NULL, lon = NULL, has_image = 0 WHERE item_id = ?"
)
_SET_FINDINGS = (
    "UPDATE items SET kind = ?, mime = ?, duration_s = ?, width = ?, height = ?, taken_at = ?, taken_s = ?, lat = ?,"
    " lon = ?, problem = ?, has_image = ?, examined = ? WHERE item_id = ? AND stored_path = ?"
    " AND mtime_ns = ? AND stored_size IS ?"
)
# A file whose head was never read is no loss that could be told from a copy that was given up.
_VANISH = (
    "INSERT OR REPLACE INTO vanished (path, stored_path, header_nonce, stored_size, mtime_ns, since_ns)"
    " SELECT path, stored_path, header_nonce, stored_size, mtime_ns, ? FROM items"
    " WHERE item_id = ? AND header_nonce IS NOT NULL"
)


class Index:
    """Items, their media and their seal records, in one encrypted database.

    Args:
        database: Opened with `schema.INDEX_MIGRATIONS`.
        sealer: Seals the cursors of pages.
        root_item_id: Item of the root folder.
    """

    def __init__(self, database: Database, sealer: CursorSealer, root_item_id: str) -> None:
        self._database = database
        self._sealer = sealer
        self._root_item_id = root_item_id

    def page(self, query: ItemQuery, played: Mapping[bytes, Position] | None = None) -> ItemPage:
        """Return one page of items.

        Args:
            query: Which.
            played: Where people are, by header nonce; for a query that needs it.

        Raises:
            BadCursorError
        """
        after = self._sealer.open(query.sort, query.cursor) if query.cursor else None
        statement = queries.page_statement(query, ITEM_COLUMNS, self._root_item_id, after, played or {})
        with self._database.reading() as connection:
            rows = connection.execute(*statement).fetchall()
        page, more = rows[: query.limit], len(rows) > query.limit
        following = self._sealer.seal(query.sort, position_of(page[-1])) if more else None
        return ItemPage(tuple(item_of(row[1:], None) for row in page), following)

    def item(self, item_id: str) -> Item:
        """Return an item with its media.

        Raises:
            ItemNotFoundError
        """
        return self._one_item("item_id = ?", item_id)

    def item_at(self, path: str) -> Item:
        """Return the item at a path of the vault, "/a/b".

        Raises:
            ItemNotFoundError
        """
        return self._one_item("path = ?", path)

    def record(self, item_id: str) -> Record:
        """Return where an item's bytes are and what they were.

        Raises:
            ItemNotFoundError
        """
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT_RECORDS} WHERE item_id = ?", (item_id,)).fetchone()
        if row is None:
            raise ItemNotFoundError(item_id)
        return record_of(row)

    def records(self) -> list[Record]:
        """Return every record."""
        with self._database.reading() as connection:
            return [record_of(row) for row in connection.execute(_SELECT_RECORDS)]

    def playable_after(self, item_id: str, kind: ItemKind) -> Item | None:
        """Return the next item of a kind that can be played in the folder of an item, by name; None at the end.

        Raises:
            ItemNotFoundError
        """
        beyond = "parent_id = ? AND (list_key, item_id) > (?, ?)"
        return self._first_playable(beyond, (*self._place(item_id), kind))

    def first_playable(self, folder_id: str, kind: ItemKind) -> Item | None:
        """Return the first item of a kind that can be played in a folder, by name."""
        return self._first_playable("parent_id = ?", (folder_id, kind))

    def folders_after(self, folder_id: str) -> list[Item]:
        """Return the folders that lie beside a folder and come after it, by name.

        Raises:
            ItemNotFoundError
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT_ITEM} WHERE parent_id = ? AND (list_key, item_id) > (?, ?) AND kind = 'folder'"
                " ORDER BY list_key, item_id",
                self._place(folder_id),
            )
            return [item_of(row, None) for row in rows]

    def _place(self, item_id: str) -> tuple[str | None, str, str]:
        """Return the folder of an item, and its place among its neighbours."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT parent_id, list_key, item_id FROM items WHERE item_id = ?", (item_id,)
            ).fetchone()
        if row is None:
            raise ItemNotFoundError(item_id)
        parent_id, list_key, found_id = row
        return parent_id, list_key, found_id

    def _first_playable(self, condition: str, values: Sequence[str | None]) -> Item | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"{_SELECT_ITEM} WHERE {condition} AND kind = ? AND node_problem IS NULL"  # noqa: S608 - conditions of this module
                " AND EXISTS (SELECT 1 FROM media WHERE media.item_id = items.item_id)"
                " ORDER BY list_key, item_id LIMIT 1",
                values,
            ).fetchone()
        return None if row is None else item_of(row, None)

    def sound_videos(self, least_s: float) -> list[tuple[str, bytes]]:
        """Return id and header nonce of the videos of some length that nothing is known against, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT item_id, header_nonce FROM items WHERE kind = 'video' AND header_nonce IS NOT NULL"
                " AND duration_s >= ? AND coalesce(node_problem, suspicion, problem) IS NULL ORDER BY mtime_ns DESC",
                (least_s,),
            )
            return [(item_id, header_nonce) for item_id, header_nonce in rows]

    def contents(self) -> frozenset[bytes]:
        """Return the header nonce of every file."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT header_nonce FROM items WHERE header_nonce IS NOT NULL")
            return frozenset(nonce for (nonce,) in rows)

    def has_image(self, item_id: str) -> bool:
        """Say whether an item has pictures.

        Raises:
            ItemNotFoundError
        """
        with self._database.reading() as connection:
            found = connection.execute("SELECT has_image FROM items WHERE item_id = ?", (item_id,)).get
        if found is None:
            raise ItemNotFoundError(item_id)
        return bool(found)

    def to_examine(self) -> list[Record]:
        """Return the records whose files were not examined yet, or by an older version; newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT_RECORDS} WHERE examined < CASE kind WHEN 'video' THEN ? WHEN 'photo' THEN ?"
                " WHEN 'other' THEN ? END AND node_problem IS NOT ? ORDER BY mtime_ns DESC, item_id",
                (
                    *(STILL_GOOD[kind] for kind in (ItemKind.VIDEO, ItemKind.PHOTO, ItemKind.OTHER)),
                    str(ARRIVING),
                ),
            )
            return [record_of(row) for row in rows]

    def change(self, rewritten: Sequence[Record], removed: Sequence[str]) -> None:
        """Write records, then remove others. What was found in replaced contents is forgotten.

        Files that are removed so went by themselves: they are listed as vanished.
        """
        now_ns = time.time_ns()
        # Of what was there when the index was made, nobody knows when it was added: its own time has to do.
        # The result is then the same whenever the index is made again.
        first_scan = self.count() == 0
        for start in range(0, len(rewritten), _BATCH):  # other processes want to write, too
            with self._database.writing() as connection:
                for record in rewritten[start : start + _BATCH]:
                    _write(connection, record, min(record.mtime_ns, now_ns) if first_scan else now_ns)
        with self._database.writing() as connection:
            gone = [(item_id,) for item_id in removed]
            connection.executemany(_VANISH, [(now_ns, item_id) for item_id in removed])
            connection.executemany("DELETE FROM items WHERE item_id = ?", gone)
            connection.executemany("DELETE FROM media WHERE item_id = ?", gone)

    def set_examined(self, record: Record, found: Examined) -> bool:
        """Write what the examination of `record` found. False: it was changed meanwhile, nothing is written."""
        with self._database.writing() as connection:
            lat, lon = found.location or (None, None)
            settled = found.certain or record.examined == EXAMINE_AGAIN
            examined = EXAMINATION_VERSION if settled else EXAMINE_AGAIN
            connection.execute(
                _SET_FINDINGS,
                (
                    *(found.kind, found.mime, found.duration_s, found.width, found.height),
                    *(found.taken_at, unix_time(found.taken_at), lat, lon),
                    *(found.problem, found.has_image, examined),
                    *(record.item_id, record.stored_path, record.mtime_ns, record.stored_size),
                ),
            )
            if connection.changes() == 0:
                return False
            connection.execute("DELETE FROM media WHERE item_id = ?", (record.item_id,))
            _write_seal(connection, record, found)
            if found.media is not None:
                media = json.dumps(found.media.to_json(), separators=(",", ":"))
                connection.execute("INSERT INTO media VALUES (?, ?)", (record.item_id, media))
            return True

    def count(self) -> int:
        """Return how many items there are, folders included, the root not."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM items WHERE parent_id IS NOT NULL").get)

    def close(self) -> None:
        """Close the index. Safe twice."""
        self._database.close()

    def _one_item(self, condition: str, value: str) -> Item:
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT_ITEM} WHERE {condition}", (value,)).fetchone()
            if row is None:
                raise ItemNotFoundError(value if condition.startswith("item_id") else "at this path")
            media = connection.execute("SELECT json FROM media WHERE item_id = ?", (row[0],)).get
        return item_of(row, MediaInfo.from_json(json.loads(media)) if media else None)


def _write(connection: apsw.Connection, record: Record, added_ns: int) -> None:
    is_folder = record.kind is ItemKind.FOLDER
    title = record.name if is_folder else title_of(record.name)
    name_key = natural_key(record.name)
    mime = FOLDER_MIME if is_folder else mime_of(record.name)
    values = values_of(record)
    derived = (
        title,
        list_key(name_key, is_folder=is_folder),
        name_key,
        natural_key(title),
        fold(f"{title}\n{record.name}\n{record.path}"),
    )
    connection.execute(_UPSERT, (*values, *derived, added_ns, mime))
    if is_folder or not record.examined:
        connection.execute(_FORGET_FINDINGS, (mime, record.item_id))
        connection.execute("DELETE FROM media WHERE item_id = ?", (record.item_id,))


def _write_seal(connection: apsw.Connection, record: Record, found: Examined) -> None:
    """Keep the SHA-256 of a file that was read whole for its examination; or tell that it is not what it was."""
    if found.sha256 is None or record.header_nonce is None or record.stored_size is None:
        return
    known = read_seal(connection, record.header_nonce, record.stored_size)
    if known is not None and known.sha256 != found.sha256:
        check = Check(
            stored_path=record.stored_path,
            stored_size=record.stored_size,
            mtime_ns=record.mtime_ns,
            checked_ns=time.time_ns(),
            problem=ALTERED,
            ranges=((0, record.size or 0),),
        )
        write_check(connection, check)
    else:
        seal = Seal(
            header_nonce=record.header_nonce,
            stored_size=record.stored_size,
            sha256=found.sha256,
            marks=found.marks,
        )
        write_seal(connection, seal)
