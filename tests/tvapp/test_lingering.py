"""A thread that lingers with its connection: it answers what follows at once, and lets go in time."""

import contextlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from tvapp.lingering import LingeringWorker
from tvapp.server import QuietLogger

PATIENCE_S = 30
THREADS = 2
REQUEST = b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n"


def echo(environ, start_response):
    """Answer with the path, two letters."""
    start_response("200 OK", [("Content-Length", "2")])
    return [environ["PATH_INFO"].encode()]


class Application(BaseApplication):
    """The application, as gunicorn wants it."""

    def load_config(self):
        """There is nothing to load."""

    def load(self):
        return echo


class Served:
    """A connection that a worker has just been given."""

    def __init__(self, worker, pool) -> None:
        ours, self.client = socket.socketpair()
        self.client.settimeout(PATIENCE_S)
        self._answers = self.client.makefile("rb")
        self._pool = pool
        self.worker = worker
        self.conn = TConn(worker.cfg, ours, ("127.0.0.1", 1234), ("127.0.0.1", 80))

    def handle(self):
        """Have a thread handle it, as the worker does when it is readable; the future is what comes of it."""
        return self._pool.submit(self.worker.handle, self.conn)

    def ask(self, number):
        """Send a request; return what is answered."""
        self.client.sendall(REQUEST % number)
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
