"""HLS from outside: what any player may do to a running server, and what it must get."""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import pytest

from tests.lanterne import Place, Server, serving
from tests.media import Shelf
from tests.media.measure import Packet, packets_of

pytestmark = pytest.mark.ffmpeg

FILM, FILM_S, FRAME_S = "hd.mkv", 12.0, 1 / 24
TALKING_FILM = "multi.mkv"  # two tracks of text
LONG_FILM, LONG_FILM_S = "longgop.mkv", 40.0
PATIENCE_S = 40.0
CLOCK_S = 0.002
STORM = 200
GROWTH_KIB = 32 * 1024
WORKER_THREADS = 8


@dataclass(frozen=True)
class Box:
    """A running server with two films."""

    server: Server
    vault: Path
    token: str
    films: dict[str, str]  # item id by name


@pytest.fixture(scope="module")
def box(tmp_path_factory) -> Box:
    """Its memory for segments is short, so that what was made is soon made again."""
    folder = tmp_path_factory.mktemp("conformance")
    shelf = Shelf(folder / "originals")
    shelf.folder.mkdir()
    place = Place(folder / "home").prepare()
    place.done("vault", "create", str(place.vault))
    place.done("import", *(str(shelf.path(film)) for film in (FILM, LONG_FILM, TALKING_FILM)))
    place.done("scan")
    token = place.done("devices", "add", "TV").strip()
    settings = {
        "LANTERNE_PASSPHRASE_FILE": str(place.passphrase_file),
        "LANTERNE_SEGMENT_CACHE_MIB": "1",
        "LANTERNE_THREADS": str(WORKER_THREADS),
    }
    with serving(place, **settings) as server:
        items = server.json("/api/v1/items?kind=video&q=", token)["items"]
        yield Box(server, place.vault, token, {item["name"]: item["id"] for item in items})


