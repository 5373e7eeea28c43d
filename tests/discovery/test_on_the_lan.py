"""What real mDNS clients on a home network see: avahi, as phones' and players' libraries behave."""

import contextlib
import json
import signal
import sys
import time
import uuid
from ipaddress import ip_address

import pytest

from discovery import Advertisement, sidecar_command
from tests.discovery.test_sidecar import DOUBLED, NO_ADDRESS, WITHDRAWN, says

pytestmark = pytest.mark.lan

TYPE = "_http._tcp"
# A program that keeps the port for itself, until its input ends.
PORT_HOG = """
import socket, sys
hog = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
hog.bind(("::", 5353))
print("bound", flush=True)
sys.stdin.read()
"""


def start_sidecar(host, command=None, **changes):
    asked = Advertisement(**{"port": 8080, "install_id": uuid.uuid4(), **changes})
    sidecar = host.start(*(command or sidecar_command()))
    sidecar.write(asked.format())
    return sidecar, asked


def announced(**expected):
    def matches(line):
        state = json.loads(line)
        return state["state"] == "announced" and expected.items() <= state.items()

    return matches


def browse(avahi):
    return avahi.start("avahi-browse", "--resolve", "--parsable", TYPE)


@contextlib.contextmanager
def browsing(host):
    with host.avahi() as avahi:
        yield browse(avahi)


class Seen:
    """A line of `avahi-browse --parsable`: event;interface;protocol;name;type;domain[;host;address;port;txt]."""

    def __init__(self, line):
        fields = line.split(";")
        self.event, self.name = fields[0], fields[3]
        self.host, self.address, self.port, self.txt = (fields[6:10] + [""] * 4)[:4]


def event(kind, **expected):
    def matches(line):
        seen = Seen(line)
        return seen.event == kind and all(getattr(seen, key) == value for key, value in expected.items())

    return matches


def resolve(host, instance):
    resolving = host.start(sys.executable, "-m", "tests.discovery.resolve", instance)
    return json.loads(resolving.wait_for(lambda line: line.startswith("{")))


def test_a_screen_sees_the_server_and_sees_it_go(lan):
    with browsing(lan.tv) as screen:
        sidecar, asked = start_sidecar(lan.box, name="Zoë's films", port=8123)
        seen = Seen(screen.wait_for(event("=")))
        assert seen.name == "Zo\\195\\171\\039s\\032films"
        assert seen.host == asked.host_name
        assert seen.address in {lan.box.ipv4, lan.box.ipv6}
        assert seen.port == "8123"
        assert sorted(seen.txt.split()) == ['"path=/"', '"txtvers=1"']

        sidecar.wait_for(announced(name="Zoë's films", host=asked.host_name, port=8123))
        sidecar.signal(signal.SIGTERM)
        screen.wait_for(event("-", name=seen.name), timeout_s=3)
        sidecar.wait_for(says(WITHDRAWN))
        assert sidecar.wait() == 0
        assert sidecar.errors() == ""


def test_a_goodbye_while_announcing_is_the_last_word(lan):
    with browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box)
        screen.wait_for(event("+"))  # the first of three announcements
        sidecar.signal(signal.SIGTERM)
        screen.wait_for(event("-"), timeout_s=3)
        assert sidecar.wait() == 0
        assert not resolve(lan.phone, "Home Box")["found"]


def test_a_second_way_of_ending_does_not_cut_the_goodbye_short(lan):
    with browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box)
        sidecar.wait_for(announced())
        screen.wait_for(event("="))
        sidecar.end_input()
        for _ in range(100):  # all through the goodbye, which is three packets an eighth of a second apart
            with contextlib.suppress(AssertionError):
                sidecar.wait_for(says(WITHDRAWN), timeout_s=0.02)
                break
            sidecar.signal(signal.SIGTERM)
        sidecar.wait_for(says(WITHDRAWN))
        screen.wait_for(event("-"), timeout_s=3)


def test_the_server_goes_with_a_launcher_that_is_killed(lan):
    with browsing(lan.tv) as screen:
        launcher = lan.box.start(sys.executable, "-m", "tests.discovery.launcher_stand_in")
        screen.wait_for(event("="))
        launcher.wait_for(announced())
        launcher.signal(signal.SIGKILL)
        screen.wait_for(event("-"), timeout_s=3)
        launcher.wait_for_end()
        assert says(WITHDRAWN)(launcher.lines[-1])


def wait_for_avahi_to_know(avahi, host_name, address, timeout_s=5):
    """Ask avahi, which has known another address, until it gives `address`."""
    deadline = time.monotonic() + timeout_s
    answer = ""
    while time.monotonic() < deadline:
        asking = avahi.start("avahi-resolve", "-4", "--name", host_name)
        answer = asking.wait_for(lambda line: True)
        if answer == f"{host_name}\t{address}":
            return
    raise AssertionError(f"still {answer!r}")


