"""A house that locks itself when nobody is there, and not while somebody is."""

import logging
import threading

import pytest

from library import ScanReport
from tests.tvapp.clock import Clock
from tests.tvapp.conftest import FAST_SCRYPT, fill, make_house
from tvapp.idle_lock import Activity, Alarm
from tvapp.key_keeper import MASTERKEY_SIZE, KeyKeeper, socket_pair
from tvapp.scanning import BackgroundScan
from vault import Vault

LIMIT_MIN = 10
MINUTE = 60.0
PATIENCE_S = 30


def test_nothing_has_gone_on_since_the_last_end():
    clock = Clock()
    activity = Activity(clock)
    clock.now = 5
    assert activity.idle_s == 5
    with activity.during():
        clock.now = 50
        with activity.during():
            assert activity.idle_s == 0
        clock.now = 100
        assert activity.idle_s == 0  # the outer one goes on
    clock.now = 101
    assert activity.idle_s == 1


def test_an_alarm_rings_when_the_time_is_over_and_sleeps_until_then():
    asked, rung = [], threading.Event()
    left = [0.05, 0.01, 0.0, None]

    def left_s():
        asked.append(left[min(len(asked), 3)])
        return asked[-1]

    alarm = Alarm(left_s, rung.set, "test alarm")
    alarm.wake()
    assert rung.wait(PATIENCE_S)
    alarm.close()
    alarm.close()
    assert asked[:3] == [0.05, 0.01, 0.0]
    assert len(asked) <= 5  # once more after it rang, once more when it was closed: no polling


def test_an_alarm_that_was_never_woken_has_no_thread():
    alarm = Alarm(lambda: None, lambda: None, "test alarm")
    alarm.close()
    alarm.wake()
    assert "test alarm" not in [thread.name for thread in threading.enumerate()]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory, contents):
    """A house with contents, a limit, and a clock of ours."""
    folder = tmp_path_factory.mktemp("lived in")
    with Vault.create(folder / "vault", "x", scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, contents)
    clock = Clock()
    house = make_house(folder, now=clock, lock_after_min=LIMIT_MIN)
    yield house, clock
    house.household.close()


@pytest.fixture
def idle(lived_in):
    """The house, open and just now used; and what tells whether so many minutes later it is locked."""
    house, clock = lived_in
    house.household.unlock("x")
    assert house.household.house.scan.wait_until_through(120)
    with house.household.activity.during():
        pass

    def locks_after(minutes):
        clock.now += minutes * MINUTE
        house.household.lock_if_idle()
        return house.household.locked

    return house, locks_after


def test_a_house_locks_itself_at_the_limit_and_not_before(idle, caplog):
    house, locks_after = idle
    assert not locks_after(LIMIT_MIN - 0.1)
    with caplog.at_level(logging.INFO, "tvapp.household"):
        assert locks_after(0.1)
    assert "nobody was there for 10 minutes" in caplog.text
    house.household.lock_if_idle()  # of a locked house nothing is asked


@pytest.mark.parametrize(
    "path", ["/api/v1/items", "/api/v1/items/nothing", "/api/v1/items/nothing/image", "/api/openapi.json"]
)
def test_a_request_keeps_it_open(idle, path):
    house, locks_after = idle
    client = house.client()
    for _ in range(3):
        assert not locks_after(LIMIT_MIN - 0.1)
        client.get(path)
    assert locks_after(LIMIT_MIN)


@pytest.mark.parametrize(
    ("paired", "path"),
    [
        (True, "/api/v1/me"),
        (True, "/api/v1/scan"),
        (True, "/healthz"),
        (False, "/healthz"),
        (False, "/tv"),
        (False, "/api/v1/items"),
        (False, "/api/v1/items/nothing/file?ticket=sesame"),
    ],
)
def test_what_screens_and_strangers_ask_does_not(idle, paired, path):
    house, locks_after = idle
    client = house.client() if paired else house.client(None)
    locks_after(LIMIT_MIN - 0.1)
    client.get(path)
    assert locks_after(0.1)


