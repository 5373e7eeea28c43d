"""Pages of the index against sorting and filtering in Python."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.cursors import CursorSealer
from library.database import Database
from library.errors import BadCursorError, ItemNotFoundError
from library.folding import fold, natural_key
from library.index import Index
from library.item_ids import ItemIds
from library.items import ItemKind, ItemQuery, Sort
from library.positions import Positions
from library.records import EXAMINATION_VERSION, Examined, Record
from library.schema import INDEX_MIGRATIONS, PEOPLE_MIGRATIONS
from library.watching import Watching

IDS = ItemIds(b"i" * 32)
KINDS = [ItemKind.VIDEO, ItemKind.PHOTO, ItemKind.OTHER]


def record(number, name, folder="", kind=ItemKind.PHOTO, **facts):
    is_folder = kind is ItemKind.FOLDER
    return Record(
        item_id=IDS.of_folder(name) if is_folder else IDS.of_file(folder, name, number),
        parent_id=IDS.of_folder(folder),
        kind=kind,
        name=name,
        path=f"/{folder}/{name}" if folder else f"/{name}",
        folder_id=folder,
        own_id=name if is_folder else None,
        stored_path=f"d/{number}",
        stored_size=facts.get("size"),
        **{"size": None, "mtime_ns": number, "examined": int(is_folder)} | facts,
    )


def root():
    return replace(record(0, "", kind=ItemKind.FOLDER), parent_id=None, path="/", item_id=IDS.root)


@contextlib.contextmanager
def indexed(directory, records, taken=()):
    database = Database(directory / "index.db", b"k" * 32, INDEX_MIGRATIONS)
    with contextlib.closing(Index(database, CursorSealer(b"c" * 32), IDS.root)) as index:
        index.change([root(), *records], [])
        for one, moment in zip(records, taken, strict=False):
            if one.kind is not ItemKind.FOLDER:
                index.set_examined(one, Examined(kind=one.kind, mime="x/y", taken_at=moment))
        yield index


@contextlib.contextmanager
def watched(directory, index, played):
    """The items of the index as they were played: (seen_ns, begun) by header nonce."""
    database = Database(directory / "people.db", b"p" * 32, PEOPLE_MIGRATIONS)
    with contextlib.closing(Positions(database)) as positions:
        for nonce, (seen_ns, begun) in played.items():
            if begun:
                positions.put(nonce, 1.5, seen_ns)
            else:
                positions.finish(nonce, seen_ns)
        yield Watching(index, positions)


def all_pages(index, query):
    items, cursor = [], None
    while True:
        page = index.page(replace(query, cursor=cursor))
        assert len(page.items) <= query.limit
        items += page.items
        cursor = page.next
        if cursor is None:
            return items
        assert len(page.items) == query.limit
        assert len(items) < 100  # more than there are: it runs in a circle


names = st.text("aAbBéß019 ._-%_'\\東", min_size=1, max_size=6)
dates = st.one_of(st.none(), st.dates().map(lambda day: f"{day.isoformat()}T10:00:00"))
rows = st.lists(
    st.tuples(
        names,
        st.sampled_from(["", "f"]),
        st.sampled_from(KINDS),
        st.none() | st.integers(0, 3),
        dates,
        st.none() | st.tuples(st.integers(0, 4), st.booleans()),
    ),
    max_size=25,
)

# Written as one would by hand; unknown values last, whatever the direction.
ORACLES = {
    "": lambda i: (i.kind is not ItemKind.FOLDER, natural_key(i.name), i.id),
    "name": lambda i: (natural_key(i.name), i.id),
    "title": lambda i: (natural_key(i.title), i.id),
    "added": lambda i: (i.added_at or "", i.id),
    "taken": lambda i: (i.taken_at is None, i.taken_at or "", i.id),
    "size": lambda i: (i.size is None, i.size or 0, i.id),
}


def in_order(items, sort, played):
    def seen(item):
        return played.get(item.header_nonce, (None,))[0]

    oracles = ORACLES | {"watched": lambda i: (seen(i) is None, seen(i) or 0, i.id)}
    key = oracles[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return sorted(items, key=key)
    value = {"-taken": lambda i: i.taken_at, "-size": lambda i: i.size, "-watched": seen}.get(sort)
    unknown = [i for i in items if value and value(i) is None]
    known = [i for i in items if i not in unknown]
    return sorted(known, key=key, reverse=True) + sorted(unknown, key=key, reverse=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows,
    st.integers(1, 7),
    st.none() | st.sampled_from(KINDS),
    st.sampled_from([None, None, "", "f"]),
    st.sampled_from(["", "", "a", "É", "0", "%", "_", "'", "b 1", "f", "\\"]),
    st.booleans(),
)
def test_pages_are_the_sorted_list(tmp_path_factory, rows, limit, kind, folder, q, begun):
    records = [record(0, "f", kind=ItemKind.FOLDER)]
    records += [
        record(n + 1, name, folder, kind, size=size, mtime_ns=(n % 4 + 1) * 10**9, header_nonce=b"%d" % n)
        for n, (name, folder, kind, size, *_) in enumerate(rows)
    ]
    moments = [None, *(row[4] for row in rows)]
    played = {b"%d" % n: row[5] for n, row in enumerate(rows) if row[5]}
    folder_id = None if folder is None else IDS.of_folder(folder)
    query = ItemQuery(folder=folder_id, q=q, kind=kind, begun=begun, limit=limit)
    directory = tmp_path_factory.mktemp("index")
    with indexed(directory, records, moments) as index, watched(directory, index, played) as watching:
        everything = [index.item(one.item_id) for one in records]
        found = {sort: all_pages(watching, replace(query, sort=sort)) for sort in Sort}
    words = fold(q).split()
    if folder is None and kind is None and not words and not begun:
        folder_id = IDS.root
    wanted = [
        item
        for item in everything
        if (folder_id is None or item.parent_id == folder_id)
        and (kind is None or item.kind == kind)
        and (not begun or played.get(item.header_nonce, (0, False))[1])
        and all(word in fold(f"{item.title}\n{item.name}\n{item.path}") for word in words)
    ]
    for sort in Sort:
        assert [item.id for item in found[sort]] == [item.id for item in in_order(wanted, sort, played)], sort


@pytest.fixture
def shelf(tmp_path):
    films = record(1, "Films", kind=ItemKind.FOLDER)
    records = [
        films,
        record(2, "Der Himmel über Berlin.mkv", "Films", ItemKind.VIDEO),
        record(3, "berlin_wall_1989.jpg"),
        record(4, "100%_real.jpg"),
    ]
    with indexed(tmp_path, records) as index:
        yield index


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("BERLIN", ["berlin_wall_1989.jpg", "Der Himmel über Berlin.mkv"]),
        ("uber", ["Der Himmel über Berlin.mkv"]),
        ("ÜBER berl", ["Der Himmel über Berlin.mkv"]),
        ("berlin wall", ["berlin_wall_1989.jpg"]),
        ("films", ["Films", "Der Himmel über Berlin.mkv"]),
        ("%_", ["100%_real.jpg"]),
        ("berlin paris", []),
        ("   ", ["Films", "100%_real.jpg", "berlin_wall_1989.jpg"]),
    ],
)
def test_search(shelf, q, found):
    assert [item.name for item in shelf.page(ItemQuery(q=q)).items] == found


def test_folders_and_their_children(shelf):
    first, *_ = shelf.page(ItemQuery()).items
    assert (first.name, first.kind, first.child_count) == ("Films", "folder", 1)
    (film,) = shelf.page(ItemQuery(folder=first.id)).items
    assert film.path == "/Films/Der Himmel über Berlin.mkv"
    assert film.parent_id == first.id
    assert shelf.item_at("/").child_count == 3
    assert shelf.item_at("/").parent_id is None


def test_a_cursor_belongs_to_its_order(shelf):
    page = shelf.page(ItemQuery(limit=1))
    with pytest.raises(BadCursorError):
        shelf.page(ItemQuery(limit=1, sort="-name", cursor=page.next))
    with pytest.raises(BadCursorError):
        shelf.page(ItemQuery(cursor="AAAA"))


def test_a_page_survives_that_its_last_item_goes(shelf):
    page = shelf.page(ItemQuery(limit=2, sort="name"))
    shelf.change([], [page.items[-1].id])
    following = shelf.page(ItemQuery(limit=2, sort="name", cursor=page.next))
    assert [item.name for item in following.items] == ["Films"]


def test_unknown_items(shelf):
    for ask in (shelf.item, shelf.item_at, shelf.record, shelf.has_image):
        with pytest.raises(ItemNotFoundError):
            ask("nothing")
    assert shelf.page(ItemQuery(folder="nothing")).items == ()


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 501}, {"sort": "colour"}, {"kind": "song"}])
def test_impossible_queries(wrong):
    with pytest.raises(ValueError, match=r"limit|colour|song"):
        ItemQuery(**wrong)


def test_findings_of_a_file_that_changed_meanwhile_are_dropped(tmp_path):
    one = record(1, "a.jpg", mtime_ns=5)
    with indexed(tmp_path, [one]) as index:
        index.change([replace(one, mtime_ns=6, examined=0)], [])
        assert not index.set_examined(one, Examined(kind=ItemKind.PHOTO, mime="image/png"))
        assert [waiting.mtime_ns for waiting in index.to_examine()] == [6]
        assert index.set_examined(index.record(one.item_id), Examined(kind=ItemKind.PHOTO, mime="image/png"))
        assert index.record(one.item_id).examined == EXAMINATION_VERSION
        assert index.to_examine() == []


def test_videos_and_songs_of_an_older_examination_are_read_again_but_not_photos(tmp_path):
    records = [record(n, f"{n}.x", kind=kind, examined=1) for n, kind in enumerate(KINDS)]
    with indexed(tmp_path, records) as index:
        assert {waiting.kind for waiting in index.to_examine()} == {ItemKind.VIDEO, ItemKind.OTHER}
        index.change([replace(one, examined=-1) for one in records], [])
        assert len(index.to_examine()) == 3


def test_ids_are_url_safe_and_hide_names():
    made = {
        IDS.of_file("f", "a.jpg", 0),
        IDS.of_file("f", "a.jpg", 1),
        IDS.of_file("g", "a.jpg", 0),
        IDS.of_folder("f"),
    }
    assert len(made) == 4
    assert all(one.isalnum() and one.isascii() and len(one) == 24 for one in made)
    assert ItemIds(b"j" * 32).of_folder("f") not in made
