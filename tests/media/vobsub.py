"""Subtitles of DVDs as they lie beside films: a pair of files, an index in words and the pictures.

No program here writes pairs; ffmpeg writes the pictures, pack by pack of a program stream, and the index is ours.

Source: libavformat/mpeg.c and libavcodec/dvdsubenc.c, for the index and the palette.
"""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.media.pgs import Caption, sup_stream

_PACK_SIZE = 2048
_PRIVATE_STREAM = b"\0\0\1\xbd"
_FIRST_TRACK = 0x20
_HEADER = """# VobSub index file, v7 (do not modify this line!)
size: {width}x{height}
palette: 000000, 0000ff, 00ff00, ff0000, ffff00, ff00ff, 00ffff, ffffff, 808000, 8080ff, 800080, 80ff80, 008080, \
ff8080, 555555, aaaaaa
langidx: 0
"""


def vobsub_pair(
    tracks: Sequence[tuple[str, Iterable[Caption]]], folder: Path, screen: tuple[int, int] = (720, 576)
) -> tuple[bytes, bytes]:
    """Return the .idx and the .sub of tracks, each a language and what it shows, which lie between each other."""
    packs: list[tuple[float, int, bytes]] = []
    for number, (_, captions) in enumerate(tracks):
        shown = list(captions)
        packs += [
            (one.start_s, number, _of_track(pack, number))
            for one, pack in zip(shown, _packs(shown, folder, screen), strict=True)
        ]
    packs.sort(key=lambda one: one[:2])
    lines = [_HEADER.format(width=screen[0], height=screen[1])]
    for number, (language, _) in enumerate(tracks):
        lines.append(f"\nid: {language}, index: {number}\n")
        lines += [
            f"timestamp: {_clock(start_s)}, filepos: {at * _PACK_SIZE:09x}\n"
            for at, (start_s, track, _) in enumerate(packs)
            if track == number
        ]
    return "".join(lines).encode(), b"".join(pack for _, _, pack in packs)


def _packs(captions: Sequence[Caption], folder: Path, screen: tuple[int, int]) -> list[bytes]:
    """Return a pack for each caption: a box is small enough."""
    (folder / "pictures.sup").write_bytes(sup_stream(captions, screen))
    written = subprocess.run(
        ["ffmpeg", "-v", "quiet", "-nostdin", "-fix_sub_duration", "-i", str(folder / "pictures.sup"), "-map", "0",
         "-c:s", "dvdsub", "-f", "vob", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    return [written[at : at + _PACK_SIZE] for at in range(0, len(written), _PACK_SIZE)]


def _of_track(pack: bytes, number: int) -> bytes:
    head = pack.index(_PRIVATE_STREAM)
    at = head + 9 + pack[head + 8]
    return pack[:at] + bytes([_FIRST_TRACK + number]) + pack[at + 1 :]


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}:{rest % 1000:03}"
