"""Text that is drawn takes long to read out of a film: who waits for it holds up nobody."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.transcoder.conftest import FFMPEGS, H264
from transcoder import PROFILES, BusyError, Pool, PoolClosedError

pytestmark = pytest.mark.ffmpeg
PATIENCE_S = 60.0


@pytest.fixture
def film(clips, source_of):
    clip = clips.make("quarter.mkv", *H264, "-g", "48", "-c:a", "flac", seconds="15", size="160x90")
    return source_of("quarter.mkv", clip)


@pytest.fixture
def tiny():
    return replace(PROFILES["baseline"], name="tiny", video={}, max_width=160, max_height=90)


class SlowText:
    """Text that is not read before it is told so."""

    def __init__(self, media_server):
        media_server.offer("drawn", b"1\n00:00:00,500 --> 00:00:01,000\nHello\n")
        self.asked, self.read = threading.Event(), threading.Event()
        self.count = 0
        self._server = media_server

    @contextlib.contextmanager
    def drawn(self, _number):
        self.count += 1
        self.asked.set()
        assert self.read.wait(PATIENCE_S)
        with self._server.lease("drawn")() as lease:
            yield lease


@pytest.fixture
def text(media_server):
    return SlowText(media_server)


@pytest.fixture
def waiting():
    """Return a function that asks for segments in a thread of its own."""
    with ThreadPoolExecutor(4) as threads:
        yield lambda stream, index: threads.submit(lambda: b"".join(stream.segment(index)))


def test_who_waits_for_text_takes_no_encoder(film, tiny, text, waiting, media_server):
    now_s = [1000.0]
    with Pool(FFMPEGS[0], encoder_limit=1, now=lambda: now_s[0]) as pool:
        drawn = pool.stream(replace(film, drawn=text.drawn), tiny, session_id="reader", burn=0)
        drawn.begin()  # whoever wants a playlist is not made to wait
        first = waiting(drawn, 0)
        assert text.asked.wait(PATIENCE_S)
        assert (pool.state.playing, pool.state.waiting) == (0, 0)
        other = pool.stream(film, tiny, session_id="other")
        for index in range(other.plan.count):
            assert b"".join(other.segment(index))
        now_s[0] += 10.0  # the other one has seen enough
        text.read.set()
        assert first.result(PATIENCE_S)
    assert media_server.leases == 0


def test_text_that_takes_long_to_read_is_drawn_in_the_end(film, tiny, text, waiting, monkeypatch):
    monkeypatch.setattr("transcoder.drawn_texts.WAIT_LIMIT_S", 0.2)
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(replace(film, drawn=text.drawn), tiny, session_id="tv", burn=0)
        first = waiting(stream, 0)
        assert text.asked.wait(PATIENCE_S)
        with pytest.raises(BusyError):  # who comes again meanwhile is told to wait
            stream.segment(0)
        text.read.set()
        assert first.result(PATIENCE_S)
        assert text.count == 1


def test_two_requests_at_once_share_a_run_and_its_text(film, tiny, text, waiting, media_server):
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(replace(film, drawn=text.drawn), tiny, session_id="tv", burn=0)
        asked = [waiting(stream, 0), waiting(stream, 1)]
        assert text.asked.wait(PATIENCE_S)
        text.read.set()
        assert all(one.result(PATIENCE_S) for one in asked)
        assert pool.state.playing == 1
        assert media_server.leases == 2  # the film's and the text's
    assert media_server.leases == 0


def test_text_that_cannot_be_read_is_in_nobodys_way(film, tiny):
    @contextlib.contextmanager
    def drawn(_number):
        raise LookupError("no such track")
        yield

    with Pool(FFMPEGS[0], encoder_limit=1) as pool:
        stream = pool.stream(replace(film, drawn=drawn), tiny, session_id="tv", burn=0)
        for _ in range(2):
            with pytest.raises(LookupError):
                stream.segment(0)
        assert pool.state.playing == 0
        assert b"".join(pool.stream(film, tiny, session_id="tv").segment(0))


def test_a_pool_that_is_closed_waits_for_text_and_gives_it_back(film, tiny, text, waiting, media_server):
    pool = Pool(FFMPEGS[0])
    first = waiting(pool.stream(replace(film, drawn=text.drawn), tiny, session_id="tv", burn=0), 0)
    assert text.asked.wait(PATIENCE_S)
    closing = threading.Thread(target=pool.close)
    closing.start()
    text.read.set()
    closing.join(PATIENCE_S)
    assert not closing.is_alive()
    with pytest.raises(PoolClosedError):
        first.result(PATIENCE_S)
    assert media_server.leases == 0
