"""The only module of this package that starts processes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

from discovery import Advertisement, sidecar_command
from tvapp.config import Settings, settings_as_json

Process = subprocess.Popen[bytes]
# -P: a module that lies in the folder where the server was started is never loaded in place of ours.
PYTHON = (sys.executable, "-P", "-m")
StillRunningError = subprocess.TimeoutExpired


class PainterError(Exception):
    """The demo's pictures and films could not be made; the message holds the last line of why."""


def start_web(settings: Settings, listener: socket.socket, key_socket: socket.socket) -> Process:
    """Start the web process on a listening socket.

    It gets a session of its own: a Ctrl-C at the terminal goes to the launcher, which stops the others in order.
    """
    descriptors = (listener.fileno(), key_socket.fileno())
    numbers = [str(number) for number in (os.getpid(), *descriptors)]
    return subprocess.Popen(
        [*PYTHON, "tvapp.server", *numbers, settings_as_json(settings)],
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def start_discovery(settings: Settings, listener: socket.socket) -> Process:
    """Start the sidecar that says on the LAN where the server listens.

    Its standard input stays open: its end is how the sidecar learns that the launcher is gone.
    """
    address, port = listener.getsockname()[:2]
    advertisement = Advertisement(
        name=settings.name, port=port, install_id=install_id(settings.state), addresses=(address,)
    )
    process = subprocess.Popen(
        sidecar_command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(advertisement.format())
        process.stdin.flush()
    return process


def paint_demo(directory: Path, ffmpeg: Path, on_progress: Callable[[int, int], None]) -> None:
    """Have the demo's films and photos made in a process that holds no key.

    Raises:
        PainterError: It failed.
    """
    command = [*PYTHON, "tvapp.demo", str(directory), str(ffmpeg)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            progress = json.loads(line)
            on_progress(progress["done"], progress["total"])
    if process.returncode != 0:
        raise PainterError(f"the demo's films could not be made (status {process.returncode})")


def install_id(state: Path) -> uuid.UUID:
    """Return the random id of this installation, made at its first start; it says nothing of the machine."""
    path = state / "install-id"
    try:
        return uuid.UUID(path.read_text(encoding="ascii").strip())
    except (FileNotFoundError, ValueError):
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = uuid.uuid4()
        path.write_text(f"{fresh}\n", encoding="ascii")
        return fresh
