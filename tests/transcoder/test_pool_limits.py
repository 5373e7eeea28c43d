"""What a pool lets its viewers cost: encoders, memory, work, and how it goes on when something gives way."""

import contextlib
import os
import random
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.transcoder.conftest import FFMPEGS, H264, read_back
from transcoder import PROFILES, BusyError, EncodeError, Pool, SegmentNotFoundError
from transcoder.run import AHEAD

pytestmark = pytest.mark.ffmpeg
AAC_PACKET = 1024


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def long_source(clips, source_of):
    """A minute to convert: two dozen segments."""
    clip = clips.make("minute.mkv", *H264, "-g", "48", "-c:a", "flac", seconds="60", size="160x90")
    return source_of("minute.mkv", clip)


@pytest.fixture
def hd_source(clips, source_of):
    """Ten seconds that are worth two rungs."""
    clip = clips.make("hd.mkv", *H264, "-g", "48", "-c:a", "flac", size="1280x720")
    return source_of("hd.mkv", clip)


@pytest.fixture
def tiny():
    return replace(PROFILES["baseline"], name="tiny", video={}, max_width=160, max_height=90)


def runs_of(pool):
    with pool._lock:
        return [run for run in pool._runs._presentation_of if run.alive]


def pids_of(pool):
    with pool._lock:
        return [pid for run in pool._runs._presentation_of for pid in run.pids]


def wait_until(pool, condition):
    with pool._lock:
        assert pool._lock.wait_for(condition, timeout=30)


def in_parallel(*tasks):
    """Run functions at the same time and return what they return, or raise the first error."""
    with ThreadPoolExecutor(len(tasks)) as threads:
        return [task.result() for task in [threads.submit(task) for task in tasks]]


def test_three_cold_starts_at_once_and_none_starves(long_source, tiny, media_server):
    with Pool(FFMPEGS[0], encoder_limit=3) as pool:
        streams = [pool.stream(long_source, tiny, session_id=name) for name in ("one", "two", "three")]
        tasks = [
            lambda stream=stream, start=start: [b"".join(stream.segment(start + step)) for step in range(3)]
            for stream, start in zip(streams, (0, 8, 16), strict=True)
        ]
        made = in_parallel(*tasks)
        assert all(all(segments) for segments in made)
        assert pool.state.playing == 3


def test_the_one_too_many_is_told_how_many_play(long_source, tiny):
    with Pool(FFMPEGS[0], encoder_limit=2) as pool:
        pool._runs._slots[True].wait_s = 0.05
        for number in range(2):
            b"".join(pool.stream(long_source, tiny, session_id=str(number)).segment(10 * number))
        with pytest.raises(BusyError, match=r"^The box is busy: 2 of 2 films playing\.$"):
            pool.stream(long_source, tiny, session_id="third").segment(20)


def test_a_seek_needs_no_second_encoder(long_source, tiny):
    with Pool(FFMPEGS[0], encoder_limit=1) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        for index in (0, 12, 5, 20):
            assert b"".join(stream.segment(index))
        assert pool.state.playing == 1


def test_a_viewer_who_vanished_holds_nothing(long_source, tiny):
    """The connection is still open, but nobody takes the bytes."""
    clock = Clock()
    with Pool(FFMPEGS[0], now=clock) as pool:
        body = pool.stream(long_source, tiny, session_id="tv").segment(0)
        next(body)
        pids = pids_of(pool)
        clock.now_s += 16
        pool.tidy()
        assert pids_of(pool) == []
        assert len(pids) == 2
        body.close()


def test_who_is_ahead_lets_who_starts_go_first(long_source, tiny):
    with Pool(FFMPEGS[0]) as pool:
        b"".join(pool.stream(long_source, tiny, session_id="one").segment(0))
        (run,) = runs_of(pool)
        with pool._lock:
            assert pool._runs.allowance(run) == AHEAD
        body = pool.stream(long_source, tiny, session_id="two").segment(20)
        next(body)
        (other,) = (one for one in runs_of(pool) if one is not run)
        with pool._lock:
            other.position, other.waiting = other.first, 1
            other._assembly.frontiers.pictured = False  # as it was a moment ago
            assert other.hurried
            assert pool._runs.allowance(run) == 1
            other._assembly.frontiers.pictured, other.waiting = True, 0
            assert pool._runs.allowance(run) == AHEAD


def test_what_is_being_made_counts_as_memory(long_source, tiny):
    with Pool(FFMPEGS[0], cache_size=250_000) as pool:
        streams = [pool.stream(long_source, tiny, session_id=str(number)) for number in range(2)]
        for index in range(8):
            for number, stream in enumerate(streams):
                b"".join(stream.segment(index + 12 * number))
                assert (
                    pool.state.memory_size <= 250_000 + 100_000
                )  # the one that was asked for is always made
        pool.close()
        assert pool.state.memory_size == 0


def test_a_switch_between_rungs_is_seamless(hd_source, tmp_path):
    """The same boundaries and times: segments of both follow each other as if they were of one."""
    screen = replace(PROFILES["baseline"], name="plain", video={})
    with Pool(FFMPEGS[0]) as pool:
        streams = {
            quality: pool.stream(hd_source, screen, session_id="tv", quality=quality)
            for quality in (720, 480)
        }
        assert streams[720].plan == streams[480].plan
        made, inits = {}, {}
        for index in range(streams[720].plan.count):
            quality = 720 if index % 4 < 2 else 480
            stream = pool.stream(hd_source, screen, session_id="tv", quality=quality)
            made[index] = quality, b"".join(stream.segment(index))
            inits[quality] = stream.init_segment()
            pool.tidy()
            assert len(runs_of(pool)) <= 1  # the encoder of the other rung has ended
    # Sound is the same for both, so it is one track from beginning to end; pictures are read per rung.
    for quality, size in ((720, (1280, 720)), (480, (852, 480))):
        own = b"".join(data for of, data in made.values() if of == quality)
        tracks = read_back(inits[quality] + own, tmp_path)
        assert (tracks["video"].width, tracks["video"].height) == size
    every = read_back(inits[720] + b"".join(data for _, data in made.values()), tmp_path)
    assert len(every["video"].shown_s) == 240
    assert max(every["video"].gaps_s) < 0.05
    assert {round(gap * 48000) for gap in every["audio"].gaps_s} == {AAC_PACKET}


