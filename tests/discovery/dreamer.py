"""The sidecar on a clock that jumps by a night at SIGUSR1, as when the machine has slept."""

import signal
import sys

from discovery import __main__ as sidecar
from discovery import service, watch

slept_s = 0.0


def sleep(number, frame):
    global slept_s
    slept_s += 8 * 3600


class Dreamer(service.Service):
    def __init__(self, advertisement, report):
        super().__init__(advertisement, report, watch.SleepDetector(lambda: watch.boot_clock() + slept_s))


signal.signal(signal.SIGUSR1, sleep)
sidecar.Service = Dreamer
sys.exit(sidecar.main())
