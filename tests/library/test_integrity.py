"""What was done to ciphertext from outside is named: every attack that the format itself lets pass."""

import hashlib
import os
import shutil
import time

import pytest

from library import AlteredError, CheckCancelledError, ItemChangedError, Library, NotWholeError, VaultCheck
from library.arriving import ARRIVING, REST_NS
from library.checks import ALTERED
from library.records import DAMAGED_END, SHRUNK
from library.suspicion import OLDER, ROLLED_BACK
from tests.library.material import flip_byte, flip_bytes, photo, put, put_older_chunk, stored_file
from vault import AuthenticationError, Vault

SIZE = 32 * 1024
CHUNK = SIZE + 28
LONG_AGO_NS = 10**18


def at(chunk_index, offset=0):
    return 68 + chunk_index * CHUNK + offset


def findings(library, vault, *, deep=False):
    """(problem, path) and detail of all that a check has to say."""
    check = VaultCheck(vault, library.integrity)
    found = list(check.quick(deep_follows=deep)) + (list(check.deep()) if deep else [])
    return {(finding.problem, finding.path): finding.detail or finding.ranges for finding in found}


def settle(vault):
    """Give every file the same past time: no file is young, and no time tells anything."""
    for _, node in vault.walk():
        if node.own_id is None:
            os.utime(vault.directory / node.stored_path, ns=(LONG_AGO_NS, LONG_AGO_NS))


@pytest.fixture
def house(vault, library):
    put(vault, "/a.bin", bytes(i % 251 for i in range(70 * SIZE)))
    put(vault, "/b.bin", bytes(i % 241 for i in range(70 * SIZE)))
    put(vault, "/Wedding/film.bin", b"wedding" * 10_000)
    put(vault, "/Work/film.bin", b"working" * 10_000)
    settle(vault)
    library.scan()
    return vault


def exchange(one, other):
    """Swap two files on the disk; each keeps its time."""
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


@pytest.mark.parametrize("text", ["unreadable: the disk refuses: I/O error", "the disk refuses: I/O error"])
def test_a_file_that_the_disk_refuses_is_unreadable(house, library, text):
    """An index of an earlier version does not say the word, and has a colon elsewhere."""
    with library._index._database.writing() as connection:
        connection.execute("UPDATE items SET node_problem = ? WHERE path = '/a.bin'", (text,))
    (finding,) = library.integrity.findings()
    assert (finding.problem, finding.detail) == ("unreadable", "the disk refuses: I/O error")
    assert not finding.is_harmless


def test_a_whole_vault_has_no_findings(house, library):
    assert findings(library, house) == {}
    assert findings(library, house, deep=True) == {}


def test_a_flipped_bit(house, library):
    flip_byte(stored_file(house, "/a.bin"), at(5, 100))
    settle(house)
    assert findings(library, house) == {}  # the contents are not read
    assert findings(library, house, deep=True) == {("damaged", "/a.bin"): ((5 * SIZE, 6 * SIZE),)}
    assert library.find_path("/a.bin").problem == f"damaged: bytes {5 * SIZE} to {6 * SIZE - 1}"


def test_all_damaged_chunks_of_a_file_are_named(house, library):
    flip_bytes(stored_file(house, "/a.bin"), [at(0, 20), at(8, 20), at(9, 20), at(69, 20)])
    found = findings(library, house, deep=True)
    assert found == {
        ("damaged", "/a.bin"): ((0, SIZE), (8 * SIZE, 10 * SIZE), (69 * SIZE, 70 * SIZE)),
    }
    # What was found is known afterwards, without reading.
    assert set(findings(library, house)) == {("damaged", "/a.bin")}


def test_damage_is_not_held_against_a_file_that_was_mended(house, library):
    path = stored_file(house, "/a.bin")
    whole = path.read_bytes()
    flip_byte(path, at(5, 100))
    assert set(findings(library, house, deep=True)) == {("damaged", "/a.bin")}
    path.write_bytes(whole)
    assert findings(library, house) == {}
    assert library.find_path("/a.bin").problem is None


