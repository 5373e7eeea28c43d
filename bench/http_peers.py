"""Plaintext through HTTP: Lanterne against nginx on plain files, rclone's crypt, and gocryptfs behind nginx."""

import contextlib
import http.client
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import median, table
from bench.server import BenchServer

SIZE = 1 << 30
ROUNDS = 3
RANDOM_READS = 600
RANDOM_SIZE = 64 << 10
STREAMS = 32
PASSWORD = "bench"
PROGRAMS = ("nginx", "rclone", "gocryptfs", "fusermount3", "curl")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

NGINX = """
daemon off; worker_processes 1; error_log {folder}/error.log; pid {folder}/pid;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; keepalive_requests 100000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass
class Peer:
    """Somebody who serves the film: where, and which processes work for it."""

    name: str
    address: str
    processes: list[int]
    headers: dict[str, str] = field(default_factory=dict)
    walls_s: list[float] = field(default_factory=list)
    cpus_s: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    random_cpus_s: list[float] = field(default_factory=list)
    again_cpus_s: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """CPU seconds that its processes and their children took so far."""
        return sum(_cpu_s(pid) for pid in _families(self.processes))


def missing_programs() -> list[str]:
    """Which of the peers are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]


def report() -> str:
    """Return the section about reading through HTTP."""
    head = "## Through HTTP, against others"
    if missing := missing_programs():
        return f"{head}\n\nNot measured: {', '.join(missing)} missing (apt-get install nginx rclone gocryptfs curl)."
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as temporary, contextlib.ExitStack() as stack:
        folder = Path(temporary)
        plain = folder / "plain"
        plain.mkdir()
        film = plain / "film.bin"
        _write_random(film)
        server = stack.enter_context(BenchServer(folder / "home", [film]))
        peers = [
            Peer("Lanterne", f"{server.address}/api/v1/items/{server.item_id('film.bin')}/file", [server.pid],
                 server.authorization),
            stack.enter_context(_nginx("nginx, plain file", folder / "nginx-plain", plain)),
            stack.enter_context(_rclone(folder / "rclone", film)),
            stack.enter_context(_gocryptfs(folder / "gocryptfs", film)),
        ]  # fmt: skip
        for turn in range(ROUNDS + 1):
            for peer in peers:
                _sequential(peer, counts=turn > 0)
                _random(peer, peer.random_cpus_s, counts=turn > 0)
                _random(peer, peer.again_cpus_s, counts=turn > 0)
        per_stream_mib = _memory_per_stream(peers[0])
    return "\n\n".join(
        [
            head,
            (
                f"One file of {SIZE >> 30} GiB from the page cache over loopback, fetched whole by curl; then"
                f" {RANDOM_READS} ranges of {RANDOM_SIZE >> 10} KiB at random places over one connection, and as many"
                " again. A file system in user space pays in the first of these for what the kernel kept of the whole"
                " file: it is dropped when the file is opened again."
                f" Medians of {ROUNDS} rounds taken in turn. CPU seconds are the servers' own, curl's not counted."
            ),
            _sequential_table(peers),
            _random_table(peers),
            (
                f"Memory per stream: {per_stream_mib:.2f} MiB (growth of the server's private memory with {STREAMS}"
                " streams under way that are read slowly, divided by their number)."
            ),
        ]
    )


def _sequential_table(peers: list[Peer]) -> str:
    ours, plain = peers[0], peers[1]
    rows = []
    for peer in peers:
        rate, cpu = SIZE / 1e6 / median(peer.walls_s), median(peer.cpus_s)
        rows.append(
            [
                peer.name,
                f"{rate:.0f}",
                f"{rate / (SIZE / 1e6 / median(plain.walls_s)):.2f}",
                f"{cpu * 2**30 / SIZE:.2f}",
                f"{cpu / median(ours.cpus_s):.2f}",
            ]
        )
    head = ["whole file", "MB/s", "of nginx on the plain file", "CPU-s per GiB", "times Lanterne's"]
    return table(head, rows)


def _random_table(peers: list[Peer]) -> str:
    rows = []
    for peer in peers:
        waits = sorted(peer.waits_s)
        p99 = waits[int(len(waits) * 0.99)]
        cpus = [
            f"{median(cpus_s) / RANDOM_READS * 1e3:.2f}" for cpus_s in (peer.random_cpus_s, peer.again_cpus_s)
        ]
        rows.append([peer.name, f"{median(waits) * 1e3:.2f}", f"{p99 * 1e3:.2f}", *cpus])
    return table(
        ["64 KiB at random", "median, ms", "99 %, ms", "server CPU, ms a read", "the second time"], rows
    )


