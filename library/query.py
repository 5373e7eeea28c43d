"""A question about items, as SQL. Pure: text and values out, nothing is run.

Pages are cut by key, not by offset: the next page begins after the last (value, id) of this one, so
items that come or go meanwhile neither repeat nor hide others.
"""

from typing import NamedTuple

from library.cursors import Position
from library.folding import fold
from library.items import ItemQuery, Sort


class Order(NamedTuple):
    """An expression over `items`, never NULL, and its direction. The item id breaks ties, same direction."""

    expression: str
    descending: bool


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
}

Value = str | int | float


class Statement(NamedTuple):
    """SQL and its values. Its rows begin with the sort value."""

    sql: str
    values: tuple[Value, ...]


def page_statement(query: ItemQuery, columns: str, root_item_id: str, after: Position | None) -> Statement:
    """Return the statement for one row more than a page: the row that tells that there is another page.

    Args:
        query: What is asked; its cursor is ignored in favour of `after`.
        columns: What to select after the sort value.
        root_item_id: Item of the root folder, the folder of a query that names nothing.
        after: Where the page before ended.
    """
    order = ORDERS[Sort(query.sort)]
    conditions, values = _conditions(query, root_item_id)
    if after is not None:
        conditions.append(f"({order.expression}, item_id) {'<' if order.descending else '>'} (?, ?)")
        values += after
    direction = "DESC" if order.descending else "ASC"
    sql = (
        f"SELECT {order.expression}, {columns} FROM items WHERE {' AND '.join(conditions)}"  # noqa: S608 - no input
        f" ORDER BY {order.expression} {direction}, item_id {direction} LIMIT ?"
    )
    return Statement(sql, (*values, query.limit + 1))


def _conditions(query: ItemQuery, root_item_id: str) -> tuple[list[str], list[Value]]:
    words = fold(query.q).split()
    folder = query.folder
    if folder is None and not words and query.kind is None:
        folder = root_item_id
    conditions: list[str] = []
    values: list[Value] = []
    if folder is not None:
        conditions.append("parent_id = ?")
        values.append(folder)
    else:
        conditions.append("parent_id IS NOT NULL")  # all but the root folder itself
    if query.kind is not None:
        conditions.append("kind = ?")
        values.append(query.kind)
    for word in words:
        conditions.append("instr(search_text, ?) > 0")
        values.append(word)
    return conditions, values
