"""What looks like somebody put other files, or older ones, in the place of those that were there. Pure.

A suspicion stays with its item until what it would take to undo it is seen (`suspicion_key`), or until a
person says that it is as it should be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from library.problems import Problem
from library.records import Record

OLDER = Problem("rolled back?", "its time is older than that of the file it replaced")
ROLLED_BACK = Problem("rolled back", "it is a file that was replaced once before")


def changed_places(moves: Iterable[tuple[Record, Record]]) -> list[Record]:
    """Return the records, as they are now, of what exchanged places in a circle.

    A rename leads to a place that was free, or that its file left for another free one. In a circle every
    place is taken over by what lay in another: nobody renames so, but whoever exchanges files does.

    Args:
        moves: (before, now) of every item that is not where it was.
    """
    moved = {before.stored_path: (before, now) for before, now in moves}
    suspects: list[Record] = []
    settled: set[str] = set()
    for place in moved:
        circle = _circle(place, moved, settled)
        suspects += (_suspected(before, now) for before, now in circle)
    return suspects


def _circle(
    place: str, moved: Mapping[str, tuple[Record, Record]], settled: set[str]
) -> list[tuple[Record, Record]]:
    """Follow what lay at `place` to where it went, and so on; return the way if it ends where it began."""
    way: list[tuple[Record, Record]] = []
    at = place
    while at in moved and at not in settled:
        settled.add(at)
        way.append(moved[at])
        at = moved[at][1].stored_path
        if at == place:
            return way
    return []


def _suspected(before: Record, now: Record) -> Record:
    return replace(
        now,
        suspicion=Problem("changed places", f"it was {before.path} before"),
        suspicion_key=before.suspicion_key or before.stored_path,
    )


def replaced(record: Record, header_nonce: bytes, mtime_ns: int, former: frozenset[bytes]) -> Record:
    """Return `record` with what is to be suspected of the other contents that were found in its place.

    Args:
        record: As it was before.
        header_nonce: Of the contents found.
        mtime_ns: When the file found was last changed, 0 if nobody knows.
        former: Header nonces of contents that were replaced some time.
    """
    undone_by = _undone_by(record)
    if header_nonce in former:
        return replace(record, suspicion=ROLLED_BACK, suspicion_key=undone_by)
    if 0 < mtime_ns < record.mtime_ns:
        return replace(record, suspicion=OLDER, suspicion_key=undone_by)
    return replace(record, suspicion=None, suspicion_key=None)


def copied(record: Record, twin: Record) -> Record:
    """Return `record` with what is to be suspected where its place holds the very file that `twin` is."""
    return replace(
        record,
        suspicion=Problem("changed places", f"it has the contents of {twin.path}"),
        suspicion_key=_undone_by(record),
    )


def _undone_by(record: Record) -> str | None:
    return record.suspicion_key or (record.header_nonce.hex() if record.header_nonce else None)


def cleared(record: Record) -> Record:
    """Return `record` without its suspicion if what it was suspected of was undone."""
    nonce = record.header_nonce.hex() if record.header_nonce else None
    if record.suspicion_key is not None and record.suspicion_key in (record.stored_path, nonce):
        return replace(record, suspicion=None, suspicion_key=None)
    return record
