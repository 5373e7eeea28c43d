"""The lane for parts of files says what the web framework says, to the letter, and is taken where it should be."""

import functools
import json
import random
import socket

import pytest
from flask import Flask, request_started
from werkzeug.test import Client

from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT, PASSPHRASE, fill, make_house
from tvapp.access import COOKIE
from tvapp.roles import Role
from vault import Vault

SIZE = 10 * CHUNK_SIZE + 17
FILM = random.Random(3).randbytes(SIZE)
PART = "bytes=100-70000"


class TwoWays:
    """Asks by the lane and past it."""

    def __init__(self, house) -> None:
        self.house = house
        self.token = house.devices.add("test", Role.TV)[1]
        self.film = house.item_id("/Films/film.bin")
        self._short = Client(house.app, use_cookies=False)
        self._long = Client(functools.partial(Flask.wsgi_app, house.app), use_cookies=False)

    def ask(self, client, method, path, headers):
        response = client.open(path.format(film=self.film), method=method, headers=headers)
        return response.status, sorted(response.headers), response.data

    def both(self, method, path, headers):
        """The two answers, and whether the framework saw the first request."""
        seen = []
        with request_started.connected_to(lambda _app: seen.append(1), self.house.app):
            short = self.ask(self._short, method, path, headers)
        return short, self.ask(self._long, method, path, headers), bool(seen)


def furnish(folder):
    with Vault.create(folder / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, {"/Films/film.bin": FILM, "/Films/notes.txt": b"play it again", "/empty.bin": b""})
    house = make_house(folder)
    house.unlock()
    return house


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    house = furnish(tmp_path_factory.mktemp("house"))
    yield TwoWays(house)
    house.household.close()


@pytest.fixture
def fresh(tmp_path):
    """A house that a test may damage."""
    house = furnish(tmp_path)
    yield TwoWays(house)
    house.household.close()


def reader_of(ways):
    """The reader that whoever comes next reads the film with."""
    file = ways.house.household.house.library.lend(ways.film)
    file.close()
    return file.reader


FILE = "/api/v1/items/{film}/file"


def bearer(ways, **headers):
    return {"Authorization": f"Bearer {ways.token}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-0", PART, "bytes=-7", f"bytes=5-{SIZE * 2}", "bytes=0-", "bytes=0-1,5-6", "words=1-2", "x"],
)
def test_parts_are_given_by_the_lane(ways, asked):
    short, long, seen = ways.both("GET", FILE, bearer(ways, Range=asked))
    assert short == long
    assert not seen
    assert short[0] in {"200 OK", "206 PARTIAL CONTENT"}
    assert ("Cache-Control", "no-store") in short[1]


def test_the_bytes_are_those(ways):
    status, _, data = ways.both("GET", FILE, bearer(ways, Range=PART))[0]
    assert status == "206 PARTIAL CONTENT"
    assert data == FILM[100:70001]


def test_a_part_of_what_the_client_has(ways):
    tag = dict(ways.both("GET", FILE, bearer(ways, Range=PART))[0][1])["ETag"]
    for condition, status in ((tag, "206 PARTIAL CONTENT"), ('"another"', "200 OK"), (f"W/{tag}", "200 OK")):
        short, long, seen = ways.both("GET", FILE, bearer(ways, Range=PART, If_Range=condition))
        assert short == long
        assert short[0] == status
        assert not seen
    for name in ("If_None_Match", "If_Match"):
        for condition in (tag, '"another"'):
            short, long, seen = ways.both("GET", FILE, bearer(ways, Range=PART, **{name: condition}))
            assert short == long
            assert seen


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", FILE + "/"),
        ("GET", "/api/v1/items/nothing/file"),
        ("GET", "/api/v1/items/{film}/FILE"),
        ("GET", "/api/v1/items/{film}%2e/file"),
        ("GET", "/api/v1//items/{film}/file"),
        ("GET", "/api/v1/items/{film}"),
        ("HEAD", FILE),
        ("POST", FILE),
        ("OPTIONS", FILE),
    ],
)
def test_all_else_is_left_to_the_framework(ways, method, path):
    short, long, seen = ways.both(method, path, bearer(ways, Range=PART))
    assert short == long
    assert seen


def test_what_cannot_be_given_is_said_by_the_framework(ways):
    reader = reader_of(ways)
    folder, empty = ways.house.item_id("/Films"), ways.house.item_id("/empty.bin")
    for path, asked, status in (
        (FILE, f"bytes={SIZE}-", 416),
        (FILE.replace("{film}", empty), "bytes=0-", 416),
        (FILE.replace("{film}", folder), PART, 400),
    ):
        short, long, seen = ways.both("GET", path, bearer(ways, Range=asked))
        assert short == long
        assert seen
        assert short[0].startswith(str(status))
    assert reader_of(ways) is reader  # whoever asked too much gave it back


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer sesame"}, 401),
        ({"Authorization": "Basic {token}"}, 401),
        ({"Authorization": "Bearer sesame", "Cookie": f"{COOKIE}={{token}}"}, 401),
        ({"Cookie": f"{COOKIE}=sesame"}, 401),
        ({"Cookie": f"{COOKIE}={{token}}"}, 206),
        ({"Cookie": f"a=b; {COOKIE}={{token}}", "Sec-Fetch-Site": "cross-site"}, 206),
        ({"Authorization": "bearer {token}", "Host": "192.168.1.2:8080"}, 206),
        ({"Authorization": "Bearer {token}", "Host": "attacker.example"}, 421),
        ({"Authorization": "Bearer {token}", "Host": "a b"}, 421),
    ],
)
def test_nobody_gets_in_who_would_not_get_in_otherwise(ways, headers, status):
    headers = {name: value.format(token=ways.token) for name, value in headers.items()}
    short, long, seen = ways.both("GET", FILE, headers | {"Range": PART})
    assert short == long
    assert short[0].startswith(str(status))
    assert seen is (status != 206)


