"""Subtitles through the application."""

import random
import subprocess
from urllib.parse import urljoin

import pytest

from tests.tvapp.conftest import FAST_SCRYPT, PASSPHRASE, fill, make_house, tiny_film
from transcoder import find_ffmpeg
from transcoder.playlist import MultivariantPlaylist, parse_media, parse_multivariant
from tvapp.roles import Role
from vault import Vault

SRT = "1\n00:00:00,500 --> 00:00:01,500\nGrüß dich\n"


def with_text(film: bytes, folder) -> bytes:
    """Return a film with a track of text in it, a default and not a forced one."""
    (folder / "a.srt").write_text(SRT)
    argv = [
        str(find_ffmpeg()),
        "-v",
        "error",
        "-i",
        "pipe:0",
        "-i",
        str(folder / "a.srt"),
        "-map",
        "0",
        "-map",
        "1",
    ]
    argv += ["-c", "copy", "-c:s", "srt", "-metadata:s:s:0", "language=ger", "-disposition:s:0", "default"]
    whole = folder / "whole.mkv"  # a pipe would leave it without a duration
    subprocess.run([*argv, str(whole)], input=film, check=True)
    return whole.read_bytes()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    h264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    film = tiny_film(find_ffmpeg(), *h264, container="matroska")
    vault = Vault.create(folder / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT)
    files = {"/Film.mkv": with_text(film, folder), "/Film.fr.forced.srt": SRT.encode("cp1252")}
    noise = random.Random(5).randbytes(3000)
    fill(
        vault,
        files
        | {"/Noise.mkv": film, "/Noise.de.srt": noise, "/Noise.en.srt": b"", "/Noise.fr.srt": SRT.encode()},
    )
    vault.close()
    house = make_house(folder)
    house.unlock()
    yield house
    house.household.close()


def tracks(house, client) -> list[dict]:
    return client.get(f"/api/v1/items/{house.item_id('/Film.mkv')}").json["media"]["subtitles"]


def test_an_item_names_its_tracks(house):
    inside, beside = tracks(house, house.client(Role.TV))
    base = f"/api/v1/items/{house.item_id('/Film.mkv')}/subtitles"
    assert inside.pop("url").startswith(f"{base}/0.vtt?")
    assert beside.pop("url").startswith(f"{base}/x0.vtt?")
    german = {"codec": "subrip", "language": "ger", "title": None, "text": True}
    assert inside == german | {"index": 0, "forced": False, "default": True}
    assert beside == german | {"index": "x0", "language": "fre", "forced": True, "default": False}


@pytest.mark.parametrize("number", [0, 1])
def test_a_track_is_webvtt(house, number):
    url = tracks(house, house.client(Role.TV))[number]["url"]
    answer = house.client(None).get(url)  # its ticket is enough
    assert answer.status_code == 200
    assert answer.mimetype == "text/vtt"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text == "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nGrüß dich\n"


def test_nobody_else_reads_it(house):
    url = tracks(house, house.client(Role.TV))[0]["url"].partition("?")[0]
    assert house.client(None).get(url).status_code == 401


@pytest.mark.parametrize("index", ["1", "x1", "99999999999999999999", "x", "%00"])
def test_there_is_no_other(house, index):
    answer = house.client(Role.TV).get(f"/api/v1/items/{house.item_id('/Film.mkv')}/subtitles/{index}.vtt")
    assert answer.status_code == 404
    assert answer.json["type"] == "urn:lanterne:problem:no-subtitles"


def test_a_file_of_text_is_no_film(house):
    item_id = house.item_id("/Film.fr.forced.srt")
    client = house.client(Role.TV)
    assert client.get(f"/api/v1/items/{item_id}/subtitles/0.vtt").status_code == 404
    assert "media" not in client.get(f"/api/v1/items/{item_id}").json


def master(house, **query) -> tuple[str, MultivariantPlaylist]:
    """Return the address and the contents of a stream's first playlist, asked for by a TV's token."""
    url = f"/api/v1/items/{house.item_id('/Film.mkv')}/hls/master.m3u8"
    return url, parse_multivariant(
        house.client(Role.TV).get(url, query_string={"profile": "baseline"} | query).text
    )


def test_the_stream_names_its_text_tracks(house):
    url, playlist = master(house)
    german, french = playlist.subtitles
    assert (german.name, german.language, german.default, german.forced) == ("Deutsch", "de", True, False)
    assert (french.name, french.language, french.default, french.forced) == ("Français", "fr", False, True)
    for track in playlist.subtitles:
        address = urljoin(url, track.uri)
        # The ticket is carried on: a player sends no token.
        listing = house.client(None).get(address)
        assert listing.mimetype == "application/vnd.apple.mpegurl"
        (piece,) = parse_media(listing.text).segments
        assert piece.duration_s == pytest.approx(house_film(house)["duration_s"])
        text = house.client(None).get(urljoin(address, piece.uri))
        assert text.mimetype == "text/vtt"
        assert text.text == (
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:00:00.500 --> 00:00:01.500\nGrüß dich\n"
        )
        for place in (address, urljoin(address, piece.uri)):
            assert house.client(None).get(place.partition("?")[0]).status_code == 401


def test_a_file_with_nothing_in_it_is_not_offered_and_noise_says_nothing(house):
    folder = f"/api/v1/items/{house.item_id('/Noise.mkv')}"
    client = house.client(Role.TV)
    listed = client.get(folder).json["media"]["subtitles"]
    assert [(track["index"], track["language"]) for track in listed] == [("x0", "ger"), ("x1", "fre")]
    assert client.get(f"{folder}/subtitles/x0.vtt").json["type"] == "urn:lanterne:problem:no-subtitles"
    noise = client.get(f"{folder}/hls/subtitles/x0.vtt")
    assert (noise.status_code, noise.mimetype) == (200, "text/vtt")
    assert noise.text == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n"
    assert "Grüß dich" in client.get(f"{folder}/hls/subtitles/x1.vtt").text
    assert client.get(f"{folder}/hls/subtitles/x2.vtt").status_code == 404


def house_film(house) -> dict:
    return house.client(Role.TV).get(f"/api/v1/items/{house.item_id('/Film.mkv')}").json


@pytest.mark.parametrize("query", [{"burn": 0}, {"subtitles": "off"}])
def test_a_stream_with_drawn_or_unwanted_subtitles_names_none(house, query):
    _, playlist = master(house, **query)
    assert playlist.variants
    assert playlist.subtitles == ()


@pytest.mark.parametrize("name", ["1.m3u8", "x1.m3u8", "%00.m3u8", "1.vtt"])
def test_the_stream_has_no_other_text(house, name):
    answer = house.client(Role.TV).get(f"/api/v1/items/{house.item_id('/Film.mkv')}/hls/subtitles/{name}")
    assert answer.status_code == 404
    assert answer.json["type"] == "urn:lanterne:problem:no-subtitles"
