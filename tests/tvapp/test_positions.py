"""Positions and what comes next, by HTTP."""

import pytest

from tvapp.roles import Role

FILM = "/Films/Harvest.mp4"


@pytest.fixture(scope="module")
def client(house):
    return house.client(Role.TV)


@pytest.fixture
def address(house, client):
    address = f"/api/v1/items/{house.item_id(FILM)}"
    yield address
    assert client.delete(f"{address}/position").status_code == 204


def test_a_screen_goes_on_where_another_stopped(client, house, address):
    assert "position_s" not in client.get(address).json
    assert client.put(f"{address}/position", json={"position_s": 1.5}).status_code == 204
    for other in (house.client(Role.TV), house.client(Role.PHONE)):
        assert other.get(address).json["position_s"] == 1.5
        begun = other.get("/api/v1/items?begun=true&sort=-watched").json["items"]
        assert [(item["name"], item["position_s"]) for item in begun] == [("Harvest.mp4", 1.5)]


def test_the_end_is_no_position(client, address):
    client.put(f"{address}/position", json={"position_s": 2.95})
    body = client.get(address).json
    assert "position_s" not in body
    assert body["watched_at"].endswith("Z")
    assert client.get("/api/v1/items?begun=true").json["items"] == []


@pytest.mark.parametrize("body", [{}, {"position_s": -1}, {"position_s": "soon"}, {"position_s": None}])
def test_a_position_is_a_time(client, address, body):
    assert client.put(f"{address}/position", json=body).status_code == 422


def test_a_position_is_not_infinite(client, address):
    response = client.put(f"{address}/position", data='{"position_s": NaN}', content_type="application/json")
    assert response.status_code == 422


def test_what_is_no_film_has_no_position(client, house):
    address = f"/api/v1/items/{house.item_id('/Photos/Meadow.jpg')}/position"
    response = client.put(address, json={"position_s": 1})
    assert response.status_code == 422
    assert response.json["type"] == "urn:lanterne:problem:not-playable"


def test_nobody_unpaired_tells_a_position(house, address):
    assert house.client(None).put(f"{address}/position", json={"position_s": 1}).status_code == 401
    assert house.client(None).delete(f"{address}/position").status_code == 401


def test_the_next_film_of_the_folder(client, house, address):
    assert client.get(f"{address}/next").json["name"] == "Winter.mkv"
    last = client.get(f"/api/v1/items/{house.item_id('/Films/Winter.mkv')}/next")
    assert last.status_code == 404
    assert last.json["type"] == "urn:lanterne:problem:nothing-next"


def test_playing_keeps_the_house_open(house, client, address):
    before = house.household.activity._last_s
    client.put(f"{address}/position", json={"position_s": 1})
    assert house.household.activity._last_s > before
