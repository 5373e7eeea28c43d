"""A server to measure: made and started as its user does, on loopback."""

import contextlib
import http.client
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

PASSPHRASE = "bench"


class BenchServer:
    """`lanterne serve` with some files in its vault, open from the start."""

    def __init__(self, folder: Path, files: list[Path]) -> None:
        folder.mkdir(parents=True)
        self._passphrase_file = folder / "passphrase"
        self._passphrase_file.write_text(PASSPHRASE)
        self._passphrase_file.chmod(0o600)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LANTERNE_")}
        self._environment = inherited | {
            "LANTERNE_VAULT": str(folder / "vault"),
            "LANTERNE_STATE": str(folder / "state"),
            "LANTERNE_PASSPHRASE_FILE": str(self._passphrase_file),
            "LANTERNE_DISCOVERY": "off",
            "LANTERNE_HOST": "127.0.0.1",
            "LANTERNE_PORT": "0",
        }
        self._run("vault", "create", str(folder / "vault"))
        if files:
            self._run("import", *map(str, files))
        self._token = self._run("devices", "add", "bench", "--role", "owner").strip()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tvapp", "serve"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self._process.stdout.readline()
        self.address = line.split()[-1].rstrip("/")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        return self._process.pid

    @property
    def authorization(self) -> dict[str, str]:
        """The header that opens everything."""
        return {"Authorization": f"Bearer {self._token}"}

    def open(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask by HTTP."""
        request = urllib.request.Request(self.address + path, headers=headers)
        request.add_header("Authorization", f"Bearer {self._token}")
        return urllib.request.urlopen(request, timeout=120)

    def json(self, path: str) -> dict:
        """Ask for JSON."""
        with self.open(path) as response:
            return json.load(response)

    def item_id(self, name: str) -> str:
        """The id of the item whose file has this name."""
        items = self.json("/api/v1/items?limit=500")["items"]
        return next(item["id"] for item in items if item["name"] == name)

    def stream(self, item_id: str, query: str) -> tuple[str, list[tuple[float, str]], Callable[[], bytes]]:
        """Open a new session as a screen with this query.

        Returns:
            The folder of its segments, when each begins (seconds) and its address in the folder, and what fetches
            the init segment.
        """
        base = f"/api/v1/items/{item_id}/hls/"
        with self.open(f"{base}master.m3u8?profile={query}") as response:
            media = _addresses(response.read().decode())[0]
        with self.open(base + media) as response:
            text = response.read().decode()
        folder = base + media.rpartition("/")[0] + "/"
        init = re.search(r'^#EXT-X-MAP:URI="([^"]*)"', text, re.MULTILINE)[1]
        durations = [float(duration) for duration in re.findall(r"^#EXTINF:([0-9.]+)", text, re.MULTILINE)]

        def fetch_init() -> bytes:
            with self.open(folder + init) as response:
                return response.read()

        starts = itertools.accumulate(durations[:-1], initial=0.0)
        return folder, list(zip(starts, _addresses(text), strict=True)), fetch_init

    def forget_streams(self) -> None:
        """Lock and unlock: every encoder ends, the cache is emptied; return when the server has nothing to do."""
        for path, body in (("lock", {}), ("unlock", {"passphrase": PASSPHRASE})):
            request = urllib.request.Request(
                f"{self.address}/api/v1/{path}",
                data=json.dumps(body).encode(),
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            )
            with contextlib.closing(urllib.request.urlopen(request, timeout=60)):
                pass
        while self.json("/api/v1/scan")["running"]:
            time.sleep(0.1)

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tvapp", *arguments],
            env=self._environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout


def _addresses(playlist: str) -> list[str]:
    return re.findall(r"^[^#\s]\S*", playlist, re.MULTILINE)