def test_two_chunks_exchanged(house, library):
    path = stored_file(house, "/a.bin")
    whole = path.read_bytes()
    path.write_bytes(
        whole[: at(3)] + whole[at(4) : at(5)] + whole[at(3) : at(4)] + whole[at(5) :],
    )
    assert findings(library, house, deep=True) == {("damaged", "/a.bin"): ((3 * SIZE, 5 * SIZE),)}


def test_a_chunk_of_another_file(house, library):
    path = stored_file(house, "/a.bin")
    whole, other = path.read_bytes(), stored_file(house, "/b.bin").read_bytes()
    path.write_bytes(whole[: at(3)] + other[at(3) : at(4)] + whole[at(4) :])
    assert findings(library, house, deep=True) == {("damaged", "/a.bin"): ((3 * SIZE, 4 * SIZE),)}


def test_a_file_cut_at_a_chunk_s_edge(house, library):
    path = stored_file(house, "/a.bin")
    whole = path.read_bytes()
    os.truncate(path, at(3))
    assert set(findings(library, house)) == {("incomplete", "/a.bin")}
    library.scan()
    assert library.find_path("/a.bin").problem == str(SHRUNK)
    with pytest.raises(NotWholeError):
        library.open(library.find_path("/a.bin").id)
    # Nothing is damaged in what is left; that it is no more the whole is not forgotten by reading it.
    assert set(findings(library, house, deep=True)) == {("incomplete", "/a.bin")}
    path.write_bytes(whole)
    settle(house)
    library.scan()
    assert findings(library, house, deep=True) == {}
    assert library.find_path("/a.bin").problem is None


def test_what_a_cut_file_was_is_not_forgotten_by_reading_the_rest(house, library):
    findings(library, house, deep=True)
    known = library.stored_sha256("/a.bin")
    path = stored_file(house, "/a.bin")
    whole = path.read_bytes()
    os.truncate(path, at(3))
    findings(library, house, deep=True)
    path.write_bytes(whole)
    assert library.stored_sha256("/a.bin") == known


def test_a_file_cut_to_its_header(house, library):
    os.truncate(stored_file(house, "/a.bin"), 68)
    assert set(findings(library, house)) == {("incomplete", "/a.bin")}


@pytest.mark.parametrize("size", [0, 30, at(3) + 10, at(3) + 500])
def test_a_file_cut_elsewhere(house, library, size):
    path = stored_file(house, "/a.bin")
    whole = path.read_bytes()
    os.truncate(path, size)
    assert set(findings(library, house)) == {("incomplete", "/a.bin")}
    with pytest.raises(NotWholeError):
        library.open(library.find_path("/a.bin").id)
    path.write_bytes(whole)
    settle(house)
    assert findings(library, house) == {}


def test_a_damaged_end_is_not_taken_for_a_missing_one(house, library):
    path = stored_file(house, "/a.bin")
    flip_byte(path, at(69, 30))
    library.scan()
    assert library.find_path("/a.bin").problem == str(DAMAGED_END)
    assert set(findings(library, house)) == {("damaged", "/a.bin")}
    assert findings(library, house, deep=True) == {("damaged", "/a.bin"): ((69 * SIZE, 70 * SIZE),)}
    flip_byte(path, at(69, 30))
    settle(house)
    assert findings(library, house, deep=True) == {}
    library.scan()
    assert library.find_path("/a.bin").problem is None


def test_two_files_of_a_folder_exchanged(house, library):
    before = library.find_path("/a.bin").id
    one, other = stored_file(house, "/a.bin"), stored_file(house, "/b.bin")
    exchange(one, other)
    with pytest.raises(ItemChangedError):  # not even before anybody has looked
        library.open(before)
    # Size and time are the same: only who looks into every header sees it.
    assert findings(library, house) == {
        ("changed places", "/a.bin"): "it was /b.bin before",
        ("changed places", "/b.bin"): "it was /a.bin before",
    }
    library.scan()
    assert library.find_path("/a.bin").problem == "changed places: it was /b.bin before"
    exchange(one, other)
    assert findings(library, house) == {}
    assert library.find_path("/a.bin").id == before


