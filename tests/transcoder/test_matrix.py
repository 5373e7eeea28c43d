"""Every kind of file that households have: probed, played from beginning to end, and entered anywhere.

What comes out is read by ffprobe and ffmpeg. Pictures flash and the sound beeps at each full second of these files
(`tests.media`), so sound and picture are compared by what is seen and heard, not by what the file claims.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.media import FILMS, UNPLAYABLE, Shelf
from tests.media.measure import Packet, Signals, complaints_of, packets_of, signals_of
from tests.shared_media import MEDIA, needs_media
from tests.transcoder.conftest import FFMPEGS
from transcoder import PROFILES, Pool, ProbeError, Source
from transcoder.playlist import parse_multivariant
from transcoder.segments import EPOCH_S

pytestmark = pytest.mark.ffmpeg

SYNC_S = 0.04
DURATION_S = 0.1
AAC_PACKET_S = 1024 / 48000
SECONDS = 8.0
CLOCK_S = 0.002  # Matroska's ticks in milliseconds


@dataclass(frozen=True)
class Expected:
    """What is to come of a file; by default 8 s of pictures at 24 per second, and sound from the beginning on."""

    duration_s: float = SECONDS
    frame_s: float = 1 / 24
    kinds: tuple[str, ...] = ("audio", "video")
    hole_s: float = 0.0  # where a part of the file is damaged: what stands before it lasts so much longer
    seam_s: float = 0.0  # more than a frame, where recordings were joined
    late_s: float = 0.0  # of the first sound
    clean: bool = True  # decodes without a word


EXPECTED = {
    "editlist.mp4": Expected(6.7),
    "noaudio.mp4": Expected(kinds=("video",)),
    "phone_vfr_src.mov": Expected(frame_s=0.085),
    "phone_rot90.mov": Expected(frame_s=0.085),
    "h264_444.mkv": Expected(kinds=("video",)),
    "longgop.mkv": Expected(40.0),
    "p59.mkv": Expected(frame_s=1 / 59.94),
    "anamorphic.mkv": Expected(6.0, 1 / 29.97),
    "delayaudio.mkv": Expected(9.5, late_s=1.5),
    "av1_opus.webm": Expected(6.0),
    "vp9_odd.webm": Expected(6.0, 1 / 30),
    "audioonly.m4a": Expected(kinds=("audio",)),
    "cover.mp3": Expected(kinds=("audio",)),
    "interlaced_ac3.ts": Expected(frame_s=1 / 25),
    "discont.ts": Expected(10.0, 1 / 25, seam_s=1 / 25),
    "dvd.vob": Expected(frame_s=1 / 25),
    "twice.vob": Expected(16.0, 1 / 25, seam_s=1 / 25),
    "theora.ogv": Expected(frame_s=0.11),  # pictures like the one before are left out of it
    "mpeg1.mpg": Expected(6.0, 1 / 25),
    "prores.mov": Expected(5.0, 1 / 25),
    "mjpeg_pcm.avi": Expected(5.0, 1 / 15),
    "dv.dv": Expected(5.0, 1 / 25),
    "screen.mkv": Expected(20.0, frame_s=0.5),
    "slides.mp4": Expected(20.0, frame_s=0.5),
    "album.mkv": Expected(20.0, frame_s=0.5),
    "afterword.mp4": Expected(20.0, frame_s=0.5),
    "trunc.mkv": Expected(4.9, clean=False),
    "corrupt.mkv": Expected(hole_s=1.2, clean=False),
    "hole.mkv": Expected(hole_s=2.7, clean=False),
}


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("media"))


@pytest.fixture
def source(source_of, shelf):
    """Return a function that probes a file of the matrix and makes it a source."""
    return lambda name: source_of(name, shelf.data(name))


@dataclass(frozen=True)
class Played:
    """What a screen got."""

    segments: dict[int, bytes]
    init: bytes
    durations_s: tuple[float, ...]
    bandwidth: int

    def save(self, folder: Path, segments: Iterable[bytes]) -> Path:
        path = folder / "played"
        path.write_bytes(self.init + b"".join(segments))
        return path


def play(source: Source, profile: str, order: Iterable[int] | None = None) -> Played:
    """Fetch segments as a screen does, from a box that has made none yet."""
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        (variant, *_) = parse_multivariant(stream.multivariant_playlist(lambda name, *_: name)).variants
        indexes = range(stream.plan.count) if order is None else order
        segments = {index: b"".join(stream.segment(index)) for index in indexes}
        init = stream.init_segment() if stream.segment_suffix == "m4s" else b""
    return Played(segments, init, stream.plan.durations_s, variant.bandwidth)


@pytest.fixture(scope="session")
def straight() -> dict[str, Played]:
    """What was played from beginning to end, for those who compare: by name, for the profile `baseline`."""
    return {}


def check_continuity(packets: dict[str, list[Packet]], expected: Expected) -> None:
    """No packet twice, none missing: by the times at which they are decoded."""
    longest_s = {"audio": AAC_PACKET_S * 2, "video": expected.frame_s * 1.2 + expected.seam_s}
    for kind, own in packets.items():
        steps = [after.decoded_s - before.decoded_s for before, after in pairwise(own)]
        assert min(steps) > 0, kind
        assert max(steps) < longest_s[kind] + expected.hole_s, kind
    sound = packets.get("audio", [])
    overlaps = [after.shown_s - before.end_s for before, after in pairwise(sound)]
    assert min(overlaps, default=0.0) > -AAC_PACKET_S * 1.01, "sound packets overlap"
    assert max(overlaps, default=0.0) < AAC_PACKET_S * 1.01 + expected.hole_s, (
        "sound packets do not follow each other"
    )


def check_extent(packets: dict[str, list[Packet]], expected: Expected, durations_s) -> None:
    """It begins where playing time begins, and ends where the playlist says."""
    first_s = min(one.shown_s for own in packets.values() for one in own)
    last_s = max(one.end_s for own in packets.values() for one in own)
    assert first_s == pytest.approx(EPOCH_S, abs=SYNC_S)
    assert sum(durations_s) == pytest.approx(expected.duration_s, abs=DURATION_S)
    assert last_s - EPOCH_S == pytest.approx(expected.duration_s, abs=DURATION_S)


def offsets(signals: Signals) -> dict[int, float]:
    """Return how much later each flash is than its beep, by the number of the beep's second."""
    found = {}
    for flash_s in signals.flashes_s:
        beep_s = min(signals.beeps_s, key=lambda one: abs(one - flash_s), default=None)
        if beep_s is not None and abs(beep_s - flash_s) < 0.5:
            found[len(found)] = flash_s - beep_s
    return found


