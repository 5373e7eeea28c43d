"""What the running server asks of the system, seen from outside; each look is proven to be able to see."""

import os
import re
import resource
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from tests.lanterne import PASSPHRASE, Place, serving
from tests.tvapp.conftest import FAST_SCRYPT, fill
from tests.tvapp.test_launcher import children_of
from vault import Vault

IS_ROOT = os.geteuid() == 0
# Root may look into any process. Without its rights it is a user like others, and its processes like theirs.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all") if IS_ROOT else ()


@pytest.fixture
def place(tmp_path, contents):
    place = Place(tmp_path).prepare()
    with Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, contents)
    return place


@pytest.fixture
def core_dumps_wanted():
    """Let whoever is started from here dump as much as the system allows."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


def family_of(pid: int) -> list[int]:
    return [pid, *(member for child in children_of(pid) for member in family_of(child))]


def core_limit(pid: int | str) -> list[str]:
    limits = Path(f"/proc/{pid}/limits").read_text()
    return re.search(r"Max core file size +(\S+) +(\S+)", limits).groups()


def can_look_into(pid: int) -> bool:
    """Whether a process of the same user reads another's memory, as far as `environ` shows it."""
    return (
        subprocess.run([*WITHOUT_RIGHTS, "cat", f"/proc/{pid}/environ"], capture_output=True).returncode == 0
    )


def locked_kb(pid: int | str) -> int:
    return int(re.search(r"VmLck:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


def play(server, token: str) -> None:
    """Have every kind of child at work: helpers by the pictures, ffmpeg by a segment."""
    films = server.json("/api/v1/items?kind=video", token)["items"]
    assert films
    master_address = f"/api/v1/items/{films[0]['id']}/hls/master.m3u8"
    master = server.request(f"{master_address}?profile=legacy", token)[1].decode()
    media = next(line for line in master.splitlines() if line and not line.startswith("#"))
    media_address = urllib.parse.urljoin(master_address, media)
    playlist = server.request(media_address)[1].decode()
    segment = next(line for line in playlist.splitlines() if line and not line.startswith("#"))
    assert server.request(urllib.parse.urljoin(media_address, segment))[0] == 200


def wait_for_scan(server, token: str) -> None:
    while server.json("/api/v1/scan", token)["running"]:
        pass


def test_nobody_of_the_family_dumps_core(place, core_dumps_wanted):
    token = place.done("devices", "add", "TV").strip()
    with serving(place, "--passphrase-file", str(place.passphrase_file)) as server:
        wait_for_scan(server, token)
        play(server, token)
        family = family_of(server.process.pid)
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ") for pid in family}
        # A helper between two jobs or an encoder at its end may be gone by now; the limit is inherited.
        assert sum(b"helper" in command for command in commands.values()) >= 1
        # One byte is no core either, and stops a handler that is fed by a pipe, which none does not.
        limits = {pid: core_limit(pid) for pid in family}
        assert limits == {pid: ("0" if limits[pid][0] == "0" else "1",) * 2 for pid in family}


def test_other_processes_of_the_same_user_cannot_look_in(place):
    bystander = subprocess.Popen([*WITHOUT_RIGHTS, "sleep", "60"])
    try:
        with serving(place, "--passphrase-file", str(place.passphrase_file), under=WITHOUT_RIGHTS) as server:
            assert can_look_into(bystander.pid)
            launcher = server.process.pid
            (arbiter,) = children_of(launcher)  # it holds no key, but a socket that the key comes by
            (worker,) = children_of(arbiter)
            assert {pid: can_look_into(pid) for pid in (launcher, arbiter, worker)} == {
                launcher: False,
                arbiter: False,
                worker: False,
            }
    finally:
        bystander.kill()
        bystander.wait()


LOCK_MEMORY = """
import logging, re, resource, sys
from tvapp.hardening import lock_memory
logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(message)s", stream=sys.stdout)
limit = int(sys.argv[1])
if limit: resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
print(lock_memory(), re.search(r"VmLck:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def test_memory_is_kept_out_of_swap_or_the_log_says_why_not():
    def run(*under: str, limit: int) -> list[str]:
        command = [*under, sys.executable, "-c", LOCK_MEMORY, str(limit)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    log, result = run(*WITHOUT_RIGHTS, limit=65536)
    assert log == "DEBUG memory is not kept out of swap: Cannot allocate memory"
    assert result == "False 0"
    if IS_ROOT:
        log, result = run(limit=0)
        assert log == "DEBUG memory is kept out of swap"
        assert result.startswith("True ")
        assert int(result.split()[1]) > 1000


def test_a_running_server_keeps_its_key_out_of_swap(place):
    page_kb = resource.getpagesize() // 1024
    with serving(place, "--passphrase-file", str(place.passphrase_file), under=WITHOUT_RIGHTS) as server:
        launcher = server.process.pid
        (arbiter,) = children_of(launcher)
        (worker,) = children_of(arbiter)
        # No right to lock more than a few pages: those with the keys are.
        assert locked_kb(launcher) >= page_kb
        assert locked_kb(worker) >= page_kb
        assert locked_kb(arbiter) == 0
