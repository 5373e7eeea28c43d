"""Films whose sound is not always there: it ends early, comes late, stops for a while, or changes its channels.

A player that is given sound and pictures stands still where one of them is missing.
"""

import subprocess
from array import array
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.media.measure import complaints_of, packets_of
from tests.transcoder.conftest import AAC, FFMPEGS, H264
from tests.transcoder.test_sound import level_db, samples, surround
from transcoder import PROFILES, Pool, Source
from transcoder.decision import decide_stream
from transcoder.segments import EPOCH_S
from transcoder.silence import aac_silence, adts

STEP_S = 1024 / 48000
TONE = "aevalsrc='0.3*sin(880*PI*t)|0.3*sin(880*PI*t)':s=48000:d={}"
SECONDS = 12
MARGIN = 4096  # samples: a coder's packets before and behind a change of the sound
CLOCKS_S = 0.004  # Matroska's ticks in milliseconds, on both sides of silence


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6])
def test_a_decoder_takes_silence_for_silence(channels, tmp_path):
    path = tmp_path / "silence.aac"
    path.write_bytes(adts(aac_silence(channels), channels, 48000) * 10)
    assert complaints_of(path) == ""
    said = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "s16le", "pipe:1"], capture_output=True
    )
    assert len(said.stdout) == 10 * 1024 * 2 * channels
    assert not any(said.stdout)


def test_more_channels_than_are_known_have_no_silence():
    assert aac_silence(8) is None


class Served:
    """Segments of one film, fetched in any order."""

    def __init__(self, source: Source, profile: str, order=None, ffmpeg=FFMPEGS[0]):
        with Pool(ffmpeg) as pool:
            stream = pool.stream(source, PROFILES[profile], session_id="tv")
            self.decision = stream.decision
            self.plan = stream.plan
            indexes = range(stream.plan.count) if order is None else order
            self.segments = {index: b"".join(stream.segment(index)) for index in indexes}
            self.init = stream.init_segment() if stream.segment_suffix == "m4s" else b""

    def packets(self, folder, indexes=None):
        path = folder / "served"
        wanted = sorted(self.segments) if indexes is None else indexes
        path.write_bytes(self.init + b"".join(self.segments[index] for index in wanted))
        return packets_of(path)

    def heard(self, folder):
        """Return the sound of all segments, from playing time 0 on."""
        data = self.init + b"".join(self.segments[index] for index in sorted(self.segments))
        first_s = self.packets(folder)["audio"][0].shown_s - EPOCH_S
        (left, _) = samples(data, folder)
        return array("f", bytes(4 * round(first_s * 48000))) + left if first_s > 0 else left


def check_gapless(packets, step_s=STEP_S):
    """Sound from the first picture to the last, each packet right behind the one before."""
    sound, pictures = packets["audio"], packets["video"]
    steps_s = [after.shown_s - before.shown_s for before, after in pairwise(sound)]
    assert [step for step in steps_s if abs(step - step_s) > CLOCKS_S] == []
    assert sound[0].shown_s <= pictures[0].shown_s + step_s
    assert -1.5 * step_s < sound[-1].end_s - max(one.end_s for one in pictures) < 0.1


def is_silent(channel) -> bool:
    return max(map(abs, channel), default=0.0) < 0.01


FILMS = {
    "ends": ((0.0, 5.0), ("-f", "lavfi", "-i", TONE.format(5))),
    "late": ((7.0, 12.0), ("-itsoffset", "7", "-f", "lavfi", "-i", TONE.format(5))),
    "stops": (
        (0.0, 3.0, 8.0, 12.0),
        ("-f", "lavfi", "-i", TONE.format(12) + ",aselect='lt(t\\,3)+gte(t\\,8)'"),
    ),
}
CODECS = {"flac": ("-c:a", "flac"), "aac": (*AAC, "-ac", "2"), "ac3": ("-c:a", "ac3")}


@pytest.fixture
def film(clips, source_of):
    """Return a function that makes a film of 12 s with sound at some times, and tells these."""

    def make(kind, codec, container):
        times_s, sound = FILMS[kind]
        name = f"{kind}-{codec}.{container}"
        arguments = (*sound, "-map", "0", "-map", "1", *H264, "-g", "48", *CODECS[codec])
        data = clips.make(name, *arguments, seconds=str(SECONDS), sound=False)
        return source_of(name, data), times_s

    return make


CASES = [
    ("ends", "flac", "mkv", "baseline"),
    ("ends", "aac", "mkv", "baseline"),
    ("ends", "aac", "mp4", "baseline"),
    ("ends", "aac", "ts", "baseline"),
    ("ends", "ac3", "mkv", "safari"),
    ("ends", "aac", "mp4", "legacy"),
    ("ends", "flac", "mkv", "legacy"),
    ("late", "flac", "mkv", "baseline"),
    ("late", "aac", "mp4", "baseline"),
    ("late", "flac", "mkv", "legacy"),
    ("late", "aac", "mkv", "tizen"),
    ("stops", "flac", "mkv", "baseline"),
    ("stops", "aac", "mkv", "baseline"),
    ("stops", "flac", "mkv", "legacy"),
    ("stops", "aac", "mkv", "tizen"),
]