def test_an_open_film_keeps_it_open_until_it_is_let_go(idle):
    house, locks_after = idle
    film = house.item_id("/three chunks.bin")
    response = house.client().get(f"/api/v1/items/{film}/file", buffered=False)
    assert not locks_after(5 * LIMIT_MIN)
    assert len(response.get_data()) > 3 * 32768
    assert not locks_after(LIMIT_MIN - 0.1)  # counted from the last byte
    response.close()
    assert locks_after(LIMIT_MIN)


def test_a_film_that_is_broken_off_is_let_go(idle):
    house, locks_after = idle
    film = house.item_id("/three chunks.bin")
    response = house.client().get(f"/api/v1/items/{film}/file", buffered=False)
    assert not locks_after(LIMIT_MIN)
    response.close()
    assert locks_after(LIMIT_MIN)


def test_hls_by_ticket_keeps_it_open(idle):
    house, locks_after = idle
    film = house.item_id("/Films/Harvest.mp4")
    master = house.client().get(f"/api/v1/items/{film}/hls/master.m3u8?profile=baseline").text
    media = next(line for line in master.splitlines() if line and not line.startswith("#"))
    stranger = house.client(None)
    for _ in range(2):
        assert not locks_after(LIMIT_MIN - 0.1)
        assert stranger.get(f"/api/v1/items/{film}/hls/{media}").status_code == 200
    assert locks_after(LIMIT_MIN)


def test_no_kind_of_answer_counts_for_ever(idle):
    house, locks_after = idle
    client = house.client()
    film = house.item_id("/Films/Harvest.mp4")
    address = f"/api/v1/items/{film}/file"
    tag = client.get(address, buffered=True).headers["ETag"]
    master = client.get(f"/api/v1/items/{film}/hls/master.m3u8?profile=baseline").text
    media = next(line for line in master.splitlines() if line and not line.startswith("#"))
    segment = f"/api/v1/items/{film}/hls/{media.replace('media.m3u8', '0.m4s')}"
    assert client.get(segment, buffered=True).status_code == 200
    for answer in (
        client.head(address),
        client.get(address, headers={"If-None-Match": tag}),
        client.get(address, headers={"Range": "bytes=999999999-"}),
        client.head(segment),
        client.get("/api/v1/items?limit=x"),
        client.get("/api/v1/nowhere"),
        client.post("/api/v1/unlock", data=b"{", content_type="application/json"),
        client.put("/api/v1/items"),
    ):
        answer.close()
    assert locks_after(LIMIT_MIN)


class EndlessLibrary:
    """A library whose scan lasts until it is cancelled."""

    def __init__(self):
        self.began = threading.Event()

    def scan(self, _note, cancelled):
        self.began.set()
        cancelled.wait()
        return ScanReport(cancelled=True)


def test_a_scan_is_counted_to_its_end():
    clock = Clock()
    activity, library = Activity(clock), EndlessLibrary()
    scan = BackgroundScan(library, activity)
    scan.start()
    assert library.began.wait(PATIENCE_S)
    clock.now = 100
    assert activity.idle_s == 0
    scan.close()
    clock.now = 101
    assert activity.idle_s == 1


def test_it_happens_by_itself_and_the_launcher_forgets_too(tmp_path):
    Vault.create(tmp_path / "vault", "x", scrypt_cost=FAST_SCRYPT).close()
    ours, theirs = socket_pair()
    with ours, theirs:
        house = make_house(tmp_path, keeper=KeyKeeper(theirs), lock_after_min=0.05 / MINUTE)
        ours.settimeout(PATIENCE_S)
        for _ in range(2):  # it is woken again by the next unlock
            house.household.unlock("x")
            assert len(ours.recv(200)) == 1 + MASTERKEY_SIZE
            assert ours.recv(200) == b"f"
        house.household.close()
        assert house.household.locked


def test_without_a_limit_there_is_no_thread(locked_house):
    before = threading.enumerate()
    locked_house.unlock()
    begun = [thread.name for thread in threading.enumerate() if thread not in before]
    assert begun
    assert "idle lock" not in begun
