"""A thread that lingers with its connection: it answers what follows at once, and lets go in time."""

import contextlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.workers import gthread
from gunicorn.workers.gthread import TConn

from tvapp.lingering import LingeringWorker
from tvapp.server import QuietLogger

PATIENCE_S = 30
THREADS = 2
REQUEST = b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n"


def echo(environ, start_response):
    """Answer with two letters: the path, the end of the scheme, or of the body that is read."""
    start_response("200 OK", [("Content-Length", "2")])
    answers = {
        "/scheme": lambda: environ["wsgi.url_scheme"],
        "/read": lambda: environ["wsgi.input"].read().decode(),
    }
    return [answers.get(environ["PATH_INFO"], lambda: environ["PATH_INFO"])()[-2:].encode()]


class Application(BaseApplication):
    """The application, as gunicorn wants it."""

    def load_config(self):
        """There is nothing to load."""

    def load(self):
        return echo


class Served:
    """A connection that a worker has just been given."""

    def __init__(self, worker, pool, peer="127.0.0.1") -> None:
        ours, self.client = socket.socketpair()
        self.client.settimeout(PATIENCE_S)
        self._answers = self.client.makefile("rb")
        self._pool = pool
        self.worker = worker
        self.conn = TConn(worker.cfg, ours, (peer, 1234), ("127.0.0.1", 80))

    def handle(self):
        """Have a thread handle it, as the worker does when it is readable; the future is what comes of it."""
        return self._pool.submit(self.worker.handle, self.conn)

    def ask(self, number):
        """Send a request; return what is answered."""
        return self.send(REQUEST % number)

    def send(self, request):
        """Send a request as it is; return what is answered."""
        self.client.sendall(request)
        return self.answer()

    def answer(self):
        head = b"".join(iter(self._answers.readline, b"\r\n"))
        assert head.startswith(b"HTTP/1.1 200 OK")
        return self._answers.read(2).decode()

    def leave(self):
        """The client goes away."""
        self._answers.close()
        self.client.close()

    def close(self):
        self.leave()
        self.conn.sock.close()


@pytest.fixture
def worker():
    config = Config()
    config.set("threads", THREADS)
    config.set("keepalive", 15)
    config.set("worker_tmp_dir", "/dev/shm")
    worker = LingeringWorker(1, os.getppid(), [], Application(), 30, config, QuietLogger(config))
    worker.wsgi = echo
    worker.nr_conns = 1
    yield worker
    worker.tmp.close()


@pytest.fixture
def served(worker):
    with ThreadPoolExecutor(1) as pool, contextlib.closing(Served(worker, pool)) as served:
        yield served
        served.leave()


def test_what_follows_at_once_is_answered_by_the_same_thread(served):
    served.worker.linger_s = PATIENCE_S
    handled = served.handle()
    assert [served.ask(number) for number in range(3)] == ["/0", "/1", "/2"]
    assert not handled.done()
    served.leave()
    assert handled.result(PATIENCE_S) is False  # the client is gone: nothing is kept


def test_a_thread_that_waited_for_nothing_lets_go_and_the_connection_stays(served):
    handled = served.handle()
    assert served.ask(0) == "/0"
    assert handled.result(PATIENCE_S) is True
    again = served.handle()  # gunicorn's main thread gives it to a thread again
    assert served.ask(1) == "/1"
    assert again.result(PATIENCE_S) is True


def test_where_threads_are_scarce_none_waits(served):
    served.worker.linger_s = 10 * PATIENCE_S
    served.worker.nr_conns = THREADS + 1
    handled = served.handle()
    assert served.ask(0) == "/0"
    assert handled.result(PATIENCE_S) is True


def test_requests_that_come_together_are_all_answered(served):
    handled = served.handle()
    served.client.sendall(REQUEST % 0 + REQUEST % 1)
    assert [served.answer() for _ in range(2)] == ["/0", "/1"]
    assert handled.result(PATIENCE_S) is True


def test_a_worker_that_stops_closes_after_the_answer(served):
    served.worker.linger_s = 10 * PATIENCE_S
    handled = served.handle()
    assert served.ask(0) == "/0"
    served.worker.alive = False
    assert served.ask(1) == "/1"
    assert handled.result(PATIENCE_S) is False


def test_a_client_that_wants_no_more_is_not_waited_for(served):
    served.worker.linger_s = 10 * PATIENCE_S
    handled = served.handle()
    served.client.sendall(b"GET /0 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert served.answer() == "/0"
    assert handled.result(PATIENCE_S) is False


BODY = b"POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n%s"
CHUNKED = b"POST %s HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


def test_a_body_that_nobody_read_is_no_request(served):
    served.worker.linger_s = PATIENCE_S
    handled = served.handle()
    unread = b"GET /9 HTTP/1.1\r\n\r\n" * 150
    assert served.send(BODY % (b"/0", len(unread), unread)) == "/0"
    assert served.ask(1) == "/1"
    assert served.send(CHUNKED % b"/2") == "/2"
    assert served.send(CHUNKED % b"/read") == "bc"
    assert served.send(BODY % (b"/read", 3, b"xyz")) == "yz"
    assert served.send(BODY % (b"/3", 0, b"")) == "/3"
    assert served.ask(4) == "/4"
    served.leave()
    assert handled.result(PATIENCE_S) is False


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(served, monkeypatch):
    monkeypatch.setattr(gthread, "DEFAULT_WORKER_DATA_TIMEOUT", 0.05)
    handled = served.handle()
    assert served.send(BODY % (b"/0", 3000, b"GET /9 HTTP/1.1\r\n\r\n")) == "/0"
    assert handled.result(PATIENCE_S) is False


@pytest.mark.parametrize(("peer", "scheme"), [("127.0.0.1", "ps"), ("192.168.1.2", "tp")])
def test_only_a_proxy_of_this_machine_says_what_the_scheme_is(worker, peer, scheme):
    worker.linger_s = PATIENCE_S
    with ThreadPoolExecutor(1) as pool, contextlib.closing(Served(worker, pool, peer)) as served:
        handled = served.handle()
        for _ in range(3):
            assert (
                served.send(b"GET /scheme HTTP/1.1\r\nHost: here\r\nX-Forwarded-Proto: https\r\n\r\n")
                == scheme
            )
        served.leave()
        assert handled.result(PATIENCE_S) is False
