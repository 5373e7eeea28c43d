"""A person at a terminal, who answers what a command asks."""

import contextlib
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PATIENCE_S = 60


@dataclass
class Terminal:
    """Our side of the terminal that a command runs in."""

    fd: int
    process: subprocess.Popen[bytes]
    said: bytes = b""
    _read_until: int = field(default=0)

    def wait_for(self, words: str) -> None:
        """Read on until the command says these words."""
        while (found := self.said.find(words.encode(), self._read_until)) < 0:
            assert self._read(), f"never said {words!r}: {self.said.decode()!r}"
        self._read_until = found + len(words.encode())

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, then type an answer and Enter."""
        self.wait_for(question)
        os.write(self.fd, text.encode() + b"\n")

    def end(self) -> int:
        """Read all that is still said, and return the exit status."""
        while self._read():
            pass
        return self.process.wait(PATIENCE_S)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.fd], [], [], PATIENCE_S)
        assert ready, f"said nothing more: {self.said.decode()!r}"
        try:
            piece = os.read(self.fd, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            return False
        self.said += piece
        return bool(piece)


@contextlib.contextmanager
def at_a_terminal(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run `lanterne` with these arguments in a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", sys.executable, "-m", "tvapp", *arguments],
        env=dict(environment),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