class Screen:
    """A player: one connection per request, patient where it is told to be, insistent where a transfer breaks off."""

    def __init__(self, box: Box, film: str, profile: str):
        self._netloc = urllib.parse.urlsplit(box.server.address).netloc
        base = f"/api/v1/items/{box.films[film]}/hls/master.m3u8?profile={profile}"
        self.address = box.server.address.rstrip("/") + base
        self._headers = {"Authorization": f"Bearer {box.token}"}
        lists = [(attributes, address) for attributes, address in self._entries(base, "EXT-X-STREAM-INF")]
        self.heights = [int(re.search(r"RESOLUTION=\d+x(\d+)", attributes)[1]) for attributes, _ in lists]
        self.variants = [Variant(self, address) for _, address in lists]

    def _entries(self, address: str, tag: str) -> list[tuple[str, str]]:
        """Return (what the tag says, absolute address) of each entry of a playlist."""
        text = self.get(address).decode()
        found = re.findall(rf"^#{tag}:(.*)\n(\S+)", text, re.MULTILINE)
        return [(said, urllib.parse.urljoin(address, name)) for said, name in found]

    def get(self, address: str) -> bytes:
        """Fetch all of something, as a player does: again, if it is asked to wait or the transfer breaks."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            status, body = self.attempt(address)
            if status == 200 and body is not None:
                return body
            assert status in (200, 500, 503), f"{status} {body!r}"
            assert time.monotonic() < give_up, f"{status} {body!r} for too long"
            threading.Event().wait(0.2)

    def attempt(self, address: str) -> tuple[int, bytes | None]:
        """Ask once; the body is None where the transfer broke off."""
        connection = self.connect()
        try:
            self.ask(connection, address)
            response = connection.getresponse()
            return response.status, response.read()
        except (http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionError):
            return 200, None
        finally:
            connection.close()

    def connect(self, timeout_s: float = 60.0) -> http.client.HTTPConnection:
        """Return a connection to the server, which is not made before it is used."""
        return http.client.HTTPConnection(self._netloc, timeout=timeout_s)

    def ask(self, connection: http.client.HTTPConnection, address: str) -> None:
        """Send a request, and leave the answer to the caller."""
        connection.request("GET", address, headers=self._headers)


class Variant:
    """One media playlist, fetched when it is first needed."""

    def __init__(self, screen: Screen, address: str):
        self._screen = screen
        text = screen.get(address).decode()
        self.durations_s = [float(one) for one in re.findall(r"^#EXTINF:([\d.]+)", text, re.MULTILINE)]
        names = re.findall(r"^[^#\s]\S*", text, re.MULTILINE)
        self.addresses = [urllib.parse.urljoin(address, name) for name in names]
        init = re.search(r'#EXT-X-MAP:URI="([^"]+)"', text)
        self._init_address = urllib.parse.urljoin(address, init[1]) if init else None
        assert "#EXT-X-ENDLIST" in text

    @property
    def init(self) -> bytes:
        return self._screen.get(self._init_address) if self._init_address else b""

    def segment(self, index: int) -> bytes:
        return self._screen.get(self.addresses[index])


def packets(folder: Path, *pieces: bytes) -> dict[str, list[Packet]]:
    path = folder / f"piece-{threading.get_ident()}"
    path.write_bytes(b"".join(pieces))
    return packets_of(path)


def shown(found: dict[str, list[Packet]]) -> dict[str, list[float]]:
    return {kind: [one.shown_s for one in own] for kind, own in found.items()}


def check_whole(found: dict[str, list[Packet]], duration_s: float) -> None:
    """Nothing twice, nothing missing, as long as it should be, sound and picture together at both ends."""
    assert set(found) == {"video", "audio"}
    for own in found.values():
        steps = [after.decoded_s - before.decoded_s for before, after in pairwise(own)]
        assert min(steps) > 0
        assert max(steps) < 2 * FRAME_S
        assert own[-1].end_s - own[0].shown_s == pytest.approx(duration_s, abs=0.1)
    assert found["video"][0].shown_s == pytest.approx(found["audio"][0].shown_s, abs=0.04)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_every_variant_plays_without_a_gap(box, profile, tmp_path):
    screen = Screen(box, FILM, profile)
    assert screen.variants
    for variant in screen.variants:
        assert sum(variant.durations_s) == pytest.approx(FILM_S, abs=0.1)
        segments = [variant.segment(index) for index in range(len(variant.addresses))]
        check_whole(packets(tmp_path, variant.init, *segments), FILM_S)


@pytest.mark.parametrize(("profile", "times"), [("baseline", 50), ("legacy", 15)])
def test_random_seeks_bring_what_playing_brings(box, profile, times, tmp_path):
    """And do not drift: the last one is as exact as the first."""
    (straight, *_) = Screen(box, LONG_FILM, profile).variants
    count, init = len(straight.addresses), straight.init
    played = [packets(tmp_path, init, straight.segment(index)) for index in range(count)]
    (seeking, *_) = Screen(box, LONG_FILM, profile).variants
    dice = random.Random(50)
    for _ in range(times):
        index = dice.randrange(count)
        sought = shown(packets(tmp_path, init, seeking.segment(index)))
        for kind, times_s in shown(played[index]).items():
            assert sought[kind] == pytest.approx(times_s, abs=CLOCK_S), (index, kind)


def test_variants_can_be_switched_at_every_segment(box, tmp_path):
    """They are cut at the same places: the next segment of any of them goes on where this one ends."""
    screen = Screen(box, FILM, "baseline")
    first, last = screen.variants[0], screen.variants[-1]
    assert len(screen.variants) > 1
    assert screen.heights == sorted(screen.heights, reverse=True)
    assert first.durations_s == last.durations_s
    inits = (first.init, last.init)
    before: dict[str, Packet] = {}
    for index in range(len(first.addresses)):
        turn = index % 2
        found = packets(tmp_path, inits[turn], (first, last)[turn].segment(index))
        for kind, own in found.items():
            if kind in before:
                assert own[0].shown_s == pytest.approx(before[kind].end_s, abs=FRAME_S / 2)
            before[kind] = own[-1]


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_text_tracks_are_read_out_of_the_stream(box, profile, tmp_path):
    """A reader that is not ours finds them, and their times are said to be those of the pictures."""
    screen = Screen(box, TALKING_FILM, profile)
    first = min(shown(packets(tmp_path, screen.variants[0].init, screen.variants[0].segment(0)))["video"])
    authorization = f"Authorization: Bearer {box.token}\r\n"
    with av.open(screen.address, options={"headers": authorization}) as film:
        assert [one.codec_context.name for one in film.streams.subtitles] == ["webvtt", "webvtt"]
    (listing, *_) = re.findall(r'TYPE=SUBTITLES.*URI="([^"]+)"', screen.get(screen.address).decode())
    (piece,) = Variant(screen, urllib.parse.urljoin(screen.address, listing)).addresses
    clock, start = re.search(r"X-TIMESTAMP-MAP=MPEGTS:(\d+),LOCAL:(\S+)", screen.get(piece).decode()).groups()
    assert (int(clock) / 90_000, start) == (pytest.approx(first, abs=FRAME_S), "00:00:00.000")


def test_two_screens_at_once_get_the_same(box, tmp_path):
    results: dict[int, dict[str, list[float]]] = {}

    def watch(number: int) -> None:
        (variant, *_) = Screen(box, LONG_FILM, "baseline").variants
        order = range(0, len(variant.addresses), 2)
        segments = [variant.segment(index) for index in (order if number else reversed(order))]
        ordered = segments if number else segments[::-1]
        results[number] = shown(packets(tmp_path, variant.init, *ordered))

    watchers = [threading.Thread(target=watch, args=(number,)) for number in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert results[0].keys() == results[1].keys() == {"video", "audio"}
    for kind, times_s in results[0].items():
        assert results[1][kind] == pytest.approx(times_s, abs=CLOCK_S)


@dataclass(frozen=True)
class Footprint:
    """What the server's processes take."""

    programs: list[str]
    thread_count: int
    memory_kib: int