def test_a_new_address_is_followed_without_ever_being_gone(lan):
    with lan.tv.avahi() as avahi:
        screen = browse(avahi)
        sidecar, asked = start_sidecar(lan.box, addresses=("0.0.0.0",))
        screen.wait_for(event("=", address=lan.box.ipv4))
        sidecar.wait_for(announced())
        # Another prefix, or the kernel would drop the new address together with the old one.
        lan.box.ip("addr", "add", "10.77.0.99/16", "dev", "eth0")
        sidecar.wait_for(announced(addresses=[lan.box.ipv4, "10.77.0.99"]))
        lan.box.ip("addr", "del", f"{lan.box.ipv4}/24", "dev", "eth0")
        sidecar.wait_for(announced(addresses=["10.77.0.99"]))
        wait_for_avahi_to_know(avahi, asked.host_name, "10.77.0.99")
        assert resolve(lan.phone, "Home Box")["addresses"] == ["10.77.0.99"]
        assert not any(map(event("-"), screen.lines))


def test_another_address_from_the_router_is_followed(lan):
    with lan.tv.avahi() as avahi:
        screen = browse(avahi)
        sidecar, asked = start_sidecar(lan.box, addresses=("0.0.0.0",))
        screen.wait_for(event("=", address=lan.box.ipv4))
        sidecar.wait_for(announced())
        lan.box.ip("addr", "flush", "dev", "eth0")
        sidecar.wait_for(says(NO_ADDRESS))
        lan.box.ip("addr", "add", "10.77.0.99/24", "dev", "eth0")
        lan.box.ip("route", "replace", "224.0.0.0/4", "dev", "eth0", "metric", "10")
        sidecar.wait_for(announced(addresses=["10.77.0.99"]))
        wait_for_avahi_to_know(avahi, asked.host_name, "10.77.0.99")


def test_a_network_that_comes_back_hears_from_us_again(lan):
    with browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box)
        sidecar.wait_for(announced())
        before = len(sidecar.lines)
        lan.box.ip("link", "set", "eth0", "down")
        sidecar.wait_for(says(NO_ADDRESS))
        lan.box.ip("link", "set", "eth0", "up")
        lan.box.ip("route", "replace", "224.0.0.0/4", "dev", "eth0", "metric", "10")
        sidecar.wait_for(announced(), after=before)
        screen.wait_for(event("="))
        assert lan.box.ipv4 in resolve(lan.phone, "Home Box")["addresses"]


def test_a_machine_that_slept_announces_again(lan):
    with browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box, [sys.executable, "-m", "tests.discovery.dreamer"])
        screen.wait_for(event("="))
        sidecar.wait_for(announced())
        before, seen_before = len(sidecar.lines), len(screen.lines)
        sidecar.signal(signal.SIGUSR1)
        sidecar.wait_for(says({"state": "waiting", "reason": "the machine has slept"}))
        sidecar.wait_for(announced(name="Home Box"), after=before)
        screen.wait_for(event("="), after=seen_before)


def test_addresses_of_containers_and_tunnels_stay_unsaid(lan):
    for name, address in (("docker0", "172.17.0.1/16"), ("br-0123456789ab", "172.18.0.1/16")):
        lan.box.ip("link", "add", name, "type", "bridge")
        lan.box.ip(
            "link", "add", f"veth{address[4:6]}", "type", "veth", "peer", "name", f"peer{address[4:6]}"
        )
        lan.box.ip("link", "set", f"veth{address[4:6]}", "master", name, "up")
        lan.box.ip("link", "set", f"peer{address[4:6]}", "up")
        lan.box.ip("link", "set", name, "up")
        lan.box.ip("addr", "add", address, "dev", name)
    lan.box.ip("addr", "add", "203.0.113.7/24", "dev", "eth0")
    start_sidecar(lan.box)[0].wait_for(announced(addresses=[lan.box.ipv4, lan.box.ipv6]))
    assert resolve(lan.tv, "Home Box")["addresses"] == sorted([lan.box.ipv4, lan.box.ipv6])


