"""`lanterne serve`: starts the web process and the discovery sidecar, watches them, restarts them.

It holds the listening socket, so that a restart of the web process refuses nobody, and the masterkey if it was
entrusted with it. One loop, no threads, no web, no media.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tvapp.config import GRACE_S, Settings
from tvapp.hardening import lock_memory
from tvapp.key_keeper import Trust, socket_pair
from tvapp.processes import Process, StillRunningError, start_discovery, start_web
from vault import SecretMemory

logger = logging.getLogger(__name__)

BACKLOG = 128
RECEIVE_TIMEOUT_S = 10
SEND_TIMEOUT_S = 300  # a paused player reads nothing; when it goes on it asks for the rest
# A child that dies at once is started again ever later, up to a minute.
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
LIVED_WELL_S = 30.0
STOP_S = GRACE_S + 4.0


class ListenError(Exception):
    """The address cannot be listened on; the message says why."""


@dataclass(slots=True)
class Child:
    """One process of ours: how it is started, and since when it runs or when it will."""

    name: str
    start: Callable[[], Process]
    process: Process | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    pidfd: int = field(default=-1)

    def launch(self) -> None:
        """Start the process."""
        self.process = self.start()
        self.pidfd = os.pidfd_open(self.process.pid)
        self.started_at = time.monotonic()

    def reap(self) -> None:
        """Take note that the process ended and choose when to start it again."""
        assert self.process is not None
        status = self.process.wait()
        os.close(self.pidfd)
        now = time.monotonic()
        self.pause_s = (
            FIRST_PAUSE_S if now - self.started_at > LIVED_WELL_S else min(self.pause_s * 2, LONGEST_PAUSE_S)
        )
        self.due_at = now + self.pause_s
        self.process = None
        logger.warning("the %s ended with status %s; starting it again", self.name, status)

    def stop(self, deadline: float) -> None:
        """End the process: ask first, insist at the deadline."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except StillRunningError:
            self.process.kill()
            self.process.wait()
        os.close(self.pidfd)
        self.process = None


def listening_socket(host: str, port: int) -> socket.socket:
    """Return the socket that requests will come in by.

    Raises:
        ListenError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit these, and every one holds a thread while it is served: neither a client that begins a
    # request and says no more, nor one that reads no further, may hold it for ever.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", RECEIVE_TIMEOUT_S, 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_S, 0))
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ListenError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    listener.listen(BACKLOG)
    return listener


def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    masterkey: SecretMemory | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Run the server until SIGTERM or SIGINT.

    Args:
        settings: The settings in force.
        listener: The socket to serve; closed at the end.
        masterkey: The key of a vault that is to be open from the start, 64 bytes; wiped when the vault is locked
            and at the end.
        on_ready: Called once, when requests are served.
    """
    lock_memory()
    ours, theirs = socket_pair()
    trust = Trust(ours, masterkey)
    children = [Child("web process", lambda: start_web(settings, listener, theirs))]
    if settings.discovery:
        children.append(Child("discovery", lambda: start_discovery(settings, listener)))
    with listener, ours, theirs, _stop_signals() as stop:
        try:
            _watch(children, trust, stop, on_ready)
        finally:
            deadline = time.monotonic() + STOP_S
            for child in reversed(children):  # the goodbye goes out before the doors close
                child.stop(deadline)
            trust.forget()


def _watch(children: list[Child], trust: Trust, stop: socket.socket, on_ready: Callable[[], None]) -> None:
    announced = False
    while True:
        for child in children:
            if child.process is None and time.monotonic() >= child.due_at:
                child.launch()
        running = {child.pidfd: child for child in children if child.process is not None}
        pauses = [child.due_at - time.monotonic() for child in children if child.process is None]
        timeout_s = max(0.0, min(pauses)) if pauses else None
        readable, _, _ = select.select([stop.fileno(), trust.end.fileno(), *running], [], [], timeout_s)
        if stop.fileno() in readable:
            return
        if trust.end.fileno() in readable:
            trust.answer()
            if trust.web_is_ready and not announced:
                announced = True
                on_ready()
        for pidfd, child in running.items():
            if pidfd in readable:
                child.reap()


@contextlib.contextmanager
def _stop_signals() -> Iterator[socket.socket]:
    """Turn SIGTERM and SIGINT into a readable socket."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003
    previous_fd = signal.set_wakeup_fd(writer.fileno())
    previous = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with reader, writer:
            yield reader
    finally:
        signal.set_wakeup_fd(previous_fd)
        for number, handler in previous.items():
            signal.signal(number, handler)