def descendants(pid: int) -> list[int]:
    """A process and all its descendants; each thread has children of its own."""
    children: list[str] = []
    with contextlib.suppress(OSError):  # it ends meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += (task / "children").read_text().split()
    return [pid, *(inner for child in children for inner in descendants(int(child)))]


def status_of(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def footprint(server: Server) -> Footprint:
    found = [status for pid in descendants(server.process.pid) if (status := status_of(pid)).get("VmRSS")]
    return Footprint(
        sorted(one["Name"] for one in found),
        sum(int(one["Threads"]) for one in found),
        sum(int(one["VmRSS"].split()[0]) for one in found),
    )


def encoders_of(server: Server) -> list[int]:
    return [
        pid for pid in descendants(server.process.pid) if status_of(pid).get("Name", "").startswith("ffmpeg")
    ]


def settled(server: Server) -> Footprint:
    """Return the footprint once no encoder runs."""
    give_up = time.monotonic() + PATIENCE_S
    while encoders_of(server):
        assert time.monotonic() < give_up, "encoders outlive their viewers"
        threading.Event().wait(0.2)
    return footprint(server)


def storm(box: Box, film: str, times: int, dice: random.Random) -> None:
    """Ask for segments anywhere, and leave before, while or after they come."""
    (variant, *_) = (screen := Screen(box, film, "baseline")).variants
    for number in range(times):
        if number % 40 == 39:
            (variant, *_) = (screen := Screen(box, film, "baseline")).variants
        connection = screen.connect(dice.uniform(0.01, 0.15))
        try:
            screen.ask(connection, dice.choice(variant.addresses))
            connection.getresponse().read(dice.choice((1, 10_000, 100_000)))
        except (TimeoutError, http.client.HTTPException, ConnectionError):
            continue
        finally:
            connection.close()


def test_a_storm_of_aborted_seeks_leaves_nothing_behind(box):
    """Threads of the web server are there before: as many requests as it has threads have been at once."""
    dice = random.Random(200)
    rehearsals = [
        threading.Thread(target=storm, args=(box, FILM, 5, dice)) for _ in range(2 * WORKER_THREADS)
    ]
    for one in rehearsals:
        one.start()
    for one in rehearsals:
        one.join()
    before = settled(box.server)
    storm(box, FILM, STORM, dice)
    after = settled(box.server)
    # A helper that nobody needs any more may have gone meanwhile.
    assert not Counter(after.programs) - Counter(before.programs)
    assert after.thread_count <= before.thread_count
    assert after.memory_kib - before.memory_kib < GROWTH_KIB


def test_an_encoder_that_is_killed_is_replaced(box, tmp_path):
    settled(box.server)
    (variant, *_) = (screen := Screen(box, FILM, "baseline")).variants
    victims: list[int] = []
    for address in variant.addresses:  # those that are still in memory need no encoder
        begun = screen.connect()
        screen.ask(begun, address)
        begun.getresponse().read(1000)
        victims = encoders_of(box.server)
        if victims:
            break
        begun.close()
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    begun.close()
    segments = [variant.segment(index) for index in range(len(variant.addresses))]
    check_whole(packets(tmp_path, variant.init, *segments), FILM_S)


def damage_the_middle(vault: Path) -> None:
    """Alter a byte in the middle of the largest file."""
    stored = max(vault.rglob("*.c9r"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    with stored.open("r+b") as file:
        file.seek(stored.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def test_damage_in_the_middle_is_said_and_passed(box):
    """What comes before it plays, then a problem names a place, and from there it plays to the end."""
    settled(box.server)
    damage_the_middle(box.vault)
    (variant, *_) = (screen := Screen(box, LONG_FILM, "legacy")).variants
    starts_s = [sum(variant.durations_s[:index]) for index in range(len(variant.addresses))]
    index, played, skips = 0, 0, []
    while index < len(variant.addresses):
        status, body = screen.attempt(variant.addresses[index])
        if status == 200:
            played, index = played + (body is not None), index + (body is not None)
            continue
        problem = json.loads(body)
        assert (status, problem["type"]) == (500, "urn:lanterne:problem:damaged-data")
        skips.append(problem["damaged_until_s"])
        index = next(at for at, start_s in enumerate(starts_s) if start_s > skips[-1] - CLOCK_S)
    assert skips
    assert 0 < min(skips) < LONG_FILM_S
    assert played >= len(variant.addresses) // 3