@pytest.mark.ffmpeg
@pytest.mark.parametrize(("kind", "codec", "container", "profile"), CASES)
def test_there_is_sound_or_silence_beside_every_picture(film, kind, codec, container, profile, tmp_path):
    source, times_s = film(kind, codec, container)
    straight = Served(source, profile)
    check_gapless(straight.packets(tmp_path))
    left = straight.heard(tmp_path)
    edges = [round(time_s * 48000) for time_s in (*times_s, SECONDS)]
    loud = False
    for number, (start, stop) in enumerate(pairwise([0, *edges])):
        loud = number % 2 == 1
        if stop > start:
            assert is_silent(left[start + MARGIN : stop - MARGIN]) is not loud, (start, stop)
    count = straight.plan.count
    sought = Served(source, profile, sorted({0, count // 3, count // 2, count - 1}, reverse=True))
    for index in sought.segments:
        again, before = (one.packets(tmp_path, [index])["audio"] for one in (sought, straight))
        times = [one.shown_s for one in before]
        assert [one.shown_s for one in again] == pytest.approx(times, abs=0.001), index


@pytest.mark.ffmpeg
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_a_hole_that_cannot_be_filled_is_no_long_packet(film, ffmpeg, tmp_path):
    """What a packet claims to last, players add to the times of all that follows."""
    source, _ = film("stops", "ac3", "mkv")
    straight = Served(source, "safari", ffmpeg=ffmpeg)
    assert straight.decision.audio == "copy"
    sound = straight.packets(tmp_path)["audio"]
    assert max(one.duration_s for one in sound) == pytest.approx(1536 / 48000, abs=0.001)
    (hole,) = [pair for pair in pairwise(sound) if pair[1].shown_s - pair[0].end_s > CLOCKS_S]
    assert [one.shown_s - EPOCH_S for one in hole] == pytest.approx([3.0, 8.0], abs=0.1)


@pytest.mark.ffmpeg
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(("codec", "profile"), [("aac", "baseline"), ("aac", "tizen"), ("flac", "baseline")])
def test_sound_that_ends_before_the_file_says_so(film, codec, profile, ffmpeg, tmp_path):
    source, _ = film("ends", codec, "mkv")
    (sound,) = source.info.audio
    lying = replace(source, info=replace(source.info, audio=(replace(sound, end_s=float(SECONDS)),)))
    straight = Served(lying, profile, ffmpeg=ffmpeg)
    assert straight.decision.audio == ("copy" if codec == "aac" else "encode")
    check_gapless(straight.packets(tmp_path))
    sought = Served(lying, profile, [straight.plan.count - 1], ffmpeg)
    check_gapless(sought.packets(tmp_path))


def test_the_reason_says_that_the_sound_ends_early(film):
    source, _ = film("ends", "aac", "mkv")
    decision = decide_stream(source.info, PROFILES["baseline"])
    assert (decision.video, decision.audio) == ("copy", "encode")
    assert decision.reason.startswith("the sound ends before the picture; it is converted to AAC")


@pytest.fixture
def changing(clips, tmp_path):
    """Return a function that makes a recording that goes from stereo to 5.1 after 6 s, in some container."""

    def make(name):
        coder = ("-c:v", "mpeg2video", "-g", "25", "-c:a", "ac3")
        stereo = ("-f", "lavfi", "-i", TONE.format(6))
        parts = [
            clips.make("to-stereo.ts", *stereo, *coder, rate="25", seconds="6", sound=False),
            clips.make(
                "to-surround.ts",
                *surround({"FC": 0.3}),
                *coder,
                *("-output_ts_offset", "6"),
                rate="25",
                seconds="6",
                sound=False,
            ),
        ]
        joined = tmp_path / "joined.ts"
        joined.write_bytes(b"".join(parts))
        return clips.make(name, "-i", str(joined), "-map", "1", "-c", "copy", sound=False)

    return make


@pytest.mark.ffmpeg
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["baseline", "legacy"])
@pytest.mark.parametrize("name", ["changing.mkv", "changing.ts", "changing.mp4"])
def test_sound_that_goes_from_stereo_to_surround(changing, source_of, name, profile, ffmpeg, tmp_path):
    source = source_of(name, changing(name))
    assert source.info.audio[0].channels == 2
    straight = Served(source, profile, ffmpeg=ffmpeg)
    packets = straight.packets(tmp_path)
    check_gapless(packets)
    left = straight.heard(tmp_path)
    halves = [left[48000 * at : 48000 * (at + 4)] for at in (1, 7)]
    assert [level_db(half) for half in halves] == pytest.approx([-10.5, -13.5], abs=3.1)
    sought = Served(source, profile, [straight.plan.count - 1, 1], ffmpeg)
    for index in sought.segments:
        again, before = (one.packets(tmp_path, [index])["audio"] for one in (sought, straight))
        assert abs(len(again) - len(before)) <= (index == straight.plan.count - 1)  # behind the last picture
        for one, other in zip(again, before, strict=False):
            assert one.shown_s == pytest.approx(other.shown_s, abs=0.001), index
