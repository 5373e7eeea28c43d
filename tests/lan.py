"""A home network of three hosts in network namespaces, with real mDNS clients: nothing leaves the machine.

    with HomeLan() as lan:
        with lan.tv.avahi() as avahi:
            browsing = avahi.start("avahi-browse", "-rp", "_http._tcp")
            browsing.wait_for(lambda line: line.startswith("="), timeout_s=10)

`box` is 10.77.0.10, `tv` 10.77.0.20, `phone` 10.77.0.30 (and fd77::10 ...), each with one `eth0` on a bridge in
a fourth namespace. Needs root, iproute2, util-linux; for `avahi()` also dbus, avahi-daemon, avahi-utils. What is
missing is an error, not a skip: a suite that quietly leaves these tests out says nothing about the network.
"""

import contextlib
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

PROJECT = Path(__file__).resolve().parents[1]
PREFIX = "lanterne-"
END_S = 10.0  # seconds a process has to end by itself before it is killed

# A private /run, D-Bus and avahi, as a host of its own would have; ends with its standard input.
AVAHI_HOST = r"""
hostname "$1"
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon
chown avahi:avahi /run/avahi-daemon
cat > /run/dbus/bus.conf <<'BUS'
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_requested_reply="true"/></policy></busconfig>
BUS
# Both come back when they are ready, and go on in the background.
bus=$(dbus-daemon --config-file=/run/dbus/bus.conf --fork --print-pid --nopidfile)
avahi-daemon --daemonize --no-drop-root --no-chroot --no-rlimits
echo ready
read -r _ || true
kill "$(cat /run/avahi-daemon/pid)"
kill "$bus"
"""


