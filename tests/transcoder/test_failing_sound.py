"""Films whose sound fails: the picture goes on, beside silence."""

from dataclasses import replace

import pytest

from tests.media.measure import packets_of
from tests.transcoder.conftest import AAC, FFMPEGS, H264
from tests.transcoder.test_silence import Served, check_gapless, is_silent
from tests.transcoder.test_sound import samples
from transcoder import PROFILES, AudioStream, EncodeError, Pool
from transcoder.decision import decide_stream

NOT_THERE = AudioStream(index=7, codec="dts", channels=2, start_s=0.0)


@pytest.fixture
def film(clips, source_of):
    """Twelve seconds with sound throughout."""
    data = clips.make("fails.mkv", *H264, "-g", "48", *AAC, "-ac", "2", seconds="12")
    return source_of("fails.mkv", data)


@pytest.fixture
def soundless(film):
    """The same with a sound track that was announced and never sent."""
    return replace(film, info=replace(film.info, audio=(NOT_THERE,)))


@pytest.mark.ffmpeg
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["baseline", "chromium", "legacy"])
def test_a_track_that_cannot_be_converted_is_silent(soundless, profile, ffmpeg, tmp_path):
    served = Served(soundless, profile, ffmpeg=ffmpeg)
    assert served.decision.audio == "encode"
    check_gapless(served.packets(tmp_path))
    assert is_silent(served.heard(tmp_path))
    sought = Served(soundless, profile, [served.plan.count - 1, 1], ffmpeg)
    check_gapless(sought.packets(tmp_path, [served.plan.count - 1]))


def failing_once(folder, size):
    """Return a program like ffmpeg whose first sound ends with an error after so many bytes."""
    program = folder / "ffmpeg"
    program.write_text(
        "#!/bin/sh\n"
        'case " $* " in *" -vn "*)\n'
        f'  if mkdir {folder}/failed 2>/dev/null; then {FFMPEGS[0]} "$@" | head -c {size}; exit 1; fi;;\n'
        "esac\n"
        f'exec {FFMPEGS[0]} "$@"\n'
    )
    program.chmod(0o755)
    return program


def test_sound_that_fails_midway_comes_back_with_the_next_run(film, tmp_path):
    with Pool(failing_once(tmp_path, 40_000)) as pool:
        stream = pool.stream(film, PROFILES["baseline"], session_id="tv", convert=True)
        segments = [b"".join(stream.segment(index)) for index in range(stream.plan.count)]
        whole = stream.init_segment() + b"".join(segments)
    assert (tmp_path / "failed").exists()
    path = tmp_path / "served"
    path.write_bytes(whole)
    check_gapless(packets_of(path))
    left, _ = samples(whole, tmp_path)
    silent = [is_silent(left[at : at + 4800]) for at in range(0, len(left) - 4800, 4800)]
    assert not any(silent[:5])
    assert any(silent[5:])  # where it failed
    assert not any(silent[-20:])  # and it is heard again


def test_sound_alone_that_cannot_be_converted_fails(soundless):
    alone = replace(soundless, info=replace(soundless.info, video=(), keyframes_s=()))
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(alone, PROFILES["baseline"], session_id="tv")
        with pytest.raises(EncodeError):
            b"".join(stream.segment(0))


def test_sound_of_which_nothing_is_known_is_not_passed_on(film):
    (sound,) = film.info.audio
    dead = replace(film.info, audio=(replace(sound, channels=0, sample_rate=0),))
    decision = decide_stream(dead, PROFILES["baseline"])
    assert (decision.video, decision.audio) == ("copy", "encode")
