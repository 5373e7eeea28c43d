"""Runs ffmpeg: the only module of the demo that starts a process."""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

LAST_LINES = 4
"""How many of ffmpeg's last lines an error carries."""
PIPE_ROOM = 60_000
"""What a pipe takes without a reader, in bytes; Linux gives 65,536."""


class EncodeError(Exception):
    """ffmpeg could not make a film; the message carries its last lines."""


def encode(
    ffmpeg: Path, arguments: Sequence[str], frames: Iterable[bytes], texts: Sequence[str] = ()
) -> None:
    """Run ffmpeg with `arguments`, give it `frames` on its standard input and wait until it is done.

    Args:
        ffmpeg: The program.
        arguments: Without the program's name. `{text0}`, `{text1}`... stand for the URLs of `texts`.
        frames: Raw pictures, one after the other.
        texts: Small files (under 60 kB) that ffmpeg reads through pipes of their own.

    Raises:
        EncodeError: ffmpeg failed.
    """
    with ExitStack() as stack:
        readers = [_pipe_with(text.encode(), stack) for text in texts]
        urls = {f"{{text{index}}}": f"pipe:{reader}" for index, reader in enumerate(readers)}
        complaints = stack.enter_context(tempfile.TemporaryFile())
        process = stack.enter_context(
            subprocess.Popen(
                [str(ffmpeg), *(urls.get(argument, argument) for argument in arguments)],
                stdin=subprocess.PIPE,
                pipesize=1 << 20,  # most of a picture at a time, where the system allows it
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                pass_fds=readers,
            )
        )
        stack.callback(_end, process)
        _feed(process, frames)
        if process.wait() != 0:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").splitlines()
            raise EncodeError(
                "; ".join(lines[-LAST_LINES:]) or f"ffmpeg ended with status {process.returncode}"
            )


def _pipe_with(text: bytes, stack: ExitStack) -> int:
    """Return the reading end of a pipe that holds all of `text`."""
    if len(text) > PIPE_ROOM:
        raise ValueError("text too long for a pipe without a reader")
    reader, writer = os.pipe()
    stack.callback(os.close, reader)
    os.write(writer, text)
    os.close(writer)
    return reader


def _feed(process: subprocess.Popen[bytes], frames: Iterable[bytes]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            for frame in frames:
                pipe.write(frame)
    except BrokenPipeError:
        pass  # ffmpeg gave up: its status and last lines say why


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no ffmpeg behind when painting failed half-way."""
    if process.poll() is None:
        process.kill()
