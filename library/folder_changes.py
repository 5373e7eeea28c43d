"""The folders of a listing as records, and what lies in those that could not be listed. Pure."""

from collections.abc import Iterator, Mapping

from library.item_ids import ItemIds
from library.items import ItemKind
from library.listing import Entry, Listing
from library.problems import Problem
from library.records import Record
from vault import ROOT_ID, Node

_NODE_PROBLEMS = {
    "truncated": Problem("incomplete", "the file was cut short or is still being copied"),
    "incomplete": Problem("incomplete", "a part of it is not on the disk, or not yet"),
    "damaged": Problem("damaged", "it does not say where its contents are"),
    "unreadable": Problem("unreadable"),
}
_UNSEEN = Problem("unreadable", "its contents cannot be read at the moment")

Known = Mapping[str, Record]  # by item id


def folder_records(listing: Listing, known: Known, ids: ItemIds) -> Iterator[Record]:
    """Yield the record of every folder, the root first.

    A folder whose link was readable once is added to the listing's `unseen`: what lies in it stays.
    """
    yield Record(
        item_id=ids.root,
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
    make = _RecordMaker(known, ids)
    for own_id, entry in listing.folders.items():
        problem = _UNSEEN if own_id in listing.unseen else None
        yield make(ids.of_folder(own_id), own_id, entry, problem)
    known_ids = {r.stored_path: r.own_id for r in known.values() if r.kind is ItemKind.FOLDER}
    for entry in listing.lost_folders:
        known_id = known_ids.get(entry.node.stored_path)
        if known_id is not None and known_id not in listing.folders:
            listing.unseen.add(known_id)
            yield make(ids.of_folder(known_id), known_id, entry)
        else:
            yield make(ids.of_lost_folder(entry.node.stored_path), None, entry)


class _RecordMaker:
    """Makes the records of folders."""

    def __init__(self, known: Known, ids: ItemIds) -> None:
        self._known = known
        self._ids = ids

    def __call__(
        self, item_id: str, own_id: str | None, entry: Entry, problem: Problem | None = None
    ) -> Record:
        node, known = entry.node, self._known.get(item_id)
        return Record(
            item_id=item_id,
            parent_id=self._ids.of_folder(node.folder_id),
            kind=ItemKind.FOLDER,
            name=node.name,
            path=entry.path,
            folder_id=node.folder_id,
            own_id=own_id,
            stored_path=node.stored_path,
            size=None,
            stored_size=None,
            mtime_ns=node.mtime_ns,
            node_problem=problem_of(node) or problem,
            suspicion=known.suspicion if known else None,
            suspicion_key=known.suspicion_key if known else None,
            examined=1,
        )


def unseen_ids(listing: Listing, known: Known, ids: ItemIds) -> set[str]:
    """Return the items that lie, at any depth, in folders that could not be listed."""
    found: set[str] = set()
    listed = {ids.of_folder(own_id) for own_id in listing.folders}
    unseen = {ids.of_folder(own_id) for own_id in listing.unseen}
    children: dict[str | None, list[Record]] = {}
    for record in known.values():
        children.setdefault(record.parent_id, []).append(record)
    while unseen:
        for record in children.get(unseen.pop(), ()):
            found.add(record.item_id)
            if record.kind is ItemKind.FOLDER and record.item_id not in listed:
                unseen.add(record.item_id)
    return found


def problem_of(node: Node) -> Problem | None:
    """Return what the listing alone says against a node."""
    return _NODE_PROBLEMS[node.problem] if node.problem else None
