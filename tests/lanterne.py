"""The real program, run as its user runs it: commands, and a server on loopback."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PASSPHRASE = "correct horse – Zürich"


@dataclass(frozen=True)
class Place:
    """Where one household keeps its things."""

    folder: Path

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def passphrase_file(self) -> Path:
        return self.folder / "passphrase"

    def environment(self, **more: str) -> dict[str, str]:
        """What a command needs to find it all; nothing is said on any LAN."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LANTERNE_")}
        return inherited | {
            "LANTERNE_VAULT": str(self.vault),
            "LANTERNE_STATE": str(self.state),
            "LANTERNE_DISCOVERY": "off",
            "LANTERNE_HOST": "127.0.0.1",
            "LANTERNE_PORT": "0",
            "TMPDIR": str(self.temporary),
            **more,
        }

    def prepare(self) -> "Place":
        """Make the folders and the file with the passphrase."""
        self.temporary.mkdir(parents=True)
        self.passphrase_file.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self.passphrase_file.chmod(0o600)
        return self

    def run(self, *arguments: str, stdin: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tvapp", *arguments],
            env=self.environment(**more),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def done(self, *arguments: str, **more: str) -> str:
        """Run a command that must succeed, with the passphrase at hand; return its answer."""
        result = self.run(*arguments, LANTERNE_PASSPHRASE_FILE=str(self.passphrase_file), **more)
        assert result.returncode == 0, f"{arguments} left with {result.returncode}: {result.stderr}"
        return result.stdout


@dataclass(frozen=True)
class Server:
    """A running server."""

    address: str
    process: subprocess.Popen[bytes]
    link: str = ""  # that pairs one browser

    def request(
        self,
        path: str,
        token: str | None = None,
        body: object | None = None,
        method: str | None = None,
        **headers: str,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Ask by HTTP; return status, body and headers, whatever the status. With a body, it is a POST by default."""
        request = urllib.request.Request(self.address.rstrip("/") + path, headers=headers, method=method)
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read(), dict(response.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    def json(self, path: str, token: str | None = None, body: object | None = None):
        status, content, _ = self.request(path, token, body)
        assert status < 400, f"{path}: {status} {content!r}"
        return json.loads(content) if content else None


@contextlib.contextmanager
def serving(
    place: Place, *arguments: str, terminal: bool = False, under: Sequence[str] = (), **more: str
) -> Iterator[Server]:
    """Run `lanterne serve` until the block ends; it must leave in order.

    Args:
        place: Where its vault and state are.
        arguments: Further options.
        terminal: Let its output be a terminal, so that it shows the link that pairs a browser.
        under: A program, with its options, that starts the server in its own place.
        more: Further variables of its environment.
    """
    reader, writer = os.openpty() if terminal else os.pipe()
    with (place.folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [*under, sys.executable, "-m", "tvapp", "serve", *arguments],
            env=place.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=log,
        )
    os.close(writer)
    try:
        yield _greeting(reader, process, terminal=terminal)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            os.close(reader)
    assert status == 0


def _greeting(reader: int, process: subprocess.Popen[bytes], *, terminal: bool) -> Server:
    """Read what the server says until it said all that is needed."""
    said = b""
    while True:
        address = re.search(rb"Lanterne is at (http://\S+)", said)
        link = re.search(rb"(http://\S+#invitation=\S+)\s", said)
        if address and (link or not terminal):
            return Server(address.group(1).decode(), process, link.group(1).decode() if link else "")
        try:
            piece = os.read(reader, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            piece = b""
        assert piece, f"the server ended with status {process.wait(5)}"
        said += piece
