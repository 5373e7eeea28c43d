"""An older part put back into a stored file never gets to anybody as part of the whole: by HTTP, or by an export."""

import http.client
import json
import random

import pytest

from tests.lanterne import PASSPHRASE, Place, serving
from tests.library.material import put_older_chunk
from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT, tiny_film
from transcoder import find_ffmpeg
from vault import Vault

BLOCK_SIZE = 1 << 20
LONG = random.Random(3).randbytes(3 * BLOCK_SIZE + 5)
SHORT = b"a note" * 100
LAST_OF_BLOCK = BLOCK_SIZE // CHUNK_SIZE - 1


@pytest.fixture
def place(tmp_path):
    """A house into which files were imported, and whose vault was tampered with after that."""
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    (tmp_path / "long.bin").write_bytes(LONG)
    (tmp_path / "short.bin").write_bytes(SHORT)
    place.done("import", str(tmp_path / "long.bin"), str(tmp_path / "short.bin"))
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        put_older_chunk(vault, "/long.bin", LAST_OF_BLOCK + 5)
        put_older_chunk(vault, "/short.bin", 0)
    return place


@pytest.fixture
def server(place):
    token = place.done("devices", "add", "test", "--role", "owner").strip()
    with serving(place, LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)) as server:
        yield server, token


def item_of(server, token, name):
    for item in server.json("/api/v1/items?limit=100", token)["items"]:
        if item["name"] == name:
            return item
    raise AssertionError(name)


def test_a_body_is_cut_a_short_one_is_a_problem_document_and_both_are_noted(server):
    server, token = server
    long, short = (
        f"/api/v1/items/{item_of(server, token, name)['id']}/file" for name in ("long.bin", "short.bin")
    )
    with pytest.raises(http.client.IncompleteRead) as cut:
        server.request(long, token)
    got = cut.value.partial
    assert BLOCK_SIZE - 6 * CHUNK_SIZE <= len(got) < 2 * BLOCK_SIZE
    assert LONG.startswith(got[:BLOCK_SIZE])
    status, body, headers = server.request(short, token)
    assert (status, headers["Content-Type"]) == (500, "application/problem+json")
    assert b"damaged-data" in body
    assert b"altered" in body
    for name in ("long.bin", "short.bin"):
        assert item_of(server, token, name)["problem"].startswith("altered: ")
    # From now on it is known before a byte of it is sent; all else is given.
    first = (LAST_OF_BLOCK + 5) * CHUNK_SIZE // BLOCK_SIZE * BLOCK_SIZE
    for start, status in ((0, 206), (first - 10, 206), (first, 500), (first + BLOCK_SIZE - 10, 500)):
        assert server.request(long, token, Range=f"bytes={start}-{start + 9}")[0] == status
    status, body, _ = server.request(long, token, Range=f"bytes={first + BLOCK_SIZE}-")
    assert (status, body) == (206, LONG[first + BLOCK_SIZE :])
    assert item_of(server, token, "long.bin")["partly"] is True
    assert "partly" not in item_of(server, token, "short.bin")


def test_a_range_within_a_whole_part_is_sent(server):
    server, token = server
    path = f"/api/v1/items/{item_of(server, token, 'long.bin')['id']}/file"
    for start, stop in ((0, BLOCK_SIZE), (2 * BLOCK_SIZE, len(LONG))):
        status, body, _ = server.request(path, token, Range=f"bytes={start}-{stop - 1}")
        assert (status, body) == (206, LONG[start:stop])


def test_an_export_leaves_with_13_and_writes_nothing_of_it(place, tmp_path):
    result = place.run(
        "export", "/", "--to", str(tmp_path / "out"), LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)
    )
    assert result.returncode == 13
    words = "altered: it is not what was stored, though every part of it is genuine"
    assert result.stderr.splitlines()[1:] == [
        f"lanterne: /long.bin: {words}",
        f"lanterne: /short.bin: {words}",
    ]
    assert list((tmp_path / "out").iterdir()) == []


def steady_film() -> bytes:
    """A film of more than 4 MiB in 8 seconds, the same in every second."""
    rate = {"-b:v": "6M", "-minrate": "6M", "-maxrate": "6M", "-bufsize": "2M"}
    film = tiny_film(
        find_ffmpeg(),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"),
        *("-x264-params", "nal-hrd=cbr:force-cfr=1"),
        *(part for option in rate.items() for part in option),
        *("-movflags", "frag_keyframe+empty_moov+default_base_moof"),
        container="mp4",
        seconds=8,
    )
    assert len(film) > 4 * BLOCK_SIZE
    return film


def addresses(playlist):
    return [line for line in playlist.decode().splitlines() if line and not line.startswith("#")]


def test_a_conversion_goes_around_it(tmp_path):
    place = Place(tmp_path).prepare()
    film = steady_film()
    (tmp_path / "film.mp4").write_bytes(film)
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    place.done("import", str(tmp_path / "film.mp4"))
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        put_older_chunk(vault, "/film.mp4", 3 * 32 + 9, film[:CHUNK_SIZE])
    token = place.done("devices", "add", "test", "--role", "owner").strip()
    with serving(place, LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file)) as server:
        item = item_of(server, token, "film.mp4")
        assert item.get("problem") is None
        master = f"/api/v1/items/{item['id']}/hls/master.m3u8?profile=legacy"
        media = f"/api/v1/items/{item['id']}/hls/{addresses(server.request(master, token)[1])[0]}"
        segments = addresses(server.request(media, token)[1])
        for _ in range(2):  # when it is found, and when it is known
            answers = [ask(server, token, f"{media.rpartition('/')[0]}/{segment}") for segment in segments]
            refused = [number for number, (status, _) in enumerate(answers) if status != 200]
            assert refused
            assert len(refused) < len(answers)
        assert item_of(server, token, "film.mp4")["problem"].startswith("altered: ")
        assert item_of(server, token, "film.mp4")["partly"] is True
        # A body that had begun was cut: who asks again, as a player does, is told why.
        segment = f"{media.rpartition('/')[0]}/{segments[refused[0]]}"
        again = (ask(server, token, segment) for _ in range(5))
        problem = json.loads(next(body for status, body in again if status == 500))
        assert problem["type"].endswith("damaged-data")
        assert "not what was stored" in problem["detail"]
        assert server.request(master, token)[0] == 200


def ask(server, token, path):
    """Return status and body of an answer; "cut" for a body that was cut."""
    try:
        return server.request(path, token)[:2]
    except http.client.IncompleteRead:
        return "cut", b""
