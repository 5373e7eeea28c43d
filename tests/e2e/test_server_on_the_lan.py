"""The whole server on a home network: seen by avahi, gone when it stops, silent when it is told to be."""

import os
import signal
import sys
import urllib.parse
from pathlib import Path

import pytest

from tests.lan import HomeLan
from tests.lanterne import PASSPHRASE, Place
from vault import Vault

pytestmark = pytest.mark.lan

# Prints a line for every UDP packet that the box sends, whoever it is for.
EAR = """
import socket, sys
ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(3))
print("listening", flush=True)
while True:
    packet, (link, protocol, *_) = ear.recvfrom(65535)
    if protocol == 0x0800 and packet[9] == 17 and packet[12:16] == socket.inet_aton("10.77.0.10"):
        print("UDP from the box", flush=True)
    if protocol == 0x86DD and packet[6] == 17 and packet[8:24] == socket.inet_pton(socket.AF_INET6, "fd77::10"):
        print("UDP from the box", flush=True)
"""
ASK = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), flush=True)"


@pytest.fixture
def lan():
    with HomeLan() as network:
        yield network


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=2**10).close()
    return place


def serve(lan, place, *arguments, **more):
    environment = place.environment(LANTERNE_HOST="0.0.0.0", **more)
    server = lan.box.start(sys.executable, "-m", "tvapp", "serve", *arguments, env=environment)
    line = server.wait_for(lambda line: line.startswith("Lanterne is at"))
    return server, line.split()[-1]


def child_of(pid: int, module: str) -> int:
    """The child of a process that runs this module."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(
        int(c) for c in children if module.encode() in Path(f"/proc/{c}/cmdline").read_bytes().split(b"\0")
    )


def browse(avahi):
    return avahi.start("avahi-browse", "--resolve", "--parsable", "_http._tcp")


def is_event(kind):
    return lambda line: line.startswith(f"{kind};") and ";IPv4;" in line


def test_one_server_is_seen_whatever_happens_to_its_processes(lan, place):
    with lan.tv.avahi() as avahi:
        screen = browse(avahi)
        server, address = serve(lan, place, LANTERNE_DISCOVERY="on", LANTERNE_NAME="Attic")
        seen = screen.wait_for(is_event("=")).split(";")
        assert seen[3] == "Attic"
        assert seen[8] == str(urllib.parse.urlsplit(address).port)
        assert seen[7] == lan.box.ipv4

        os.kill(child_of(server.pid, "tvapp.server"), signal.SIGKILL)
        asking = lan.tv.start(sys.executable, "-c", ASK, f"http://{lan.box.ipv4}:{seen[8]}/healthz")
        assert '"status":"ok"' in asking.wait_for(lambda line: line.startswith("{"))
        os.kill(child_of(server.pid, "discovery"), signal.SIGKILL)
        with lan.phone.avahi() as newcomer:  # it remembers nothing, so it is answered by the next one
            assert browse(newcomer).wait_for(is_event("=")).split(";")[3] == "Attic"
        heard = len(screen.lines)

        server.signal(signal.SIGTERM)
        screen.wait_for(is_event("-"), timeout_s=10)
        assert server.wait() == 0
        names = {line.split(";")[3] for line in screen.lines[:heard]}
        assert names == {"Attic"}


def test_a_killed_launcher_is_missed_at_once(lan, place):
    with lan.tv.avahi() as avahi:
        screen = browse(avahi)
        server, _ = serve(lan, place, LANTERNE_DISCOVERY="on")
        screen.wait_for(is_event("="))
        server.signal(signal.SIGKILL)
        screen.wait_for(is_event("-"), timeout_s=5)


@pytest.mark.parametrize(("way", "silent"), [("variable", True), ("option", True), ("on", False)])
def test_told_to_be_silent_it_sends_not_a_packet(lan, place, way, silent):
    ear = lan.tv.start(sys.executable, "-u", "-c", EAR)
    ear.wait_for(lambda line: line == "listening")
    options = ["--no-discovery"] if way == "option" else []
    server, address = serve(lan, place, *options, LANTERNE_DISCOVERY="off" if way == "variable" else "on")
    port = urllib.parse.urlsplit(address).port
    asking = lan.tv.start(sys.executable, "-c", ASK, f"http://{lan.box.ipv4}:{port}/healthz")
    asking.wait_for(lambda line: line.startswith("{"))
    if not silent:  # the ear does hear: otherwise its silence would prove nothing
        ear.wait_for(lambda line: line == "UDP from the box")
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    ear.signal(signal.SIGTERM)
    ear.wait_for_end()
    assert ("UDP from the box" in ear.lines) is not silent
