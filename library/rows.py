"""Rows of the index as records and items. Pure."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from library.checks import ranges_from
from library.covers import HAS_IMAGE
from library.cursors import Position
from library.items import Item, ItemKind, Location
from library.problems import Problem, problem_from
from library.records import SHRUNK, Record, iso_time
from transcoder import MediaInfo

Row = Sequence[Any]  # a row of SQLite: values as the STRICT columns say

RECORD_COLUMNS = tuple(field.name for field in fields(Record))
_PROBLEM_COLUMNS = ("node_problem", "suspicion")
ITEM_COLUMNS = (  # nothing below is built from input: column names are constants of this module
    "item_id, parent_id, kind, name, path, title, mime, size, added_ns,"  # noqa: S608
    " coalesce((SELECT original_mtime_ns FROM seals WHERE seals.header_nonce = items.header_nonce"
    " AND seals.stored_size = items.stored_size), mtime_ns) AS modified_ns, duration_s, width, height,"
    " taken_at, lat, lon,"
    # What was found lately and what is in the way comes first.
    " coalesce(node_problem, (SELECT checks.problem FROM checks WHERE checks.stored_path = items.stored_path"
    " AND checks.stored_size IS items.stored_size AND checks.mtime_ns = items.mtime_ns), suspicion,"
    f" CASE WHEN whole_size > stored_size THEN '{SHRUNK}' END, problem)"
    f" AS shown_problem, {HAS_IMAGE}, header_nonce, stored_size, changed_ns,"
    # Nothing else is in the way of a file that a check found some damage in.
    " CASE WHEN coalesce(node_problem, nullif(whole_size > stored_size, 0)) IS NULL THEN (SELECT checks.ranges"
    " FROM checks WHERE checks.stored_path = items.stored_path AND checks.stored_size IS items.stored_size"
    " AND checks.mtime_ns = items.mtime_ns) END AS ranges,"
    " CASE kind WHEN 'folder' THEN (SELECT count(*) FROM items AS child WHERE child.parent_id = items.item_id) END"
)


def position_of(row: Row) -> Position:
    """Return where a row of a page stands: it begins with its sort value and its item id."""
    value, item_id = row[:2]
    return value, item_id


def record_of(row: Row) -> Record:
    """Return the record in a row of `RECORD_COLUMNS`."""
    values = dict(zip(RECORD_COLUMNS, row, strict=True))
    values["kind"] = ItemKind(values["kind"])
    for name in _PROBLEM_COLUMNS:
        values[name] = problem_from(values[name])
    return Record(**values)


def values_of(record: Record) -> list[Any]:
    """Return a record as a row of `RECORD_COLUMNS`."""
    values = [getattr(record, name) for name in RECORD_COLUMNS]
    return [str(value) if isinstance(value, Problem) else value for value in values]


def item_of(row: Row, media: MediaInfo | None) -> Item:
    """Return the item in a row of `ITEM_COLUMNS`."""
    (
        item_id,
        parent_id,
        kind,
        name,
        path,
        title,
        mime,
        size,
        added_ns,
        modified_ns,
        duration_s,
        width,
        height,
    ) = row[:13]
    (taken_at, lat, lon, problem, has_image, header_nonce, stored_size, changed_ns, ranges, child_count) = (
        row[13:]
    )
    return Item(
        id=item_id,
        parent_id=parent_id,
        kind=ItemKind(kind),
        name=name,
        path=path,
        title=title,
        mime=mime,
        size=size,
        added_at=iso_time(added_ns) if added_ns else None,
        modified_at=iso_time(modified_ns) if modified_ns else None,
        changed_at=iso_time(changed_ns) if changed_ns else None,
        duration_s=duration_s,
        width=width,
        height=height,
        taken_at=taken_at,
        location=None if lat is None or lon is None else Location(lat, lon),
        problem=problem,
        media=media,
        has_image=bool(has_image),
        child_count=child_count,
        header_nonce=header_nonce,
        partly=_is_partly(ranges, size),
        revision=f"{(header_nonce or b'').hex()}-{stored_size or 0}",
    )


def _is_partly(ranges: str | None, size: int | None) -> bool:
    """Return whether something of a file of `size` bytes lies outside the ranges that a check found damaged."""
    damaged = ranges_from(ranges)
    return bool(damaged) and sum(stop - start for start, stop in damaged) < (size or 0)
