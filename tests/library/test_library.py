"""The front door: contents, images, sources, many threads, nothing readable on disk."""

import contextlib
import io
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from library import (
    IMAGE_WIDTHS,
    ItemChangedError,
    ItemNotFoundError,
    ItemQuery,
    Library,
    LibraryClosedError,
    NoImageError,
    NotAFileError,
    NotPlayableError,
)
from library.on_demand import OnDemand
from tests.library.material import PASSPHRASE, flip_bytes, new_vault, photo, put, video
from vault import VaultLockedError

PICTURE = photo((2400, 1600), "orange")
FILM = video(3, "640x360", "matroska")


@pytest.fixture
def scanned(vault, library):
    put(vault, "/Casablanca/beach.jpg", PICTURE)
    put(vault, "/Casablanca/casablanca.mkv", FILM)
    put(vault, "/notes.txt", b"play it again")
    library.scan()
    return library


def item_id(scanned, path):
    return scanned.find_path(path).id


def test_contents(scanned):
    with scanned.open(item_id(scanned, "/Casablanca/casablanca.mkv")) as reader:
        assert reader.read() == FILM
    with pytest.raises(NotAFileError):
        scanned.open(item_id(scanned, "/Casablanca"))
    with pytest.raises(ItemNotFoundError):
        scanned.open("nothing")


def test_a_file_replaced_since_the_scan_is_not_passed_off_as_the_old_one(scanned, vault):
    notes = item_id(scanned, "/notes.txt")
    put(vault, "/notes.txt", b"play it again, Sam", replace=True)
    with pytest.raises(ItemChangedError):
        scanned.open(notes)
    scanned.scan()
    with scanned.open(notes) as reader:
        assert reader.read() == b"play it again, Sam"


@pytest.mark.parametrize("path", ["/Casablanca/beach.jpg", "/Casablanca/casablanca.mkv"])
@pytest.mark.parametrize("width", IMAGE_WIDTHS)
def test_images(scanned, path, width):
    item = scanned.find_path(path)
    jpeg = scanned.image(item.id, width)
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.width == min(width, item.width)
        assert image.height == pytest.approx(image.width * item.height / item.width, abs=1)
    assert scanned.image(item.id, width) == jpeg


def test_no_images(scanned):
    for path in ("/notes.txt", "/Casablanca"):
        with pytest.raises(NoImageError):
            scanned.image(item_id(scanned, path), 440)
    with pytest.raises(ItemNotFoundError):
        scanned.image("nothing", 440)
    with pytest.raises(ValueError, match="pixels wide"):
        scanned.image(item_id(scanned, "/Casablanca/beach.jpg"), 441)


def test_images_are_new_when_the_contents_are(scanned, vault):
    beach = item_id(scanned, "/Casablanca/beach.jpg")
    before = [scanned.image(beach, width) for width in IMAGE_WIDTHS]
    put(vault, "/Casablanca/beach.jpg", photo((2400, 1600), "navy"), replace=True)
    scanned.scan()
    assert item_id(scanned, "/Casablanca/beach.jpg") == beach
    after = [scanned.image(beach, width) for width in IMAGE_WIDTHS]
    assert not set(before) & set(after)


def test_no_image_of_old_contents(scanned, vault):
    beach = item_id(scanned, "/Casablanca/beach.jpg")
    put(vault, "/Casablanca/beach.jpg", photo((2400, 1600), "navy"), replace=True)
    stop = threading.Event()
    report = scanned.scan(lambda progress: stop.set() if progress.total else None, stop)
    assert (report.changed_count, report.read_count) == (1, 0)
    with pytest.raises(NoImageError):
        scanned.image(beach, 440)


def test_lost_artwork_is_made_again(scanned, vault, state):
    beach = item_id(scanned, "/Casablanca/beach.jpg")
    before = scanned.image(beach, 440)
    scanned.close()
    (state / "artwork.db").unlink()
    with Library(vault, state) as again:
        with Image.open(io.BytesIO(again.image(beach, 440))) as image:
            assert image.width == 440
        assert len(again.image(beach, 1280)) > len(before) / 2


def test_damaged_artwork_is_made_again(scanned, vault, state):
    beach = item_id(scanned, "/Casablanca/beach.jpg")
    scanned.close()
    stored = state / "artwork.db"
    flip_bytes(stored, range(2 * 4096 + 99, stored.stat().st_size, 4096))
    for _ in range(2):  # once beside the damaged store, once in a new one
        with Library(vault, state) as again:
            assert again.image(beach, 440).startswith(b"\xff\xd8\xff")
    assert list(state.glob("artwork.db.aside-*"))


def test_a_source_leases_an_address_that_ends(scanned):
    source = scanned.source(item_id(scanned, "/Casablanca/casablanca.mkv"))
    assert source.info.video[0].codec == "h264"
    with source.lease() as lease, urllib.request.urlopen(lease.url) as response:
        assert response.read() == FILM
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(lease.url)
    for path in ("/Casablanca/beach.jpg", "/notes.txt", "/Casablanca"):
        with pytest.raises(NotPlayableError):
            scanned.source(item_id(scanned, path))


def test_a_source_id_changes_with_the_contents(scanned, vault):
    film = item_id(scanned, "/Casablanca/casablanca.mkv")
    before = scanned.source(film)
    put(vault, "/Casablanca/casablanca.mkv", video(2, form="matroska"), replace=True)
    scanned.scan()
    assert scanned.source(film).source_id != before.source_id


