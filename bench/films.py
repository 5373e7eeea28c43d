"""Films to measure with, made by ffmpeg, and what is known of them."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from library.feed import Feed
from transcoder import MediaHelper, MediaInfo, find_ffmpeg

FILM_S = 60
OPTIONS = {
    "h264.mp4": (
        "-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-pix_fmt", "yuv420p", "-g", "48",
        # As every disc and camera has it; without them the first pictures are of 900 KB each.
        "-maxrate", "12M", "-bufsize", "8M",
        "-c:a", "aac", "-ac", "2", "-movflags", "+faststart",
    ),
    "hevc10.mkv": (
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=48",
        "-pix_fmt", "yuv420p10le", "-c:a", "ac3",
    ),
}  # fmt: skip


def make(folder: Path, name: str) -> Path:
    """Make the film of that name, 1080p and a minute long."""
    # A moving picture with grain: a test card alone would compress to nothing.
    source = f"testsrc2=s=1920x1080:r=24:d={FILM_S},noise=alls=12:allf=t"
    command = [
        *(str(find_ffmpeg()), "-v", "error", "-nostdin", "-y"),
        *("-f", "lavfi", "-i", source, "-f", "lavfi", "-i", f"sine=f=300:r=48000:d={FILM_S}"),
        *OPTIONS[name],
        str(folder / name),
    ]
    subprocess.run(command, check=True)
    return folder / name


def probe(film: Path) -> MediaInfo:
    """Return what the server finds out about a film."""
    with closing(Feed()) as feed, feed.lease(lambda: _Plain(film)) as lease, MediaHelper() as helper:
        return helper.probe(lease.url)


class _Plain:
    """A file as the feed serves it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size = path.stat().st_size

    def iter_range(self, start: int, stop: int) -> Iterator[bytes]:
        self._file.seek(start)
        while start < stop and (piece := self._file.read(min(1 << 18, stop - start))):
            start += len(piece)
            yield piece

    def close(self) -> None:
        self._file.close()
