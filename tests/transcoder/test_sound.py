"""Sound tracks through the real programs: the chosen one, as loud as it should be, passed on where it can be."""

import math
import subprocess
from array import array
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.transcoder.conftest import FFMPEGS, H264, read_back
from tests.transcoder.test_playing import AAC_PACKET_S, EPSILON_S, backwards, played
from transcoder import PROFILES, Pool
from transcoder.segments import EPOCH_S

pytestmark = pytest.mark.ffmpeg

CHANNELS_51 = ("FL", "FR", "FC", "LFE", "BL", "BR")
SAFARI = replace(PROFILES["safari"], containers=frozenset())


def surround(levels: dict[str, float], pitch: int = 440) -> tuple[str, ...]:
    """Return the input of a 5.1 sound: a tone at these levels, silence in the other channels."""
    tones = "|".join(f"{levels.get(name, 0)}*sin(2*PI*{pitch}*t)" for name in CHANNELS_51)
    return ("-f", "lavfi", "-i", f"aevalsrc='{tones}':c=5.1:s=48000:d=6")


@pytest.fixture
def film(clips, source_of):
    """Return a function that makes a source of a picture and these sounds."""

    def make(name, *sound, codec=("-c:a", "flac")):
        mapped = [word for at in range(1, sound.count("-i") + 1) for word in ("-map", str(at))]
        data = clips.make(
            name, *sound, "-map", "0", *mapped, *H264, "-g", "48", *codec, seconds="6", sound=False
        )
        return source_of(name, data)

    return make


def samples(data: bytes, folder, channels: int = 2) -> list[array]:
    """Return the decoded sound, channel by channel."""
    path = folder / "heard"
    path.write_bytes(data)
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-f", "f32le", "-c:a", "pcm_f32le", "pipe:1"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    heard = array("f", raw)
    return [heard[channel::channels] for channel in range(channels)]


def level_db(channel: array) -> float:
    """Return the level of a tone of the steady middle: 0 is as loud as goes."""
    middle = channel[48000 : 4 * 48000]
    return 20 * math.log10(max(math.sqrt(2 * sum(one * one for one in middle) / len(middle)), 1e-6))


def pitch_hz(channel: array) -> float:
    second = channel[48000 : 2 * 48000]
    return sum(1 for before, after in pairwise(second) if before < 0 <= after)


def heard(source, profile, folder, ffmpeg=FFMPEGS[0], **choice) -> list[array]:
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, profile, session_id="tv", **choice)
        return samples(played(stream, lambda indexes: indexes), folder)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(
    ("speakers", "level"),
    [
        (("FC",), -4.4),  # from both sides: as loud as it was from the one speaker, 1.4 dB
        (("FL", "FR"), -4.4),
        (("BL", "BR"), -7.5),
    ],
)
def test_speech_is_not_lost_when_channels_are_mixed(film, ffmpeg, speakers, level, tmp_path):
    source = film(f"{'-'.join(speakers)}.mkv", *surround(dict.fromkeys(speakers, 0.3)))
    left, right = heard(source, PROFILES["baseline"], tmp_path, ffmpeg)
    alone = 20 * math.log10(0.3)
    assert level_db(left) - alone == pytest.approx(level, abs=0.3)
    assert level_db(right) - alone == pytest.approx(level, abs=0.3)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_sides_stay_where_they_are(film, profile, tmp_path):
    source = film("left.mkv", *surround({"FL": 0.3, "BL": 0.3}))
    left, right = heard(source, PROFILES[profile], tmp_path)
    assert level_db(left) > -14
    assert level_db(right) < -60


def test_an_explosion_does_not_clip(film, tmp_path):
    source = film("loud.mkv", *surround(dict.fromkeys(CHANNELS_51, 0.98)))
    for channel in heard(source, PROFILES["baseline"], tmp_path):
        assert max(map(abs, channel)) < 1.0
        assert level_db(channel) == pytest.approx(-0.5, abs=0.2)


def test_stereo_is_as_loud_as_it_was(film, tmp_path):
    source = film(
        "stereo.mkv", "-f", "lavfi", "-i", "aevalsrc='0.9*sin(880*PI*t)|0.3*sin(880*PI*t)':s=48000:d=6"
    )
    left, right = heard(source, PROFILES["baseline"], tmp_path)
    assert level_db(left) == pytest.approx(20 * math.log10(0.9), abs=0.2)
    assert level_db(right) == pytest.approx(20 * math.log10(0.3), abs=0.2)


@pytest.mark.parametrize(
    ("name", "layout", "count"), [("quad", "quad", 4), ("seven", "7.1", 8), ("side", "5.1(side)", 6)]
)
def test_every_layout_is_heard(film, name, layout, count, tmp_path):
    tones = "|".join(["0.1*sin(880*PI*t)"] * count)
    source = film(f"{name}.mkv", "-f", "lavfi", "-i", f"aevalsrc='{tones}':c={layout}:s=48000:d=6")
    assert source.info.audio[0].channels == count
    for channel in heard(source, PROFILES["baseline"], tmp_path):
        assert -21 < level_db(channel) < -12