class Process:
    """A program that runs in a host, its standard output read line by line."""

    def __init__(self, argv: list[str], env: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self._pending = b""
        self._ended = False
        self._popen = subprocess.Popen(
            argv, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.pid = self._popen.pid

    def write(self, data: bytes) -> None:
        assert self._popen.stdin
        self._popen.stdin.write(data)
        self._popen.stdin.flush()

    def end_input(self) -> None:
        assert self._popen.stdin
        self._popen.stdin.close()

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def wait(self, timeout_s: float = END_S) -> int:
        return self._popen.wait(timeout_s)

    def wait_for(self, matches: Callable[[str], bool], timeout_s: float = END_S, *, after: int = 0) -> str:
        """Return the first line, from line `after` on, that matches; fail after `timeout_s` seconds."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = next((line for line in self.lines[after:] if matches(line)), None)
            if found is not None:
                return found
            if not self._read_more(deadline - time.monotonic()):
                raise AssertionError(
                    f"no such line within {timeout_s:g} s; seen: {self.lines}, {self.errors()}"
                )

    def wait_for_end(self, timeout_s: float = END_S) -> None:
        """Wait until every holder of the standard output, heirs too, is gone."""
        deadline = time.monotonic() + timeout_s
        while self._read_more(deadline - time.monotonic()):
            pass
        assert self._ended, f"still running after {timeout_s:g} s; seen: {self.lines}"

    def errors(self) -> str:
        """Return what is in standard error now."""
        assert self._popen.stderr
        os.set_blocking(self._popen.stderr.fileno(), False)
        return (self._popen.stderr.read() or b"").decode(errors="replace")

    def wait_for_error(self, timeout_s: float = END_S) -> str:
        """Return the first line on standard error."""
        assert self._popen.stderr
        with selectors.DefaultSelector() as selector:
            selector.register(self._popen.stderr, selectors.EVENT_READ)
            assert selector.select(timeout_s), f"nothing on standard error within {timeout_s:g} s"
        return self._popen.stderr.readline().decode()

    def close(self) -> None:
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(END_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            assert stream
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _read_more(self, timeout_s: float) -> bool:
        """Read what comes within `timeout_s`; return False when nothing did, or nothing will."""
        assert self._popen.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(self._popen.stdout, selectors.EVENT_READ)
            if timeout_s <= 0 or not selector.select(timeout_s):
                return False
        data = os.read(self._popen.stdout.fileno(), 65536)
        self._ended = not data
        *whole, self._pending = (self._pending + data).split(b"\n")
        self.lines += [line.decode(errors="replace") for line in whole]
        return bool(data)


class Host:
    """One host of the network: a namespace with one `eth0`."""

    def __init__(self, name: str, number: int, netns: str, processes: contextlib.ExitStack) -> None:
        self.name = name
        self.number = number
        self.netns = netns
        self.ipv4 = f"10.77.0.{number}"
        self.ipv6 = f"fd77::{number}"
        self._processes = processes

    def ip(self, *arguments: str) -> None:
        """Run `ip` on this host's links and addresses."""
        ip("-n", self.netns, *arguments)

    def start(self, *argv: str, env: Mapping[str, str] | None = None) -> Process:
        """Start a program in this host; it is ended with the network at the latest."""
        process = Process(["ip", "netns", "exec", self.netns, *argv], env)
        self._processes.callback(process.close)
        return process

    @contextlib.contextmanager
    def avahi(self) -> Iterator["AvahiHost"]:
        """Run D-Bus and avahi-daemon in this host, in a /run of their own."""
        need("dbus-daemon", "avahi-daemon", "avahi-browse", "unshare", "nsenter")
        # Both commands replace themselves, so the pid is the shell's in its own mount namespace.
        private = ("unshare", "--mount", "--uts", "--propagation", "private")
        daemons = self.start(*private, "sh", "-euc", AVAHI_HOST, "sh", f"lan-{self.name}")
        daemons.wait_for(lambda line: line == "ready")
        try:
            yield AvahiHost(daemons.pid, self._processes)
        finally:
            daemons.end_input()
            daemons.wait()


class AvahiHost:
    """A host with avahi: programs started here find its D-Bus."""

    def __init__(self, pid: int, processes: contextlib.ExitStack) -> None:
        self._enter = ["nsenter", "--target", str(pid), "--mount", "--uts", "--net"]
        self._processes = processes

    def start(self, *argv: str) -> Process:
        process = Process([*self._enter, *argv])
        self._processes.callback(process.close)
        return process


class HomeLan:
    """The network; see the module. Leaving it ends every process and removes every namespace."""

    def __init__(self) -> None:
        self._name = f"{PREFIX}{os.getpid()}"
        self._switch = f"{self._name}-switch"
        self._stack = contextlib.ExitStack()
        self._processes = contextlib.ExitStack()
        self.box = Host("box", 10, f"{self._name}-box", self._processes)
        self.tv = Host("tv", 20, f"{self._name}-tv", self._processes)
        self.phone = Host("phone", 30, f"{self._name}-phone", self._processes)

    def __enter__(self) -> Self:
        need("ip")
        if os.geteuid() != 0:
            raise RuntimeError("the network tests make network namespaces, for which they need root")
        _remove_leftovers()
        with contextlib.ExitStack() as stack:
            switch = self._switch
            _add_netns(stack, switch)
            # No multicast snooping: a plain switch, as most homes have.
            ip("-n", switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
            ip("-n", switch, "link", "set", "br0", "up")
            for host in (self.box, self.tv, self.phone):
                _add_netns(stack, host.netns)
                host.ip("link", "set", "lo", "up")
                self.plug_in(host, "eth0", host.number)
            stack.enter_context(self._processes)  # the last in, the first out
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def plug_in(self, host: Host, link: str, number: int) -> None:
        """Give `host` a link to the network, with the addresses 10.77.0.`number` and fd77::`number`."""
        port = _port(host, link)
        host.ip("link", "add", link, "type", "veth", "peer", "name", port, "netns", self._switch)
        ip("-n", self._switch, "link", "set", port, "master", "br0", "up")
        host.ip("link", "set", link, "up")
        host.ip("addr", "add", f"10.77.0.{number}/24", "brd", "+", "dev", link)
        host.ip("-6", "addr", "add", f"fd77::{number}/64", "dev", link, "nodad")
        # Multicast without a default route; a later link comes second, as wifi after a cable.
        host.ip("route", "add", "224.0.0.0/4", "dev", link, "metric", str(number))

    def part(self, host: Host) -> None:
        """Take `host` off the switch without its noticing: its link stays up."""
        ip("-n", self._switch, "link", "set", _port(host, "eth0"), "nomaster")

    def join(self, host: Host) -> None:
        """Undo `part`."""
        ip("-n", self._switch, "link", "set", _port(host, "eth0"), "master", "br0")


def _port(host: Host, link: str) -> str:
    return f"{host.name}-{link}"


def need(*programs: str) -> None:
    """Fail when a program is missing, and say how to get it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise RuntimeError(
            f"{', '.join(missing)} not found; on Debian: "
            "apt-get install iproute2 util-linux dbus avahi-daemon avahi-utils"
        )


def ip(*arguments: str) -> None:
    """Run `ip`; what it says on standard error is in the exception."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _add_netns(stack: contextlib.ExitStack, name: str) -> None:
    ip("netns", "add", name)
    stack.callback(ip, "netns", "del", name)


def _remove_leftovers() -> None:
    """Remove the namespaces of test runs that were killed."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    for name in (line.split()[0] for line in listed.splitlines() if line.startswith(PREFIX)):
        owner = name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            with contextlib.suppress(RuntimeError):  # another run has been faster
                ip("netns", "del", name)
