"""An older part put back into a file: seen while it is read, and never given out as part of the whole."""

import hashlib
import http.client
import io
import itertools
import os
import time
from urllib.parse import urlsplit

import fsspec
import pytest

from library import AlteredError, Library, MarkMaker
from library.checks import ALTERED
from library.errors import LibraryClosedError
from library.feed import Feed
from library.marks import BLOCK_SIZE
from library.patched import Holes, PatchedReader
from library.witness import SealWitness
from tests.library.material import (
    CHEAP,
    CHUNK_SIZE,
    HEADER_SIZE,
    PASSPHRASE,
    STORED_CHUNK_SIZE,
    flip_byte,
    photo,
    put,
    put_older_chunk,
    stored_file,
    video,
    with_older_chunk,
)
from vault import IntegrityError, Vault

BLOCK_CHUNKS = BLOCK_SIZE // CHUNK_SIZE
CHUNK_COUNT = 3 * BLOCK_CHUNKS + 5
DATA = bytes(i % 251 for i in range(CHUNK_COUNT * CHUNK_SIZE - 1000))
LONG_AGO_NS = 10**18


def store(vault, library, path, contents):
    """Store a file of some age as an import does: read back, its marks noted."""
    parent, _, name = path.rpartition("/")
    folder_id = vault.find(parent or "/").own_id
    vault.write_file(folder_id, name, io.BytesIO(contents), mtime_ns=LONG_AGO_NS)
    with vault.open(vault.find(path)) as reader:
        maker = MarkMaker(reader.size)
        reader.watch(maker.see)
        assert reader.read() == contents
    library.note_stored(path, hashlib.sha256(contents).digest(), marks=maker.finish())


@pytest.fixture
def film(vault, library):
    """The item of a file of three blocks and a bit."""
    store(vault, library, "/film.bin", DATA)
    library.scan()
    return library.find_path("/film.bin").id


def open_and_read(library, item_id):
    """Read an item to its end; return what came until an error, and the error."""
    got = b""
    with library.open(item_id) as reader:
        try:
            for piece in reader.iter_range(0, reader.size):
                got += piece
        except IntegrityError as error:
            return got, error
    return got, None


def read_range(reader, start, stop):
    """Read a part; return what came until it was refused, and the error."""
    got = b""
    try:
        for piece in reader.iter_range(start, stop):
            got += piece
    except AlteredError as error:
        return got, error
    return got, None


def block_of(chunk_index):
    start = chunk_index // BLOCK_CHUNKS * BLOCK_SIZE
    return start, min(start + BLOCK_SIZE, len(DATA))


def test_what_is_whole_is_read_whole(library, film):
    assert open_and_read(library, film) == (DATA, None)


@pytest.mark.parametrize(
    "chunk_index", [0, 5, 31, 32, 63, 64, 95, 96, CHUNK_COUNT - 2, CHUNK_COUNT - 1], ids=str
)
def test_a_whole_reading_never_ends_with_an_altered_part(vault, library, film, chunk_index):
    put_older_chunk(vault, "/film.bin", chunk_index)
    got, error = open_and_read(library, film)
    start, stop = block_of(chunk_index)
    assert isinstance(error, AlteredError)
    assert (error.start, error.stop) == (start, stop)
    assert start - 6 * CHUNK_SIZE <= len(got) < stop
    assert "is altered: bytes" in str(error)


