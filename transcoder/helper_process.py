"""A child of ours that answers requests and may crash; `transcoder.helper_child.serve` is its other side."""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

from transcoder import framing
from transcoder.closing import Closing
from transcoder.errors import HelperCrashedError, HelperTimeoutError
from transcoder.helper_child import BACKGROUND
from transcoder.process import Child, python_environment

MAX_ANSWER_SIZE = 256 * 1024 * 1024
"""Bytes: subtitles with all fonts of a film have less. We hold an answer, and more than once."""
_GRACE_S = 0.1


class HelperProcess(Closing):
    """The owner of a child process that answers requests, may crash, and is then started anew.

    Args:
        argv: The child, which calls `serve`. It starts at the first call.
        name: What log lines call it.
        background: Nobody waits for what it makes: whatever else the machine does comes first.
    """

    def __init__(self, argv: Sequence[str], *, name: str = "helper", background: bool = False) -> None:
        self._argv = [*argv, BACKGROUND] if background else list(argv)
        self._name = name
        self._calling = threading.Lock()
        self._child: Child | None = None
        self._closed = threading.Event()

    @property
    def pid(self) -> int | None:
        """The running child's id, or None between children."""
        child = self._child
        return child.pid if child else None

    def call(
        self, request: dict[str, Any], payload: bytes = b"", *, timeout_s: float = 60.0
    ) -> tuple[dict[str, Any], bytes]:
        """Send one request and return the answer's header and payload. Threads take turns.

        Raises:
            HelperTimeoutError: No answer in `timeout_s`; the child was killed.
            HelperCrashedError: The child died, or said what is no answer.
            ValueError: The helper is closed.
        """
        with self._calling:
            if self._closed.is_set():
                raise ValueError(f"{self._name} is closed")
            child = self._running_child()
            if self._closed.is_set():  # meanwhile: whoever closed may not have seen this child
                self._drop_child()
                raise ValueError(f"{self._name} is closed")
            exchange = _Exchange(child, time.monotonic() + timeout_s)
            try:
                exchange.send(framing.format_message(request, payload))
                exchange.send(payload)
                sizes = exchange.receive(framing.SIZES_SIZE)
                header_size, payload_size = framing.parse_sizes(sizes, MAX_ANSWER_SIZE)
                header = framing.parse_header(exchange.receive(header_size))
                return header, exchange.receive(payload_size)
            except TimeoutError:
                self._drop_child()
                raise HelperTimeoutError(f"{self._name} gave no answer in {timeout_s:g} s") from None
            except (EOFError, OSError, framing.FrameError) as error:
                status = self._drop_child()
                lines = child.last_lines
                raise HelperCrashedError(f"{self._name} ended with status {status}", lines) from error

    def close(self) -> None:
        """End the child, even in the middle of a call, and refuse further calls. Safe twice."""
        self._closed.set()
        child = self._child
        if child is not None:
            child.signal(signal.SIGKILL)  # a call that is under way fails at once
        with self._calling:
            self._drop_child()

    def _running_child(self) -> Child:
        if self._child is not None and self._child.poll() is not None:
            self._drop_child()  # it died between calls
        if self._child is None:
            self._child = Child(self._argv, python_environment(), subprocess.PIPE)
        return self._child

    def _drop_child(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        # One that is dying by itself may finish dying, so that its own status is the one reported.
        try:
            status = child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            status = -signal.SIGKILL
        child.end(0)
        child.close_pipes()
        return status


class _Exchange:
    """One request and its answer over a child's pipes, under one deadline."""

    def __init__(self, child: Child, deadline: float) -> None:
        assert child.stdin is not None
        self._stdin = child.stdin.fileno()
        self._stdout = child.stdout.fileno()
        self._deadline = deadline
        os.set_blocking(self._stdin, False)

    def send(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._await(self._stdin, selectors.EVENT_WRITE)
            left = left[os.write(self._stdin, left[: 1 << 16]) :]

    def receive(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            self._await(self._stdout, selectors.EVENT_READ)
            piece = os.read(self._stdout, min(size - len(received), 1 << 20))
            if not piece:
                raise EOFError
            received += piece
        return bytes(received)

    def _await(self, fd: int, event: int) -> None:
        left_s = self._deadline - time.monotonic()
        with selectors.PollSelector() as selector:
            selector.register(fd, event)
            if left_s <= 0 or not selector.select(left_s):
                raise TimeoutError