def test_to_read_another_rungs_playlist_ends_nothing(hd_source):
    screen = replace(PROFILES["baseline"], name="plain", video={})
    with Pool(FFMPEGS[0]) as pool:
        b"".join(pool.stream(hd_source, screen, session_id="tv", quality=720).segment(0))
        (run,) = runs_of(pool)
        pool.stream(hd_source, screen, session_id="tv", quality=480).media_playlist(lambda name: name)
        pool.tidy()
        assert runs_of(pool) == [run]
        b"".join(pool.stream(hd_source, screen, session_id="tv", quality=480).segment(1))
        pool.tidy()
        assert run not in runs_of(pool)


def test_less_work_midway_is_seamless(long_source, tiny, tmp_path):
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        made = [b"".join(stream.segment(index)) for index in range(3)]
        (run,) = runs_of(pool)
        with pool._lock:
            presentation = pool._runs._presentation_of[run]
            assert presentation.spare_work()
            assert not presentation.spare_work()
            run.retire()
        made += [b"".join(stream.segment(index)) for index in range(3, 9)]
        assert run not in runs_of(pool)
        tracks = read_back(stream.init_segment() + b"".join(made), tmp_path)
    assert len(tracks["video"].shown_s) == 9 * 48
    assert max(tracks["video"].gaps_s) < 0.05
    assert {round(gap * 48000) for gap in tracks["audio"].gaps_s} == {AAC_PACKET}


SLOW = """#!{python}
import os, sys
argv = sys.argv[1:]
if "superfast" in argv:
    at = argv.index("-i")
    argv[at:at] = ["-readrate", "0.6"]
os.execv({ffmpeg!r}, [{ffmpeg!r}, *argv])
"""


def test_a_run_slower_than_the_film_is_spared_work(long_source, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("transcoder.pace.WINDOW_S", 1.0)
    slow = tmp_path / "ffmpeg"
    slow.write_text(SLOW.format(python=sys.executable, ffmpeg=str(FFMPEGS[0])))
    slow.chmod(0o755)
    with Pool(slow) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        made = [b"".join(stream.segment(index)) for index in range(5)]
        (presentation,) = pool._presentations.values()
        assert presentation.savings == 1
        tracks = read_back(stream.init_segment() + b"".join(made), tmp_path)
    assert len(tracks["video"].shown_s) == 5 * 48


def test_an_encoder_killed_in_the_middle_of_a_segment(long_source, tiny, tmp_path):
    """The body that was under way says so; whoever asks again gets it whole, and the film goes on."""
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        made = [b"".join(stream.segment(0))]
        body = stream.segment(6)
        next(body)
        for pid in pids_of(pool):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(EncodeError):  # it may also have been complete already
            list(body)
        made += [b"".join(stream.segment(index)) for index in range(1, 10)]
        tracks = read_back(stream.init_segment() + b"".join(made), tmp_path)
    assert len(tracks["video"].shown_s) == 10 * 48
    assert max(tracks["video"].gaps_s) < 0.05


def test_a_storm_of_seeks_and_aborts_leaves_nothing(long_source, tiny, media_server):
    chance = random.Random(5)
    before = {thread.name for thread in threading.enumerate()}
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        served = 0
        for _ in range(60):
            index = chance.randrange(stream.plan.count)
            try:
                body = stream.segment(index)
                for _ in range(chance.randrange(4)):
                    next(body, None)
                served += 1
                body.close()
            except (BusyError, EncodeError, SegmentNotFoundError):
                continue
        assert served > 50
        assert b"".join(stream.segment(3))
        pool.tidy()
        assert len(pids_of(pool)) <= 4
    assert media_server.leases == 0
    left = {thread.name for thread in threading.enumerate()} - before
    assert not [name for name in left if name.startswith(("run-", "stderr-", "transcoder"))]


def test_an_encoder_is_under_way_before_the_first_segment_is_asked_for(long_source, tiny):
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv", start_s=30.0)
        stream.begin()
        (run,) = runs_of(pool)
        assert run.first == stream.plan.index_at(30.0)
        pool.stream(long_source, tiny, session_id="tv").begin()
        assert b"".join(stream.segment(run.first))
        assert runs_of(pool) == [run]


def test_who_takes_another_size_goes_on_at_the_same_place(hd_source):
    screen = replace(PROFILES["baseline"], name="plain", video={})
    with Pool(FFMPEGS[0]) as pool:
        pool.stream(hd_source, screen, session_id="tv", start_s=6.0)
        stream = pool.stream(hd_source, screen, session_id="tv", quality=480)
        assert stream.init_segment()
        (run,) = runs_of(pool)
        assert run.first == stream.plan.index_at(6.0)


def test_a_beginning_takes_no_encoder_from_others(long_source, tiny):
    with Pool(FFMPEGS[0], encoder_limit=1) as pool:
        b"".join(pool.stream(long_source, tiny, session_id="one").segment(0))
        pool.stream(long_source, tiny, session_id="two", start_s=40.0).begin()
        (run,) = runs_of(pool)
        assert run.first == 0
