"""What the owner sees of the server, and how HLS carries a viewer's wishes on."""

import re

import pytest

from tvapp.roles import Role

FILM = "/Films/Winter.mkv"  # which this screen does not play as it is


def test_the_owner_sees_what_is_converted_and_by_what(house):
    body = house.client(Role.OWNER).get("/api/v1/server").json
    assert body["conversions"]["limit"] == house.settings.encoder_limit
    assert body["conversions"]["playing"] == 0
    chosen = [one for one in body["encoders"] if one["chosen"]]
    assert [one["works"] for one in chosen] == [True]


@pytest.mark.parametrize("role", [Role.TV, Role.PHONE])
def test_nobody_else_does(house, role):
    assert house.client(role).get("/api/v1/server").status_code == 403


def addresses_of(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


def test_a_viewers_wishes_are_carried_on(house):
    client = house.client(Role.TV)
    folder = f"/api/v1/items/{house.item_id(FILM)}/hls/"
    master = client.get(f"{folder}master.m3u8?profile=baseline&audio=0&burn=0&quality=480&start=1.5").text
    (media,) = addresses_of(master)
    assert re.search(r"[?&]audio=0(&|$)", media)
    assert re.search(r"[?&]burn=0(&|$)", media)
    assert re.search(r"[?&]quality=480(&|$)", media)
    text = client.get(folder + media.replace("&burn=0", "")).text  # the film has nothing to draw
    assert all("quality=480" in address and "audio=0" in address for address in addresses_of(text))
    assert "quality=480" in re.search(r'MAP:URI="([^"]*)"', text)[1]


@pytest.mark.parametrize("wish", ["quality=999", "quality=", "start=-1", "burn=-1", "audio=x"])
def test_wishes_that_are_none_are_refused(house, wish):
    address = f"/api/v1/items/{house.item_id(FILM)}/hls/master.m3u8?profile=baseline&{wish}"
    assert house.client(Role.TV).get(address).status_code == 422


@pytest.mark.parametrize(("number", "status"), [(163, 200), (256, 422)])
def test_the_last_of_many_subtitles_can_be_asked_for(house, number, status):
    address = f"/api/v1/items/{house.item_id(FILM)}/hls/master.m3u8?profile=baseline&burn={number}"
    assert house.client(Role.TV).get(address).status_code == status
