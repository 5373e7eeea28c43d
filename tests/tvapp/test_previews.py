"""Pictures to scrub by, by HTTP, and the thread that makes them."""

import io
import threading
import urllib.parse

import pytest
from PIL import Image

from library import ItemChangedError, LibraryClosedError
from tests.tvapp.conftest import PASSPHRASE
from tvapp.previewing import PreviewWorker
from tvapp.quiet_work import QuietTime, QuietWork
from tvapp.roles import Role

FILM = "/Films/Harvest.mp4"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def client(house):
    return house.client(Role.TV)


def wait_until_made(house, item_id):
    """One film at a time is worked on: whoever comes second finds it made."""
    house.household.house.library.previews.make(item_id, lambda: True)


def test_asking_has_them_made(client, house):
    item_id = house.item_id(FILM)
    address = f"/api/v1/items/{item_id}/previews"
    first = client.get(address)
    assert first.status_code == 404
    assert first.json["type"] == "urn:lanterne:problem:no-previews"
    assert int(first.headers["Retry-After"]) > 0
    wait_until_made(house, item_id)
    told = client.get(address).json
    assert (told["interval_s"], told["columns"], told["rows"]) == (1.0, 5, 5)
    assert told["count"] in (3, 4)  # the sound is a little longer than the pictures
    assert told["width"] / told["height"] == pytest.approx(16 / 9, abs=0.02)
    (sheet,) = told["sheets"]
    response = client.get(sheet)
    assert response.mimetype == "image/jpeg"
    assert response.headers["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(response.data)) as picture:
        assert picture.size == (5 * told["width"], 5 * told["height"])
    assert client.get(f"{address}/1.jpg").status_code == 404
    assert client.get(f"{address}/{10**40}.jpg").status_code == 404


def test_what_never_has_any_says_so(client, house):
    response = client.get(f"/api/v1/items/{house.item_id('/Photos/Meadow.jpg')}/previews")
    assert response.status_code == 404
    assert response.json["type"] == "urn:lanterne:problem:no-previews"
    assert "Retry-After" not in response.headers


def test_nobody_unpaired_sees_them(house):
    address = f"/api/v1/items/{house.item_id(FILM)}/previews"
    for path in (address, f"{address}/0.jpg"):
        assert house.client(None).get(path).status_code == 401


def test_who_comes_by_a_ticket_gets_addresses_that_it_opens(client, house):
    """A player without cookies or headers has nothing else."""
    item_id = house.item_id(FILM)
    wait_until_made(house, item_id)
    ticket = urllib.parse.urlsplit(client.get(f"/api/v1/items/{item_id}").json["playback"]["file"]).query
    bare = house.client(None)
    told = bare.get(f"/api/v1/items/{item_id}/previews?{ticket}").json
    (sheet,) = told["sheets"]
    assert bare.get(sheet).mimetype == "image/jpeg"
    assert urllib.parse.urlsplit(sheet).query == ticket  # it does not renew itself
    assert bare.get(sheet.partition("?")[0]).status_code == 401


def test_a_screen_that_asks_for_them_keeps_no_house_open(client, house):
    before = house.household.activity._last_s
    client.get(f"/api/v1/items/{house.item_id(FILM)}/previews")
    assert house.household.activity._last_s == before


def test_locking_ends_them(client, house):
    address = f"/api/v1/items/{house.item_id(FILM)}/previews"
    house.household.lock()
    try:
        assert client.get(address).status_code == 423
        assert client.get(f"{address}/0.jpg").status_code == 423
    finally:
        house.household.unlock(PASSPHRASE)


class Films:
    """Stands where `library.Previews` does: films by name, made in no time."""

    def __init__(self, due=(), error=None, bad=()):
        self.due = list(due)
        self.error = error
        self.bad = set(bad)  # films that fail, and are not due again today
        self.made = []
        self.failed = []
        self.told = threading.Condition()
        self.may_go_on = None

    def next_due(self):
        with self.told:
            self.told.notify_all()
        return self.due[0] if self.due else None

    def make(self, item_id, may_go_on):
        with self.told:
            error, self.error = self.error, None
            if item_id in self.bad:
                error = ItemChangedError("another file by now")
                self.due.remove(item_id)
                self.failed.append(item_id)
            self.told.notify_all()
        if error is not None:
            raise error
        self.may_go_on = may_go_on
        with self.told:
            self.made.append(item_id)
            if item_id in self.due:
                self.due.remove(item_id)
            self.told.notify_all()

    def wait_for(self, made):
        with self.told:
            assert self.told.wait_for(lambda: len(self.made) >= made, PATIENCE_S), self.made


@pytest.fixture
def working():
    """Start workers that are ended with the test."""
    workers = []

    def start(films, is_quiet, **more):
        worker = PreviewWorker(films, QuietTime(is_quiet).turn(QuietWork.PREVIEWS), **more)
        workers.append(worker)
        worker.start()
        return worker

    yield start
    for worker in workers:
        worker.close()
        worker.close()


def test_all_films_are_worked_off_when_nobody_wants_anything(working):
    films = Films(["a", "b", "c"])
    working(films, lambda: True)
    films.wait_for(3)
    assert films.made == ["a", "b", "c"]


def test_nothing_is_made_while_somebody_is_there_but_what_they_ask_for(working):
    films = Films(["a", "b"])
    worker = working(films, lambda: False)
    worker.ask("c")
    films.wait_for(1)
    assert films.made == ["c"]
    assert films.due == ["a", "b"]


def test_who_comes_back_or_asks_ends_what_is_made_for_nobody(working):
    quiet = threading.Event()
    quiet.set()
    films = Films(["a"])
    worker = working(films, quiet.is_set)
    films.wait_for(1)
    assert films.may_go_on()
    quiet.clear()
    assert not films.may_go_on()
    quiet.set()
    worker.cancel()
    assert not films.may_go_on()


def test_a_film_that_was_asked_for_is_not_made_for_ever(working):
    now_s = [0.0]
    films = Films()
    worker = working(films, lambda: False, clock=lambda: now_s[0])
    worker.ask("a")
    films.wait_for(1)
    assert films.may_go_on()
    now_s[0] = 1000.0
    assert not films.may_go_on()


def test_the_last_that_was_asked_for_comes_first_and_the_queue_is_bounded():
    worker = PreviewWorker(Films(), QuietTime(lambda: True).turn(QuietWork.PREVIEWS))
    for number in [*range(20), 15]:
        worker.ask(str(number))
    asked = [worker._next_asked() for _ in range(9)]
    assert asked == ["15", "19", "18", "17", "16", "14", "13", "12", None]


def test_a_bad_film_does_not_stop_the_others(working):
    films = Films(["bad", "a", "worse", "b"], bad=["bad", "worse"])
    working(films, lambda: True)
    films.wait_for(2)
    assert films.made == ["a", "b"]


def test_where_every_film_fails_it_rests(working):
    films = Films("abcdefgh", bad="abcdefgh")
    time = QuietTime(lambda: True)
    worker = PreviewWorker(films, time.turn(QuietWork.PREVIEWS))
    scrub = time.turn(QuietWork.SCRUB)
    worker.start()
    try:
        with films.told:
            assert films.told.wait_for(lambda: len(films.failed) == 3, PATIENCE_S)
        while not scrub.take():  # it has let go of the turn
            assert worker._thread.is_alive()
        assert films.failed == ["a", "b", "c"]
    finally:
        worker.close()


def test_what_goes_wrong_ends_the_work_for_now_not_the_thread(working):
    films = Films(error=LibraryClosedError("closed"))
    worker = working(films, lambda: False)
    worker.ask("a")
    with films.told:
        assert films.told.wait_for(lambda: films.error is None, PATIENCE_S)
    worker.ask("b")
    films.wait_for(1)
    assert films.made[-1] == "b"
