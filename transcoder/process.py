"""The only module that starts processes, and always ends them.

`Encoder` is one running ffmpeg whose standard output is read. `HelperProcess` is a child of ours that answers
requests and may crash; `transcoder.helper_child.serve` is its other side.
"""

import contextlib
import io
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from transcoder import framing
from transcoder.errors import HelperCrashedError, HelperTimeoutError

# What a child may know of our surroundings. Passphrases, tokens and settings travel by environment too.
_ENVIRONMENT_ALLOWED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
_LINES_KEPT = 20
_GRACE_S = 0.1  # between TERM and KILL: ffmpeg has nothing to save

_LINE_SIZE = 500
# One byte, not none: at 0 the kernel still hands the memory to a core handler that is fed by a pipe.
_NO_CORE = (1, 1)


def child_environment() -> dict[str, str]:
    """Return the short environment that children get."""
    return {name: os.environ[name] for name in _ENVIRONMENT_ALLOWED if name in os.environ}


def python_environment() -> dict[str, str]:
    """Return the environment of a Python child: the short one, and where our modules lie."""
    paths = [str(Path(entry).absolute()) for entry in sys.path]
    return {**child_environment(), "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


class _Child:
    """A process in a session of its own, its standard error kept as a few last lines."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], stdin: int) -> None:
        self._process = subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        # From here and not in a preexec_fn: that would fork this whole process, threads and all.
        # It may have ended already, which reading will tell, or have a lower limit that only root may raise.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            resource.prlimit(self._process.pid, resource.RLIMIT_CORE, _NO_CORE)
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        # An undrained stderr fills its pipe and stops the child for ever.
        self._drain = threading.Thread(target=self._drain_stderr, name=f"stderr-{self.pid}", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def stdin(self) -> IO[bytes] | None:
        return self._process.stdin

    @property
    def last_lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def poll(self) -> int | None:
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        return self._process.wait(timeout_s)

    def signal(self, number: int) -> None:
        """Send a signal to the child and whatever it started; nothing if it is gone."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def end(self, grace_s: float) -> None:
        """TERM, then KILL, then gone. What the pipes still hold stays readable."""
        if grace_s:
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._drain.join()

    def close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _drain_stderr(self) -> None:
        assert self._process.stderr is not None
        # Read in blocks, and a line without an end in pieces: it is the child that chooses how much it says.
        with io.BufferedReader(cast("io.RawIOBase", self._process.stderr)) as lines:
            while line := lines.readline(_LINE_SIZE):
                self._lines.append(line.decode(errors="replace").rstrip())


class Encoder:
    """One running ffmpeg, read from its standard output. Leaving the context ends it."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._child = _Child(argv, child_environment(), subprocess.DEVNULL)
        self._closed = False

    @property
    def pid(self) -> int:
        """The process's id, which is also its group's."""
        return self._child.pid

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines it wrote to standard error. Not for a log: they may quote the media."""
        return self._child.last_lines

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes as soon as there are any; empty at the end."""
        return os.read(self._child.stdout.fileno(), size)

    def wait(self) -> int:
        """Wait for its end and return the exit status, negative for a signal."""
        return self._child.wait()

    def terminate(self) -> None:
        """End the process; a thread that reads sees the end of the stream. Safe twice, from any thread."""
        self._child.end(_GRACE_S)

    def close(self) -> None:
        """End the process and free its pipes. Nobody may be reading any more."""
        if not self._closed:
            self._closed = True
            self.terminate()
            self._child.close_pipes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class HelperProcess:
    """The owner of a child process that answers requests, may crash, and is then started anew.

    Args:
        argv: The child, which calls `serve`. It starts at the first call.
        name: What log lines call it.
    """

    def __init__(self, argv: Sequence[str], *, name: str = "helper") -> None:
        self._argv = list(argv)
        self._name = name
        self._calling = threading.Lock()
        self._child: _Child | None = None
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
                header_size, payload_size = framing.parse_sizes(exchange.receive(framing.SIZES_SIZE))
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running_child(self) -> _Child:
        if self._child is not None and self._child.poll() is not None:
            self._drop_child()  # it died between calls
        if self._child is None:
            self._child = _Child(self._argv, python_environment(), subprocess.PIPE)
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

    def __init__(self, child: _Child, deadline: float) -> None:
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
