"""What a listing of the vault changes in the index. Reads at most the beginning of files that look new.

A file is known by where its bytes lie; if its size and time are those of the record it is taken as
unchanged without being opened. Otherwise its header nonce tells: the nonce of the record means touched or
cut short, the nonce of a file that is not where it was means moved, any other nonce means new contents.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from library.item_ids import ItemIds
from library.items import ItemKind
from library.kinds import kind_of
from library.listing import Entry, Listing
from library.records import Record
from vault import ROOT_ID, Node

_NODE_PROBLEMS = {
    "truncated": "incomplete: the file was cut short or is still being copied",
    "incomplete": "incomplete: a part of it is not on the disk, or not yet",
    "damaged": "damaged: it does not say where its contents are",
}
_UNSEEN = "its contents cannot be read at the moment"


class Beginning(NamedTuple):
    """The header nonce and first plaintext bytes of a file, or why there are none."""

    header_nonce: bytes | None
    head: bytes
    problem: str | None = None


ReadBeginning = Callable[[Node], Beginning]


@dataclass(slots=True)
class Changes:
    """What the index has to do.

    `rewritten` are records to write, those of new contents with `examined` 0; `removed` are ids.
    """

    rewritten: list[Record] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added_count: int = 0
    changed_count: int = 0
    moved_count: int = 0
    unchanged_count: int = 0


def compare(
    known: Iterable[Record], listing: Listing, ids: ItemIds, read_beginning: ReadBeginning
) -> Changes:
    """Return the changes that make the index what the listing says.

    Args:
        known: Every record of the index.
        listing: The vault as it is.
        ids: Makes ids for what is new.
        read_beginning: Opens a file; called for files that look new or changed only.
    """
    return _Comparison(known, listing, ids, read_beginning).run()


class _Comparison:
    """One run of `compare`."""

    def __init__(
        self, known: Iterable[Record], listing: Listing, ids: ItemIds, read_beginning: ReadBeginning
    ) -> None:
        self._known = {record.item_id: record for record in known}
        self._listing = listing
        self._ids = ids
        self._read_beginning = read_beginning
        self._changes = Changes()
        self._kept: set[str] = set()  # ids that are accounted for

    def run(self) -> Changes:
        self._folders()
        self._keep_unseen()
        self._files()
        self._changes.removed = [item_id for item_id in self._known if item_id not in self._kept]
        return self._changes

    def _write(self, record: Record) -> None:
        """Keep `record`, written anew if it says anything new."""
        self._kept.add(record.item_id)
        if self._known.get(record.item_id) != record:
            self._changes.rewritten.append(record)

    def _folders(self) -> None:
        root = Record(
            item_id=self._ids.root,
            parent_id=None,
            kind=ItemKind.FOLDER,
            name="",
            path="/",
            folder_id=ROOT_ID,
            own_id=ROOT_ID,
            stored_path="",
            size=None,
            stored_size=None,
            mtime_ns=0,
            examined=1,
        )
        self._write(root)
        for own_id, entry in self._listing.folders.items():
            problem = _UNSEEN if own_id in self._listing.unseen else None
            self._write(self._folder_record(self._ids.of_folder(own_id), own_id, entry, problem))
        known_ids = {r.stored_path: r.own_id for r in self._known.values() if r.kind is ItemKind.FOLDER}
        for entry in self._listing.lost_folders:
            known_id = known_ids.get(entry.node.stored_path)
            if known_id is not None and known_id not in self._listing.folders:
                self._listing.unseen.add(known_id)  # its link was readable once: what lies in it stays
                self._write(self._folder_record(self._ids.of_folder(known_id), known_id, entry, None))
            else:
                item_id = self._ids.of_lost_folder(entry.node.stored_path)
                self._write(self._folder_record(item_id, None, entry, None))

    def _folder_record(self, item_id: str, own_id: str | None, entry: Entry, problem: str | None) -> Record:
        return Record(
            item_id=item_id,
            parent_id=self._ids.of_folder(entry.node.folder_id),
            kind=ItemKind.FOLDER,
            name=entry.node.name,
            path=entry.path,
            folder_id=entry.node.folder_id,
            own_id=own_id,
            stored_path=entry.node.stored_path,
            size=None,
            stored_size=None,
            mtime_ns=entry.node.mtime_ns,
            node_problem=_problem_of(entry.node) or problem,
            examined=1,
        )

    def _keep_unseen(self) -> None:
        """Keep whatever lies, at any depth, in folders that could not be listed."""
        listed = {self._ids.of_folder(own_id) for own_id in self._listing.folders}
        unseen = {self._ids.of_folder(own_id) for own_id in self._listing.unseen}
        children: dict[str | None, list[Record]] = {}
        for record in self._known.values():
            children.setdefault(record.parent_id, []).append(record)
        while unseen:
            for record in children.get(unseen.pop(), ()):
                self._kept.add(record.item_id)
                if record.kind is ItemKind.FOLDER and record.item_id not in listed:
                    unseen.add(record.item_id)

    def _files(self) -> None:
        by_place = {r.stored_path: r for r in self._known.values() if r.kind is not ItemKind.FOLDER}
        unsettled: list[tuple[Entry, Record | None]] = []
        for entry in self._listing.files:
            record = by_place.get(entry.node.stored_path)
            if record is not None and _looks_unchanged(record, entry.node):
                self._changes.unchanged_count += 1
                self._write(self._placed(record, entry))
            else:
                unsettled.append((entry, record))
        strangers = list(self._same_nonce(unsettled))
        loose = {
            (record.header_nonce, record.stored_size): record
            for record in self._known.values()
            if record.header_nonce is not None and record.item_id not in self._kept
        }
        newcomers = list(self._moved(strangers, loose))
        for entry, record, beginning in newcomers:
            self._new_contents(entry, record, beginning)

    def _same_nonce(
        self, unsettled: Iterable[tuple[Entry, Record | None]]
    ) -> Iterator[tuple[Entry, Record | None, Beginning]]:
        """Settle files that are the same under another time or size; yield the others."""
        for entry, record in unsettled:
            beginning = self._read_beginning(entry.node)
            if (
                record is None
                or beginning.header_nonce is None
                or record.header_nonce != beginning.header_nonce
            ):
                yield entry, record, beginning
            elif record.stored_size == entry.node.stored_size:
                self._changes.unchanged_count += 1
                self._write(self._placed(record, entry))
            else:
                self._changes.changed_count += 1
                self._write(self._replaced(record, entry, beginning))

    def _moved(
        self,
        strangers: Iterable[tuple[Entry, Record | None, Beginning]],
        loose: dict[tuple[bytes, int | None], Record],
    ) -> Iterator[tuple[Entry, Record | None, Beginning]]:
        """Settle files that lay elsewhere before; yield the others."""
        for entry, record, beginning in strangers:
            nonce = beginning.header_nonce
            origin = loose.pop((nonce, entry.node.stored_size), None) if nonce is not None else None
            if origin is None:
                yield entry, record, beginning
            else:
                self._changes.moved_count += 1
                self._write(self._placed(origin, entry))

    def _new_contents(self, entry: Entry, record: Record | None, beginning: Beginning) -> None:
        """Write a record of contents never seen before, under the old id where the file was replaced."""
        if record is not None and record.item_id not in self._kept:
            self._changes.changed_count += 1
            item_id = record.item_id
        else:
            self._changes.added_count += 1
            item_id = self._fresh_id(entry.node)
        blank = Record(
            item_id=item_id,
            parent_id=None,
            kind=ItemKind.OTHER,
            name="",
            path="",
            folder_id="",
            own_id=None,
            stored_path="",
            size=None,
            stored_size=None,
            mtime_ns=0,
        )
        self._write(self._replaced(blank, entry, beginning))

    def _fresh_id(self, node: Node) -> str:
        """Return an id that is not in use: a moved file may have taken the first one with it."""
        attempt = 0
        while (item_id := self._ids.of_file(node.folder_id, node.name, attempt)) in self._kept:
            attempt += 1
        return item_id

    def _placed(self, record: Record, entry: Entry) -> Record:
        """Return `record` where `entry` is now, its contents the same."""
        node = entry.node
        return replace(
            record,
            parent_id=self._ids.of_folder(node.folder_id),
            name=node.name,
            path=entry.path,
            folder_id=node.folder_id,
            stored_path=node.stored_path,
            mtime_ns=node.mtime_ns,
        )

    def _replaced(self, record: Record, entry: Entry, beginning: Beginning) -> Record:
        """Return `record` where `entry` is now, with these contents, to be examined."""
        node = entry.node
        same_file = beginning.header_nonce is not None and record.header_nonce == beginning.header_nonce
        sizes = [node.stored_size or 0, (record.whole_size or 0) if same_file else 0]
        return replace(
            self._placed(record, entry),
            kind=kind_of(node.name, beginning.head),
            size=node.size,
            stored_size=node.stored_size,
            header_nonce=beginning.header_nonce,
            whole_size=max(sizes),
            node_problem=_problem_of(node) or beginning.problem,
            examined=0,
        )


def _looks_unchanged(record: Record, node: Node) -> bool:
    return record.stored_size == node.stored_size and record.mtime_ns == node.mtime_ns


def _problem_of(node: Node) -> str | None:
    return _NODE_PROBLEMS.get(node.problem, node.problem) if node.problem else None
