"""The advertisement said by mDNS and DNS-SD (RFC 6762, RFC 6763), through python-zeroconf.

What python-zeroconf 0.154 leaves to us: names after a conflict that stay within 63 bytes, boxes that start in
the same instant (it probes, but a probe does not answer a probe), and the order in which an address changes.
"""

import asyncio
import errno
import logging
from collections.abc import Sequence

from zeroconf import (  # type: ignore[attr-defined] # DNSService is there, but not in its __all__
    DNSService,
    IPVersion,
    NonUniqueNameException,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
)
from zeroconf import Error as ZeroconfError
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from discovery.advertisement import SERVICE_TYPE, TXT_RECORD, Advertisement
from discovery.errors import AnnounceError, NameConflictError

# A network where this many names in a row are taken is answering for every name.
NAME_TRY_COUNT = 20
# How often we repeat ours when another box says our name and should give way; then we give way.
DEFENCE_COUNT = 3

# It says on its own what we say once, in one line, ourselves.
logging.getLogger("zeroconf").setLevel(logging.CRITICAL)


class MdnsAnnouncer:
    """One advertisement on one network, from the first probe to the goodbye.

    Args:
        advertisement: What to say.
        wake: Set when `has_rival` becomes true.

    Attributes:
        name: The instance name that we have, "" while we have none.
        has_rival: Another box says our name, too; call `settle`.
    """

    def __init__(self, advertisement: Advertisement, wake: asyncio.Event) -> None:
        self.name = ""
        self.has_rival = False
        self._advertisement = advertisement
        self._wake = wake
        self._number = 1
        self._addresses: list[str] = []
        self._zeroconf: AsyncZeroconf | None = None
        self._defences_left = DEFENCE_COUNT
        self._rival_host = ""

    async def announce(self, addresses: Sequence[str]) -> None:
        """Find a name that nobody has and say it on the networks of `addresses`.

        Takes about 2 s: three probes, half a second apart.

        Raises:
            AnnounceError: The port of mDNS cannot be had, or the addresses have just gone.
            NameConflictError: Every name was taken.
        """
        self._addresses = list(addresses)
        self._zeroconf = _open(self._addresses)
        self._zeroconf.zeroconf.async_add_listener(_RivalListener(self), None)
        self._number = 1
        await self._register()

    async def readdress(self, addresses: Sequence[str]) -> None:
        """Say that the box is now at `addresses`, without ever being gone.

        Raises:
            AnnounceError: The addresses have just gone again.
        """
        assert self._zeroconf is not None
        self._addresses = list(addresses)
        # The records first: sockets that are new announce at once whatever the records say.
        repeating = await self._zeroconf.async_update_service(self._service_info())
        moving = self._zeroconf.async_update_interfaces(self._addresses, _ip_version(self._addresses))
        try:
            await asyncio.gather(repeating, moving)
        except (OSError, RuntimeError) as error:
            raise _announce_error(error) from error

    async def settle(self) -> None:
        """Keep our name or give way: the greater host name stays (two boxes started in the same instant).

        Raises:
            NameConflictError: Every other name was taken.
        """
        assert self._zeroconf is not None
        self.has_rival = False
        ours = self._advertisement.host_name + "."
        if ours > self._rival_host and self._defences_left:
            self._defences_left -= 1
            await (await self._zeroconf.async_update_service(self._service_info()))
            return
        # No goodbye: it would be for the other's name, too.
        self._zeroconf.zeroconf.registry.async_remove(self._service_info())
        self._number += 1
        await self._register()

    async def withdraw(self) -> None:
        """Say goodbye and let the sockets go; safe twice, and safe while announcing is cancelled."""
        announced, self._zeroconf, self.name, self.has_rival = self._zeroconf, None, "", False
        if announced is not None:
            await announced.async_close()

    def hear(self, instance: str, host: str) -> None:
        """Note that `host` says that `instance` (both as on the wire) is its own."""
        ours = self._advertisement.host_name + "."
        if self.name and instance.lower() == f"{self.name}.{SERVICE_TYPE}".lower() and host.lower() != ours:
            self._rival_host = host.lower()
            self.has_rival = True
            self._wake.set()

    async def _register(self) -> None:
        assert self._zeroconf is not None
        for _ in range(NAME_TRY_COUNT):
            self.name = ""
            info = self._service_info()
            try:
                announcing = await self._zeroconf.async_register_service(info)
            except NonUniqueNameException:
                self._number += 1
                continue
            except ZeroconfError as error:
                raise AnnounceError("mDNS did not start") from error
            self.name = self._advertisement.instance_name(self._number)
            self._defences_left = DEFENCE_COUNT
            await announcing
            return
        raise NameConflictError(f"{NAME_TRY_COUNT} names in a row are taken on this network")

    def _service_info(self) -> AsyncServiceInfo:
        name = self._advertisement.instance_name(self._number)
        return AsyncServiceInfo(
            SERVICE_TYPE,
            f"{name}.{SERVICE_TYPE}",
            port=self._advertisement.port,
            server=self._advertisement.host_name + ".",
            properties=TXT_RECORD,
            parsed_addresses=self._addresses,
        )


class _RivalListener(RecordUpdateListener):
    """Hears every SRV record on the network and passes on who says which name."""

    def __init__(self, announcer: MdnsAnnouncer) -> None:
        self._announcer = announcer

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002
        for record in (update.new for update in records):
            if isinstance(record, DNSService) and not record.is_expired(now):
                self._announcer.hear(record.name, record.server)


def _open(addresses: list[str]) -> AsyncZeroconf:
    try:
        return AsyncZeroconf(interfaces=addresses, ip_version=_ip_version(addresses))
    except (OSError, RuntimeError) as error:
        raise _announce_error(error) from error


def _announce_error(error: OSError | RuntimeError) -> AnnounceError:
    """Return the reason in words for people. python-zeroconf raises RuntimeError for an address just gone."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return AnnounceError("the mDNS port 5353 is taken by a program that does not share it")
    if isinstance(error, OSError):
        return AnnounceError(f"mDNS cannot be spoken: {error.strerror}")
    return AnnounceError("the addresses of this machine are changing")


def _ip_version(addresses: Sequence[str]) -> IPVersion:
    kinds = {":" in address for address in addresses}
    if kinds == {True}:
        return IPVersion.V6Only
    return IPVersion.All if True in kinds else IPVersion.V4Only
