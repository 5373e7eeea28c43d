"""Programs that are slow to begin, and programs that hang: who asks is told to come again, and finds the same run."""

import threading
from dataclasses import replace

import pytest

from tests.transcoder.conftest import AAC, FFMPEGS, H264
from transcoder import PROFILES, BusyError, Pool
from transcoder.waiting import Patience

TINY = replace(PROFILES["baseline"], name="tiny", max_width=160, max_height=90)
QUICK = Patience(wait_s=0.4, start_s=60.0, work_s=60.0)


@pytest.fixture
def film(clips, source_of):
    data = clips.make("slow.mkv", *H264, "-g", "48", *AAC, "-ac", "2", size="160x90", seconds="40")
    return source_of("slow.mkv", data)


@pytest.fixture
def slow_pool(tmp_path, media_server):
    """Return a function that makes a pool whose programs do something first, and note that they were started."""
    pools = []

    def make(first: str, patience: Patience, **options) -> Pool:
        program = tmp_path / "ffmpeg"
        program.write_text(f'#!/bin/sh\necho >> {tmp_path}/starts\n{first}\nexec {FFMPEGS[0]} "$@"\n')
        program.chmod(0o755)
        pools.append(Pool(program, **options))
        pools[-1]._runs.patience = patience
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def starts(tmp_path) -> int:
    return len((tmp_path / "starts").read_text().splitlines())


def asked_until_there(stream) -> int:
    """Ask for the first segment until it is given; return how often in vain."""
    for refusals in range(100):
        try:
            assert b"".join(stream.segment(0))
        except BusyError:
            continue
        return refusals
    raise AssertionError("it never came")


def runs_of(pool):
    with pool._lock:
        return [run for run in pool._runs._presentation_of if run.alive]


@pytest.mark.ffmpeg
def test_a_slow_start_is_found_by_who_comes_again(slow_pool, film, tmp_path):
    stream = slow_pool("sleep 2", QUICK).stream(film, TINY, session_id="tv")
    assert asked_until_there(stream) > 1
    assert starts(tmp_path) == 2  # picture and sound, once


@pytest.mark.ffmpeg
def test_meanwhile_it_is_not_taken_for_forgotten(slow_pool, film):
    clock = [1000.0]
    pool = slow_pool("sleep 60", QUICK, now=lambda: clock[0])
    later = threading.Timer(0.1, lambda: clock.__setitem__(0, 1020.0))
    later.start()
    with pytest.raises(BusyError):
        pool.stream(film, TINY, session_id="tv").segment(0)
    later.join()
    pool.tidy()
    assert len(runs_of(pool)) == 1
    clock[0] += 20.0  # nobody came again
    pool.tidy()
    assert runs_of(pool) == []


@pytest.mark.ffmpeg
@pytest.mark.parametrize(
    ("first", "patience", "kept"),
    [
        ("sleep 60", Patience(wait_s=0.4, start_s=0.0, work_s=60.0), False),
        ("sleep 60", Patience(wait_s=0.4, start_s=60.0, work_s=0.0), True),
        ("while :; do :; done", Patience(wait_s=1.0, start_s=0.0, work_s=60.0, busy=0.03), True),
        ("while :; do :; done", Patience(wait_s=1.0, start_s=60.0, work_s=0.0, busy=0.03), False),
    ],
)
def test_what_hangs_is_ended_and_what_works_goes_on(slow_pool, film, first, patience, kept):
    pool = slow_pool(first, patience)
    with pytest.raises(BusyError):
        pool.stream(film, TINY, session_id="tv").segment(0)
    assert len(runs_of(pool)) == kept


@pytest.mark.ffmpeg
def test_a_run_that_has_begun_and_hangs_is_ended_at_once(slow_pool, film, tmp_path):
    pool = slow_pool("", QUICK)
    stream = pool.stream(film, TINY, session_id="tv")
    assert asked_until_there(stream) >= 0
    (run,) = runs_of(pool)
    assert not pool._runs.patience.keeps(run, 0.0)
    assert pool._runs.patience.keeps(run, 1.0)
