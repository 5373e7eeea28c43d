"""Sessions, runs and their ends, with real encoders."""

import os
import signal
import threading
from dataclasses import replace

import pytest

from tests.transcoder.conftest import FFMPEGS, H264, read_back
from transcoder import (
    PROFILES,
    BusyError,
    EncodeError,
    MediaInfo,
    Pool,
    PoolClosedError,
    SegmentNotFoundError,
    Source,
    UnreadablePartError,
    VideoStream,
)
from transcoder.pool import PRESENTATION_IDLE_S
from transcoder.run import AHEAD

pytestmark = pytest.mark.ffmpeg


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def long_source(clips, source_of):
    """A minute to convert: two dozen segments."""
    clip = clips.make("minute.mkv", *H264, "-g", "48", "-c:a", "flac", seconds="60", size="160x90")
    return source_of("minute.mkv", clip)


@pytest.fixture
def pool(media_server):  # which is closed after the encoders that read from it
    with Pool(FFMPEGS[0]) as running:
        yield running


def runs_of(pool):
    with pool._lock:
        return [run for run in pool._runs._presentation_of if run.alive]


def pids_of(pool):
    with pool._lock:
        return [pid for run in pool._runs._presentation_of for pid in run.pids]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(pool, condition):
    with pool._lock:
        assert pool._lock.wait_for(condition, timeout=20)


@pytest.fixture
def tiny():
    """A screen that plays nothing as it is, and is small."""
    return replace(PROFILES["baseline"], name="tiny", video={}, max_width=160, max_height=90)


