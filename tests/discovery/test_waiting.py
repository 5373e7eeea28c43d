"""When we look again and when we try again, on a clock of the test's own."""

import asyncio
import socket

from discovery.service import RETRY_FIRST_S, RETRY_LAST_S, Retry
from discovery.watch import POLL_S, SLEEP_SLACK_S, AddressEvents, SleepDetector, boot_clock


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


def test_a_late_poll_is_no_sleep_but_a_night_is():
    clock = Clock()
    detector = SleepDetector(clock)
    assert not detector.has_slept()
    clock.now_s += POLL_S + SLEEP_SLACK_S - 1
    assert not detector.has_slept()
    clock.now_s += 8 * 3600
    assert detector.has_slept()
    assert not detector.has_slept(), "one sleep is said once"


def test_the_boot_clock_goes_forward():
    assert boot_clock() <= boot_clock()


def test_trying_again_takes_ever_longer_up_to_a_minute():
    clock = Clock()
    retry = Retry(clock)
    delays_s = []
    for _ in range(8):
        assert retry.is_due(["10.0.0.1"])
        retry.failed(["10.0.0.1"])
        before_s = clock.now_s
        while not retry.is_due(["10.0.0.1"]):
            clock.now_s += 1
        delays_s.append(clock.now_s - before_s)
    assert delays_s[:3] == [RETRY_FIRST_S, RETRY_FIRST_S * 2, RETRY_FIRST_S * 4]
    assert delays_s[-1] == RETRY_LAST_S


def test_another_network_is_tried_at_once_and_from_the_start():
    clock = Clock()
    retry = Retry(clock)
    for _ in range(4):
        retry.failed(["10.0.0.1"])
    assert not retry.is_due(["10.0.0.1"])
    assert retry.is_due(["192.168.1.5"])
    retry.failed(["192.168.1.5"])
    clock.now_s += RETRY_FIRST_S
    assert retry.is_due(["192.168.1.5"])


def test_listening_to_the_kernel_ends_cleanly():
    async def listen():
        events = AddressEvents(asyncio.Event())
        events.close()
        events.close()

    asyncio.run(listen())


def test_without_netlink_there_is_the_poll(monkeypatch):
    def refuse(*arguments):
        raise PermissionError

    async def listen():
        monkeypatch.setattr(socket, "socket", refuse)
        AddressEvents(asyncio.Event()).close()

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(listen())
    finally:
        monkeypatch.undo()
        loop.close()
