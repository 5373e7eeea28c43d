"""The server as a family of processes: it comes back, it stays unlocked, it leaves nobody behind."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lanterne import PASSPHRASE, Place, serving
from tests.tvapp.conftest import FAST_SCRYPT
from vault import Vault

COMES_BACK_S = 20


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    return place


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int, timeout_s: float = 15) -> bool:
    """Wait for the end of a process that is not our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(descriptor)
    ended = bool(poll.poll(timeout_s * 1000))
    os.close(descriptor)
    return ended


def test_serves_locked_until_somebody_unlocks(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place) as server:
        assert server.json("/healthz") == {"status": "ok", "vault": "locked"}
        assert server.request("/api/v1/items", token)[0] == 423
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        assert server.json("/healthz")["vault"] == "unlocked"
        server.json("/api/v1/lock", token, {})
        assert server.json("/healthz")["vault"] == "locked"


def test_is_open_from_the_start_with_a_passphrase_file(place):
    with serving(place, "--passphrase-file", str(place.passphrase_file)) as server:
        assert server.json("/healthz")["vault"] == "unlocked"


def test_a_killed_worker_comes_back_unlocked(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place) as server:
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        (arbiter,) = children_of(server.process.pid)
        (worker,) = children_of(arbiter)
        os.kill(worker, signal.SIGKILL)
        assert gone(worker)
        # The listening socket outlives the worker: the request waits for the next one.
        assert server.json("/healthz")["vault"] == "unlocked"


def test_a_killed_web_process_comes_back_unlocked(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place) as server:
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        (arbiter,) = children_of(server.process.pid)
        os.kill(arbiter, signal.SIGKILL)
        assert gone(arbiter)
        assert server.json("/healthz")["vault"] == "unlocked"


def test_after_a_lock_nobody_remembers_the_key(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place) as server:
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        server.json("/api/v1/lock", token, {})
        (arbiter,) = children_of(server.process.pid)
        os.kill(arbiter, signal.SIGKILL)
        assert gone(arbiter)
        assert server.json("/healthz")["vault"] == "locked"


def test_a_killed_launcher_leaves_nobody_behind(place):
    process = subprocess.Popen(
        [sys.executable, "-m", "tvapp", "serve"],
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline().startswith("Lanterne is at")
        (arbiter,) = children_of(process.pid)
        (worker,) = children_of(arbiter)
        process.kill()
        process.wait()
        assert gone(arbiter)
        assert gone(worker)


def test_no_log_line_tells_anything(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place, "--passphrase-file", str(place.passphrase_file)) as server:
        server.request("/api/v1/items?q=Birthday", token)
        server.request("/api/v1/items/nothing/file?ticket=sesame", token)
        for passphrase in ("open sesame", "sesame" * 1000, ["sesame"], {"sesame": "sesame"}, 1):
            server.request("/api/v1/unlock", token, {"passphrase": passphrase})
        server.request("/api/v1/unlock", token, {"passphrase": PASSPHRASE, "sesame": "sesame"})
        server.request("/api/v1/unlock", token, ["sesame"])
        server.request("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        server.request("/api/v1/sesame", token, {"passphrase": PASSPHRASE})
        # A request that gunicorn itself finds fault with.
        host, port = server.address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /api/v1/items?q=Birthday HTTP/9.9\r\n\r\n")
            assert connection.recv(1000)
        for malformed in (
            b"GET /api/v1/items?q=my Birthday party HTTP/1.1\r\n",
            b"GET / HTTP/1.1\r\nBearer sesame\r\n",
        ):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(malformed + b"\r\n")
                assert b"400" in connection.recv(1000)
    log = (place.folder / "server.log").read_text()
    for secret in (token, PASSPHRASE, "Birthday", "sesame"):
        assert secret not in log


def test_nothing_but_our_own_port_is_open(place):
    with serving(place) as server:
        (arbiter,) = children_of(server.process.pid)
        processes = [server.process.pid, arbiter, *children_of(arbiter)]
        sockets = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
        listening = [
            line.split()[3] for line in sockets.splitlines() if any(f"pid={p}," in line for p in processes)
        ]
        assert listening == [server.address.removeprefix("http://").rstrip("/")]
        assert not list(Path.home().glob(".gunicorn/gunicorn.ctl"))


def test_the_settings_of_a_server_are_not_its_secrets(place):
    with serving(place, "--passphrase-file", str(place.passphrase_file)) as server:
        (arbiter,) = children_of(server.process.pid)
        for pid in (server.process.pid, arbiter):
            seen = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
            assert PASSPHRASE.encode() not in seen
            assert json.dumps(PASSPHRASE).encode() not in seen


def test_who_begins_a_request_and_says_no_more_holds_nobody_up(place):
    with contextlib.ExitStack() as stack, serving(place, LANTERNE_THREADS="4") as server:
        host, port = server.address.removeprefix("http://").rstrip("/").split(":")
        for _ in range(8):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert server.json("/healthz")["status"] == "ok"


def test_a_vault_that_is_away_at_a_restart_leaves_the_server_locked(place):
    token = place.done("devices", "add", "Phone", "--role", "owner").strip()
    with serving(place) as server:
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        away = place.vault.rename(place.folder / "away")
        (arbiter,) = children_of(server.process.pid)
        (worker,) = children_of(arbiter)
        os.kill(arbiter, signal.SIGKILL)
        assert gone(worker)
        assert server.json("/healthz")["vault"] == "locked"
        away.rename(place.vault)
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