def test_a_seek_starts_a_run_there_and_ends_the_one_before(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    b"".join(stream.segment(0))
    (first,) = runs_of(pool)
    b"".join(stream.segment(20))
    (second,) = (run for run in runs_of(pool) if run is not first)
    assert (first.first, second.first) == (0, 20)
    pool.tidy()
    assert runs_of(pool) == [second]
    assert not any(is_running(pid) for pid in first.pids)


def test_what_was_made_is_not_made_again(pool, long_source, tiny, media_server):
    stream = pool.stream(long_source, tiny, session_id="tv")
    once = b"".join(stream.segment(3))
    (run,) = runs_of(pool)
    body = pool.stream(long_source, tiny, session_id="other").segment(3)
    assert body.size == len(once)
    assert b"".join(body) == once
    assert runs_of(pool) == [run]


def test_the_reader_stops_ahead_and_goes_on_when_asked(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    b"".join(stream.segment(0))
    (run,) = runs_of(pool)
    wait_until(pool, lambda: run.position > AHEAD)
    other = pool.stream(long_source, tiny, session_id="other")
    for index in range(15, 25):  # it has had as much time as these take
        b"".join(other.segment(index))
    assert run.position == AHEAD + 1
    pool.tidy()
    for index in range(12):
        b"".join(stream.segment(index))
    assert run in runs_of(pool)
    assert run.position <= 12 + AHEAD


def test_two_requests_at_once_share_a_run(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    got = {}
    threads = [
        threading.Thread(target=lambda index=index: got.update({index: b"".join(stream.segment(index))}))
        for index in (10, 11, 12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(got[index] for index in (10, 11, 12))
    assert len(runs_of(pool)) == 1


def test_two_viewers_keep_their_places(pool, long_source, tiny, tmp_path):
    here = pool.stream(long_source, tiny, session_id="here")
    there = pool.stream(long_source, tiny, session_id="there")
    for index in range(4):
        b"".join(here.segment(index))
        b"".join(there.segment(index + 15))
    pool.tidy()
    assert sorted(run.first for run in runs_of(pool)) == [0, 15]
    tracks = read_back(here.init_segment() + b"".join(there.segment(16)), tmp_path)
    assert len(tracks["video"].shown_s) == 48


def test_a_segment_is_given_out_while_it_is_made(pool, long_source, tiny):
    body = pool.stream(long_source, tiny, session_id="tv").segment(0)
    assert body.size is None
    assert len(list(body)) > 1  # pieces of half a second


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_the_stream_goes_on_when_an_encoder_is_killed(long_source, tiny, ffmpeg, tmp_path):
    with Pool(ffmpeg) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        made = []
        for index in range(8):
            if index in (2, 5):
                for pid in pids_of(pool):
                    os.kill(pid, signal.SIGKILL)
                wait_until(pool, lambda: all(not run.alive for run in pool._runs._presentation_of))
            made.append(b"".join(stream.segment(index)))
        tracks = read_back(stream.init_segment() + b"".join(made), tmp_path)
    assert len(tracks["video"].shown_s) == 8 * 48
    assert max(tracks["video"].gaps_s) < 0.05
    assert {round(gap * 48000) for gap in tracks["audio"].gaps_s} == {1024}


def test_a_body_says_when_its_encoder_dies_midway(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    body = stream.segment(0)
    with pool._lock:  # the reader of the encoder's output stands still here
        (run,) = pool._runs._presentation_of
        run.segments[0].complete = False
        run.give_up()
    with pytest.raises(EncodeError, match="middle"):
        list(body)
    assert b"".join(stream.segment(0))


def test_close_leaves_nothing(long_source, tiny, media_server):
    pool = Pool(FFMPEGS[0])
    stream = pool.stream(long_source, tiny, session_id="tv")
    body = stream.segment(0)
    list(body)
    pids = pids_of(pool)
    assert len(pids) == 2
    assert media_server.leases == 1
    pool.close()
    pool.close()
    assert not any(is_running(pid) for pid in pids)
    assert media_server.leases == 0
    assert pool._cache.size == 0
    assert [
        thread.name for thread in threading.enumerate() if thread.name.startswith(("run-", "transcoder"))
    ] == []
    with pytest.raises(PoolClosedError):
        stream.segment(1)
    with pytest.raises(PoolClosedError):
        pool.stream(long_source, tiny, session_id="tv")


def test_close_ends_those_who_wait(long_source, tiny, media_server):
    """One viewer waits for an encoder that another has."""
    pool = Pool(FFMPEGS[0], encoder_limit=1)
    held = pool.stream(long_source, tiny, session_id="one").segment(0)
    next(held)
    raised = []

    def wait():
        try:
            pool.stream(long_source, tiny, session_id="two").segment(20)
        except PoolClosedError as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(pool, lambda: pool._runs._slots[True].waiting)
    pool.close()
    thread.join()
    held.close()
    assert raised


def test_encoders_are_limited_and_the_wait_is_bounded(long_source, tiny):
    with Pool(FFMPEGS[0], encoder_limit=1) as pool:
        pool._runs._slots[True].wait_s = 0.05
        b"".join(pool.stream(long_source, tiny, session_id="one").segment(0))
        with pytest.raises(BusyError) as caught:
            pool.stream(long_source, tiny, session_id="two").segment(20)
        assert caught.value.retry_after_s > 0
        assert len(runs_of(pool)) == 1


def test_a_viewer_who_pauses_lends_the_encoder(long_source, tiny, clock):
    with Pool(FFMPEGS[0], encoder_limit=1, now=clock) as pool:
        b"".join(pool.stream(long_source, tiny, session_id="one").segment(0))
        (run,) = runs_of(pool)
        wait_until(pool, lambda: run.position > 1)
        clock.now_s += 7
        assert b"".join(pool.stream(long_source, tiny, session_id="two").segment(20))
        assert b"".join(pool.stream(long_source, tiny, session_id="one").segment(1))  # made ahead: in memory


def test_idle_runs_and_sessions_end(long_source, tiny, clock):
    with Pool(FFMPEGS[0], now=clock) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        b"".join(stream.segment(0))
        clock.now_s += 14
        pool.tidy()
        assert len(runs_of(pool)) == 1
        clock.now_s += 2
        pool.tidy()
        assert runs_of(pool) == []
        assert pids_of(pool) == []
        assert "tv" in pool._sessions
        clock.now_s += 60
        pool.tidy()
        assert pool._sessions == {}
        assert b"".join(stream.segment(5))  # and whoever comes back is served


def test_segments_that_nobody_watches_are_forgotten_in_the_end(long_source, tiny, clock):
    with Pool(FFMPEGS[0], now=clock) as pool:
        b"".join(pool.stream(long_source, tiny, session_id="tv").segment(0))
        clock.now_s += PRESENTATION_IDLE_S - 1
        pool.tidy()
        assert pool._cache.size > 0
        clock.now_s += 2
        pool.tidy()
        assert pool._cache.size == 0


def test_a_burst_of_seeks_starts_only_the_newest(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    b"".join(stream.segment(0))
    outcomes = {}

    def seek(index):
        try:
            outcomes[index] = len(b"".join(stream.segment(index)))
        except BusyError:
            outcomes[index] = None

    b"".join(stream.segment(6))  # the last start is now recent
    threads = [threading.Thread(target=seek, args=(index,)) for index in (12, 18, 24)]
    session = pool._sessions["tv"]
    for count, thread in enumerate(threads, start=session.starts + 1):
        thread.start()
        wait_until(pool, lambda count=count: session.starts >= count)
        with pool._lock:
            pool._lock.notify_all()
    for thread in threads:
        thread.join()
    assert outcomes[24]
    assert outcomes[12] is None or outcomes[18] is None


def test_a_file_that_is_none_fails_twice_and_says_so(pool, media_server, tiny):
    media_server.offer("broken.mkv", bytes(5000))
    info = MediaInfo(
        format_name="matroska",
        mime="video/x-matroska",
        duration_s=20.0,
        video=(VideoStream(index=0, codec="mpeg4", width=16, height=16),),
    )
    stream = pool.stream(Source("broken", info, media_server.lease("broken.mkv")), tiny, session_id="tv")
    with pytest.raises(EncodeError, match="twice") as caught:
        stream.segment(0)
    assert caught.value.last_lines
    with pytest.raises(EncodeError):
        stream.init_segment()


def test_a_file_that_is_shorter_than_it_says_ends(pool, long_source, tiny):
    video = replace(long_source.info.video[0], end_s=80.0, last_s=80.0)
    info = replace(long_source.info, duration_s=80.0, video=(video,))
    stream = pool.stream(Source("longer", info, long_source.lease), tiny, session_id="tv")
    with pytest.raises(SegmentNotFoundError):
        stream.segment(stream.plan.count - 1)


def test_a_gap_is_never_taken_for_the_film(pool, media_server, long_source, tiny):
    """ffmpeg takes a connection that was cut for the end of the file and ends well: the lease knows better."""

    class DamagedError(Exception):
        pass

    media_server.damage = DamagedError("chunk 7")
    stream = pool.stream(long_source, tiny, session_id="tv")
    with pytest.raises((UnreadablePartError, EncodeError)):
        b"".join(stream.segment(0))
    with pytest.raises(UnreadablePartError) as caught:
        stream.segment(0)
    assert caught.value.reason is media_server.damage
    assert caught.value.until_s in stream.plan.boundaries_s[1:]


def test_segments_that_no_plan_has_are_refused(pool, long_source, tiny):
    stream = pool.stream(long_source, tiny, session_id="tv")
    for index in (-1, stream.plan.count):
        with pytest.raises(SegmentNotFoundError):
            stream.segment(index)
    with pytest.raises(SegmentNotFoundError):
        pool.stream(long_source, PROFILES["legacy"], session_id="old").init_segment()
    assert runs_of(pool) == []


def test_a_lease_that_is_refused_reaches_the_caller(pool, long_source, tiny):
    class LockedError(Exception):
        pass

    class Refusal:
        def __enter__(self):
            raise LockedError

        def __exit__(self, *error):
            return None

    stream = pool.stream(Source("locked", long_source.info, Refusal), tiny, session_id="tv")
    with pytest.raises(LockedError):
        stream.segment(0)
    pool.tidy()
    assert pids_of(pool) == []


def test_little_memory_forgets_the_oldest(long_source, tiny):
    with Pool(FFMPEGS[0], cache_size=300_000) as pool:
        stream = pool.stream(long_source, tiny, session_id="tv")
        for index in range(10):
            b"".join(stream.segment(index))
        assert pool._cache.size <= 300_000
        assert b"".join(stream.segment(0))
