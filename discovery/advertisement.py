"""What we say about ourselves: a neutral name, a port, the addresses; nothing of what the box holds.

Everybody on the network hears this, guests and neighbours on the wifi too. So no version, no user, no size,
no lock state, no word such as "vault"; and the identity is a random UUID, not the machine's own.
"""

import json
import unicodedata
import uuid
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from discovery.errors import AdvertisementError

DEFAULT_NAME = "Home Box"
SERVICE_TYPE = "_http._tcp.local."
# RFC 6763, section 6.7: `txtvers` stands first; python-zeroconf keeps the order of the dictionary.
TXT_RECORD = {"txtvers": "1", "path": "/"}
NAME_LIMIT_SIZE = 63  # bytes of UTF-8 in one DNS label: RFC 6763, section 4.1.1
LINE_LIMIT_SIZE = 16 * 1024  # bytes of the configuration line, far more than a sound one has
REQUIRED_KEYS = ("name", "port", "install_id")
KEYS = (*REQUIRED_KEYS, "addresses")
_NOT_IN_NAMES = frozenset({"Cc", "Zl", "Zp", "Zs"})  # controls; every kind of space becomes the plain one


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertisement:
    """What the box says.

    Attributes:
        name: The name for people, as they chose it; `instance_name` makes it fit for the wire.
        port: TCP port of the web server.
        install_id: Random identity of this installation.
        addresses: Addresses that the web server listens on, as given to it (`0.0.0.0` and `::` included);
            None is every address. Only those on the home network are said.
    """

    name: str = DEFAULT_NAME
    port: int
    install_id: uuid.UUID
    addresses: tuple[str, ...] | None = None

    @property
    def host_name(self) -> str:
        """The name of the machine on the network, the same as long as the installation lives.

        python-zeroconf does not probe for host names: two boxes called alike would both answer, and a screen
        would reach the wrong one. The end of a random UUID keeps them apart.
        """
        return f"homebox-{self.install_id.hex[-4:]}.local"

    def instance_name(self, number: int = 1) -> str:
        """Return the name to try as the `number`-th: "Home Box", "Home Box (2)" (RFC 6762, appendix D)."""
        suffix = f" ({number})" if number > 1 else ""
        return _cut(_clean(self.name) or DEFAULT_NAME, NAME_LIMIT_SIZE - len(suffix)) + suffix

    def format(self) -> bytes:
        """Return the line that the sidecar reads; `parse_advertisement` is its inverse."""
        fields = {
            "name": self.name,
            "port": self.port,
            "install_id": str(self.install_id),
            "addresses": None if self.addresses is None else list(self.addresses),
        }
        return json.dumps(fields).encode() + b"\n"


def parse_advertisement(line: bytes) -> Advertisement:
    """Return the advertisement that a launcher asks for.

    Args:
        line: One JSON object, UTF-8, with `name`, `port`, `install_id` and, if wanted, `addresses`.

    Raises:
        AdvertisementError: It is not such an object; the message names the key.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AdvertisementError("the configuration is not one line of JSON") from error
    if not isinstance(fields, dict):
        raise AdvertisementError("the configuration is not a JSON object")
    _check_keys(fields)
    return Advertisement(
        name=_parse_name(fields["name"]),
        port=_parse_port(fields["port"]),
        install_id=_parse_install_id(fields["install_id"]),
        addresses=_parse_addresses(fields.get("addresses")),
    )


def _check_keys(fields: dict[str, Any]) -> None:
    unknown = sorted(set(fields) - set(KEYS))
    if unknown:
        raise AdvertisementError(f"unknown key {unknown[0]!a}; known are {', '.join(KEYS)}")
    missing = [key for key in REQUIRED_KEYS if key not in fields]
    if missing:
        raise AdvertisementError(f"{missing[0]} is missing")


def _parse_name(value: object) -> str:
    if not isinstance(value, str):
        raise AdvertisementError("name is not a text")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # JSON can spell half of a surrogate pair
        raise AdvertisementError("name is not Unicode text") from error
    return value


def _parse_port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65535:
        raise AdvertisementError("port is not a number from 1 to 65535")
    return value


def _parse_install_id(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError as error:
        raise AdvertisementError("install_id is not a UUID") from error


def _parse_addresses(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value:
        raise AdvertisementError("addresses is neither null nor a list of addresses")
    for address in value:
        try:
            ip_address(address if isinstance(address, str) else "")
        except ValueError as error:
            raise AdvertisementError("addresses holds something that is not an IP address") from error
    return tuple(value)


def _clean(name: str) -> str:
    """Return a name without what a DNS-SD instance name cannot carry (RFC 6763, section 4.1.1)."""
    # python-zeroconf takes a dot for the border between two labels, so "St. Johns" would be torn in two.
    # A leading underscore would look like a service type to it.
    kept = "".join(" " if c == "." or unicodedata.category(c) in _NOT_IN_NAMES else c for c in name)
    return unicodedata.normalize("NFC", " ".join(kept.split()).lstrip("_ "))


def _cut(name: str, limit_size: int) -> str:
    """Return the longest beginning of `name` with at most `limit_size` bytes of UTF-8, no character torn."""
    return name.encode()[:limit_size].decode(errors="ignore").rstrip()
