"""The owner of the sidecar's loop: announces, follows the addresses, says goodbye."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from discovery.addresses import lan_addresses
from discovery.advertisement import Advertisement
from discovery.errors import AnnounceError
from discovery.lock import InstallationLock
from discovery.mdns import MdnsAnnouncer
from discovery.watch import POLL_S, AddressEvents, SleepDetector

logger = logging.getLogger(__name__)

RETRY_FIRST_S = 3.0
RETRY_LAST_S = 60.0  # a person who frees the port should not wait longer

LOCK_POLL_S = 0.5  # a sidecar that is being replaced needs about so long for its goodbye

Report = Callable[[dict[str, object]], None]


class Retry:
    """When to try again after the network could not be spoken to: ever later, at once on another network."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._delay_s = RETRY_FIRST_S
        self._due_at_s = now()
        self._tried: list[str] = []

    def is_due(self, addresses: list[str]) -> bool:
        """Return whether to try now on `addresses`."""
        return addresses != self._tried or self._now() >= self._due_at_s

    def failed(self, addresses: list[str]) -> None:
        """Note that `addresses` did not do."""
        if addresses != self._tried:
            self._delay_s = RETRY_FIRST_S
        self._tried = list(addresses)
        self._due_at_s = self._now() + self._delay_s
        self._delay_s = min(self._delay_s * 2, RETRY_LAST_S)


class Service:
    """Says one advertisement for as long as `run` runs.

    Args:
        advertisement: What to say.
        report: Told each change of state; `discovery.__main__` lists them.
        sleep: Notices that the machine slept.
    """

    def __init__(
        self, advertisement: Advertisement, report: Report, sleep: SleepDetector | None = None
    ) -> None:
        self._advertisement = advertisement
        self._tell = report
        self._sleep = sleep or SleepDetector()
        self._wake = asyncio.Event()  # something that should not wait for the poll
        self._announcer = MdnsAnnouncer(advertisement, self._wake)
        self._announced: list[str] = []  # addresses; empty while nothing is said
        self._retry = Retry()
        self._last_report: dict[str, object] = {}

    async def run(self) -> None:
        """Announce and follow until cancelled; then say goodbye."""
        with InstallationLock(self._advertisement.install_id) as lock:
            while not lock.take():
                self._wait_for("another sidecar of this installation is running")
                await asyncio.sleep(LOCK_POLL_S)
            events = AddressEvents(self._wake)
            try:
                while True:
                    await self._step()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), POLL_S)
            finally:
                events.close()
                await self._withdraw()
                self._report({"state": "withdrawn"})

    async def _step(self) -> None:
        """Bring what we say in line with where we are."""
        self._wake.clear()
        if self._sleep.has_slept():
            # Another network, perhaps, and the router has forgotten our memberships: begin anew.
            await self._withdraw()
            self._wait_for("the machine has slept")
        addresses = lan_addresses(self._advertisement.addresses)
        if not addresses:
            await self._withdraw()
            self._wait_for("no address on a home network")
            return
        try:
            await self._say(addresses)
        except AnnounceError as error:
            await self._withdraw()
            self._retry.failed(addresses)
            self._wait_for(str(error))

    async def _say(self, addresses: list[str]) -> None:
        if not self._announced:
            if not self._retry.is_due(addresses):
                return
            await self._announcer.announce(addresses)
        elif addresses != self._announced:
            await self._announcer.readdress(addresses)
        elif self._announcer.has_rival:
            await self._announcer.settle()
        else:
            return
        self._announced = addresses
        self._retry = Retry()
        self._report(
            {
                "state": "announced",
                "name": self._announcer.name,
                "host": self._advertisement.host_name,
                "port": self._advertisement.port,
                "addresses": addresses,
            }
        )

    async def _withdraw(self) -> None:
        self._announced = []
        await self._announcer.withdraw()

    def _wait_for(self, reason: str) -> None:
        """Say once why nothing is announced; the web server does well without us."""
        if self._report({"state": "waiting", "reason": reason}):
            logger.warning("not announced on the network for now: %s", reason)

    def _report(self, state: dict[str, object]) -> bool:
        """Report `state` unless it was the last one; return whether it was reported."""
        if state == self._last_report:
            return False
        if state["state"] == "announced" and self._last_report.get("state") == "waiting":
            logger.warning("announced on the network again")
        self._last_report = state
        self._tell(state)
        return True