def wait_for_the_renamed(*sidecars, timeout_s=15):
    """Return the one of `sidecars` that has got the second name."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for sidecar in sidecars:
            with contextlib.suppress(AssertionError):
                sidecar.wait_for(announced(name="Home Box (2)"), timeout_s=0.05)
                return sidecar
    raise AssertionError(f"nobody gave way: {[sidecar.lines for sidecar in sidecars]}")


def assert_both_are_seen(lan, first_asked, second_asked):
    with browsing(lan.tv) as screen:
        names = ("Home\\032Box", "Home\\032Box\\032\\0402\\041")
        found = [Seen(screen.wait_for(event("=", name=name))) for name in names]
    assert {seen.host for seen in found} == {first_asked.host_name, second_asked.host_name}
    for seen in found:
        owner = lan.box if seen.host == first_asked.host_name else lan.phone
        assert ip_address(seen.address) in {ip_address(owner.ipv4), ip_address(owner.ipv6)}


def test_a_second_box_takes_a_second_name(lan):
    first, first_asked = start_sidecar(lan.box)
    first.wait_for(announced(name="Home Box"))
    second, second_asked = start_sidecar(lan.phone)
    second.wait_for(announced(name="Home Box (2)"))
    assert_both_are_seen(lan, first_asked, second_asked)


def test_two_boxes_that_start_at_once_get_two_names(lan):
    first, first_asked = start_sidecar(lan.box)
    second, second_asked = start_sidecar(lan.phone)
    winner = first if wait_for_the_renamed(first, second) is second else second
    winner.wait_for(announced(name="Home Box"))
    assert_both_are_seen(lan, first_asked, second_asked)


def test_two_networks_that_become_one_sort_the_names_out(lan):
    lan.part(lan.phone)
    greater, first_asked = start_sidecar(lan.box, install_id=uuid.UUID(int=0xFFFF))
    lesser, second_asked = start_sidecar(lan.phone, install_id=uuid.UUID(int=0))
    for sidecar in (greater, lesser):
        sidecar.wait_for(announced(name="Home Box"))
    lan.join(lan.phone)
    with browsing(lan.tv) as screen:  # a question that both answer
        screen.wait_for(event("="))
        lesser.wait_for(announced(name="Home Box (2)"))
    assert_both_are_seen(lan, first_asked, second_asked)
    assert len(greater.lines) == 1


def test_a_doubled_sidecar_is_not_a_second_server(lan):
    with browsing(lan.tv) as screen:
        first, asked = start_sidecar(lan.box)
        second, _ = start_sidecar(lan.box, install_id=asked.install_id)
        waiting = second if any(map(says(DOUBLED), [second.wait_for(lambda line: True)])) else first
        running = first if waiting is second else second
        running.wait_for(announced(name="Home Box"))
        screen.wait_for(event("="))
        running.signal(signal.SIGTERM)
        screen.wait_for(event("-"), timeout_s=3)
        waiting.wait_for(announced(name="Home Box"))


def test_a_port_that_is_not_shared_is_said_once_and_waited_for(lan):
    hog = lan.box.start(sys.executable, "-c", PORT_HOG)
    hog.wait_for(lambda line: line == "bound")
    sidecar, _ = start_sidecar(lan.box)
    reason = "the mDNS port 5353 is taken by a program that does not share it"
    sidecar.wait_for(says({"state": "waiting", "reason": reason}))
    assert (
        sidecar.wait_for_error() == f"lanterne: discovery: not announced on the network for now: {reason}\n"
    )
    hog.end_input()
    hog.wait()
    sidecar.wait_for(announced(), timeout_s=20)
    assert sidecar.wait_for_error() == "lanterne: discovery: announced on the network again\n"
    sidecar.signal(signal.SIGTERM)
    assert sidecar.wait() == 0
    assert sidecar.errors() == ""


def test_a_box_with_avahi_of_its_own_shares_the_port(lan):
    with lan.box.avahi(), browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box)
        sidecar.wait_for(announced(name="Home Box"))
        assert Seen(screen.wait_for(event("="))).port == "8080"


def test_ipv6_that_comes_later_is_said_too(lan):
    lan.box.ip("-6", "addr", "del", f"{lan.box.ipv6}/64", "dev", "eth0")
    with lan.tv.avahi() as avahi:
        sidecar, asked = start_sidecar(lan.box)
        sidecar.wait_for(announced(addresses=[lan.box.ipv4]))
        lan.box.ip("-6", "addr", "add", f"{lan.box.ipv6}/64", "dev", "eth0", "nodad")
        sidecar.wait_for(announced(addresses=[lan.box.ipv4, lan.box.ipv6]))
        asking = avahi.start("avahi-resolve", "-6", "--name", asked.host_name)
        assert asking.wait_for(lambda line: True) == f"{asked.host_name}\t{lan.box.ipv6}"


def test_a_cable_that_is_pulled_leaves_the_wifi(lan):
    with browsing(lan.tv) as screen:
        sidecar, _ = start_sidecar(lan.box, addresses=("0.0.0.0",))
        sidecar.wait_for(announced(addresses=[lan.box.ipv4]))
        lan.plug_in(lan.box, "wlan0", 11)
        sidecar.wait_for(announced(addresses=[lan.box.ipv4, "10.77.0.11"]))
        lan.box.ip("link", "set", "eth0", "down")
        sidecar.wait_for(announced(addresses=["10.77.0.11"]))
        assert resolve(lan.phone, "Home Box")["addresses"] == ["10.77.0.11"]
        assert not any(map(event("-"), screen.lines))