@pytest.mark.parametrize("profile", ["baseline", "legacy", "safari", "tizen"])
@pytest.mark.parametrize(("audio", "pitch"), [(None, 660), (0, 440), (1, 660), (2, 880)])
def test_the_chosen_track_is_heard(film, profile, audio, pitch, tmp_path):
    tones = [word for hz in (440, 660, 880) for word in ("-f", "lavfi", "-i", f"sine=f={hz}:r=48000:d=6")]
    codecs = ("-c:a:0", "ac3", "-c:a:1", "aac", "-c:a:2", "flac", "-ac", "2", "-disposition:a:0", "0")
    source = film("tracks.mkv", *tones, codec=(*codecs, "-disposition:a:1", "default"))
    left, _ = heard(source, PROFILES[profile], tmp_path, audio=audio)
    assert pitch_hz(left) == pytest.approx(pitch, abs=2)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["safari", "tizen"])
@pytest.mark.parametrize("codec", ["ac3", "eac3"])
def test_surround_is_passed_on_to_screens_that_play_it(film, ffmpeg, profile, codec, tmp_path):
    source = film(f"{codec}.mkv", *surround({"FC": 0.3}), codec=("-c:a", codec, "-b:a", "384k"))
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        assert stream.decision.audio == "copy"
        data = played(stream, backwards)
        assert f"{'ac' if codec == 'ac3' else 'ec'}-3" in stream.multivariant_playlist(lambda name, *_: name)
    sound = read_back(data, tmp_path)["audio"]
    assert sound.codec == codec
    packet_s = 1536 / 48000
    # Matroska's clock ticks in milliseconds.
    assert [gap for gap in sound.gaps_s if abs(gap - packet_s) > 0.0012] == []
    assert sound.shown_s[0] == pytest.approx(EPOCH_S + source.info.video[0].start_s, abs=packet_s)
    assert sound.end_s == pytest.approx(EPOCH_S + 6, abs=2 * packet_s)
    assert len(samples(data, tmp_path, 6)[2]) == pytest.approx(6 * 48000, abs=2 * 1536)


def test_six_channels_stay_six_where_the_screen_wants_them(film, tmp_path):
    source = film("flac51.mkv", *surround({"FL": 0.3, "FC": 0.2, "BR": 0.1}))
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["safari"], session_id="tv")
        assert stream.decision.audio == "encode"
        data = played(stream, backwards)
    tracks = read_back(data, tmp_path)
    assert max(abs(gap - AAC_PACKET_S) for gap in tracks["audio"].gaps_s) < EPSILON_S
    levels = [level_db(channel) for channel in samples(data, tmp_path, 6)]
    wanted = [20 * math.log10(level) for level in (0.3, 0.2, 0.1)]
    assert [levels[0], levels[2], levels[5]] == pytest.approx(wanted, abs=0.4)
    assert max(levels[1], levels[3], levels[4]) < -50


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(("suffix", "codec"), [("mkv", "ac3"), ("ts", "mp2"), ("mkv", "flac")])
def test_one_channel_is_as_loud_on_both_sides(film, ffmpeg, suffix, codec, tmp_path):
    tone = ("-f", "lavfi", "-i", "aevalsrc='0.5*sin(880*PI*t)':s=48000:d=6")
    source = film(f"mono-{codec}.{suffix}", *tone, codec=("-c:a", codec, "-ac", "1"))
    assert source.info.audio[0].channels == 1
    for channel in heard(source, PROFILES["legacy"], tmp_path, ffmpeg):
        assert level_db(channel) == pytest.approx(20 * math.log10(0.5), abs=0.3)


def test_a_broadcast_that_goes_from_one_channel_to_two_keeps_its_sides(clips, source_of, tmp_path):
    parts = b""
    for at, (tones, offset) in enumerate([("0.3*sin(880*PI*t)", 0), ("0|0.3*sin(880*PI*t)", 3)]):
        name = f"sides{at}.ts"
        parts += clips.make(
            name,
            *("-f", "lavfi", "-i", f"aevalsrc='{tones}':s=48000:d=3"),
            *(
                "-map",
                "0",
                "-map",
                "1",
                "-c:v",
                "mpeg2video",
                "-c:a",
                "mp2",
                "-output_ts_offset",
                str(offset),
            ),
            seconds="3",
            sound=False,
        )
    source = source_of("sides.ts", parts)
    assert source.info.audio[0].channels == 1
    left, right = heard(source, PROFILES["baseline"], tmp_path)
    assert max(left[48000 : 2 * 48000]) == pytest.approx(0.3, abs=0.02)
    assert level_db(left[int(3.5 * 48000) :]) < -50
    assert level_db(right[int(3.5 * 48000) :]) == pytest.approx(20 * math.log10(0.3), abs=0.4)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["baseline", "safari"])
@pytest.mark.parametrize("count", [9, 12, 16])
def test_channels_that_no_layout_names_are_heard(clips, source_of, ffmpeg, profile, count, tmp_path):
    tones = "|".join("0.2*sin(880*PI*t)" if one == count - 1 else "0" for one in range(count))
    name = f"many{count}.wav"
    data = clips.make(
        name,
        *("-f", "lavfi", "-i", f"aevalsrc='{tones}':s=48000:d=6"),
        "-map",
        "1",
        "-c:a",
        "pcm_s16le",
        sound=False,
    )
    source = source_of(name, data)
    assert source.info.audio[0].channels == count
    channels = 6 if profile == "safari" else 2
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        sound = samples(played(stream, lambda indexes: indexes), tmp_path, channels)
    assert max(map(level_db, sound)) == pytest.approx(20 * math.log10(0.2 * 0.42), abs=0.5)
