"""Which of this machine's addresses are the home network's.

A box also has addresses that a television cannot reach: bridges of containers, tunnels, loopback. One such
address in an advertisement is enough to make a screen try it first and give up, so we take none of them.
Public addresses are left out for another reason: whoever has one there may be talking to the street.
"""

import fcntl
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import ifaddr

IPAddress = IPv4Address | IPv6Address

ANY_IPV4 = "0.0.0.0"  # noqa: S104 (a word for "every address", nothing is bound here)
ANY_IPV6 = "::"

# RFC 1918 and RFC 4193. `ipaddress.is_private` is wider: documentation, benchmarks, link-local.
HOME_NETWORKS: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),
)

# Bridges and links of containers and virtual machines, then tunnels.
VIRTUAL_PREFIXES = (
    *("docker", "br-", "veth", "virbr", "vnet", "podman", "cni", "flannel", "cali", "lxc", "lxd", "incus"),
    *("vboxnet", "vmnet", "wg", "tun", "tap", "ppp", "tailscale", "zt", "utun"),
)
HOME_BRIDGES = frozenset({"br-lan"})  # OpenWrt's name for the home network itself

# <linux/if.h>
IFF_UP = 0x1
IFF_LOOPBACK = 0x8
IFF_POINTOPOINT = 0x10
IFF_RUNNING = 0x40
IFF_MULTICAST = 0x1000
SIOCGIFFLAGS = 0x8913


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface: its name, its IFF_* flags, the addresses that it has."""

    name: str
    flags: int
    addresses: tuple[IPAddress, ...]

    @property
    def reaches_the_home(self) -> bool:
        """Whether multicast on it can reach a screen: up, with a carrier, neither container nor tunnel."""
        if self.name.startswith(VIRTUAL_PREFIXES) and self.name not in HOME_BRIDGES:
            return False
        return self.can_multicast

    @property
    def can_multicast(self) -> bool:
        """Whether it is a link of many that is up and has a carrier."""
        wanted = IFF_UP | IFF_RUNNING | IFF_MULTICAST
        refused = IFF_LOOPBACK | IFF_POINTOPOINT
        return self.flags & wanted == wanted and not self.flags & refused


def lan_addresses(listening: Sequence[str] | None = None) -> list[str]:
    """Return this machine's addresses on the home network, IPv4 first, as text.

    Args:
        listening: The addresses that the web server listens on: only these are worth saying. `0.0.0.0`
            stands for every IPv4 address, `::` for every address (a dual-stack socket), None for every
            address too. One named outright is taken even on an interface that looks like a container's.

    Raises:
        OSError: The system does not list its interfaces.
    """
    return choose_addresses(read_interfaces(), listening)


def choose_addresses(interfaces: Iterable[Interface], listening: Sequence[str] | None = None) -> list[str]:
    """Return the addresses of `interfaces` worth saying; see `lan_addresses`."""
    named = None if listening is None else frozenset(ip_address(text) for text in listening)
    chosen: list[IPAddress] = []
    for interface in interfaces:
        for address in interface.addresses:
            if not is_home_address(address) or address in chosen:
                continue
            pinned = named is not None and address in named
            if (pinned and interface.can_multicast) or (
                interface.reaches_the_home and _is_listened_on(address, named)
            ):
                chosen.append(address)
    return [str(address) for address in sorted(chosen, key=lambda address: address.version)]


def is_home_address(address: IPAddress) -> bool:
    """Whether an address is private to a home: RFC 1918, or a unique local IPv6 address (RFC 4193)."""
    return any(address.version == network.version and address in network for network in HOME_NETWORKS)


def _is_listened_on(address: IPAddress, named: frozenset[IPAddress] | None) -> bool:
    if named is None or address in named or ip_address(ANY_IPV6) in named:
        return True
    return address.version == 4 and ip_address(ANY_IPV4) in named


def read_interfaces() -> list[Interface]:
    """Return the interfaces of this machine (of this network namespace), in the system's order.

    Raises:
        OSError: The system does not list its interfaces.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return [
            Interface(
                adapter.name,
                _read_flags(probe, adapter.name),
                tuple(ip_address(ip.ip[0] if isinstance(ip.ip, tuple) else ip.ip) for ip in adapter.ips),
            )
            for adapter in ifaddr.get_adapters()
        ]


def _read_flags(probe: socket.socket, name: str) -> int:
    """Return the IFF_* flags of an interface, 0 if it has just gone (netdevice(7))."""
    # An alias such as "eth0:1" has the flags of its interface.
    request = struct.pack("16sH14x", name.partition(":")[0].encode()[:15], 0)
    try:
        answer = fcntl.ioctl(probe.fileno(), SIOCGIFFLAGS, request)
    except OSError:
        return 0
    flags: int = struct.unpack("16sH14x", answer)[1]
    return flags
