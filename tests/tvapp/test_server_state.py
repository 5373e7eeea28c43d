"""What the owner sees of the server, and how HLS carries a viewer's wishes on."""

import re

import pytest

from library.subtitle_files import MAX_FILES
from tests.tvapp.conftest import FAST_SCRYPT, PASSPHRASE, fill, make_house
from tvapp.roles import Role
from vault import Vault

FILM = "/Films/Winter.mkv"  # which this screen does not play as it is
SRT = b"1\n00:00:00,500 --> 00:00:01,500\nhello\n"


@pytest.fixture(scope="module")
def spoken_house(tmp_path_factory, contents):
    """A house whose film has as many subtitle files beside it as are looked at."""
    folder = tmp_path_factory.mktemp("spoken")
    beside = {f"/Films/Winter.{number:03}.srt": SRT for number in range(MAX_FILES)}
    with Vault.create(folder / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, {FILM: contents[FILM]} | beside)
    house = make_house(folder)
    house.unlock()
    yield house
    house.household.close()


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


def test_a_viewers_wishes_are_carried_on(spoken_house):
    client = spoken_house.client(Role.TV)
    folder = f"/api/v1/items/{spoken_house.item_id(FILM)}/hls/"
    master = client.get(f"{folder}master.m3u8?profile=baseline&audio=0&burn=0&quality=480&start=1.5").text
    (media,) = addresses_of(master)
    assert re.search(r"[?&]audio=0(&|$)", media)
    assert re.search(r"[?&]burn=0(&|$)", media)
    assert re.search(r"[?&]quality=480(&|$)", media)
    text = client.get(folder + media).text
    wishes = ("quality=480", "audio=0", "burn=0")
    assert all(wish in address for address in addresses_of(text) for wish in wishes)
    assert "quality=480" in re.search(r'MAP:URI="([^"]*)"', text)[1]


def test_the_wish_to_have_all_converted_reaches_the_segments(house):
    client = house.client(Role.TV)
    folder = f"/api/v1/items/{house.item_id('/Films/Harvest.mp4')}"
    plain = client.get(f"{folder}?profile=baseline").json["playback"]
    assert plain["decision"] == "direct"
    assert "convert" not in plain["hls"]
    wished = client.get(f"{folder}?profile=baseline&convert=1").json["playback"]
    assert wished["decision"] == "transcode"
    assert wished["reason"].startswith("asked for by the player: ")
    master = client.get(wished["hls"]).text
    assert client.get(f"{plain['hls']}&convert=1").text.count("STREAM-INF") == master.count("STREAM-INF")
    (media,) = addresses_of(master)
    assert re.search(r"[?&]convert=1(&|$)", media)
    assert "quality=480" in media  # of what is passed on there is none
    text = client.get(f"{folder}/hls/{media}").text
    assert addresses_of(text)
    assert all("convert=1" in address for address in [*addresses_of(text), *re.findall(r"MAP:URI=.*", text)])
    segment = client.get(f"{folder}/hls/{media.rpartition('/')[0]}/{addresses_of(text)[0]}")
    assert segment.status_code == 200
    assert client.get(f"{folder}/hls/master.m3u8?convert=perhaps").status_code == 422


def test_where_nothing_is_left_to_choose_the_encoder_begins_with_the_first_playlist(tmp_path, contents):
    with Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, {FILM: contents[FILM]})
    house = make_house(tmp_path)
    try:
        house.unlock()
        address = f"/api/v1/items/{house.item_id(FILM)}/hls/master.m3u8?profile=baseline&quality=480"
        assert len(addresses_of(house.client(Role.TV).get(address).text)) == 1
        assert house.client(Role.OWNER).get("/api/v1/server").json["conversions"]["playing"] == 1
    finally:
        house.household.close()


@pytest.mark.parametrize("wish", ["quality=999", "quality=", "start=-1", "burn=-1", "audio=x"])
def test_wishes_that_are_none_are_refused(house, wish):
    address = f"/api/v1/items/{house.item_id(FILM)}/hls/master.m3u8?profile=baseline&{wish}"
    assert house.client(Role.TV).get(address).status_code == 422


@pytest.mark.parametrize(
    ("number", "status", "problem"),
    [
        (MAX_FILES - 1, 200, None),
        (MAX_FILES, 404, "no-subtitles"),
        (255, 404, "no-subtitles"),
        (256, 422, "invalid-input"),
    ],
)
def test_the_last_of_many_subtitles_can_be_asked_for(spoken_house, number, status, problem):
    """What there is not is refused before the player has an address that leads nowhere."""
    address = f"/api/v1/items/{spoken_house.item_id(FILM)}/hls/master.m3u8?profile=baseline&burn={number}"
    answer = spoken_house.client(Role.TV).get(address)
    assert answer.status_code == status
    assert problem is None or answer.json["type"] == f"urn:lanterne:problem:{problem}"


def test_a_sound_track_that_there_is_none_of_is_refused(house):
    """Silence about it would leave somebody with a language that nobody asked for."""
    folder = f"/api/v1/items/{house.item_id(FILM)}/hls"
    answer = house.client(Role.TV).get(f"{folder}/master.m3u8?profile=baseline&audio=7")
    assert (answer.status_code, answer.json["type"]) == (404, "urn:lanterne:problem:no-sound-track")


def test_a_film_without_subtitles_has_none_to_draw(house):
    address = f"/api/v1/items/{house.item_id(FILM)}/hls/master.m3u8?profile=baseline&burn=0"
    assert house.client(Role.TV).get(address).status_code == 404


@pytest.mark.parametrize("configured", [True, False])
def test_a_box_without_ffmpeg_opens_plays_and_says_what_lacks(tmp_path, contents, monkeypatch, configured):
    more = {"ffmpeg": tmp_path / "nowhere"} if configured else {}
    if not configured:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", absent)
    with Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, {path: contents[path] for path in (FILM, "/Films/Harvest.mp4")})
    house = make_house(tmp_path, **more)
    try:
        house.unlock()
        house.household.house.pool._machine._thread.join(20)
        owner = house.client(Role.OWNER)
        (software,) = owner.get("/api/v1/server").json["encoders"]
        why = "ffmpeg cannot be started: No such file or directory"
        assert (software["works"], software["reason"]) == (False, why)
        direct = owner.get(f"/api/v1/items/{house.item_id('/Films/Harvest.mp4')}/file")
        assert direct.data == contents["/Films/Harvest.mp4"]
        folder = f"/api/v1/items/{house.item_id(FILM)}/hls/"
        converted = owner.get(f"{folder}master.m3u8?profile=baseline")
        assert (converted.status_code, converted.json["detail"]) == (500, why)
    finally:
        house.household.close()


def absent():
    raise RuntimeError("no ffmpeg for this platform")
