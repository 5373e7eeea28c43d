"""What Lanterne itself brings into the vault: known at once, before any scan, and what it was is not forgotten."""

from library.changes import compare
from library.checks import Checks
from library.database import Database
from library.folding import list_key, natural_key
from library.history import Beginning
from library.history_store import HistoryStore
from library.index import Index
from library.item_ids import ItemIds
from library.kinds import HEAD_SIZE
from library.listing import Entry, Listing
from library.records import Record
from library.rows import RECORD_COLUMNS, record_of
from library.seals import Seal, Seals
from vault import Node, PlaintextReader, Vault

SHA256_SIZE = 32  # bytes

_SELECT_AT = (
    f"SELECT {', '.join(RECORD_COLUMNS)} FROM items"  # noqa: S608 - constants
    " WHERE parent_id = ? AND list_key = ? AND stored_path = ?"
)
_SELECT_TWIN = "SELECT 1 FROM items WHERE header_nonce = ? AND item_id <> ? LIMIT 1"


class ImportRecords:
    """Notes what was stored, and tells what is known of it. For any thread.

    Args:
        vault: Unlocked.
        database: The index's, which stays its owner.
        index: The items.
        ids: Makes ids.
    """

    def __init__(self, vault: Vault, database: Database, index: Index, ids: ItemIds) -> None:
        self._vault = vault
        self._database = database
        self._index = index
        self._seals = Seals(database)
        self._checks = Checks(database)
        self._history_store = HistoryStore(database)
        self._ids = ids

    def note(self, path: str, sha256: bytes, source_mtime_ns: int | None, marks: bytes | None) -> None:
        """Remember what was stored; see `Library.note_stored`."""
        if len(sha256) != SHA256_SIZE:
            raise ValueError(f"a SHA-256 has {SHA256_SIZE} bytes")
        node = self._vault.find(path)
        with self._vault.open(node) as reader:
            self._seals.put(
                Seal(
                    header_nonce=reader.header_nonce,
                    stored_size=reader.stored_size,
                    sha256=sha256,
                    original_mtime_ns=source_mtime_ns,
                    marks=marks,
                )
            )
            record = self._record_at(node)
            if record is None or not _describes(record, reader):
                # An import keeps the time of the original, so that size and time may be those of a file before it.
                self._checks.forget(node.stored_path)
            if record is not None and not _describes(record, reader):
                self._bring_up_to_date(record, node, reader)

    def record_of(self, node: Node) -> Record | None:
        """Return the record of a file of the vault, as far as its place, size and time tell."""
        record = self._record_at(node)
        if record is None or (record.stored_size, record.mtime_ns) != (node.stored_size, node.mtime_ns):
            return None
        return record

    def seal_of(self, reader: PlaintextReader) -> Seal | None:
        """Return what is known of the contents that a reader shows; see `Library.seal_of`."""
        return self._seals.get(reader.header_nonce, reader.stored_size)

    def stored_sha256(self, path: str) -> bytes | None:
        """Return the SHA-256 of what is at a path; see `Library.stored_sha256`."""
        with self._vault.open(self._vault.find(path)) as reader:
            seal = self.seal_of(reader)
        return None if seal is None else seal.sha256

    def _record_at(self, node: Node) -> Record | None:
        """Return the record of what is, or was, at the place of a file."""
        # By what the items of a folder are listed by: there is an index on that.
        place = (self._ids.of_folder(node.folder_id), list_key(natural_key(node.name), is_folder=False))
        with self._database.reading() as connection:
            row = connection.execute(_SELECT_AT, (*place, node.stored_path)).fetchone()
        return None if row is None else record_of(row)

    def _is_elsewhere(self, header_nonce: bytes, record: Record) -> bool:
        """Return whether another item than the one of `record` has these contents."""
        with self._database.reading() as connection:
            found = connection.execute(_SELECT_TWIN, (header_nonce, record.item_id)).fetchone()
        return found is not None

    def _bring_up_to_date(self, record: Record, node: Node, reader: PlaintextReader) -> None:
        """Make the record of a place say what is there now, as a scan does.

        A scan alone would not see it where size and time are the same, and until then nobody could open the item.
        """
        if self._is_elsewhere(reader.header_nonce, record):
            return  # moved here, or a copy: that takes a look at the whole vault
        beginning = Beginning(reader.header_nonce, reader.read(HEAD_SIZE))
        changes = compare(
            [record],
            Listing(files=[Entry(record.path, node)]),
            self._ids,
            lambda _node: beginning,
            self._history_store.history(trusts_times=False),
        )
        self._index.change([now for now in changes.rewritten if now.item_id == record.item_id], [])
        # Seals of what was there stay: it may lie elsewhere now, which only a scan can tell.
        self._history_store.outdate(changes.outdated)


def _describes(record: Record, reader: PlaintextReader) -> bool:
    return (record.header_nonce, record.stored_size) == (reader.header_nonce, reader.stored_size)
