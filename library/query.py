"""A question about items, as SQL. Pure: text and values out, nothing is run.

Pages are cut by key, not by offset: the next page begins after the last (value, id) of this one, so
items that come or go meanwhile neither repeat nor hide others.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from library import cursors
from library.folding import fold
from library.items import ItemQuery, Sort
from library.positions import Position


class Order(NamedTuple):
    """An expression over `items`, never NULL, and its direction. The item id breaks ties, same direction."""

    expression: str
    descending: bool


_SEEN = "(SELECT seen_ns FROM played WHERE played.header_nonce = items.header_nonce)"

# Unknown dates and sizes come last in both directions.
ORDERS = {
    Sort.DEFAULT: Order("list_key", descending=False),
    Sort.NAME: Order("name_key", descending=False),
    Sort.NAME_DOWN: Order("name_key", descending=True),
    Sort.TITLE: Order("title_key", descending=False),
    Sort.TITLE_DOWN: Order("title_key", descending=True),
    Sort.ADDED: Order("added_ns", descending=False),
    Sort.ADDED_DOWN: Order("added_ns", descending=True),
    Sort.TAKEN: Order("coalesce(taken_s, 1e300)", descending=False),
    Sort.TAKEN_DOWN: Order("coalesce(taken_s, -1e300)", descending=True),
    Sort.SIZE: Order("coalesce(size, 1e300)", descending=False),
    Sort.SIZE_DOWN: Order("coalesce(size, -1)", descending=True),
    Sort.WATCHED: Order(f"coalesce({_SEEN}, 9e18)", descending=False),
    Sort.WATCHED_DOWN: Order(f"coalesce({_SEEN}, -1)", descending=True),
}

_NOT_INDEXED = (Sort.SIZE, Sort.SIZE_DOWN, Sort.WATCHED, Sort.WATCHED_DOWN)

# Positions are kept in a file of their own: those that there are come as a value.
_WITH_PLAYED = (
    "WITH played AS MATERIALIZED (SELECT unhex(value ->> 0) AS header_nonce, value ->> 1 AS seen_ns,"
    " value ->> 2 AS begun FROM json_each(?)) "
)

Value = str | int | float


class Statement(NamedTuple):
    """SQL and its values. Its rows begin with the sort value."""

    sql: str
    values: tuple[Value, ...]


def page_statement(
    query: ItemQuery,
    columns: str,
    root_item_id: str,
    after: cursors.Position | None,
    played: Mapping[bytes, Position],
) -> Statement:
    """Return the statement for one row more than a page: the row that tells that there is another page.

    Args:
        query: What is asked; its cursor is ignored in favour of `after`.
        columns: What to select after the sort value.
        root_item_id: Item of the root folder, the folder of a query that names nothing.
        after: Where the page before ended.
        played: Where people are, by header nonce; empty for a query that does not need it.
    """
    order = _order(query)
    conditions, values = _conditions(query, root_item_id)
    if after is not None:
        beyond = "<" if order.descending else ">"
        # The first of the two says nothing new, but it is what SQLite finds in an index of an expression.
        conditions += [f"{order.expression} {beyond}= ?", f"({order.expression}, item_id) {beyond} (?, ?)"]
        values += (after[0], *after)
    direction = "DESC" if order.descending else "ASC"
    # What is sorted is narrow; the wide rows are fetched for one page only.
    page = (
        f"SELECT rowid AS at, {order.expression} AS key FROM items WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY {order.expression} {direction}, item_id {direction} LIMIT ?"
    )
    sql = (
        f"SELECT key, {columns} FROM ({page}) JOIN items ON items.rowid = at"  # noqa: S608 - no input in it
        f" ORDER BY key {direction}, item_id {direction}"
    )
    if query.needs_positions:
        rows = [(key.hex(), at.seen_ns, at.position_s is not None) for key, at in played.items()]
        return Statement(_WITH_PLAYED + sql, (json.dumps(rows), *values, query.limit + 1))
    return Statement(sql, (*values, query.limit + 1))


def _order(query: ItemQuery) -> Order:
    """Return the order asked for; of one kind alone, folders first is the order of names, which is indexed."""
    sort = Sort(query.sort)
    return ORDERS[Sort.NAME if sort is Sort.DEFAULT and query.kind is not None else sort]


def _conditions(query: ItemQuery, root_item_id: str) -> tuple[list[str], list[Value]]:
    words = fold(query.q).split()
    folder = query.folder
    if folder is None and not words and query.kind is None and not query.begun:
        folder = root_item_id
    conditions: list[str] = []
    values: list[Value] = []
    if folder is not None:
        conditions.append("parent_id = ?")
        values.append(folder)
    else:
        conditions.append("parent_id IS NOT NULL")  # all but the root folder itself
    if query.kind is not None:
        # The plus keeps SQLite from the index of kinds where that would fetch most rows in random order.
        conditions.append("+kind = ?" if words or query.sort in _NOT_INDEXED else "kind = ?")
        values.append(query.kind)
    if query.begun:
        conditions.append("header_nonce IN (SELECT header_nonce FROM played WHERE begun)")
    for word in words:
        conditions.append("instr(search_text, ?) > 0")
        values.append(word)
    return conditions, values
