"""The library: what the vault holds, as items. Opened when the vault is unlocked, closed when it is locked."""

import os
import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from library.artwork import Artwork
from library.checks import Checks
from library.covers import Covers
from library.cursors import CursorSealer
from library.database import Database, can_open
from library.errors import NotAFileError, NotPlayableError
from library.history_store import HistoryStore
from library.images import Images
from library.import_records import ImportRecords
from library.index import Index
from library.integrity import Integrity
from library.item_ids import ItemIds
from library.items import Item, ItemKind, ItemPage, ItemQuery
from library.kept_readers import KeptReaders, OpenFile
from library.lazy_feed import LazyFeed
from library.opening import Opener
from library.pictures import PictureMaker
from library.positions import Positions
from library.preview_store import PreviewStore
from library.previews import Previews
from library.scan import OnProgress, Scanner, ScanReport
from library.schema import ARTWORK_MIGRATIONS, INDEX_MIGRATIONS, PEOPLE_MIGRATIONS
from library.seals import Seal, Seals
from library.subtitle_files import SubtitleFiles
from library.subtitle_store import SubtitleStore
from library.subtitles import Subtitles
from library.watching import Watching
from transcoder import Source
from vault import Node, PlaintextReader, Vault

# What the keys are derived for; a change makes every index of the world unreadable.
_INDEX_KEY_INFO = "lanterne index"
_ARTWORK_KEY_INFO = "lanterne artwork"
_PEOPLE_KEY_INFO = "lanterne people"
_ITEM_ID_KEY_INFO = "lanterne item ids"
_CURSOR_KEY_INFO = "lanterne cursors"

INDEX_FILE = "index.db"
ARTWORK_FILE = "artwork.db"
PEOPLE_FILE = "people.db"
_SCAN_LOCK_FILE = "scan.lock"
_MOST_AT_ONCE = 3


