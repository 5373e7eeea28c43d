"""How long a viewer waits for the first segment, against bare ffmpeg on the plaintext file."""

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.measure import median, table
from bench.server import BenchServer
from transcoder import find_ffmpeg

ROUNDS = 5
FILM_S = 60
SEGMENT_FRAMES = 48  # 2 s at 24 frames a second
SOURCES = {
    "1080p H.264 (8 Mb/s) to 720p in MPEG-TS (`legacy`)": (
        "h264.mp4",
        ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-pix_fmt", "yuv420p", "-g", "48",
         "-c:a", "aac", "-ac", "2", "-movflags", "+faststart"),
    ),
    "1080p HEVC 10-bit to 1080p in fMP4 (`baseline`)": (
        "hevc10.mkv",
        ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=48",
         "-pix_fmt", "yuv420p10le", "-c:a", "ac3"),
    ),
}  # fmt: skip
PROFILES = {"h264.mp4": "legacy", "hevc10.mkv": "baseline"}
TEXT = (
    f"From the request for a segment at the start, and in the middle, of a film of {FILM_S} s until its first byte"
    " and until its last; each with a new session, so nothing is in the cache. The floor is the bare ffmpeg on the"
    f" plaintext file with the same encoder settings, stopped after the same {SEGMENT_FRAMES} frames. Medians of"
    f" {ROUNDS}, taken in turn."
)
# What the server itself asks of the encoder, without anything around it (see transcoder/command/).
BARE = {
    "baseline": (
        "-vf",
        "format=yuv420p",
        "-f",
        "mp4",
        "-movflags",
        "frag_keyframe+empty_moov+default_base_moof",
    ),
    "legacy": ("-vf", "scale=-2:720,format=yuv420p", "-c:a", "aac", "-ac", "2", "-f", "mpegts"),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds until the first byte and until the whole first segment."""

    first_byte_s: float
    whole_s: float


def report() -> str:
    """Return the section about the first segment."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as folder:
        films = {name: _film(Path(folder) / name, options) for name, options in SOURCES.values()}
        with BenchServer(Path(folder) / "home", list(films.values())) as server:
            for title, (name, _) in SOURCES.items():
                rows += _measure(server, films[name], title)
    return "\n\n".join(
        [
            "## The first segment",
            TEXT,
            table(["film and place", "first byte, s", "whole, s", "bare ffmpeg, s", "whole / bare"], rows),
        ]
    )


def _film(path: Path, options: tuple[str, ...]) -> Path:
    # A moving picture with grain: a test card alone would compress to nothing.
    source = f"testsrc2=s=1920x1080:r=24:d={FILM_S},noise=alls=12:allf=t"
    command = [
        *(str(find_ffmpeg()), "-v", "error", "-nostdin", "-y"),
        *("-f", "lavfi", "-i", source, "-f", "lavfi", "-i", f"sine=f=300:r=48000:d={FILM_S}"),
        *options,
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


def _measure(server: BenchServer, film: Path, title: str) -> list[list[str]]:
    profile = PROFILES[film.name]
    rows = []
    for place, share in (("start", 0.0), ("middle", 0.5)):
        waits, floors = [], []
        for turn in range(ROUNDS + 1):
            wait = _segment(server, film.name, profile, share)
            floor = _bare(film, profile, share * FILM_S)
            if turn:
                waits.append(wait)
                floors.append(floor)
        whole, bare = median([wait.whole_s for wait in waits]), median(floors)
        first = median([wait.first_byte_s for wait in waits])
        rows.append(
            [f"{title}, {place}", f"{first:.2f}", f"{whole:.2f}", f"{bare:.2f}", f"{whole / bare:.2f}"]
        )
    return rows


def _segment(server: BenchServer, name: str, profile: str, share: float) -> Wait:
    """Ask for the segment at this share of the film, in a session of its own."""
    folder, segments = server.playlist(name, profile)
    segment = segments[int(len(segments) * share)]
    started = time.perf_counter()
    with server.open(folder + segment) as response:
        response.read(1)
        first_byte_s = time.perf_counter() - started
        response.read()
    wait = Wait(first_byte_s, time.perf_counter() - started)
    server.forget_streams()
    return wait


def _bare(film: Path, profile: str, at_s: float) -> float:
    command = [
        *(str(find_ffmpeg()), "-v", "error", "-nostdin", "-ss", f"{at_s}", "-i", str(film)),
        *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-bf", "0", "-crf", "23"),
        *BARE[profile],
        *("-frames:v", str(SEGMENT_FRAMES), "pipe:1"),
    ]
    if "-c:a" not in BARE[profile]:
        command.insert(-3, "-an")
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
