"""Encoders of devices: found by doing, chosen, given up. A real program stands in for the devices."""

import json
import threading
from pathlib import Path

import pytest

from tests.transcoder.conftest import FFMPEGS, read_back
from tests.transcoder.fake_devices import FakeDevices
from transcoder import PROFILES, EncodeError, FfmpegMissingError, Pool, VideoStream
from transcoder.command import SOFTWARE, PictureEncoder
from transcoder.devices import candidates
from transcoder.ladder import Rung
from transcoder.machine import Machine
from transcoder.remembered import MachineFacts, fingerprint, remember

FILM = VideoStream(index=0, codec="hevc", width=1920, height=1080, fps=24.0, end_s=20.0)


@pytest.fixture
def fake(tmp_path):
    return FakeDevices(tmp_path, FFMPEGS[0])


def test_only_what_is_there_is_tried(fake):
    assert candidates(fake.devices, "linux") == ()
    fake.have("dri/renderD128", "dri/card0", "video0", "null")
    assert candidates(fake.devices, "linux") == (
        PictureEncoder("qsv"),
        PictureEncoder("vaapi", str(fake.devices / "dri/renderD128")),
    )
    fake.have("nvidiactl", "mpp_service", "video11")
    kinds = [one.kind for one in candidates(fake.devices, "linux")]
    assert kinds == ["nvenc", "qsv", "rkmpp", "vaapi", "v4l2m2m"]
    assert [one.kind for one in candidates(fake.devices, "darwin")] == ["videotoolbox"]


