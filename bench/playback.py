"""How long a viewer waits for pictures, against bare ffmpeg on the plaintext file."""

import contextlib
import http.client
import subprocess
import tempfile
import threading
import time
import urllib.error
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import films
from bench.measure import median, table
from bench.server import BenchServer
from transcoder import find_ffmpeg
from transcoder.command import SOFTWARE
from transcoder.fmp4 import VIDEO_TRACK, BoxReader, parse_fragment, time_scale
from transcoder.jobs import commands_for
from transcoder.profiles import PROFILES
from transcoder.session import PresentationKey, Source, make_presentation

ROUNDS = 5
MEDIA_S = 2.0
PROFILE = "baseline"
# What is asked for: the film, the height of the picture, how it is called here.
CASES = (
    ("h264.mp4", 720, "1080p H.264, 8 Mb/s, to 720p"),
    ("hevc10.mkv", 1080, "1080p HEVC 10-bit to 1080p H.264"),
    ("hevc10.mkv", 720, "1080p HEVC 10-bit to 720p H.264"),
    ("h264.mp4", None, "1080p H.264 passed on"),
)
TEXT = (
    "Time from the request for the first playlist until (a) the first pictures that a player can show and (b) 2 s"
    f" of them have arrived, at the start and in the middle of a film of {films.FILM_S} s; fMP4, a new session"
    " each time, an empty cache, no encoder running. *Bare* is ffmpeg alone on the plaintext file with the"
    " arguments that the server gives it, its output read in the same way. *Whole* is the usual way: ffmpeg's own"
    " HLS muxer finishes a first segment of 2 s (same encoder and preset, its default latency) before any of it is"
    f" sent. Medians of {ROUNDS}, taken in turn."
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds until the first pictures are there, and until two seconds of them are."""

    first_s: float
    two_s: float


def report() -> str:
    """Return the section about playing."""
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as temporary:
        folder = Path(temporary)
        made = {name: films.make(folder, name) for name in films.OPTIONS}
        copies = [_copy(made["h264.mp4"], folder / f"film {number}.mp4", number) for number in range(3)]
        with BenchServer(folder / "home", [*made.values(), *copies]) as server:
            rows = [
                row for name, quality, title in CASES for row in _rows(server, made[name], quality, title)
            ]
            warm_ms = _warm_ms(server, "h264.mp4")
            alone, together = _cold_starts(server, [copy.name for copy in copies])
    head = ["film and place", "first pictures, s", "2 s of them, s", "bare: first", "bare: 2 s"]
    head += ["first / bare", "2 s / bare", "whole, s", "first / whole"]
    return "\n\n".join(
        [
            "## Playing",
            TEXT,
            table(head, rows),
            f"A segment that is in memory: {warm_ms:.1f} ms from the request to its last byte, the median of 100.",
            (
                "Three films begun at the same moment, 480p: first pictures after"
                f" {', '.join(f'{wait:.1f}' for wait in sorted(together))} s; one alone {alone:.1f} s."
            ),
        ]
    )


def _copy(film: Path, path: Path, number: int) -> Path:
    path.write_bytes(film.read_bytes() + b"\0\0\0\x09free" + bytes([number]))
    return path


def _rows(server: BenchServer, film: Path, quality: int | None, title: str) -> list[list[str]]:
    bare = _Bare(film, quality)
    rows = []
    for place, share in (("start", 0.0), ("middle", 0.5)):
        waits, floors, wholes = [], [], []
        for turn in range(ROUNDS + 1):
            wait = _served(server, film.name, quality, bare.start_s(share))
            floor, whole_s = bare.wait(share), bare.whole_s(share)
            if turn:
                waits.append(wait)
                floors.append(floor)
                wholes.append(whole_s)
        first, two = median([wait.first_s for wait in waits]), median([wait.two_s for wait in waits])
        bare_first, bare_two = median([one.first_s for one in floors]), median([one.two_s for one in floors])
        whole = median(wholes)
        seconds = (first, two, bare_first, bare_two, first / bare_first, two / bare_two, whole, first / whole)
        rows.append([f"{title}, {place}", *(f"{value:.2f}" for value in seconds)])
    return rows


def _served(server: BenchServer, name: str, quality: int | None, start_s: float) -> Wait:
    """Begin to watch at a place, as a player does: playlists, init segment, segments."""
    item_id = server.item_id(name)
    started = time.perf_counter()
    folder, segments, init = server.stream(item_id, f"{_query(quality)}&start={start_s}")
    first = bisect_right([at_s for at_s, _ in segments], start_s + 0.01) - 1
    pictures = _Pictures(started)
    for _, segment in segments[first:]:
        with server.open(folder + segment) as response:
            # The tracks' units are in the init segment, which a player asks for at the same time.
            if not pictures.take(iter(partial(response.read1, 1 << 16), b""), init):
                break
    # What is measured next shall not share the processor with an encoder that works ahead.
    server.forget_streams()
    return pictures.wait


def _query(quality: int | None) -> str:
    return PROFILE + (f"&quality={quality}" if quality else "")


class _Pictures:
    """Watches fragments go by: when the first with pictures is whole, when two seconds of them are."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._shown_s = 0.0
        self._first_s: float | None = None
        self._two_s: float | None = None
        self._unit = 0

    @property
    def wait(self) -> Wait:
        """What was seen."""
        if self._first_s is None:
            raise ValueError("no pictures came")
        return Wait(self._first_s, self._two_s or float("inf"))

    def take(self, pieces: Iterable[bytes], init: Callable[[], bytes] | None = None) -> bool:
        """Watch until two seconds are there; return whether more is wanted."""
        reader, pending_s = BoxReader(), 0.0
        for piece in pieces:
            for kind, box in reader.feed(piece):
                if kind == b"moov":
                    self._unit = time_scale(box)
                elif kind == b"moof":
                    pending_s = self._pictures_s(box, init)
                elif kind == b"mdat" and pending_s:
                    self._note(pending_s)
            if self._two_s is not None:
                return False
        return True

    def _note(self, seconds: float) -> None:
        now_s = time.perf_counter() - self._started
        self._shown_s += seconds
        self._first_s = now_s if self._first_s is None else self._first_s
        if self._shown_s >= MEDIA_S - 0.1 and self._two_s is None:
            self._two_s = now_s

    def _pictures_s(self, moof: bytes, init: Callable[[], bytes] | None) -> float:
        at = moof.index(b"tfhd") + 8
        if int.from_bytes(moof[at : at + 4], "big") != VIDEO_TRACK:
            return 0.0
        if not self._unit and init is not None:
            for kind, box in BoxReader().feed(init()):
                self._unit = time_scale(box) if kind == b"moov" else self._unit
        return sum(parse_fragment(moof).durations) / self._unit


class _Bare:
    """ffmpeg alone on the plaintext file."""

    def __init__(self, film: Path, quality: int | None) -> None:
        self._film = film
        self._info = films.probe(film)
        source = Source(film.name, self._info, lease=_no_lease, size=film.stat().st_size)
        key = PresentationKey(film.name, PROFILE, quality=quality)
        self._presentation, _ = make_presentation(
            key, source, PROFILES[PROFILE], 0.0, lambda _video, _rung: True
        )

    def wait(self, share: float) -> Wait:
        """Run the server's own commands on the file until there are two seconds of pictures."""
        command = self._commands(share)
        started = time.perf_counter()
        processes = [
            subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for argv in command.values()
        ]
        outputs = dict(zip(command, (process.stdout for process in processes), strict=True))
        pictures = _Pictures(started)
        # Nobody reads the sound: what a pipe holds of it is as much as is heard meanwhile, and all that is made.
        pictures.take(iter(partial(outputs["video"].read1, 1 << 16), b""))
        for process in processes:
            process.kill()
            process.communicate()
        return pictures.wait

    def whole_s(self, share: float) -> float:
        """Return how long ffmpeg's own HLS muxer takes for its first segment."""
        at_s = self.start_s(share)
        rung = self._presentation.rung
        how = ["-c:v", "copy"]
        if rung is not None:
            how = ["-vf", f"scale={rung.max_width}:{rung.max_height},format=yuv420p"]
            how += ["-c:v", "libx264", "-preset", "superfast", "-crf", "23"]
        with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as folder:
            command = [
                *(str(find_ffmpeg()), "-v", "error", "-nostdin", "-ss", f"{at_s}", "-i", str(self._film)),
                *("-t", f"{MEDIA_S}", *how, "-c:a", "aac", "-ac", "2"),
                *(
                    "-f",
                    "hls",
                    "-hls_time",
                    f"{MEDIA_S}",
                    "-hls_playlist_type",
                    "vod",
                    f"{folder}/media.m3u8",
                ),
            ]
            started = time.perf_counter()
            subprocess.run(command, check=True)
            return time.perf_counter() - started

    def start_s(self, share: float) -> float:
        """Return where the segment at a share of the film begins, in seconds."""
        plan = self._presentation.plan
        return plan.start_s(int(plan.count * share))

    def _commands(self, share: float) -> dict[str, list[str]]:
        index = int(self._presentation.plan.count * share)
        made = commands_for(find_ffmpeg(), self._presentation, index, SOFTWARE)(_File(str(self._film)))
        return {track: _for_a_file(argv) for track, argv in made}


def _for_a_file(argv: list[str]) -> list[str]:
    """Return the command without what only holds for HTTP."""
    kept, skip = [], False
    for argument in argv:
        if skip or argument in {"-protocol_whitelist", "-multiple_requests"}:
            skip = not skip
            continue
        kept.append(argument)
    return kept


@dataclass(frozen=True, slots=True)
class _File:
    """A plain file, where the server has an address that works for a while."""

    url: str
    damage: Exception | None = None


def _no_lease() -> contextlib.AbstractContextManager[_File]:
    raise NotImplementedError


def _warm_ms(server: BenchServer, name: str) -> float:
    """Return how long a segment takes that was made before, in milliseconds."""
    folder, segments, _ = server.stream(server.item_id(name), _query(720))
    waits = []
    for turn in range(101):
        started = time.perf_counter()
        with server.open(folder + segments[0][1]) as response:
            response.read()
        if turn:
            waits.append((time.perf_counter() - started) * 1e3)
    return median(waits)


def _cold_starts(server: BenchServer, names: Sequence[str]) -> tuple[float, list[float]]:
    """Return seconds until the first pictures of one film alone, and of several begun together."""
    alone = _served(server, names[0], 480, 0.0).first_s
    waits: list[float] = []

    def begin(name: str) -> None:
        waits.append(_begin(server, name, 480))

    viewers = [threading.Thread(target=begin, args=(name,)) for name in names]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    return alone, waits


def _begin(server: BenchServer, name: str, quality: int) -> float:
    """Return seconds until the first pictures, as a player that asks again when the box is busy."""
    item_id = server.item_id(name)
    started = time.perf_counter()
    folder, segments, init = server.stream(item_id, _query(quality))
    while True:
        pictures = _Pictures(started)
        try:
            with server.open(folder + segments[0][1]) as response:
                pictures.take(iter(partial(response.read1, 1 << 16), b""), init)
        except urllib.error.HTTPError as error:
            if error.code != http.client.SERVICE_UNAVAILABLE:
                raise
            time.sleep(float(error.headers["Retry-After"]))
        else:
            return pictures.wait.first_s