def test_two_files_of_different_folders_exchanged(house, library):
    one, other = stored_file(house, "/Wedding/film.bin"), stored_file(house, "/Work/film.bin")
    exchange(one, other)
    os.utime(one, ns=(LONG_AGO_NS + 1, LONG_AGO_NS + 1))
    os.utime(other, ns=(LONG_AGO_NS + 2, LONG_AGO_NS + 2))
    library.scan()  # the times differ: an ordinary scan sees it
    assert library.find_path("/Work/film.bin").problem == "changed places: it was /Wedding/film.bin before"
    assert len(findings(library, house)) == 2


def test_three_files_in_a_circle(house, library):
    a, b, c = (stored_file(house, path) for path in ("/a.bin", "/b.bin", "/Work/film.bin"))
    exchange(a, b)
    exchange(b, c)
    assert {path for _, path in findings(library, house)} == {"/a.bin", "/b.bin", "/Work/film.bin"}


def test_two_folders_exchanged(house, library):
    one, other = (
        house.directory / house.find(path).stored_path / "dir.c9r" for path in ("/Wedding", "/Work")
    )
    exchange(one, other)
    library.scan()
    assert findings(library, house) == {
        ("changed places", "/Wedding"): "it was /Work before",
        ("changed places", "/Work"): "it was /Wedding before",
    }
    assert library.find_path("/Work").problem == "changed places: it was /Wedding before"
    exchange(one, other)
    assert findings(library, house) == {}


def test_a_suspicion_stays_until_it_is_accepted(house, library):
    exchange(stored_file(house, "/a.bin"), stored_file(house, "/b.bin"))
    assert len(findings(library, house)) == 2
    assert len(findings(library, house)) == 2
    assert library.integrity.accept("/a.bin") == 1
    assert set(findings(library, house)) == {("changed places", "/b.bin")}
    assert library.integrity.accept("/") == 1
    assert findings(library, house) == {}


def test_what_was_accepted_is_what_the_next_exchange_is_told_by(house, library):
    one, other = stored_file(house, "/a.bin"), stored_file(house, "/b.bin")
    for _ in range(2):
        exchange(one, other)
        assert {path for _, path in findings(library, house)} == {"/a.bin", "/b.bin"}
        assert library.integrity.accept("/") == 2


def test_a_rename_is_no_exchange(house, library):
    house.rename(house.find("/Wedding"), "", "Party")
    house.rename(house.find("/Work"), "", "Wedding")
    house.rename(house.find("/a.bin"), "", "c.bin")
    house.rename(house.find("/b.bin"), "", "a.bin")
    assert findings(library, house) == {}


def test_a_stored_file_copied_over_another(house, library):
    shutil.copy2(stored_file(house, "/a.bin"), stored_file(house, "/b.bin"))
    found = findings(library, house)
    assert found == {("changed places", "/b.bin"): "it has the contents of /a.bin"}


def test_an_older_chunk_put_back(house, library):
    assert findings(library, house, deep=True) == {}  # read whole once
    whole = put_older_chunk(house, "/a.bin", 40)
    # Header, size and time are what they were, and every chunk is genuine.
    assert findings(library, house) == {}
    found = findings(library, house, deep=True)
    assert found == {("altered", "/a.bin"): ((1 << 20, 2 << 20),)}
    assert library.find_path("/a.bin").problem == str(ALTERED)
    with pytest.raises(NotWholeError):
        library.require_whole(house.find("/a.bin"))
    with library.open(library.find_path("/a.bin").id) as reader, pytest.raises(AlteredError):
        reader.read()
    stored_file(house, "/a.bin").write_bytes(whole)
    settle(house)
    assert findings(library, house, deep=True) == {}


def test_an_altered_file_that_is_accepted(house, library):
    findings(library, house, deep=True)
    put_older_chunk(house, "/a.bin", 3)
    assert set(findings(library, house, deep=True)) == {("altered", "/a.bin")}
    assert library.integrity.accept("/a.bin") == 1
    library.open(library.find_path("/a.bin").id).close()
    assert findings(library, house, deep=True) == {}
    assert findings(library, house, deep=True) == {}