class Turns:
    """Stands where the house's turn does: it has it (+) or not (-), asked again and again; the last answer stays."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.left = 0

    def take(self):
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]) == "+"

    def leave(self):
        self.left += 1


def settled(fake, memory, *, turn=None, is_calm=lambda: True):
    machine = Machine(
        fake.ffmpeg, memory=memory, devices=fake.devices, turn=turn or Turns("-"), is_calm=is_calm
    )
    machine.start()
    assert machine.settled.wait(120)
    return machine


@pytest.mark.ffmpeg
def test_the_device_that_does_what_is_asked_is_chosen_and_remembered(fake, tmp_path, monkeypatch):
    monkeypatch.setattr("transcoder.machine._GOOD_ENOUGH", float("inf"))  # it is no faster than it really is
    monkeypatch.setattr("transcoder.trials.TRIAL_LIMIT_S", 60.0)
    fake.have("nvidiactl", "dri/renderD128")
    fake.behave(h264_nvenc="absent", h264_qsv="deaf")
    memory = tmp_path / "machine.json"
    machine = settled(fake, memory)
    machine.close()
    reports = {(one.name, one.reads): one for one in machine.report()}
    assert machine.encoder_for(FILM).kind == "vaapi"
    assert next(iter(machine.report())).chosen
    assert reports["h264_nvenc", False].reason == "Cannot open the device of h264_nvenc"
    assert reports["h264_qsv", False].reason == "a segment does not begin with a keyframe"
    assert reports["h264_vaapi", True].works
    assert reports["libx264", False].works
    assert not reports["libx264", False].chosen

    tried = len(fake.calls)
    again = settled(fake, memory)
    again.close()
    assert again.encoder_for(FILM) == machine.encoder_for(FILM)
    assert [one.reason for one in again.report()] == [one.reason for one in machine.report()]
    assert len(fake.calls) == tried

    fake.have("mpp_service")  # another machine now
    fake.behave(h264_nvenc="absent", h264_qsv="absent", h264_vaapi="absent", h264_rkmpp="absent")
    anew = settled(fake, memory)
    anew.close()
    assert len(fake.calls) > tried
    assert anew.encoder_for(FILM) == SOFTWARE


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"of": 3}', '{"of": "MARK", "tried": 3}'])
def test_a_memory_that_is_none_is_forgotten(fake, tmp_path, text):
    memory = tmp_path / "machine.json"
    memory.write_text(text)
    machine = settled(fake, memory)
    machine.close()
    assert machine.encoder_for(FILM) == SOFTWARE
    assert json.loads(memory.read_text())["chosen"]["kind"] == "software"


@pytest.mark.ffmpeg
def test_a_trial_that_took_too_long_is_made_again_next_time(fake, tmp_path, monkeypatch):
    fake.have("mpp_service")
    monkeypatch.setattr("transcoder.trials.TRIAL_LIMIT_S", 0.0)
    machine = settled(fake, tmp_path / "machine.json")
    machine.close()
    assert [one.reason for one in machine.report()] == ["", "it took too long"]
    assert not (tmp_path / "machine.json").exists()


def remembered(fake, tmp_path, kind="vaapi", costs=None) -> Machine:
    """A machine that has found out about itself before."""
    fake.have("dri/renderD128")
    memory = tmp_path / "machine.json"
    machine = Machine(fake.ffmpeg, memory=memory, devices=fake.devices)
    found = candidates(fake.devices, "linux")
    chosen = next(one for one in found if one.kind == kind)
    remember(memory, fingerprint(fake.ffmpeg, found), MachineFacts(chosen, costs=costs or {"h264-read": 0.1}))
    return machine


@pytest.mark.ffmpeg
def test_films_are_converted_by_the_device(fake, hevc10_mkv, source_of, tmp_path):
    source = source_of("hevc10.mkv", hevc10_mkv)
    machine = remembered(fake, tmp_path)
    with Pool(fake.ffmpeg, machine=machine) as pool:
        assert machine.settled.wait(20)
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        made = [b"".join(stream.segment(index)) for index in reversed(range(stream.plan.count))]
        tracks = read_back(stream.init_segment() + b"".join(reversed(made)), tmp_path)
    assert any("h264_vaapi" in call for call in fake.calls)
    assert len(tracks["video"].shown_s) == 240
    assert max(tracks["video"].gaps_s) < 0.05


@pytest.mark.ffmpeg
def test_a_device_that_makes_nothing_of_a_film_is_not_asked_again(fake, hevc10_mkv, source_of, tmp_path):
    fake.behave(h264_vaapi="refuses")
    source = source_of("hevc10.mkv", hevc10_mkv)
    machine = remembered(fake, tmp_path)
    with Pool(fake.ffmpeg, machine=machine) as pool:
        assert machine.settled.wait(20)
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        for index in (0, 3, 1):
            assert b"".join(stream.segment(index))
    assert len([call for call in fake.calls if "h264_vaapi" in call]) == 1


@pytest.mark.ffmpeg
def test_a_film_goes_on_in_software_where_the_device_fails_midway(fake, hevc10_mkv, source_of, tmp_path):
    source = source_of("hevc10.mkv", hevc10_mkv)
    machine = remembered(fake, tmp_path)
    with Pool(fake.ffmpeg, machine=machine) as pool:
        assert machine.settled.wait(20)
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        made = {index: b"".join(stream.segment(index)) for index in (2, 3)}
        init = stream.init_segment()
        fake.behave(h264_vaapi="refuses")
        made |= {index: b"".join(stream.segment(index)) for index in (0, 1)}
    # What differs between the encoders comes with the keyframes: one init segment serves both.
    tracks = read_back(init + b"".join(made[index] for index in range(4)), tmp_path)
    assert len(tracks["video"].shown_s) == 240


@pytest.mark.ffmpeg
def test_nobody_waits_for_a_device_that_hangs_in_its_trial(fake, hevc10_mkv, source_of, tmp_path):
    source = source_of("hevc10.mkv", hevc10_mkv)
    fake.have("mpp_service")
    fake.behave(h264_rkmpp="hangs")
    machine = Machine(fake.ffmpeg, memory=tmp_path / "machine.json", devices=fake.devices)
    with Pool(fake.ffmpeg, machine=machine) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv", quality=480)
        assert b"".join(stream.segment(0))
        assert not machine.settled.is_set()  # the trial still goes on
    assert machine.settled.is_set()


@pytest.mark.ffmpeg
def test_a_film_goes_on_in_software_where_the_device_hangs(
    fake, hevc10_mkv, source_of, tmp_path, monkeypatch
):
    monkeypatch.setattr("transcoder.runs.DEVICE_LIMIT_S", 1.0)
    fake.behave(h264_vaapi="hangs-on-films")
    source = source_of("hevc10.mkv", hevc10_mkv)
    machine = remembered(fake, tmp_path)
    with Pool(fake.ffmpeg, machine=machine) as pool:
        assert machine.settled.wait(20)
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv", quality=480)
        assert stream.init_segment()  # asked once: nobody is told to come again
        assert b"".join(stream.segment(0))
        assert machine.encoder_for(source.info.video[0]) == SOFTWARE
    assert len([call for call in fake.calls if "h264_vaapi" in call]) == 1


def test_what_is_too_slow_is_not_offered(fake, tmp_path):
    costs = {"hevc10-read": 0.3, "hevc10-1080": 1.0, "hevc10-720": 0.6, "hevc10-480": 0.5}
    machine = remembered(fake, tmp_path, costs=costs)
    machine.start()
    assert machine.settled.wait(20)
    machine.close()
    rungs = (Rung(1080, 1920, 1080), Rung(720, 1280, 720), Rung(480, 854, 480))
    assert [machine.keeps_up(FILM, rung) for rung in rungs] == [False, True, True]
    machine.note_slow(FILM, rungs[1])
    assert [machine.keeps_up(FILM, rung) for rung in rungs] == [False, False, True]


@pytest.fixture
def little(monkeypatch):
    """Little to measure, and no patience."""
    monkeypatch.setattr("transcoder.measuring.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("transcoder.trials.CLIP_S", 1)
    monkeypatch.setattr("transcoder.measuring.RUNGS", (Rung(480, 854, 480),))


@pytest.mark.ffmpeg
def test_speeds_are_measured_when_it_is_quiet(fake, tmp_path, little):
    memory: Path = tmp_path / "machine.json"
    turn = Turns("+")
    machine = settled(fake, memory, turn=turn)
    machine._thread.join(120)
    machine.close()
    costs = json.loads(memory.read_text())["costs"]
    assert set(costs) == {"h264-read", "h264-480", "hevc10-read", "hevc10-480", "hevc10-hdr-480"}
    assert all(0 < cost < 10 for cost in costs.values())
    assert turn.left


@pytest.mark.ffmpeg
def test_who_comes_home_ends_a_measurement_at_once_and_it_is_made_again(fake, tmp_path, little):
    memory: Path = tmp_path / "machine.json"
    # The wish, the look, in the middle of the first clip; then in peace.
    turn = Turns("+++-+")
    machine = settled(fake, memory, turn=turn)
    machine._thread.join(120)
    machine.close()
    assert len(json.loads(memory.read_text())["costs"]) == 5
    clips = [call for call in fake.calls if "testsrc2" in call and "libx264" in call]
    assert len(clips) == 2


def test_a_processor_that_does_not_rest_keeps_no_turn_from_others(fake, tmp_path, little, monkeypatch):
    monkeypatch.setattr("transcoder.measuring.RESTLESS_S", 0.05)
    left = threading.Event()
    turn = Turns("+")
    turn.leave = left.set
    machine = settled(fake, tmp_path / "machine.json", turn=turn, is_calm=lambda: False)
    assert left.wait(20)
    assert machine._thread.is_alive()  # it comes back to it
    machine.close()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "ffmpeg cannot be started: No such file or directory"),
        ("text", "ffmpeg cannot be started: Permission denied"),
        ("#!/bin/sh\necho no codec library >&2\nexit 127\n", "ffmpeg does not work: no codec library"),
    ],
)
@pytest.mark.parametrize("remembers", [True, False])
def test_without_an_ffmpeg_that_starts_the_owner_is_told_and_nobody_waits(
    h264_mp4, source_of, tmp_path, caplog, given, says, remembers
):
    ffmpeg, memory = tmp_path / "ffmpeg", tmp_path / "machine.json"
    if given is not None:
        ffmpeg.write_text(given)
        ffmpeg.chmod(0o755 if given.startswith("#!") else 0o644)
    if remembers:
        remember(memory, fingerprint(ffmpeg, ()), MachineFacts())
    machine = Machine(ffmpeg, memory=memory, hardware=False)
    with Pool(ffmpeg, machine=machine) as pool:
        assert machine.settled.wait(20)
        machine._thread.join(20)
        (software,) = pool.encoders()
        assert (software.works, software.reason) == (False, says)
        assert says in caplog.text
        stream = pool.stream(
            source_of("h264.mp4", h264_mp4), PROFILES["baseline"], session_id="tv", quality=480
        )
        if says.startswith("ffmpeg cannot"):
            with pytest.raises(FfmpegMissingError, match=says):
                stream.segment(0)
        else:
            with pytest.raises(EncodeError):
                stream.segment(0)
