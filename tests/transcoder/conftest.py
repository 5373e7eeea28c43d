"""Small clips made once per test run, and a loopback server that serves them with ranges, as a feed does."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from transcoder import MediaHelper, MediaInfo, Source
from transcoder.boxes import walk

FFMPEGS = [Path("/usr/bin/ffmpeg"), Path(imageio_ffmpeg.get_ffmpeg_exe())]

_PICTURE = "testsrc2=s={size}:r={rate}:d={seconds}"
_SOUND = "sine=f=440:r=48000:d={seconds}"


class _RangeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "MediaServer"

    def log_message(self, *args):
        pass

    def do_GET(self):
        data = self.server.clips.get(self.path)
        if data is None:
            self.send_error(404)
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        stop = min(int(wanted[2]) + 1 if wanted and wanted[2] else len(data), len(data))
        if start >= len(data):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(stop - start))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
        self.end_headers()
        try:
            self.wfile.write(data[start:stop])
        except OSError:
            self.close_connection = True  # ffmpeg has read enough


@dataclass
class Leased:
    """An address, and what went wrong behind it."""

    url: str
    damage: Exception | None = None


class MediaServer(ThreadingHTTPServer):
    """Serves bytes under names; `block_on_close` joins its threads."""

    daemon_threads = False
    block_on_close = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _RangeHandler)
        self.clips = {}
        self.leases = 0
        self.damage = None

    def handle_error(self, request, client_address):
        pass  # clients that go away are what this is about

    def offer(self, name: str, data: bytes) -> str:
        self.clips[f"/{name}"] = data
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def lease(self, name: str) -> Callable[[], AbstractContextManager["Leased"]]:
        @contextmanager
        def leased() -> Iterator[Leased]:
            self.leases += 1
            try:
                yield Leased(f"http://127.0.0.1:{self.server_port}/{name}", self.damage)
            finally:
                self.leases -= 1

        return leased


def with_open_end(film: bytes) -> bytes:
    """Return an mp4 film whose last box, its `moov`, has the size 0: to the end of the file."""
    *_, last = walk(film)
    assert last.kind == b"moov"
    return film[: last.start] + bytes(4) + film[last.start + 4 :]


@pytest.fixture
def media_server() -> Iterator[MediaServer]:
    server = MediaServer()
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="media-server"
    )
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def media_helper() -> Iterator[MediaHelper]:
    with MediaHelper() as helper:
        yield helper


class Clips:
    """Makes test clips with ffmpeg, each once; another one of the same name takes its place."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._made = {}  # by name: how, and the clip

    def make(self, name: str, *arguments: str, size="320x180", rate="24", seconds="10", sound=True) -> bytes:
        """Return the clip `name` (its suffix chooses the container), made with these encoder arguments."""
        inputs = ["-f", "lavfi", "-i", _PICTURE.format(size=size, rate=rate, seconds=seconds)]
        if sound:
            inputs += ["-f", "lavfi", "-i", _SOUND.format(seconds=seconds)]
        return self._clip(name, (*inputs, *arguments), ())

    def remake(self, name: str, source: str, *arguments: str) -> bytes:
        """Return the clip `name`, made from another one."""
        made_of, _ = self._made.get(source, ((), b""))
        return self._clip(name, ("-i", str(self._folder / source), *arguments), made_of)

    def _clip(self, name: str, arguments: tuple[str, ...], made_of: tuple) -> bytes:
        how = (arguments, made_of)
        if name not in self._made or self._made[name][0] != how:
            path = self._folder / name
            self._run(*arguments, str(path))
            self._made[name] = (how, path.read_bytes())
        return self._made[name][1]

    def _run(self, *arguments: str) -> None:
        subprocess.run([str(FFMPEGS[0]), "-y", "-v", "error", "-nostdin", *arguments], check=True)


@pytest.fixture(scope="session")
def clips(tmp_path_factory) -> Iterator[Clips]:
    folder = tmp_path_factory.mktemp("clips")
    yield Clips(folder)
    shutil.rmtree(folder)


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "96k")


@pytest.fixture(scope="session")
def h264_mkv(clips) -> bytes:
    """B-frames, a keyframe every two seconds, stereo AAC."""
    return clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")


@pytest.fixture(scope="session")
def h264_mp4(clips) -> bytes:
    """The same with its index at the end, as phones write it, and one long GOP of 8 s."""
    return clips.make("h264.mp4", *H264, "-bf", "2", "-g", "192", "-sc_threshold", "0", *AAC, "-ac", "2")


@pytest.fixture(scope="session")
def hevc10_mkv(clips) -> bytes:
    """HEVC with 10 bits, and AC-3 with six channels."""
    return clips.make(
        "hevc10.mkv",
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
        *("-x265-params", "log-level=error:keyint=60", "-c:a", "ac3", "-ac", "6"),
    )


@pytest.fixture
def source_of(media_server, media_helper) -> Callable[[str, bytes], Source]:
    """Return a function that makes a clip a source to play."""

    def make(name: str, data: bytes) -> Source:
        info: MediaInfo = media_helper.probe(media_server.offer(name, data))
        return Source(name, info, media_server.lease(name))

    return make


@dataclass(frozen=True)
class Track:
    """What an independent reader found in a finished stream."""

    codec: str
    width: int | None
    height: int | None
    shown_s: list[float]
    decoded_s: list[float]
    durations_s: list[float]

    @property
    def gaps_s(self) -> list[float]:
        return [after - before for before, after in pairwise(self.decoded_s)]

    @property
    def end_s(self) -> float:
        return max(self.shown_s) + self.durations_s[-1]


def read_back(data: bytes, folder: Path) -> dict[str, Track]:
    """Return the tracks that ffprobe finds in `data`, by kind, and check that ffmpeg decodes all without a word."""
    path = folder / "played"
    path.write_bytes(data)
    fields = (
        "packet=stream_index,pts_time,dts_time,duration_time:stream=index,codec_type,codec_name,width,height"
    )
    said = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-of",
            "json",
            "-show_packets",
            "-show_streams",
            "-show_entries",
            fields,
            str(path),
        ],
        check=True,
        capture_output=True,
    )
    found = json.loads(said.stdout)
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-enc_time_base", "1:90000",
         "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert said.stderr == b""
    assert decoded.stderr == ""
    tracks = {}
    for stream in found["streams"]:
        packets = [one for one in found["packets"] if one["stream_index"] == stream["index"]]
        tracks[stream["codec_type"]] = Track(
            stream["codec_name"],
            stream.get("width"),
            stream.get("height"),
            [float(one["pts_time"]) for one in packets],
            [float(one["dts_time"]) for one in packets],
            [float(one.get("duration_time", 0)) for one in packets],
        )
    return tracks
