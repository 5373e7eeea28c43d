"""What Lanterne stores is known at once, in the place of what was there before it."""

import hashlib
import os

import pytest

from library import ItemKind
from library.suspicion import ROLLED_BACK
from tests.library.material import photo, put, put_older_chunk, stored_file
from vault import NodeNotFoundError

BEFORE = photo((64, 48), "red") + bytes(40_000)
AFTER = photo((48, 64), "blue") + bytes(40_000)
LONG_AGO_NS = 10**18
ITEM_PATH = "/Trip/a.jpg"


def bring(vault, library, path, contents, mtime_ns=LONG_AGO_NS):
    """Store a file and tell the index, as an import does."""
    put(vault, path, contents)
    os.utime(stored_file(vault, path), ns=(mtime_ns, mtime_ns))
    library.note_stored(path, hashlib.sha256(contents).digest(), mtime_ns)


def record_of(library, path):
    return library._index.record(library.find_path(path).id)


def contents_of(library, path):
    with library.open(library.find_path(path).id) as reader:
        return reader.read()


@pytest.fixture
def known(vault, library):
    """A vault with a photo that was imported and scanned."""
    bring(vault, library, ITEM_PATH, BEFORE)
    library.scan()
    return library.find_path(ITEM_PATH)


def remove_by_hand(vault, path):
    stored_file(vault, path).unlink()


def remove_by_app(vault, path):
    vault.remove(vault.find(path))


@pytest.mark.parametrize("remove", [remove_by_hand, remove_by_app])
@pytest.mark.parametrize("contents", [AFTER, AFTER + b"longer", BEFORE], ids=["other", "longer", "same"])
@pytest.mark.parametrize("later_ns", [0, 10**12], ids=["same time", "later"])
def test_what_is_stored_again_can_be_opened_at_once(vault, library, known, remove, contents, later_ns):
    remove(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, contents, LONG_AGO_NS + later_ns)
    assert contents_of(library, ITEM_PATH) == contents
    item = library.find_path(ITEM_PATH)
    assert item.id == known.id
    assert item.revision != known.revision
    assert item.size == len(contents)
    assert item.changed_at is None  # by Lanterne itself, that is
    assert item.problem is None


def test_it_is_examined_by_the_next_scan(vault, library, known):
    assert (known.width, known.height) == (64, 48)
    remove_by_hand(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, AFTER)  # of the same size and time: a scan alone would see no difference
    between = library.find_path(ITEM_PATH)
    assert (between.width, between.has_image) == (None, False)
    assert library.scan().read_count == 1
    item = library.find_path(ITEM_PATH)
    assert (item.width, item.height, item.has_image) == (48, 64, True)


def test_what_it_is_is_seen_by_its_first_bytes(vault, library):
    bring(vault, library, "/a", b"nothing to see")
    library.scan()
    remove_by_hand(vault, "/a")
    bring(vault, library, "/a", AFTER)
    assert library.find_path("/a").kind is ItemKind.PHOTO


def test_the_record_is_what_a_look_at_the_whole_vault_makes_of_it(vault, library, known):
    bring(vault, library, "/Trip/b.jpg", BEFORE)
    library.scan()
    remove_by_hand(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, AFTER)
    at_once = record_of(library, ITEM_PATH)
    assert library.integrity.take_stock()
    assert record_of(library, ITEM_PATH) == at_once
    assert list(library.integrity.findings()) == []


def test_former_contents_that_come_back_are_known(vault, library, known):
    stored = stored_file(vault, ITEM_PATH)
    before = stored.read_bytes()
    remove_by_hand(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, AFTER)
    stored.write_bytes(before)
    library.scan()
    assert library.find_path(ITEM_PATH).problem == str(ROLLED_BACK)


def test_a_suspicion_and_damage_are_not_held_against_what_is_stored_anew(vault, library, known):
    put_older_chunk(vault, ITEM_PATH, 0)
    check = library.integrity.check_file(vault.find(ITEM_PATH), lambda _size: True)
    assert check.problem is not None
    remove_by_hand(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, BEFORE)
    assert contents_of(library, ITEM_PATH) == BEFORE
    assert library.find_path(ITEM_PATH).problem is None


def test_nor_where_a_scan_has_seen_the_gap(vault, library, known):
    put_older_chunk(vault, ITEM_PATH, 0)
    library.integrity.check_file(vault.find(ITEM_PATH), lambda _size: True)
    remove_by_hand(vault, ITEM_PATH)
    library.scan()
    bring(vault, library, ITEM_PATH, BEFORE)
    library.scan()
    assert contents_of(library, ITEM_PATH) == BEFORE
    assert list(library.integrity.findings()) == []


def test_what_was_moved_away_keeps_what_is_known_of_it(vault, library):
    bring(vault, library, "/a.bin", b"one")
    library.scan()
    vault.rename(vault.find("/a.bin"), vault.make_folders("/Elsewhere").own_id, "a.bin")
    bring(vault, library, "/a.bin", b"other")
    library.scan()
    assert library.stored_sha256("/Elsewhere/a.bin") == hashlib.sha256(b"one").digest()
    assert contents_of(library, "/Elsewhere/a.bin") == b"one"
    assert contents_of(library, "/a.bin") == b"other"
    assert list(library.integrity.findings()) == []


def test_what_was_moved_here_is_left_to_the_scan(vault, library, known):
    bring(vault, library, "/Trip/b.jpg", AFTER, LONG_AGO_NS + 1)
    library.scan()
    other = library.find_path("/Trip/b.jpg").id
    remove_by_app(vault, ITEM_PATH)
    vault.rename(vault.find("/Trip/b.jpg"), vault.find("/Trip").own_id, "a.jpg")
    library.note_stored(ITEM_PATH, hashlib.sha256(AFTER).digest())  # the import that compared it
    library.scan()
    assert library.find_path(ITEM_PATH).id == other
    assert contents_of(library, ITEM_PATH) == AFTER
    # What lay here first was removed by another program; what was moved is not missing.
    assert [one.path for one in library.integrity.findings()] == [ITEM_PATH]


def test_what_is_known_as_it_is_stays_untouched(vault, library, known):
    before = record_of(library, ITEM_PATH)
    library.note_stored(ITEM_PATH, hashlib.sha256(BEFORE).digest())
    assert record_of(library, ITEM_PATH) == before
    assert library.scan().read_count == 0


def test_other_items_stay_untouched(vault, library, known):
    bring(vault, library, "/b.jpg", BEFORE)
    library.scan()
    others = {record.item_id: record for record in library._index.records() if record.item_id != known.id}
    remove_by_hand(vault, ITEM_PATH)
    bring(vault, library, ITEM_PATH, AFTER)
    now = {record.item_id: record for record in library._index.records() if record.item_id != known.id}
    assert now == others


def test_what_is_not_there_is_not_noted(vault, library, known):
    remove_by_hand(vault, ITEM_PATH)
    with pytest.raises(NodeNotFoundError):
        library.note_stored(ITEM_PATH, bytes(32))