def test_an_older_chunk_where_only_the_import_knew_the_contents(vault, library):
    contents = bytes(3 * SIZE)
    put(vault, "/a.bin", contents)
    library.note_stored("/a.bin", hashlib.sha256(contents).digest())
    settle(vault)
    put_older_chunk(vault, "/a.bin", 1, b"x" * SIZE)
    assert findings(library, vault, deep=True) == {("altered", "/a.bin"): ((0, 3 * SIZE),)}


def test_a_photo_that_the_scan_reads_is_compared_with_what_the_import_noted(vault, library):
    put(vault, "/a.jpg", photo())
    library.note_stored("/a.jpg", b"\1" * 32)
    library.scan()
    assert library.find_path("/a.jpg").problem == str(ALTERED)
    assert library.stored_sha256("/a.jpg") == b"\1" * 32


def test_an_older_file_that_was_known_put_back(house, library):
    stored = stored_file(house, "/Work/film.bin")
    older = stored.read_bytes()
    put(house, "/Work/film.bin", b"a newer film", replace=True)
    library.scan()
    assert library.find_path("/Work/film.bin").problem is None
    newer = stored.read_bytes()
    stored.write_bytes(older)  # with the time of today
    assert set(findings(library, house)) == {("rolled back", "/Work/film.bin")}
    assert library.find_path("/Work/film.bin").problem == str(ROLLED_BACK)
    stored.write_bytes(newer)
    assert findings(library, house) == {}
    stored.write_bytes(older)
    assert set(findings(library, house)) == {("rolled back", "/Work/film.bin")}
    library.integrity.accept("/")
    assert findings(library, house) == {}


def test_an_older_file_that_was_never_known_put_back(vault, library):
    put(vault, "/a.bin", b"older")
    stored = stored_file(vault, "/a.bin")
    older = stored.read_bytes()
    put(vault, "/a.bin", b"newer than that", replace=True)
    library.scan()
    stored.write_bytes(older)
    os.utime(stored, ns=(LONG_AGO_NS, LONG_AGO_NS))
    assert set(findings(library, vault)) == {("rolled back?", "/a.bin")}
    assert library.find_path("/a.bin").problem == str(OLDER)


def test_a_whole_folder_as_it_was(house, library, tmp_path):
    folder = house.directory / house.find("/Work/film.bin").stored_path
    shutil.copytree(folder.parent, tmp_path / "older")
    put(house, "/Work/film.bin", b"a newer film", replace=True)
    put(house, "/Work/report.bin", b"new since then")
    library.scan()
    shutil.rmtree(folder.parent)
    shutil.copytree(tmp_path / "older", folder.parent)
    assert set(findings(library, house)) == {
        ("rolled back", "/Work/film.bin"),
        ("missing", "/Work/report.bin"),
    }


def test_a_file_changed_on_purpose_is_no_finding(house, library):
    put(house, "/Work/film.bin", b"edited on the phone", replace=True)
    library.scan()
    item = library.find_path("/Work/film.bin")
    assert item.problem is None
    assert item.changed_at is not None
    assert library.find_path("/a.bin").changed_at is None
    assert findings(library, house, deep=True) == {}


def test_a_file_replaced_by_lanterne_was_not_changed_by_others(house, library):
    put(house, "/Work/film.bin", b"imported again", replace=True)
    os.utime(stored_file(house, "/Work/film.bin"), ns=(1, 1))  # the time of an old original
    library.note_stored("/Work/film.bin", b"\0" * 32)
    library.scan()
    item = library.find_path("/Work/film.bin")
    assert (item.changed_at, item.problem) == (None, None)


def test_a_vanished_file_is_missing_until_that_is_accepted(house, library):
    stored_file(house, "/Work/film.bin").unlink()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for _ in range(2):
        library.scan()
        assert findings(library, house) == {("missing", "/Work/film.bin"): f"since {today}"}
    assert library.integrity.accept("/Work") == 1
    assert findings(library, house) == {}