class Library:
    """Items of an unlocked vault. All methods may be called by many threads at once.

    Args:
        vault: Unlocked; it stays the caller's, and outlives the library.
        state_dir: Folder of the encrypted index and artwork; made when it does not exist.

    Raises:
        StoreError: The state folder cannot be used.
    """

    def __init__(self, vault: Vault, state_dir: Path) -> None:
        ids = ItemIds(vault.derive_key(_ITEM_ID_KEY_INFO))
        sealer = CursorSealer(vault.derive_key(_CURSOR_KEY_INFO))
        with ExitStack() as opening:
            index_key, artwork_key = vault.derive_key(_INDEX_KEY_INFO), vault.derive_key(_ARTWORK_KEY_INFO)
            database = Database(state_dir / INDEX_FILE, index_key, INDEX_MIGRATIONS)
            opening.callback(database.close)
            self._index = Index(database, sealer, ids.root)
            pictures = Database(state_dir / ARTWORK_FILE, artwork_key, ARTWORK_MIGRATIONS, check=False)
            artwork = Artwork(pictures)
            opening.callback(artwork.close)
            people = Database(state_dir / PEOPLE_FILE, vault.derive_key(_PEOPLE_KEY_INFO), PEOPLE_MIGRATIONS)
            opening.callback(people.close)
            self._watching = Watching(self._index, Positions(people))
            self._feeds = LazyFeed()
            opening.callback(self._feeds.close)
            self._opener = Opener(vault, Seals(database), Checks(database))
            self._maker = PictureMaker(self._opener, self._feeds.get)
            opening.callback(self._maker.close)
            self._subtitles = Subtitles(
                self._index,
                SubtitleFiles(database),
                SubtitleStore(pictures),
                self._maker,
                self._feeds.get,
            )
            opening.callback(self._subtitles.close)
            # Of its own: a screen that waits for a picture does not wait for the scan.
            scan_makers = [
                PictureMaker(self._opener, self._feeds.get, background=True) for _ in range(_scan_width())
            ]
            for maker in scan_makers:
                opening.callback(maker.close)
            self._previews = Previews(self._index, PreviewStore(pictures), self._maker.lease)
            opening.callback(self._previews.close)
            self._images = Images(self._index, Covers(database), artwork, self._maker)
            self._import_records = ImportRecords(vault, database, self._index, ids)
            self._scanner = Scanner(
                vault,
                self._index,
                artwork,
                HistoryStore(database),
                ids,
                scan_makers,
                state_dir / _SCAN_LOCK_FILE,
            )
            self._integrity = Integrity(vault, database, self._index, self._scanner)
            self._kept_readers = KeptReaders(database, self._open_with_mime)
            opening.callback(self._kept_readers.close)
            self._closing = opening.pop_all()

    @staticmethod
    def is_kept_in(state_dir: Path, vault: Vault) -> bool:
        """Return whether a folder holds the index of this vault; nothing there is touched."""
        return can_open(state_dir / INDEX_FILE, vault.derive_key(_INDEX_KEY_INFO))

    @property
    def integrity(self) -> Integrity:
        """Whether the vault is what it was."""
        return self._integrity

    @property
    def previews(self) -> Previews:
        """Small pictures of films, to scrub by."""
        return self._previews

    @property
    def subtitles(self) -> Subtitles:
        """What people say in films, as text."""
        return self._subtitles

    @property
    def watching(self) -> Watching:
        """Where people are in their films."""
        return self._watching

    def scan(
        self, on_progress: OnProgress | None = None, cancelled: threading.Event | None = None
    ) -> ScanReport:
        """Bring the items up to what the vault holds; wait first for a scan that runs already.

        Args:
            on_progress: Called in this thread before every file.
            cancelled: Set it to stop after the file at hand.

        Raises:
            VaultAwayError, VaultError: The vault cannot be read; no item was removed for that.
            StoreError, LibraryClosedError
        """
        return self._scanner.scan(on_progress or (lambda _progress: None), cancelled or threading.Event())

    def items(self, query: ItemQuery) -> ItemPage:
        """Return a page of items.

        Raises:
            BadCursorError
        """
        return self._watching.page(query)

    def item(self, item_id: str) -> Item:
        """Return everything known of an item.

        Raises:
            ItemNotFoundError
        """
        return self._watching.with_position(self._index.item(item_id))

    def find_path(self, path: str) -> Item:
        """Return the item at a path of the vault: "/" or "/a/b".

        Raises:
            ItemNotFoundError
        """
        return self._watching.with_position(self._index.item_at(path))

    def open(self, item_id: str) -> PlaintextReader:
        """Open the contents of a file, for one thread.

        Raises:
            ItemNotFoundError
            NotAFileError: It is a folder.
            NotWholeError: It is known to be shorter than what was stored.
            ItemChangedError: It was replaced or cut short since it was read.
            VaultError: Locked, damaged, or the disk refuses.

        What is read of it may raise AlteredError beside what the vault raises: see `Opener.open`.
        """
        record = self._index.record(item_id)
        if record.kind is ItemKind.FOLDER:
            raise NotAFileError(item_id)
        self._integrity.require_complete(record)
        return self._opener.open(record)

    def lend(self, item_id: str) -> OpenFile:
        """Lend the open contents of a file to one thread; errors as for `open`.

        For whoever reads a part and comes back for the next: what was lent is kept open for a moment.
        """
        return self._kept_readers.lend(item_id)

    def _open_with_mime(self, item_id: str) -> tuple[PlaintextReader, str | None]:
        mime = self._index.item(item_id).mime
        return self.open(item_id), mime

    def image(self, item_id: str, width: int) -> bytes:
        """Return the upright JPEG of a photo, video or song, `width` pixels wide at most.

        Args:
            item_id: Of the item.
            width: One of `IMAGE_WIDTHS`.

        Raises:
            ItemNotFoundError
            NoImageError: It has none.
            ValueError: Another width.
            VaultError, ItemChangedError: It had to be made from the file, which cannot be read.
        """
        return self._images.image(item_id, width)

    def source(self, item_id: str) -> Source:
        """Return a video as the transcoder wants it: what it is, and how to lease an address of it.

        Raises:
            ItemNotFoundError
            NotPlayableError: Not a video, or one that could not be read as one.
            NotWholeError: It is known to be shorter than what was stored.
        """
        item, record = self._index.item(item_id), self._index.record(item_id)
        if item.media is None:
            raise NotPlayableError(item_id)
        self._integrity.require_complete(record)
        return Source(
            # What was drawn into pictures is of these files, too; and their places are what a screen asks by.
            source_id=f"{item_id}-{item.revision}{self._subtitles.revision_beside(item_id)}",
            info=item.media,
            lease=partial(self._maker.lease, record),
            drawn=partial(self._subtitles.drawn, item_id),
            size=item.size,
        )

    def note_stored(
        self,
        path: str,
        sha256: bytes,
        source_mtime_ns: int | None = None,
        marks: bytes | None = None,
    ) -> None:
        """Remember what was just written into the vault, so that nobody has to read it again to know it.

        Cheap; it may be called before a scan has seen the file. Once per file, after `Vault.write_file`. An item that
        was at this path is that of the new contents from now on; the next scan examines it.

        Args:
            path: Of the file in the vault, "/a/b".
            sha256: Of all its plaintext, 32 bytes, computed while it was written.
            source_mtime_ns: When the original was last changed, nanoseconds since the epoch: from then on
                the item's `modified_at`.
            marks: Of a `MarkMaker` that watched it being read back; without them, an altered part is seen by the
                next whole reading only.

        Raises:
            NodeNotFoundError, IntegrityError, StorageError: The file is not there, or not as it was written.
            ValueError: Not a SHA-256.
        """
        self._import_records.note(path, sha256, source_mtime_ns, marks)

    def stored_sha256(self, path: str) -> bytes | None:
        """Return the SHA-256 of a file's plaintext as it was when it was last known whole; None if nobody knows.

        Reads no more than the file's head and last chunk: a chunk that was changed since is not noticed.

        Raises:
            NodeNotFoundError: There is no such file.
            IntegrityError, StorageError: Its head or its end cannot be read.
        """
        return self._import_records.stored_sha256(path)

    def require_whole(self, node: Node) -> None:
        """Refuse a file of the vault of which the index knows that it is not what was stored.

        Raises:
            NotWholeError
        """
        record = self._import_records.record_of(node)
        if record is not None:
            self._integrity.require_whole(record)

    def seal_of(self, reader: PlaintextReader) -> Seal | None:
        """Return what the contents that a reader shows were when they were last known whole; None if nobody knows."""
        return self._import_records.seal_of(reader)

    def close(self) -> None:
        """End helpers and feed, close the stores. Calls under way fail with LibraryClosedError. Safe twice."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _scan_width() -> int:
    """Return how many files a scan examines side by side; each takes two helpers of 50 to 200 MB."""
    return min(os.cpu_count() or 1, _MOST_AT_ONCE)