def test_a_ticket_opens_its_item_and_no_other(ways):
    other = ways.house.item_id("/Films/notes.txt")
    ticket = ways.house.household.house.tickets.issue(ways.film, ways.house.devices.all()[0].device_id)
    for item_id, given, status in (
        (ways.film, ticket, 206),
        (other, ticket, 401),
        (ways.film, ticket[:-2], 401),
    ):
        path = f"/api/v1/items/{item_id}/file?ticket={given}"
        short, long, seen = ways.both("GET", path, {"Range": "bytes=0-5"})
        assert short == long
        assert seen is (status != 206)
        assert short[0].startswith(str(status))


def test_who_was_sent_away_stays_out(ways):
    device, token = ways.house.devices.add("gone", Role.TV)
    headers = {"Authorization": f"Bearer {token}", "Range": PART}
    assert ways.both("GET", FILE, headers)[0][0] == "206 PARTIAL CONTENT"
    ways.house.devices.revoke(device.device_id)
    short, long, _ = ways.both("GET", FILE, headers)
    assert short == long
    assert short[0].startswith("401")


def test_a_locked_house_gives_nothing(fresh):
    assert fresh.both("GET", FILE, bearer(fresh, Range=PART))[0][0] == "206 PARTIAL CONTENT"
    fresh.house.household.lock()
    short, long, _ = fresh.both("GET", FILE, bearer(fresh, Range=PART))
    assert short == long
    assert json.loads(short[2])["type"] == "urn:lanterne:problem:vault-locked"


def test_damage_is_no_part_of_an_answer(fresh):
    stored = fresh.house.household.house.vault
    path = stored.directory / stored.find("/Films/film.bin").stored_path
    with path.open("r+b") as file:
        file.seek(68 + CHUNK_SIZE + 28 + 100)
        file.write(b"\0\0\0\0")
    assert fresh.both("GET", FILE, bearer(fresh, Range="bytes=0-99"))[0][2] == FILM[:100]
    reader = reader_of(fresh)
    short, long, _ = fresh.both("GET", FILE, bearer(fresh, Range=PART))
    assert short == long
    assert json.loads(short[2])["type"] == "urn:lanterne:problem:damaged-data"
    assert FILM[100:200] not in short[2]
    assert reader_of(fresh) is reader  # whoever met the damage gave it back


def test_somebody_is_there_for_as_long_as_the_answer_is_open(ways):
    activity = ways.house.household.activity
    response = Client(ways.house.app).open(
        FILE.format(film=ways.film), headers=bearer(ways, Range="bytes=0-"), buffered=False
    )
    pieces = response.iter_encoded()
    assert FILM.startswith(next(pieces))
    assert activity.idle_s == 0
    response.close()
    assert activity.idle_s > 0


def test_who_is_refused_is_not_there(ways):
    activity = ways.house.household.activity
    before = activity.idle_s
    ways.both("GET", FILE, {"Range": PART})
    assert activity.idle_s > before


def test_an_answer_that_nobody_reads_to_its_end_gives_the_file_back(ways):
    reader = reader_of(ways)
    Client(ways.house.app).open(
        FILE.format(film=ways.film), headers=bearer(ways, Range="bytes=0-"), buffered=False
    ).close()
    assert reader_of(ways) is reader


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_head_and_bytes_go_out_together_and_the_end_at_once(ways, family):
    with socket.socket(family) as connection:
        response = Client(ways.house.app).open(
            FILE.format(film=ways.film),
            headers=bearer(ways, Range="bytes=0-"),
            buffered=False,
            environ_overrides={"gunicorn.socket": connection},
        )
        next(response.iter_encoded())
        if family != socket.AF_UNIX:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK) == 1
        response.close()
        if family != socket.AF_UNIX:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK) == 0


def test_a_connection_that_is_gone_does_not_keep_the_file(ways):
    reader = reader_of(ways)
    connection = socket.socket()
    response = Client(ways.house.app).open(
        FILE.format(film=ways.film),
        headers=bearer(ways, Range="bytes=0-"),
        buffered=False,
        environ_overrides={"gunicorn.socket": connection},
    )
    connection.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        response.close()
    assert reader_of(ways) is reader


def test_an_answer_that_cannot_begin_does_not_keep_the_file(ways):
    reader = reader_of(ways)
    connection = socket.socket()
    connection.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        Client(ways.house.app).open(
            FILE.format(film=ways.film),
            headers=bearer(ways, Range="bytes=0-"),
            environ_overrides={"gunicorn.socket": connection},
        )
    assert reader_of(ways) is reader


def test_whoever_hooks_into_requests_looks_at_the_lane(ways):
    # The lane does by itself what these do. Who adds one sees to it that the lane does that, too.
    app = ways.house.app
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    names = [sorted(hook.__qualname__ for found in scopes.values() for hook in found) for scopes in hooks]
    assert names == [
        ["Gatekeeper.guard.<locals>.begin", "attend.<locals>.begin"],
        ["_nothing_is_kept", "attend.<locals>.accompany"],
        ["attend.<locals>.end"],
    ]