def test_a_vanished_file_that_comes_back(house, library):
    stored = stored_file(house, "/Work/film.bin")
    contents = stored.read_bytes()
    stored.unlink()
    assert set(findings(library, house)) == {("missing", "/Work/film.bin")}
    stored.write_bytes(contents)
    assert findings(library, house) == {}


def test_a_vanished_file_in_whose_place_an_older_one_turns_up(house, library):
    stored = stored_file(house, "/Work/film.bin")
    older = stored.read_bytes()
    put(house, "/Work/film.bin", b"a newer film", replace=True)
    library.scan()
    stored.unlink()
    library.scan()
    stored.write_bytes(older)
    assert set(findings(library, house)) == {("rolled back", "/Work/film.bin")}


def test_a_vanished_file_that_comes_back_after_another_was_in_its_place(house, library):
    stored = stored_file(house, "/Work/film.bin")
    older = stored.read_bytes()
    stored.unlink()
    library.scan()
    put(house, "/Work/film.bin", b"a newer film")
    assert findings(library, house) == {}
    stored.write_bytes(older)
    assert set(findings(library, house)) == {("rolled back", "/Work/film.bin")}


def test_a_folder_without_its_link(house, library):
    shutil.rmtree(house.directory / house.find("/Work").stored_path)
    found = findings(library, house)
    assert ("missing", "/Work/film.bin") in found
    assert ("unlinked", "") in found


# --- files that are still arriving


def half_copied(vault, path, size):
    """Leave of a new file what a sync program has written so far."""
    stored = stored_file(vault, path)
    whole = stored.read_bytes()
    stored.write_bytes(whole[:size])
    return stored, whole


@pytest.mark.parametrize("size", [0, 40, at(1) + 5, at(2) + 5000])
def test_a_new_file_of_an_impossible_size_is_arriving(house, library, size):
    put(house, "/new.jpg", photo((800, 800), "red") + bytes(4 * SIZE))
    stored, whole = half_copied(house, "/new.jpg", size)
    report = library.scan()
    assert report.unrested_count == 1
    assert report.read_count == 0
    assert library.find_path("/new.jpg").problem == str(ARRIVING)
    assert set(findings(library, house)) == {("arriving", "/new.jpg")}
    assert VaultCheck(house, library.integrity)
    stored.write_bytes(whole)
    assert library.scan().read_count == 1
    assert library.find_path("/new.jpg").problem is None
    assert library.find_path("/new.jpg").kind == "photo"


def test_a_file_that_rests_and_is_not_whole_is_incomplete(house, library):
    put(house, "/new.bin", bytes(4 * SIZE))
    stored, _ = half_copied(house, "/new.bin", at(1) + 5)
    library.scan()
    rested_ns = time.time_ns() - 2 * REST_NS
    os.utime(stored, ns=(rested_ns, rested_ns))
    report = library.scan()
    assert report.unrested_count == 0
    assert library.find_path("/new.bin").problem.startswith("incomplete: ")
    assert set(findings(library, house)) == {("incomplete", "/new.bin")}


def test_a_file_that_grows_between_two_looks_is_arriving(house, library):
    put(house, "/new.bin", bytes(4 * SIZE))
    stored, whole = half_copied(house, "/new.bin", at(2))  # a size that a whole file can have
    library.scan()
    assert library.find_path("/new.bin").problem is None
    stored.write_bytes(whole[: at(3)])
    assert library.scan().read_count == 0
    assert library.find_path("/new.bin").problem == str(ARRIVING)
    with pytest.raises(NotWholeError):
        library.open(library.find_path("/new.bin").id)
    stored.write_bytes(whole)
    library.scan()
    assert library.find_path("/new.bin").problem == str(ARRIVING)
    assert library.scan().read_count == 1  # it did not grow any more
    item = library.find_path("/new.bin")
    assert (item.problem, item.size) == (None, 4 * SIZE)


def test_an_arriving_file_that_is_given_up_is_not_missing(house, library):
    put(house, "/new.bin", bytes(4 * SIZE))
    stored, _ = half_copied(house, "/new.bin", at(1) + 5)
    library.scan()
    stored.unlink()
    assert findings(library, house) == {}


# --- the deep check


