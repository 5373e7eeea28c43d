"""Goal one: after playing, seeking, scanning and a crash, nothing readable is on any disk."""

import contextlib
import json
import os
import re
import shutil
import signal
import threading
from pathlib import Path

import pytest

from tests.canary import STRUCTURES, Canaries, deleted_files_of
from tests.lanterne import PASSPHRASE, serving

PATIENCE = 600  # tenths of a second


def processes_under(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: list[str] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it, or one of its threads, has ended
        # Whichever thread started it: encoders are started by those that serve.
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += (task / "children").read_text().split()
    return [pid, *(inner for child in children for inner in processes_under(int(child)))]


def play_everything(server, token: str) -> None:
    """Fetch every item's bytes, pictures and streams: whole, in parts, and left in the middle."""
    for item in server.json("/api/v1/items?kind=photo", token)["items"]:
        for width in (220, 440, 1280, 1920):
            assert server.request(f"/api/v1/items/{item['id']}/image?w={width}", token)[0] == 200
    for item in server.json("/api/v1/items?kind=video", token)["items"]:
        assert (
            server.request(f"/api/v1/items/{item['id']}/file", token, Range="bytes=100000-900000")[0] == 206
        )
        for profile in ("baseline", "legacy"):
            play_by_hls(server, token, item["id"], f"profile={profile}")
        read_along(server, token, item["id"])
        told = server.request(f"/api/v1/items/{item['id']}/position", token, {"position_s": 7.5}, "PUT")
        assert told[0] == 204


def read_along(server, token: str, item_id: str) -> None:
    """Fetch subtitles as text, and drawn into the picture."""
    for number, track in enumerate(server.json(f"/api/v1/items/{item_id}", token)["media"]["subtitles"]):
        status, text, _ = server.request(track["url"])
        assert (status, "Zaunkönig" in text.decode()) == (200, True)
        play_by_hls(server, token, item_id, f"profile=legacy&burn={number}")


def scrub(server, token: str, item_id: str) -> None:
    """Fetch all sheets of small pictures, as soon as they are made."""
    for _ in range(PATIENCE):
        status, content, headers = server.request(f"/api/v1/items/{item_id}/previews", token)
        if status == 200:
            break
        assert (status, "Retry-After" in headers) == (404, True)
        threading.Event().wait(0.1)
    for sheet in json.loads(content)["sheets"]:
        status, content, _ = server.request(sheet, token)
        assert (status, content[:3]) == (200, b"\xff\xd8\xff")


def play_by_hls(server, token: str, item_id: str, wish: str) -> None:
    base = f"/api/v1/items/{item_id}/hls/"
    master = server.request(f"{base}master.m3u8?{wish}", token)[1].decode()
    media = re.search(r"^[^#\s]\S*", master, re.MULTILINE).group(0)
    playlist = server.request(base + media)[1].decode()
    folder = base + media.rpartition("/")[0] + "/"
    segments = re.findall(r"^[^#\s]\S*", playlist, re.MULTILINE)
    for segment in (segments[0], segments[len(segments) // 2], segments[-1], segments[1]):
        status, content, _ = server.request(folder + segment)
        assert status == 200
        assert len(content) > 1000


@pytest.fixture(scope="module")
def played(household):
    """The household after it was played in every way, with a worker killed in the middle of a film."""
    place = household.place
    owner = place.run("devices", "add", "Zaunkönigs Phone", "--role", "owner").stdout.strip()
    open_from_start = {"LANTERNE_PASSPHRASE_FILE": str(place.passphrase_file)}
    with serving(place, **open_from_start) as server:
        play_everything(server, owner)
        unnamed = [
            content for pid in processes_under(server.process.pid) for content in deleted_files_of(pid)
        ]
        killed = [pid for pid in processes_under(server.process.pid) if pid != server.process.pid]
        films = [item["id"] for item in server.json("/api/v1/items?kind=video", owner)["items"]]
        # It is killed while it makes them, unless it was left alone for so long that it has.
        for film in films:
            assert server.request(f"/api/v1/items/{film}/previews", owner)[0] in {200, 404}
        for pid in reversed(killed):
            with contextlib.suppress(ProcessLookupError):  # a helper that has ended by itself
                os.kill(pid, signal.SIGKILL)
        play_everything(server, owner)
        begun = server.json("/api/v1/items?begun=true&sort=-watched", owner)["items"]
        assert {item["id"] for item in begun} == set(films)
        for film in films:
            scrub(server, owner, film)
    place.done("scan")
    return household, owner, unnamed


def test_nothing_readable_is_left(played):
    household, owner, _ = played
    place = household.place
    token_canary = Canaries([], [owner])
    for canaries in (household.canaries, token_canary):
        assert canaries.find_in([place.vault, place.state, place.temporary]) == []


def test_nothing_readable_is_in_files_without_a_name(played):
    household, _, unnamed = played
    assert [what for content in unnamed for what in household.canaries.find_in_bytes(content)] == []


def test_the_log_tells_nothing(played):
    household, owner, _ = played
    log = (household.place.folder / "server.log").read_bytes()
    assert list(household.canaries.find_in_bytes(log)) == []
    for secret in (owner, PASSPHRASE, "ticket="):
        assert secret.encode() not in log


@pytest.mark.parametrize("kind", ["bytes", "name", "utf-16 name", "file name", *STRUCTURES])
def test_the_search_can_fail(played, tmp_path, kind):
    """Plant one canary of each kind among the sealed files and see it found."""
    household, _, _ = played
    copy = tmp_path / "state"
    shutil.copytree(household.place.state, copy)
    film = next((household.place.folder.parent / "originals").rglob("*.mp4")).read_bytes()
    segment = b"\x47" + bytes(187)
    planted = {
        "bytes": film,
        "name": b"Mirabellenkorb",
        "utf-16 name": "Quittenblüte".encode("utf-16-le"),
        "file name": b"",
        "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        "MP4 file type": b"\x00\x00\x00\x18ftypiso5",
        "MP4 fragment": b"moof\x00\x00\x00\x10mfhd",
        "MP4 index": b"moov\x00\x00\x00\x6cmvhd",
        "MPEG-TS": segment * 8,
        "Matroska": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska",
        "database": b"SQLite format 3\x00",
        "playlist": b"#EXTM3U",
        "PNG": b"\x89PNG\r\n\x1a\n",
    }[kind]
    assert household.canaries.find_in([copy]) == []
    name = "Apfelbaum im Wind.tmp" if kind == "file name" else "segment.tmp"
    (copy / name).write_bytes(os.urandom(1000) + planted + os.urandom(1000))
    assert [finding.place for finding in household.canaries.find_in([copy])]
