"""What a listing of the vault changes in the index. Reads at most the beginning of files that look new.

A file is known by where its bytes lie; if its size and time are those of the record it is taken as
unchanged without being opened. Otherwise its header nonce tells: the nonce of the record means touched or
cut short, the nonce of a file that is not where it was means moved, any other nonce means new contents.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from library.arriving import ARRIVING, is_arriving, is_young
from library.folder_changes import folder_records, problem_of, unseen_ids
from library.history import Beginning, Changes, History, ReadBeginning
from library.item_ids import ItemIds
from library.items import ItemKind
from library.kinds import kind_of
from library.listing import Entry, Listing
from library.problems import Problem
from library.records import DAMAGED_END, SHRUNK, Record
from library.suspicion import changed_places, cleared, copied, replaced
from vault import Node


def compare(
    known: Iterable[Record],
    listing: Listing,
    ids: ItemIds,
    read_beginning: ReadBeginning,
    history: History | None = None,
) -> Changes:
    """Return the changes that make the index what the listing says.

    Args:
        known: Every record of the index.
        listing: The vault as it is.
        ids: Makes ids for what is new.
        read_beginning: Opens a file; called for files that look new or changed only.
        history: What is remembered beside the records.
    """
    return _Comparison(known, listing, ids, read_beginning, history or History()).run()


class _Comparison:
    """One run of `compare`."""

    def __init__(
        self,
        known: Iterable[Record],
        listing: Listing,
        ids: ItemIds,
        read_beginning: ReadBeginning,
        history: History,
    ) -> None:
        self._known = {record.item_id: record for record in known}
        self._listing = listing
        self._ids = ids
        self._read_beginning = read_beginning
        self._history = history
        self._changes = Changes()
        self._kept: set[str] = set()  # ids that are accounted for
        self._now: dict[str, Record] = {}
        self._by_nonce: dict[bytes, Record] = {}
        self._vanished = {gone.header_nonce: gone.path for gone in history.vanished.values()}

    def run(self) -> Changes:
        for folder in folder_records(self._listing, self._known, self._ids):
            self._write(folder)
        self._kept |= unseen_ids(self._listing, self._known, self._ids)
        self._files()
        self._suspect_moves()
        now = self._now.items()
        self._changes.rewritten = [record for item_id, record in now if self._known.get(item_id) != record]
        self._changes.removed = [item_id for item_id in self._known if item_id not in self._kept]
        return self._changes

    def _write(self, record: Record) -> None:
        """Keep `record` as what is true of its item now."""
        self._kept.add(record.item_id)
        self._now[record.item_id] = cleared(record)
        if record.header_nonce is not None:
            self._by_nonce[record.header_nonce] = record

    def _suspect_moves(self) -> None:
        """See what exchanged places."""
        moves = [
            (known, now)
            for now in self._now.values()
            if (known := self._known.get(now.item_id)) is not None and known.stored_path != now.stored_path
        ]
        for suspect in changed_places(moves):
            self._write(suspect)

    def _files(self) -> None:
        by_place = {r.stored_path: r for r in self._known.values() if r.kind is not ItemKind.FOLDER}
        unsettled: list[tuple[Entry, Record | None]] = []
        for entry in self._listing.files:
            record = by_place.get(entry.node.stored_path)
            if record is not None and self._looks_unchanged(record, entry.node):
                self._changes.unchanged_count += 1
                self._write_file(self._placed(record, entry))
            else:
                unsettled.append((entry, record))
        strangers = list(self._same_nonce(unsettled))
        for entry, record, beginning in list(self._moved(strangers)):
            self._new_contents(entry, record, beginning)

    def _looks_unchanged(self, record: Record, node: Node) -> bool:
        if (record.stored_size, record.mtime_ns) != (node.stored_size, node.mtime_ns):
            return False
        if node.problem is not None:  # no use in looking into it
            return record.node_problem == problem_of(node)
        return record.node_problem is None and self._history.trusts_times

    def _write_file(self, record: Record) -> None:
        """Keep `record` of a file, which may still be at work on."""
        young = is_young(record.mtime_ns, self._history.now_ns)
        if record.node_problem == ARRIVING or (young and record.header_nonce not in self._history.own):
            self._changes.unrested_count += 1
        self._write(record)

    def _same_nonce(
        self, unsettled: Iterable[tuple[Entry, Record | None]]
    ) -> Iterator[tuple[Entry, Record | None, Beginning]]:
        """Settle files that are the same under another time or size, or cannot be read; yield the others."""
        for entry, record in unsettled:
            beginning = self._read_beginning(entry.node)
            if beginning.header_nonce is None:
                self._unreadable(entry, record, beginning)
            elif record is None or record.header_nonce != beginning.header_nonce:
                yield entry, record, beginning
            else:
                self._same_file(entry, record, beginning)

    def _same_file(self, entry: Entry, record: Record, beginning: Beginning) -> None:
        """Settle a file that is the one of its record, whatever happened to it."""
        if record.stored_size == entry.node.stored_size and record.node_problem is None:
            self._changes.unchanged_count += 1
            self._write_file(self._placed(record, entry))
            return
        self._changes.changed_count += 1
        now_ns = self._history.now_ns
        current = self._replaced(record, entry, beginning)
        if is_arriving(record, entry.node, now_ns, whole=True):
            current = replace(current, node_problem=ARRIVING)
        elif (record.whole_size or 0) < (current.whole_size or 0) and record.node_problem != ARRIVING:
            current = replace(current, changed_ns=now_ns)
        self._write_file(current)

    def _unreadable(self, entry: Entry, record: Record | None, beginning: Beginning) -> None:
        """Settle a file whose head or end cannot be read; what was known of it is not forgotten."""
        node = entry.node
        known = None if record is None or record.item_id in self._kept else record
        problem = self._reading_problem(node, known, beginning)
        same_size = known is not None and known.stored_size == node.stored_size
        if known is not None and same_size and known.node_problem == problem:
            self._changes.unchanged_count += 1
            self._write_file(self._placed(known, entry))
            return
        self._changes.added_count += known is None
        self._changes.changed_count += known is not None
        before = known or self._blank(node)
        current = self._replaced(before, entry, beginning._replace(header_nonce=before.header_nonce))
        kind = current.kind if known is None else known.kind
        self._write_file(replace(current, kind=kind, node_problem=problem))

    def _reading_problem(self, node: Node, known: Record | None, beginning: Beginning) -> Problem | None:
        """Return why a file cannot be read, as far as it can be told from what it was."""
        may_arrive = beginning.cut or node.problem is not None
        if may_arrive and is_arriving(known, node, self._history.now_ns, whole=False):
            return ARRIVING
        if known is not None and known.header_nonce is not None:
            if (node.stored_size or 0) < (known.whole_size or 0):
                return SHRUNK
            if beginning.cut:
                return DAMAGED_END
        return problem_of(node) or beginning.problem

    def _moved(
        self, strangers: Iterable[tuple[Entry, Record | None, Beginning]]
    ) -> Iterator[tuple[Entry, Record | None, Beginning]]:
        """Settle files that lay elsewhere before; yield the others."""
        loose: dict[bytes, list[Record]] = {}
        for known in self._known.values():
            if known.header_nonce is not None and known.item_id not in self._kept:
                loose.setdefault(known.header_nonce, []).append(known)
        for entry, record, beginning in strangers:
            assert beginning.header_nonce is not None
            origins = loose.get(beginning.header_nonce, [])
            origin = _nearest(origins, entry.node.stored_size)
            if origin is None:
                yield entry, record, beginning
                continue
            origins.remove(origin)
            self._changes.moved_count += 1
            same = origin.stored_size == entry.node.stored_size and origin.node_problem is None
            self._write_file(
                self._placed(origin, entry) if same else self._replaced(origin, entry, beginning)
            )

    def _new_contents(self, entry: Entry, record: Record | None, beginning: Beginning) -> None:
        """Write a record of contents never seen before, under the old id where the file was replaced."""
        assert beginning.header_nonce is not None
        if record is None or record.item_id in self._kept:
            self._changes.added_count += 1
            self._write_file(self._newcomer(entry, beginning.header_nonce, beginning))
            return
        self._changes.changed_count += 1
        if record.header_nonce is not None:
            self._changes.outdated.append(record.header_nonce)
        self._write_file(self._replacement(record, entry, beginning.header_nonce, beginning))

    def _newcomer(self, entry: Entry, header_nonce: bytes, beginning: Beginning) -> Record:
        """Return the record of a file where none was, as far as the index knows."""
        vanished = self._history.vanished
        if header_nonce in self._vanished:
            self._changes.found_again.append(self._vanished[header_nonce])
        current = self._replaced(self._blank(entry.node), entry, beginning)
        gone_from_here = vanished.get(entry.path)
        if gone_from_here is None or gone_from_here.header_nonce == header_nonce:
            return current
        self._changes.found_again.append(entry.path)
        self._changes.outdated.append(gone_from_here.header_nonce)
        before = replace(current, header_nonce=gone_from_here.header_nonce, mtime_ns=gone_from_here.mtime_ns)
        return replace(self._replacement(before, entry, header_nonce, beginning), item_id=current.item_id)

    def _replacement(self, record: Record, entry: Entry, header_nonce: bytes, beginning: Beginning) -> Record:
        """Return `record` with the other contents that are in its place now."""
        history = self._history
        if header_nonce in history.own and header_nonce not in history.former:
            suspected = replace(record, suspicion=None, suspicion_key=None, changed_ns=None)
        else:
            suspected = replace(
                replaced(record, header_nonce, entry.node.mtime_ns, history.former), changed_ns=history.now_ns
            )
        twin = self._by_nonce.get(header_nonce)
        if twin is not None:
            suspected = copied(record, twin)
        return self._replaced(suspected, entry, beginning)

    def _blank(self, node: Node) -> Record:
        """Return a record that says nothing yet but an id that is not in use."""
        attempt = 0  # a moved file may have taken the first id with it
        while (item_id := self._ids.of_file(node.folder_id, node.name, attempt)) in self._kept:
            attempt += 1
        return Record(
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
            node_problem=problem_of(node) or beginning.problem,
            examined=0,
        )


def _nearest(origins: Iterable[Record], stored_size: int | None) -> Record | None:
    """Return the record of that size, else any."""
    found = None
    for record in origins:
        if record.stored_size == stored_size:
            return record
        found = found or record
    return found