def _sequential(peer: Peer, *, counts: bool) -> None:
    headers = [option for name, value in peer.headers.items() for option in ("-H", f"{name}: {value}")]
    cpu, wall = peer.cpu_s(), time.perf_counter()
    subprocess.run(["curl", "-sf", "-o", "/dev/null", *headers, peer.address], check=True)
    if counts:
        peer.walls_s.append(time.perf_counter() - wall)
        peer.cpus_s.append(peer.cpu_s() - cpu)


def _random(peer: Peer, cpus_s: list[float], *, counts: bool) -> None:
    """Read at random places; note what it took the server in `cpus_s`."""
    where = urllib.parse.urlsplit(peer.address)
    connection = http.client.HTTPConnection(where.hostname, where.port)
    cpu = peer.cpu_s()
    for _ in range(RANDOM_READS):
        start = random.randrange(SIZE - RANDOM_SIZE)
        asked = peer.headers | {"Range": f"bytes={start}-{start + RANDOM_SIZE - 1}"}
        begun = time.perf_counter()
        connection.request("GET", where.path, headers=asked)
        response = connection.getresponse()
        content = response.read()
        if counts:
            peer.waits_s.append(time.perf_counter() - begun)
        assert response.status == 206
        assert len(content) == RANDOM_SIZE
    connection.close()
    if counts:
        cpus_s.append(peer.cpu_s() - cpu)


def _memory_per_stream(peer: Peer) -> float:
    """Open many streams, read a little of each, and see how much the server grew, in MiB a stream."""
    where = urllib.parse.urlsplit(peer.address)
    before = _private_mib(peer.processes)
    with contextlib.ExitStack() as stack:
        for _ in range(STREAMS):
            connection = http.client.HTTPConnection(where.hostname, where.port)
            stack.callback(connection.close)
            connection.request("GET", where.path, headers=peer.headers)
            connection.getresponse().read(1 << 20)
        return (_private_mib(peer.processes) - before) / STREAMS


@contextlib.contextmanager
def _nginx(name: str, folder: Path, root: Path, helpers: tuple[int, ...] = ()) -> Iterator[Peer]:
    folder.mkdir()
    port = _free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port, root=root))
    if os.geteuid() == 0:  # its worker keeps our user, or it could not read our folders
        configuration.write_text("user root;" + configuration.read_text())
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    with _running(
        [nginx, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")], port
    ) as pid:
        yield Peer(name, f"http://127.0.0.1:{port}/film.bin", [pid, *helpers])


@contextlib.contextmanager
def _rclone(folder: Path, film: Path) -> Iterator[Peer]:
    folder.mkdir()
    obscured = subprocess.run(
        ["rclone", "obscure", PASSWORD], check=True, capture_output=True, text=True
    ).stdout
    configuration = folder / "rclone.conf"
    configuration.write_text(f"[secret]\ntype = crypt\nremote = {folder}/sealed\npassword = {obscured}\n")
    rclone = ["rclone", "--config", str(configuration)]
    subprocess.run([*rclone, "copy", str(film), "secret:"], check=True)
    port = _free_port()
    with _running([*rclone, "serve", "http", "secret:", "--addr", f"127.0.0.1:{port}"], port) as pid:
        yield Peer("rclone serve http, crypt", f"http://127.0.0.1:{port}/film.bin", [pid])


@contextlib.contextmanager
def _gocryptfs(folder: Path, film: Path) -> Iterator[Peer]:
    folder.mkdir()
    sealed, mount, secret = folder / "sealed", folder / "mount", folder / "secret"
    sealed.mkdir()
    mount.mkdir()
    secret.write_text(PASSWORD)
    gocryptfs = ["gocryptfs", "-q", "-passfile", str(secret)]
    subprocess.run([*gocryptfs, "-init", str(sealed)], check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([*gocryptfs, "-fg", str(sealed), str(mount)]) as daemon:
        try:
            while not mount.is_mount():
                assert daemon.poll() is None
            shutil.copyfile(film, mount / "film.bin")
            with _nginx("gocryptfs behind nginx", folder / "nginx", mount, (daemon.pid,)) as peer:
                yield peer
        finally:
            subprocess.run(["fusermount3", "-u", str(mount)], check=True)


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                assert process.poll() is None, f"{command[0]} ended"
                with (
                    contextlib.suppress(ConnectionRefusedError),
                    socket.create_connection(("127.0.0.1", port)),
                ):
                    break
            yield process.pid
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _write_random(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(SIZE >> 20):
            file.write(random.randbytes(1 << 20))


def _families(pids: list[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        for task in Path(f"/proc/{pid}/task").iterdir():
            yield from _families([int(child) for child in (task / "children").read_text().split()])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _private_mib(pids: list[int]) -> float:
    total = 0
    for pid in _families(pids):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += sum(
            int(line.split()[1]) for line in lines if line.startswith(("Private_Dirty:", "Private_Clean:"))
        )
    return total / 1024
