"""The only module that starts processes, and always ends them.

`Encoder` is one running ffmpeg whose standard output is read; `run_to_end` is one from its start to its end.
"""

import contextlib
import io
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

from transcoder.closing import Closing
from transcoder.core_dumps import refuse_core_dump
from transcoder.errors import FfmpegMissingError

# What a child may know of our surroundings. Passphrases, tokens and settings travel by environment too.
_ENVIRONMENT_ALLOWED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
_LINES_KEPT = 20
_GRACE_S = 0.1  # between TERM and KILL: ffmpeg has nothing to save

_LINE_SIZE = 500
_ENCODER_NICE = 5  # who only reads files, and the web server, go first
_IDLE_NICE = 19
_LOOK_EVERY_S = 0.1


def child_environment() -> dict[str, str]:
    """Return the short environment that children get."""
    return {name: os.environ[name] for name in _ENVIRONMENT_ALLOWED if name in os.environ}


def python_environment() -> dict[str, str]:
    """Return the environment of a Python child: the short one, and where our modules lie."""
    paths = [str(Path(entry).absolute()) for entry in sys.path]
    return {**child_environment(), "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


class Child:
    """A process in a session of its own, its standard error kept as a few last lines.

    Args:
        argv: The program and its arguments.
        environment: All that it may know of ours.
        stdin: As `subprocess` has it.
        nice: How far it stands back behind us.
    """

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], stdin: int, nice: int = 0
    ) -> None:
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
        # It may have ended already, which reading will tell.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            refuse_core_dump(self._process.pid)
            if nice:
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self._process.pid, min(own + nice, 19))
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        # An undrained stderr fills its pipe and stops the child for ever.
        self._drain = threading.Thread(target=self._drain_stderr, name=f"stderr-{self.pid}", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """Its id, which is also its group's."""
        return self._process.pid

    @property
    def stdout(self) -> IO[bytes]:
        """What it says."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def stdin(self) -> IO[bytes] | None:
        """What it listens to, if it does."""
        return self._process.stdin

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of its standard error."""
        return tuple(self._lines)

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for its end and return the exit status."""
        return self._process.wait(timeout_s)

    def signal(self, number: int) -> None:
        """Send a signal to the child and whatever it started; nothing if it is gone."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def finish(self, timeout_s: float) -> None:
        """Let it end by itself, if it does so soon."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_s)

    def end(self, grace_s: float) -> None:
        """TERM, then KILL, then gone. What the pipes still hold stays readable."""
        if grace_s:
            self.signal(signal.SIGTERM)
            self.finish(grace_s)
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._drain.join()

    def close_pipes(self) -> None:
        """Free the pipes."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _drain_stderr(self) -> None:
        assert self._process.stderr is not None
        # Read in blocks, and a line without an end in pieces: it is the child that chooses how much it says.
        with io.BufferedReader(cast("io.RawIOBase", self._process.stderr)) as lines:
            while line := lines.readline(_LINE_SIZE):
                self._lines.append(line.decode(errors="replace").rstrip())


class Encoder(Closing):
    """One running ffmpeg, read from its standard output. Leaving the context ends it.

    Raises:
        FfmpegMissingError: It cannot be started.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._child = _started(argv, subprocess.DEVNULL, _ENCODER_NICE)
        self._closed = False

    @property
    def pid(self) -> int:
        """The process's id, which is also its group's."""
        return self._child.pid

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines it wrote to standard error. Not for a log: they may quote the media."""
        return self._child.last_lines

    @property
    def worked_s(self) -> float:
        """How long it has kept a processor busy; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # its own, and for it
        except (OSError, ValueError, IndexError):
            return 0.0

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


def _started(argv: Sequence[str], stdin: int, nice: int) -> Child:
    """Return a running ffmpeg; what keeps it from running is said in words that a person is shown."""
    try:
        return Child(argv, child_environment(), stdin, nice)
    except OSError as error:
        raise FfmpegMissingError(f"ffmpeg cannot be started: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a process that ran to its end."""

    status: int  # negative for a signal
    output: bytes
    last_lines: tuple[str, ...]
    took_s: float


class Stop(Protocol):
    """A request to stop: an event, or anything with `is_set`."""

    def is_set(self) -> bool:
        """Return whether to stop."""


def run_to_end(argv: Sequence[str], given: bytes = b"", *, timeout_s: float, stopped: Stop) -> Finished:
    """Run ffmpeg with low priority to its end, which is forced after `timeout_s` or when `stopped` is set.

    Args:
        argv: The program and its arguments.
        given: What it reads from standard input.
        timeout_s: How long it may run.
        stopped: Set when the result is no longer wanted.

    Raises:
        FfmpegMissingError: It cannot be started.
    """
    begun_s = time.monotonic()
    child = _started(argv, subprocess.PIPE, _IDLE_NICE)
    writer = threading.Thread(target=_give, args=(child, given), name=f"stdin-{child.pid}")
    writer.start()
    output = bytearray()
    try:
        with selectors.PollSelector() as selector:
            selector.register(child.stdout.fileno(), selectors.EVENT_READ)
            while time.monotonic() - begun_s < timeout_s and not stopped.is_set():
                if not selector.select(_LOOK_EVERY_S):
                    continue
                piece = os.read(child.stdout.fileno(), 1 << 16)
                if not piece:
                    child.finish(_GRACE_S)
                    break
                output += piece
        took_s = time.monotonic() - begun_s
    finally:
        child.end(0)
        writer.join()
        child.close_pipes()
    return Finished(child.wait(), bytes(output), child.last_lines, took_s)


def _give(child: Child, data: bytes) -> None:
    assert child.stdin is not None
    with contextlib.suppress(OSError):  # it has read enough
        left = memoryview(data)
        while left:
            left = left[child.stdin.write(left) or 0 :]
    with contextlib.suppress(OSError):
        child.stdin.close()