def test_a_deep_check_goes_on_where_it_was_killed(house, library, state):
    flip_byte(stored_file(house, "/a.bin"), at(0, 20))
    first = VaultCheck(house, library.integrity)
    found = first.deep()
    assert next(found).path == "/a.bin"  # and no further: the process was killed
    found.close()
    library.close()
    with Library(house, state) as again:
        second = VaultCheck(house, again.integrity)
        assert [finding.path for finding in second.deep()] == ["/a.bin"]
        assert (second.file_count, second.skipped_count) == (4, 3)
        third = VaultCheck(house, again.integrity)
        assert [finding.path for finding in third.deep()] == ["/a.bin"]
        assert third.skipped_count == 0  # the second was through


def test_a_deep_check_reads_again_what_changed_and_begins_anew_when_told(house, library):
    deep = VaultCheck(house, library.integrity)
    found = deep.deep(lambda progress: None)
    flip_byte(stored_file(house, "/b.bin"), at(0, 20))
    assert next(found).path == "/b.bin"
    found.close()
    put(house, "/a.bin", b"other", replace=True)
    resumed = VaultCheck(house, library.integrity)
    list(resumed.deep())
    reread = resumed.file_count - resumed.skipped_count
    assert 1 <= reread < resumed.file_count
    library.integrity.begin_run(restart=True)
    restarted = VaultCheck(house, library.integrity)
    list(restarted.deep(restart=True))
    assert restarted.skipped_count == 0


def test_progress_counts_stored_bytes(house, library):
    seen = []
    list(VaultCheck(house, library.integrity).deep(seen.append))
    total = sum(node.stored_size for _, node in house.walk() if node.own_id is None)
    assert {progress.total_size for progress in seen} == {total}
    done = [progress.done_size for progress in seen]
    assert done == sorted(done)
    assert done[-1] == total


def test_a_check_that_is_told_to_stop(house, library):
    with pytest.raises(CheckCancelledError):
        library.integrity.check_file(house.find("/a.bin"), lambda _size: False)


def test_without_an_index_damage_is_found_all_the_same(house):
    flip_bytes(stored_file(house, "/a.bin"), [at(1, 20), at(9, 20)])
    check = VaultCheck(house, None)
    assert list(check.quick()) == []
    assert [(one.path, one.ranges) for one in check.deep()] == [
        ("/a.bin", ((SIZE, 2 * SIZE), (9 * SIZE, 10 * SIZE)))
    ]
    assert not check.stock_taken


def test_a_damaged_header_and_a_file_that_goes_meanwhile(house, library):
    flip_byte(stored_file(house, "/a.bin"), 20)
    stored_file(house, "/b.bin").chmod(0)
    found = findings(library, house, deep=True)
    assert found[("damaged", "/a.bin")] == ((0, 70 * SIZE),)


def test_the_longest_unchecked_files_are_due_first(house, library):
    due = library.integrity.due(time.time_ns(), 10)
    assert len(due) == 4
    library.integrity.check_file(due[0].node, lambda _size: True)
    status = library.integrity.status(0)
    assert (status.file_count, status.checked_count, status.damaged_count) == (4, 4, 0)
    status = library.integrity.status(1)
    assert status.checked_count == 1
    rest = library.integrity.due(time.time_ns(), 10)
    assert [one.item_id for one in rest] == [one.item_id for one in (*due[1:], due[0])]
    assert len(library.integrity.due(1, 10)) == 3


def test_what_is_damaged_is_not_served(house, library):
    flip_byte(stored_file(house, "/a.bin"), at(5, 100))
    with library.open(library.find_path("/a.bin").id) as reader, pytest.raises(AuthenticationError):
        reader.read()


def test_a_vault_opened_elsewhere_is_checked_with_the_same_index(house, library, tmp_path, state):
    """The folder may move: an index belongs to a masterkey, not to a path."""
    library.close()
    shutil.copytree(house.directory, tmp_path / "moved")
    with (
        Vault.unlock_with_masterkey(tmp_path / "moved", house.export_masterkey()) as moved,
        Library(moved, state) as again,
    ):
        assert findings(again, moved) == {}
