"""Listing, describing, showing and streaming, by HTTP."""

import io
import os
import re

import pytest
from PIL import Image

from tests.tvapp.conftest import CHUNK_SIZE, PASSPHRASE
from tvapp.roles import Role


@pytest.fixture(scope="module")
def client(house):
    return house.client(Role.TV)


def names(response) -> list[str]:
    assert response.status_code == 200
    return [item["name"] for item in response.json["items"]]


def test_the_root_folder_is_where_one_begins(client):
    assert names(client.get("/api/v1/items")) == [
        "Films", "Photos", "empty.bin", "three chunks.bin", "two whole chunks.bin",
    ]  # fmt: skip


def test_a_folder_lists_its_children(client, house):
    response = client.get("/api/v1/items", query_string={"folder": house.item_id("/Films")})
    assert names(response) == ["Harvest.mp4", "Winter.mkv"]
    film = response.json["items"][0]
    assert film["kind"] == "video"
    assert film["path"] == "/Films/Harvest.mp4"
    assert film["title"] == "Harvest"
    assert film["duration_s"] == pytest.approx(3, abs=0.1)
    assert (film["width"], film["height"]) == (320, 180)
    assert film["parent"] == house.item_id("/Films")
    assert film["modified_at"] == house.household.house.library.find_path("/Films/Harvest.mp4").modified_at


def test_kinds_and_words_search_everywhere(client):
    assert set(names(client.get("/api/v1/items?kind=video"))) == {"Harvest.mp4", "Winter.mkv"}
    assert names(client.get("/api/v1/items?kind=photo")) == ["Meadow.jpg"]
    assert names(client.get("/api/v1/items?q=HARV")) == ["Harvest.mp4"]


def test_pages_follow_one_another(client):
    seen, cursor = [], None
    while True:
        query = {"limit": 2, "sort": "name"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/items", query_string=query)
        seen += names(page)
        cursor = page.json["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=nonsense", 400),
        ("sort=colour", 422),
        ("limit=0", 422),
        ("limit=9999", 422),
        ("kind=audio", 422),
    ],
)
def test_a_question_without_sense_is_said(client, query, status):
    response = client.get(f"/api/v1/items?{query}")
    assert response.status_code == status
    assert response.content_type == "application/problem+json"


def test_an_unknown_item_is_not_found(client):
    for address in ("x", "x/file", "x/image", "x/hls/master.m3u8"):
        response = client.get(f"/api/v1/items/{address}")
        assert response.status_code == 404, address
        assert response.json["type"] == "urn:lanterne:problem:not-found"


@pytest.mark.parametrize(
    ("path", "profile", "decision"),
    [
        ("/Films/Harvest.mp4", "chromium", "direct"),
        ("/Films/Harvest.mp4", "everything", "direct"),
        ("/Films/Winter.mkv", "chromium", "transcode"),
        ("/Films/Winter.mkv", "everything", "direct"),
    ],
)
def test_the_decision_depends_on_the_screen(client, house, path, profile, decision):
    response = client.get(f"/api/v1/items/{house.item_id(path)}?profile={profile}")
    assert response.json["playback"]["decision"] == decision
    assert response.json["playback"]["reason"]
    assert response.json["media"]["video"][0]["width"] == 320


def test_an_unknown_screen_is_said(client, house):
    response = client.get(f"/api/v1/items/{house.item_id('/Films/Harvest.mp4')}?profile=cinema")
    assert response.status_code == 400
    assert "cinema" in response.json["detail"]


@pytest.mark.parametrize(
    ("path", "size"), [("/Photos/Meadow.jpg", (640, 360)), ("/Films/Harvest.mp4", (320, 180))]
)
@pytest.mark.parametrize("width", [220, 440, 1280, 1920])
def test_a_picture_is_as_wide_as_asked_at_most(client, house, path, size, width):
    response = client.get(f"/api/v1/items/{house.item_id(path)}/image?w={width}")
    assert response.mimetype == "image/jpeg"
    picture = Image.open(io.BytesIO(response.data))
    assert picture.width == min(width, size[0])
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], abs=0.05)


def test_what_has_no_picture_says_so(client, house):
    response = client.get(f"/api/v1/items/{house.item_id('/empty.bin')}/image")
    assert response.status_code == 404
    assert response.json["type"] == "urn:lanterne:problem:no-image"


def test_what_is_no_film_has_no_stream(client, house):
    response = client.get(f"/api/v1/items/{house.item_id('/empty.bin')}/hls/master.m3u8")
    assert response.status_code == 422
    assert response.json["type"] == "urn:lanterne:problem:not-playable"


@pytest.mark.parametrize(("profile", "mime"), [("baseline", "video/mp4"), ("legacy", "video/mp2t")])
def test_a_stream_is_followed_without_cookie_or_header(client, house, profile, mime):
    """A TV's own player opens the first address as it stands, then what the playlists name."""
    item = house.item_id("/Films/Winter.mkv")
    address = client.get(f"/api/v1/items/{item}?profile={profile}").json["playback"]["hls"]
    player = house.client(None)
    for _ in range(2):  # multivariant, then media playlist
        playlist = player.get(address)
        assert playlist.mimetype == "application/vnd.apple.mpegurl"
        named = re.findall(r'^(?:#EXT-X-MAP:URI="([^"]+)".*|([^#\s]\S*))$', playlist.text, re.MULTILINE)
        parts = [first or second for first, second in named]
        folder = address.partition("?")[0].rpartition("/")[0]
        address = f"{folder}/{parts[0]}"
    assert "#EXT-X-ENDLIST" in playlist.text
    for part in parts:
        response = player.get(f"{folder}/{part}")
        assert response.status_code == 200, part
        assert response.mimetype == mime
        assert len(response.data) > 200


def test_a_segment_that_is_not_there_is_said(client, house):
    item = house.item_id("/Films/Winter.mkv")
    response = client.get(f"/api/v1/items/{item}/hls/baseline/s/999.m4s")
    assert response.status_code == 404


def test_damage_is_said_and_nothing_of_it_is_sent(house, client, contents):
    path = "/three chunks.bin"
    stored = house.settings.vault / house.household.house.vault.find(path).stored_path
    whole = stored.read_bytes()
    address = f"/api/v1/items/{house.item_id(path)}/file"
    damaged = bytearray(whole)
    damaged[68 + 28 + CHUNK_SIZE + 50] ^= 1  # in the second chunk
    status = stored.stat()
    try:
        stored.write_bytes(damaged)
        os.utime(stored, ns=(status.st_atime_ns, status.st_mtime_ns))
        response = client.get(address, headers={"Range": f"bytes={CHUNK_SIZE}-{CHUNK_SIZE + 9}"})
        assert response.status_code == 500
        assert response.json["type"] == "urn:lanterne:problem:damaged-data"
        assert "chunk 1" in response.json["detail"]
        undamaged = client.get(address, headers={"Range": "bytes=0-9"})
        assert undamaged.data == contents[path][:10]
    finally:
        stored.write_bytes(whole)
        os.utime(stored, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_locking_ends_tickets_too(house):
    item = house.item_id("/Films/Harvest.mp4")
    address = house.client().get(f"/api/v1/items/{item}?profile=chromium").json["playback"]["file"]
    stranger = house.client(None)
    assert stranger.head(address).status_code == 200
    house.household.lock()
    try:
        assert stranger.head(address).status_code == 401
        assert house.client().get("/api/v1/items").status_code == 423
    finally:
        house.household.unlock(PASSPHRASE)
    assert stranger.head(address).status_code == 200