def test_a_reader_like_any_other_sees_it_too(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    with library.open(film) as reader, pytest.raises(AlteredError):
        io.BufferedReader(reader, 5000).read()
    # A reader of its own knows it by now.
    with library.open(film) as reader:
        reader.seek(40 * CHUNK_SIZE)
        with pytest.raises(AlteredError):
            reader.read(1)


@pytest.mark.parametrize("chunk_index", [0, 40, CHUNK_COUNT - 1], ids=str)
def test_what_is_known_to_be_altered_is_given_to_nobody_and_all_else_to_everybody(
    vault, library, film, chunk_index
):
    put_older_chunk(vault, "/film.bin", chunk_index)
    open_and_read(library, film)
    start, stop = block_of(chunk_index)
    near = (start - 6 * CHUNK_SIZE, start - 1, start, start + 1, stop - 1, stop, stop + 1)
    edges = sorted({0, len(DATA), *(min(max(edge, 0), len(DATA)) for edge in near)})
    for at, until in itertools.combinations(edges, 2):
        wanted = DATA[at:until] if until <= start or at >= stop else DATA[at : max(at, start)]
        file = library.lend(film)  # the reader that was kept after the one before it failed
        got, error = read_range(file.reader, at, until)
        file.close()
        refused = at < stop and until > start
        assert got == wanted
        assert (error and (error.start, error.stop)) == ((start, stop) if refused else None)
        with library.open(film) as reader:
            reader.seek(at)
            into = bytearray(until - at)
            if refused:
                with pytest.raises(AlteredError):
                    reader.readinto(into)
            else:
                assert reader.readinto(into) == len(wanted)
                assert into == wanted


def test_parts_are_found_one_after_the_other_and_all_of_them_stay_known(vault, library, film):
    for chunk_index in (40, 3, CHUNK_COUNT - 1):
        put_older_chunk(vault, "/film.bin", chunk_index)
    assert not library.find_path("/film.bin").partly
    for block in (0, 1, 3):
        with library.open(film) as reader, pytest.raises(AlteredError) as caught:
            # As a player that skips what was refused.
            list(reader.iter_range(block * BLOCK_SIZE, len(DATA)))
        assert (caught.value.start, caught.value.stop) == block_of(block * BLOCK_CHUNKS)
    (finding,) = library.integrity.findings()
    assert finding.problem == "altered"
    assert finding.ranges == ((0, 2 * BLOCK_SIZE), block_of(CHUNK_COUNT - 1))
    item = library.find_path("/film.bin")
    assert (item.problem, item.partly) == (str(ALTERED), True)


def test_what_is_met_on_the_way_is_added_to_what_a_whole_reading_found(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    check = library.integrity.check_file(vault.find("/film.bin"), lambda _size: True)
    assert check.ranges == (block_of(40),)
    put_older_chunk(vault, "/film.bin", 70)
    with library.open(film) as reader, pytest.raises(AlteredError):
        list(reader.iter_range(2 * BLOCK_SIZE, len(DATA)))
    (finding,) = library.integrity.findings()
    assert finding.ranges == ((BLOCK_SIZE, 3 * BLOCK_SIZE),)


def test_a_file_that_is_altered_and_damaged_gives_neither(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    flip_byte(stored_file(vault, "/film.bin"), HEADER_SIZE + 5 * STORED_CHUNK_SIZE + 100)
    os.utime(stored_file(vault, "/film.bin"), ns=(LONG_AGO_NS, LONG_AGO_NS))
    check = library.integrity.check_file(vault.find("/film.bin"), lambda _size: True)
    assert check.problem == ALTERED
    assert check.ranges == ((5 * CHUNK_SIZE, 6 * CHUNK_SIZE), block_of(40))
    with library.open(film) as reader:
        for chunk_index in (5, 40):
            with pytest.raises(IntegrityError):
                reader.iter_range(chunk_index * CHUNK_SIZE, (chunk_index + 1) * CHUNK_SIZE)
        assert reader.read(5 * CHUNK_SIZE) == DATA[: 5 * CHUNK_SIZE]


def test_damage_alone_is_no_alteration(vault, library, film):
    flip_byte(stored_file(vault, "/film.bin"), HEADER_SIZE + 5 * STORED_CHUNK_SIZE + 1)  # its nonce
    os.utime(stored_file(vault, "/film.bin"), ns=(LONG_AGO_NS, LONG_AGO_NS))
    check = library.integrity.check_file(vault.find("/film.bin"), lambda _size: True)
    assert check.problem.kind == "damaged"
    item = library.find_path("/film.bin")
    assert (item.problem, item.partly) == (str(check.problem), True)


def read_with_pauses(library, item_id):
    into, got = bytearray(50_000), b""
    with library.open(item_id) as reader:
        while count := reader.readinto(into):
            got += into[:count]
            reader.wipe()
    return got


def test_a_reader_that_pauses_sees_it_too(vault, library, film):
    assert read_with_pauses(library, film) == DATA
    put_older_chunk(vault, "/film.bin", 40)
    with pytest.raises(AlteredError):
        read_with_pauses(library, film)


def test_a_reader_that_met_it_says_so_for_ever(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    with library.open(film) as reader:
        for _ in range(2):
            with pytest.raises(AlteredError):
                reader.read()
        reader.seek(50 * CHUNK_SIZE)
        with pytest.raises(AlteredError):
            reader.read(10)


def test_a_small_file_is_refused_before_its_first_piece(vault, library):
    store(vault, library, "/note.bin", b"a note" * 1000)
    library.scan()
    put_older_chunk(vault, "/note.bin", 0)
    with library.open(library.find_path("/note.bin").id) as reader, pytest.raises(AlteredError):
        reader.iter_range(0, reader.size)


def test_going_on_from_anywhere_sees_the_blocks_that_follow(vault, library, film):
    put_older_chunk(vault, "/film.bin", 70)
    with library.open(film) as reader:
        start = 40 * CHUNK_SIZE + 77
        reader.seek(start)
        got = reader.read(64 * CHUNK_SIZE - start)
        assert got == DATA[start : 64 * CHUNK_SIZE]
        with pytest.raises(AlteredError):
            reader.read()


def test_a_range_that_holds_no_whole_block_is_not_compared(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    with library.open(film) as reader:
        assert reader.readinto(bytearray(30 * CHUNK_SIZE)) == 30 * CHUNK_SIZE
        reader.seek(33 * CHUNK_SIZE)
        assert len(reader.read(20 * CHUNK_SIZE)) == 20 * CHUNK_SIZE
    library.open(film).close()


def test_what_nobody_knows_is_served(vault, library):
    put(vault, "/other.bin", DATA)
    library.scan()
    put_older_chunk(vault, "/other.bin", 40)
    got, error = open_and_read(library, library.find_path("/other.bin").id)
    assert error is None
    assert len(got) == len(DATA)


def test_it_is_noted_and_looked_at_first(vault, library, film):
    put(vault, "/another.bin", b"x")
    library.scan()
    since_ns = time.time_ns()
    for due in library.integrity.due(since_ns, 10):
        library.integrity.check_file(due.node, lambda _size: True)
    put_older_chunk(vault, "/film.bin", 40)
    open_and_read(library, film)
    item = library.find_path("/film.bin")
    assert item.problem == str(ALTERED)
    findings = [(one.problem, one.ranges, one.detail) for one in library.integrity.findings()]
    assert findings == [("altered", (block_of(40),), "")]
    assert [due.item_id for due in library.integrity.due(since_ns, 10)] == [film]
    assert library.integrity.status(since_ns).damaged_count == 1
    # What reads it whole knows better still.
    put_older_chunk(vault, "/film.bin", 3)
    check = library.integrity.check_file(vault.find("/film.bin"), lambda _size: True)
    assert check.ranges == ((0, 2 * BLOCK_SIZE),)


def test_a_part_sealed_anew_with_the_same_contents_is_whole_when_all_was_read(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40, DATA[40 * CHUNK_SIZE :][:CHUNK_SIZE])
    _, error = open_and_read(library, film)
    assert isinstance(error, AlteredError)
    assert library.integrity.check_file(vault.find("/film.bin"), lambda _size: True).problem is None
    assert library.find_path("/film.bin").problem is None
    assert open_and_read(library, film) == (DATA, None)


def test_what_is_accepted_is_served(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    open_and_read(library, film)
    assert library.integrity.accept("/film.bin") == 1
    got, error = open_and_read(library, film)
    assert (len(got), error) == (len(DATA), None)


def test_it_is_refused_even_where_it_cannot_be_noted(vault, library, film, monkeypatch):
    put_older_chunk(vault, "/film.bin", 40)
    with library.open(film) as reader:
        pieces = reader.iter_range(0, reader.size)
        for _ in range(6):
            next(pieces)  # the marks are read by now
        library.close()
        with pytest.raises(AlteredError):
            list(pieces)


def test_a_reader_whose_library_is_closed_does_not_go_on_unseen(vault, library, film):
    with library.open(film) as reader:
        library.close()
        with pytest.raises(LibraryClosedError):
            reader.read()


def test_the_feed_cuts_the_connection_and_says_why(vault, library, film):
    put_older_chunk(vault, "/film.bin", 40)
    feed = Feed()
    try:
        with feed.lease(lambda: library.open(film)) as lease:
            address = urlsplit(lease.url)
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
            connection.request("GET", address.path)
            response = connection.getresponse()
            with pytest.raises(http.client.IncompleteRead) as cut:
                response.read()
            connection.close()
        assert BLOCK_SIZE - 6 * CHUNK_SIZE <= len(cut.value.partial) < 2 * BLOCK_SIZE
        assert isinstance(lease.damage, AlteredError)
    finally:
        feed.close()


def read_in_ranges(library, item_id, size):
    """Read an item as a player does that asks for one range after the other."""
    got = b""
    for start in range(0, len(DATA), size):
        file = library.lend(item_id)
        try:
            got += b"".join(file.reader.iter_range(start, min(start + size, len(DATA))))
        finally:
            file.close()
    return got


@pytest.mark.parametrize("size", [100_000, BLOCK_SIZE])
def test_ranges_that_follow_one_another_are_a_whole_reading(vault, library, film, size):
    assert read_in_ranges(library, film, size) == DATA
    put_older_chunk(vault, "/film.bin", 40)
    with pytest.raises(AlteredError):
        read_in_ranges(library, film, size)


def test_a_vault_far_away_is_read_no_other_way(state):
    memory = fsspec.filesystem("memory")
    with (
        Vault.create("memory://altered", PASSPHRASE, scrypt_cost=CHEAP) as far,
        Library(far, state) as library,
    ):
        store(far, library, "/film.bin", DATA)
        library.scan()
        item_id = library.find_path("/film.bin").id
        assert open_and_read(library, item_id) == (DATA, None)
        place = f"/altered/{far.find('/film.bin').stored_path}"
        memory.pipe_file(place, with_older_chunk(far, "/film.bin", memory.cat_file(place), 40))
        _, error = open_and_read(library, item_id)
        assert isinstance(error, AlteredError)
        assert (error.start, error.stop) == block_of(40)
    memory.rm("/altered", recursive=True)


@pytest.mark.parametrize("chunk_index", [0, 40, CHUNK_COUNT - 1], ids=str)
def test_who_finds_a_way_around_holes_is_given_zeros(vault, library, film, chunk_index):
    put_older_chunk(vault, "/film.bin", chunk_index, b"\xaa" * CHUNK_SIZE if chunk_index == 40 else None)
    flip_byte(stored_file(vault, "/film.bin"), HEADER_SIZE + 80 * STORED_CHUNK_SIZE + 100)
    os.utime(stored_file(vault, "/film.bin"), ns=(LONG_AGO_NS, LONG_AGO_NS))
    start, stop = block_of(chunk_index)
    wanted = bytearray(DATA)
    wanted[80 * CHUNK_SIZE : 81 * CHUNK_SIZE] = bytes(CHUNK_SIZE)
    for known in (False, True):
        holes = Holes()
        reader = PatchedReader(lambda: library.open(film), holes)
        got = b"".join(reader.iter_range(77, reader.size))
        if known:
            wanted[start:stop] = bytes(stop - start)
            assert got == wanted[77:]
            assert list(reader.iter_range(start, start + 10)) == [bytes(10)]
        else:  # what came before it was found out is what was there
            assert len(got) == len(wanted) - 77
            assert got[: max(0, start - 77)] == wanted[77:start]
            assert got[stop - 77 :] == wanted[stop:]
        assert isinstance(holes.first, IntegrityError)
        reader.close()


# --- the witness


def witness_of(size, known):
    """A witness, and what it asked and told."""
    asked, told = [], []

    def known_marks():
        asked.append(True)
        return known

    return SealWitness("id", size, known_marks, told.append), asked, told


def test_marks_are_asked_for_when_they_are_needed_and_once():
    nonces = [bytes([i]) * 12 for i in range(70)]
    maker = MarkMaker(70 * CHUNK_SIZE)
    maker.see(0, nonces)
    for known in (maker.finish(), None):
        witness, asked, told = witness_of(70 * CHUNK_SIZE, known)
        witness.see(0, nonces[:31])
        assert asked == []
        witness.see(31, nonces[31:])
        witness.see(0, nonces)
        assert (asked, told) == ([True], [])


def test_what_is_altered_is_told_once():
    witness, _, told = witness_of(CHUNK_SIZE, b"12345678")
    for _ in range(3):
        with pytest.raises(AlteredError):
            witness.see(0, [b"nonce"])
    assert told == [(0, CHUNK_SIZE)]


# --- photos and films


def test_a_photo_that_a_scan_has_read_is_known(vault, library):
    picture = photo((800, 600), "red") + bytes(2 * CHUNK_SIZE)
    put(vault, "/a.jpg", picture)
    os.utime(stored_file(vault, "/a.jpg"), ns=(LONG_AGO_NS, LONG_AGO_NS))
    library.scan()
    item_id = library.find_path("/a.jpg").id
    assert open_and_read(library, item_id) == (picture, None)
    put_older_chunk(vault, "/a.jpg", 1)
    _, error = open_and_read(library, item_id)
    assert isinstance(error, AlteredError)


def test_a_photo_that_is_altered_is_not_rendered(vault, library):
    store(vault, library, "/a.jpg", photo((4000, 3000), "red") + bytes(2 * CHUNK_SIZE))
    library.scan()
    item_id = library.find_path("/a.jpg").id
    put_older_chunk(vault, "/a.jpg", 1)
    with pytest.raises(AlteredError):
        library.image(item_id, 1920)
    assert library.find_path("/a.jpg").problem == str(ALTERED)


@pytest.mark.parametrize("made_right", ["accepted", "restored"])
def test_a_film_that_is_altered_before_anybody_looked_has_no_poster_until_it_is_right(
    vault, library, made_right
):
    store(vault, library, "/film.mkv", video(form="matroska"))
    assert vault.find("/film.mkv").size < BLOCK_SIZE
    whole = put_older_chunk(vault, "/film.mkv", 0, video(form="matroska")[:CHUNK_SIZE])
    library.scan()
    item = library.find_path("/film.mkv")
    assert (item.problem, item.has_image) == (str(ALTERED), False)
    if made_right == "accepted":
        assert library.integrity.accept("/") == 1
    else:
        stored_file(vault, "/film.mkv").write_bytes(whole)
        assert library.integrity.check_file(vault.find("/film.mkv"), lambda _size: True).problem is None
    library.scan()
    item = library.find_path("/film.mkv")
    assert (item.problem, item.has_image) == (None, True)


def test_a_film_of_one_block_that_is_altered_gives_nothing(vault, library):
    store(vault, library, "/film.mkv", video(form="matroska"))
    library.scan()
    item_id = library.find_path("/film.mkv").id
    source = library.source(item_id)
    put_older_chunk(vault, "/film.mkv", 0)
    for one in (source, library.source(item_id)):  # before it was known, and after
        with one.lease() as lease:
            address = urlsplit(lease.url)
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
            connection.request("GET", address.path)
            with pytest.raises(http.client.RemoteDisconnected):
                connection.getresponse()
            connection.close()
        assert isinstance(lease.damage, AlteredError)
    assert not library.item(item_id).partly
