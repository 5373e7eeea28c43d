"""When to look at the addresses again: the kernel says so, or some seconds have passed, or we have slept."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable

POLL_S = 3.0  # in case the kernel's word is not to be had, or lost
# So much more than the poll cannot be a busy machine: it slept. What we said has run out meanwhile.
SLEEP_SLACK_S = 15.0
# <linux/rtnetlink.h>: links, IPv4 addresses, IPv6 addresses
RTMGRP = 0x1 | 0x10 | 0x100
DATAGRAM_SIZE = 64 * 1024  # bytes: more than one netlink message has


def boot_clock() -> float:
    """Return the seconds since boot, sleep included (clock_gettime(2)); `time.monotonic` leaves sleep out."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SleepDetector:
    """Notices that the machine, or this process, has been asleep."""

    def __init__(self, now: Callable[[], float] = boot_clock) -> None:
        self._now = now
        self._seen_at_s = now()

    def has_slept(self) -> bool:
        """Return whether far more time than one poll has passed since the last call."""
        before_s, self._seen_at_s = self._seen_at_s, self._now()
        return self._seen_at_s - before_s > POLL_S + SLEEP_SLACK_S


class AddressEvents:
    """Sets an event when the kernel changes a link or an address (rtnetlink(7)).

    Which one changed is not read: the listing that follows is the truth, this only makes it prompt.
    """

    def __init__(self, changed: asyncio.Event) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        # Some sandboxes have no netlink; then there is the poll.
        with contextlib.suppress(OSError):
            self._socket = _open_netlink()
            self._loop.add_reader(self._socket, self._drain)

    def close(self) -> None:
        """Stop listening; safe twice."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _drain(self) -> None:
        assert self._socket is not None
        self._changed.set()
        try:
            while self._socket.recv(DATAGRAM_SIZE):
                pass
        except BlockingIOError:
            return
        except OSError:  # ENOBUFS: so many changes that some were lost; we look anyway
            return


def _open_netlink() -> socket.socket:
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    try:
        listener.bind((0, RTMGRP))
    except OSError:
        listener.close()
        raise
    return listener
