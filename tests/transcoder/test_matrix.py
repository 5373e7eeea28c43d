"""Every kind of file that households have: probed, played from beginning to end, and entered anywhere.

What comes out is read by ffprobe and ffmpeg. Pictures flash and the sound beeps at each full second of these files
(`tests.media`), so sound and picture are compared by what is seen and heard, not by what the file claims.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.media import FILMS, UNPLAYABLE, Shelf
from tests.media.measure import Packet, Signals, complaints_of, packets_of, signals_of
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
    "theora.ogv": Expected(frame_s=0.11),  # pictures like the one before are left out of it
    "mpeg1.mpg": Expected(6.0, 1 / 25),
    "prores.mov": Expected(5.0, 1 / 25),
    "mjpeg_pcm.avi": Expected(5.0, 1 / 15),
    "dv.dv": Expected(5.0, 1 / 25),
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


class Player:
    """Fetches segments as a screen does, from a box that has made none yet."""

    def __init__(self, source: Source, profile: str, folder: Path):
        self._source, self._profile, self._folder = source, PROFILES[profile], folder

    def fetch(self, order=None) -> dict[int, bytes]:
        """Return segments by their index; each begins with the init segment where there is one."""
        with Pool(FFMPEGS[0]) as pool:
            stream = pool.stream(self._source, self._profile, session_id="tv")
            self.durations_s = stream.plan.durations_s
            (self.variant, *_) = parse_multivariant(
                stream.multivariant_playlist(lambda name, *_: name)
            ).variants
            made = {}
            for index in order if order is not None else range(stream.plan.count):
                made[index] = b"".join(stream.segment(index))
            self.init = stream.init_segment() if stream.segment_suffix == "m4s" else b""
        return made

    def save(self, segments: list[bytes]) -> Path:
        path = self._folder / "played"
        path.write_bytes(self.init + b"".join(segments))
        return path


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


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
@pytest.mark.parametrize("name", PLAYABLE)
def test_it_plays_from_beginning_to_end(name, profile, source, shelf, tmp_path):
    expected = EXPECTED.get(name, Expected())
    player = Player(source(name), profile, tmp_path)
    segments = player.fetch()
    path = player.save(list(segments.values()))
    packets = packets_of(path)
    assert tuple(sorted(packets)) == expected.kinds
    for index, segment in segments.items():
        assert len(segment) * 8 / max(player.durations_s[index], 1.0) <= player.variant.bandwidth
    check_continuity(packets, expected)
    check_extent(packets, expected, player.durations_s)
    if expected.clean:
        assert complaints_of(path) == ""
    if len(expected.kinds) == 2:
        check_sync(signals_of(shelf.path(name)), signals_of(path), expected)


def anywhere(count: int) -> list[int]:
    """The end, the middle, the beginning: each is a seek."""
    return sorted({0, count // 2, count - 1}, reverse=True)


@pytest.mark.parametrize("name", [name for name in PLAYABLE if name != "hole.mkv"])
def test_it_is_entered_anywhere(name, source, tmp_path):
    """A segment that a seek makes holds the very packets that playing to it brings."""
    player = Player(source(name), "baseline", tmp_path)
    straight = player.fetch()
    seeking = player.fetch(anywhere(len(straight)))
    for index, made in seeking.items():
        sought, played = packets_of(player.save([made])), packets_of(player.save([straight[index]]))
        assert sought.keys() == played.keys()
        for kind, own in sought.items():
            shown_s = [one.shown_s for one in played[kind]]
            assert [one.shown_s for one in own] == pytest.approx(shown_s, abs=CLOCK_S), (index, kind)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_a_hole_is_no_dead_end(profile, source, tmp_path):
    """Two seconds of the film are lost. Whoever seeks into them sees what follows, and goes on."""
    player = Player(source("hole.mkv"), profile, tmp_path)
    for order in ([2, 3], [3, 2, 1]):
        segments = player.fetch(order)
        assert all(segments.values())
        if profile == "baseline":
            (first, *_) = packets_of(player.save([segments[2]]))["video"]
            assert first.shown_s == pytest.approx(EPOCH_S + sum(player.durations_s[:2]), abs=CLOCK_S)


def test_a_file_without_its_index_says_so(source):
    with pytest.raises(ProbeError):
        source("trunc_moovend.mp4")