def check_sync(original: Signals, played: Signals, expected: Expected) -> None:
    """Sound and picture are as far apart as in the file: at the beginning, in the middle, at the end."""
    before, after = sorted(offsets(original).values()), offsets(played)
    usual_s = before[len(before) // 2] if before else 0.0
    assert len(after) >= min(len(before), 2)
    limit_s = SYNC_S + expected.frame_s * (expected.frame_s > 0.05)
    off = [offset_s for offset_s in after.values() if abs(offset_s - usual_s) >= limit_s]
    assert len(off) <= bool(expected.hole_s), off  # what is shown when a hole ends may be bright by chance


PLAYABLE = [name for name in FILMS if name not in UNPLAYABLE]
# For transport streams, one file of each kind: what is behind the packaging is the same.
PLAYED_AS_TS = (
    *("base.mp4", "frag.mp4", "phone_rot90.mov", "hdr10.mkv", "noaudio.mp4", "longgop.mkv", "delayaudio.mkv"),
    *("audioonly.m4a", "interlaced_ac3.ts", "discont.ts", "wrap.ts", "silent_gap.ts", "dvd.vob", "mpeg1.mpg"),
    *("divx.avi", "flv.flv", "trunc.mkv", "hole.mkv"),
    *("screen.mkv", "album.mkv"),
)


@pytest.mark.parametrize(
    ("name", "profile"),
    [*((name, "baseline") for name in PLAYABLE), *((name, "legacy") for name in PLAYED_AS_TS)],
)
def test_it_plays_from_beginning_to_end(name, profile, source, shelf, straight, tmp_path):
    expected = EXPECTED.get(name, Expected())
    played = play(source(name), profile)
    if profile == "baseline":
        straight[name] = played
    path = played.save(tmp_path, played.segments.values())
    packets = packets_of(path)
    assert tuple(sorted(packets)) == expected.kinds
    for index, segment in played.segments.items():
        assert len(segment) * 8 / max(played.durations_s[index], 1.0) <= played.bandwidth
    check_continuity(packets, expected)
    check_extent(packets, expected, played.durations_s)
    if expected.clean:
        assert complaints_of(path) == ""
    if len(expected.kinds) == 2:
        check_sync(signals_of(shelf.path(name)), signals_of(path), expected)


def anywhere(count: int) -> list[int]:
    """The end, the middle, the beginning: each is a seek."""
    return sorted({0, count // 2, count - 1}, reverse=True)


@pytest.mark.parametrize("name", [name for name in PLAYABLE if name != "hole.mkv"])
def test_it_is_entered_anywhere(name, source, straight, tmp_path):
    """A segment that a seek makes holds the very packets that playing to it brings."""
    film = source(name)
    before = straight.get(name) or play(film, "baseline")
    after = play(film, "baseline", anywhere(len(before.segments)))
    for index, made in after.segments.items():
        sought = packets_of(after.save(tmp_path, [made]))
        played = packets_of(before.save(tmp_path, [before.segments[index]]))
        assert sought.keys() == played.keys()
        for kind, own in sought.items():
            shown_s = [one.shown_s for one in played[kind]]
            assert [one.shown_s for one in own] == pytest.approx(shown_s, abs=CLOCK_S), (index, kind)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_a_hole_is_no_dead_end(profile, source, tmp_path):
    """Two seconds of the film are lost. Whoever seeks into them sees what follows, and goes on."""
    film = source("hole.mkv")
    for order in ([2, 3], [3, 2, 1]):
        played = play(film, profile, order)
        assert all(played.segments.values())
        if profile == "baseline":
            (first, *_) = packets_of(played.save(tmp_path, [played.segments[2]]))["video"]
            assert first.shown_s == pytest.approx(EPOCH_S + sum(played.durations_s[:2]), abs=CLOCK_S)


def test_a_file_without_its_index_says_so(source):
    with pytest.raises(ProbeError):
        source("trunc_moovend.mp4")


# What cameras and phones really wrote: extents in seconds, by ffprobe.
CAMERA_FILES = {
    "with-gps.mov": Expected(4.0, 1 / 30),
    "with-gps.mp4": Expected(0.17, 1 / 30),
    "Sony ILCE-7M3 (A7M3).mts": Expected(0.54, 1 / 25),
    "MVI_4823.AVI": Expected(2.6, 1 / 30),
    "sample_iTunes.mov": Expected(85.5, 1 / 10),
    "bigbuckbunny.mp4": Expected(5.31, 1 / 24),
}


@needs_media
@pytest.mark.parametrize("name", CAMERA_FILES)
def test_what_cameras_wrote_plays_and_is_entered_anywhere(name, source_of, tmp_path):
    expected = CAMERA_FILES[name]
    film = source_of(name.replace(" ", "-"), (MEDIA / "videos" / name).read_bytes())
    played = play(film, "baseline")
    packets = packets_of(played.save(tmp_path, played.segments.values()))
    check_continuity(packets, expected)
    check_extent(packets, expected, played.durations_s)
    again = play(film, "baseline", anywhere(len(played.segments)))
    for index, made in again.segments.items():
        found = packets_of(again.save(tmp_path, [made]))
        straight = packets_of(played.save(tmp_path, [played.segments[index]]))
        assert {kind: len(own) for kind, own in found.items()} == {
            kind: len(own) for kind, own in straight.items()
        }
