"""Which addresses are the home's: a table of interfaces as boxes have them."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.addresses import (
    IFF_LOOPBACK,
    IFF_MULTICAST,
    IFF_POINTOPOINT,
    IFF_RUNNING,
    IFF_UP,
    Interface,
    choose_addresses,
    is_home_address,
    lan_addresses,
    read_interfaces,
)

LINK = IFF_UP | IFF_RUNNING | IFF_MULTICAST


def interface(name, *addresses, flags=LINK):
    return Interface(name, flags, tuple(ip_address(address) for address in addresses))


ETHERNET = interface("eth0", "fd77::10", "192.168.1.10", "fe80::1", "2001:db8::10")


def test_the_addresses_of_the_home_are_taken_ipv4_first():
    assert choose_addresses([ETHERNET]) == ["192.168.1.10", "fd77::10"]


@pytest.mark.parametrize(
    "name", ["eth0", "enp3s0", "wlan0", "br0", "br-lan", "bond0", "vmbr0", "end0", "eth0.20"]
)
def test_the_links_of_a_home_are_taken(name):
    assert choose_addresses([interface(name, "10.0.0.2")]) == ["10.0.0.2"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "docker0",
            "docker_gwbridge",
            "br-0123456789ab",
            "br-media",
            "veth1a2b",
            "virbr0",
            "vnet3",
            "podman0",
        ),
        *("cni0", "lxcbr0", "lxdbr0", "incusbr0", "wg0", "wg-home", "tun0", "tap0", "ppp0", "tailscale0"),
        *("ztabcdef", "vboxnet0", "vmnet8", "utun3"),
    ],
)
def test_containers_and_tunnels_are_left_out(name):
    assert choose_addresses([interface(name, "172.17.0.1", "10.8.0.1", "fd01::1")]) == []


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(IFF_UP | IFF_RUNNING | IFF_LOOPBACK | IFF_MULTICAST, id="loopback"),
        pytest.param(IFF_UP | IFF_RUNNING | IFF_POINTOPOINT | IFF_MULTICAST, id="point to point"),
        pytest.param(IFF_RUNNING | IFF_MULTICAST, id="down"),
        pytest.param(IFF_UP | IFF_MULTICAST, id="no carrier"),
        pytest.param(IFF_UP | IFF_RUNNING, id="no multicast"),
    ],
)
def test_links_that_no_screen_can_hear_are_left_out(flags):
    assert choose_addresses([interface("eth0", "10.0.0.2", flags=flags)]) == []
    assert choose_addresses([interface("eth0", "10.0.0.2", flags=flags)], ["10.0.0.2"]) == []


@pytest.mark.parametrize(
    ("address", "is_home"),
    [
        ("10.0.0.1", True),
        ("10.255.255.255", True),
        ("11.0.0.1", False),
        ("172.15.255.255", False),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("172.32.0.1", False),
        ("192.168.0.1", True),
        ("192.169.0.1", False),
        ("127.0.0.1", False),
        ("169.254.3.4", False),
        ("100.64.0.1", False),  # shared address space: a provider's, or a VPN's
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("8.8.8.8", False),
        ("0.0.0.0", False),
        ("fd00::1", True),
        ("fc00::1", True),
        ("fe80::1", False),
        ("::1", False),
        ("2001:db8::1", False),
        ("2606:4700::1111", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_home_addresses_are_the_private_ones(address, is_home):
    assert is_home_address(ip_address(address)) is is_home


@pytest.mark.parametrize(
    ("listening", "expected"),
    [
        (None, ["192.168.1.10", "fd77::10"]),
        (["::"], ["192.168.1.10", "fd77::10"]),
        (["0.0.0.0"], ["192.168.1.10"]),
        (["192.168.1.10"], ["192.168.1.10"]),
        (["fd77::10"], ["fd77::10"]),
        (["FD77:0::10"], ["fd77::10"]),
        (["127.0.0.1"], []),
        (["192.168.1.11"], []),
        (["2001:db8::10"], []),
        (["fe80::1"], []),
    ],
)
def test_only_what_the_server_listens_on_is_said(listening, expected):
    assert choose_addresses([ETHERNET], listening) == expected


def test_an_address_named_outright_is_taken_from_any_link():
    bridge = interface("br-media", "10.9.0.1")
    assert choose_addresses([ETHERNET, bridge], ["10.9.0.1"]) == ["10.9.0.1"]
    assert choose_addresses([ETHERNET, bridge], ["10.9.0.1", "0.0.0.0"]) == ["192.168.1.10", "10.9.0.1"]


@given(
    st.lists(
        st.builds(
            Interface,
            st.sampled_from(["eth0", "docker0", "br-1", "wg0", "lo", "wlan0"]),
            st.sampled_from([LINK, 0, LINK | IFF_LOOPBACK]),
            st.lists(st.ip_addresses(), max_size=4).map(tuple),
        ),
        max_size=4,
    ),
    st.none() | st.lists(st.ip_addresses().map(str), min_size=1, max_size=3),
)
def test_nothing_but_home_addresses_of_ours_is_ever_said(interfaces, listening):
    chosen = choose_addresses(interfaces, listening)
    ours = {str(address) for interface in interfaces for address in interface.addresses}
    assert set(chosen) <= ours
    assert len(set(chosen)) == len(chosen)
    assert all(is_home_address(ip_address(address)) for address in chosen)


def test_this_machine_has_a_loopback_that_is_not_said():
    loopback = next(interface for interface in read_interfaces() if interface.name == "lo")
    assert ip_address("127.0.0.1") in loopback.addresses
    assert loopback.flags & IFF_LOOPBACK
    assert "127.0.0.1" not in lan_addresses()