def test_sixty_four_threads(scanned):
    beach = item_id(scanned, "/Casablanca/beach.jpg")
    film = scanned.find_path("/Casablanca/casablanca.mkv")
    start = threading.Barrier(64)

    def work(number):
        start.wait(30)
        assert len(scanned.items(ItemQuery(q="casablanca")).items) == 3
        assert scanned.item(film.id) == film
        assert scanned.image(beach, IMAGE_WIDTHS[number % 4]).startswith(b"\xff\xd8\xff")
        with scanned.open(film.id) as reader:
            return reader.read()

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(work, range(64))) == {FILM}


def test_nothing_readable_in_the_state_folder(scanned, state):
    """While it is open, with its logs, and after a kill has left them behind."""
    for path in ("/Casablanca/beach.jpg", "/Casablanca/casablanca.mkv"):
        for width in IMAGE_WIDTHS:
            scanned.image(item_id(scanned, path), width)
    files = {file.name: file.read_bytes() for file in state.iterdir()}
    assert {"index.db", "index.db-wal", "artwork.db", "artwork.db-wal"} <= set(files)
    assert len(files["artwork.db-wal"]) > len(scanned.image(item_id(scanned, "/Casablanca/beach.jpg"), 1920))
    canaries = [
        b"asablanca",
        b"beach",
        b"CASABLANCA",
        b"matroska",
        b"JFIF",
        b"\xff\xd8\xff",
        b"SQLite format 3",
        b"h264",
    ]
    for name, contents in files.items():
        assert not [canary for canary in canaries if canary in contents], name
    assert all(
        file.stat().st_mode & 0o077 == 0 for file in state.glob("*.db*") if not file.name.endswith(".lock")
    )


def test_a_killed_scan_loses_nothing_but_time(vault, state):
    for number in range(4):
        put(vault, f"/{number}.jpg", photo())
    program = """
import os, signal, sys
from pathlib import Path
from library import Library
from vault import Vault
vault = Vault.unlock(Path(sys.argv[1]), sys.argv[2])
def die(progress):
    if progress.done == 2:
        os.kill(os.getpid(), signal.SIGKILL)
Library(vault, Path(sys.argv[3])).scan(die)
"""
    argv = [sys.executable, "-c", program, str(vault.directory), PASSPHRASE, str(state)]
    assert subprocess.run(argv, check=False).returncode == -signal.SIGKILL
    with Library(vault, state) as library:
        assert len(library.items(ItemQuery()).items) == 4
        report = library.scan()
        assert 0 < report.read_count < 4
        assert all(item.has_image for item in library.items(ItemQuery()).items)


def test_another_vault_on_the_same_state(scanned, state, tmp_path):
    scanned.close()
    with new_vault(tmp_path / "other") as other, Library(other, state) as library:
        assert library.items(ItemQuery()).items == ()
        put(other, "/mine.txt", b"mine")
        library.scan()
        assert [item.name for item in library.items(ItemQuery()).items] == ["mine.txt"]
    assert list(state.glob("index.db.aside-*"))


def test_a_locked_vault(scanned, vault):
    film = item_id(scanned, "/Casablanca/casablanca.mkv")
    vault.close()
    assert scanned.item(film).name == "casablanca.mkv"
    with pytest.raises(VaultLockedError):
        scanned.open(film)


def test_closed(scanned):
    film = item_id(scanned, "/Casablanca/casablanca.mkv")
    source = scanned.source(film)
    scanned.close()
    scanned.close()
    for use in (scanned.scan, lambda: scanned.item(film), lambda: scanned.image(film, 440)):
        with pytest.raises(LibraryClosedError):
            use()
    with pytest.raises(LibraryClosedError), source.lease():
        pass


def test_closing_in_the_middle_of_a_scan_ends_it(vault, state):
    for number in range(5):
        put(vault, f"/{number}.mkv", video(form="matroska"))
    library = Library(vault, state)
    begun = threading.Event()
    errors = []

    def scan():
        try:
            library.scan(lambda progress: begun.set() if progress.total else None)
        except LibraryClosedError as error:
            errors.append(error)

    thread = threading.Thread(target=scan)
    thread.start()
    assert begun.wait(60)
    library.close()
    thread.join()
    assert errors
    with Library(vault, state) as again:
        again.scan()
        assert not [item.problem for item in again.items(ItemQuery()).items if item.problem]


class Candle:
    """Something that burns until it is closed."""

    def __init__(self):
        self.out = threading.Event()

    def close(self):
        self.out.set()


def test_what_is_idle_is_closed_and_started_again():
    with contextlib.closing(OnDemand(Candle, idle_s=0.01)) as candles:
        with candles.using() as first, candles.using() as same:
            assert first is same
        assert first.out.wait(10)
        with candles.using() as second:
            assert second is not first
            assert not second.out.wait(0.05)  # longer than the idle time, but it is in use


def test_what_is_closed_in_use_is_told_to_its_user():
    candles = OnDemand(Candle, idle_s=60)
    with pytest.raises(LibraryClosedError), candles.using():
        candles.close()
    with pytest.raises(LibraryClosedError), candles.using():
        pass
