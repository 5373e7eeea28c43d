"""All files read in the background: slowly, when nobody is there, and what is damaged is told."""

import io
import logging
import threading
import time

import pytest

from library import Library
from tests.tvapp.conftest import CHUNK_SIZE
from tvapp.quiet_work import QuietTime, QuietWork
from tvapp.scrubbing import LEAST_RATE, SECONDS_PER_DAY, RateLimit, Scrubber, rate_for
from vault import Vault

DAYS = 30
HOUR_S = 3600
NS = 10**9


class Night:
    """A clock that only moves while somebody pauses, and who is in the house."""

    def __init__(self, end_s=10**9):
        self.now_s = 0.0
        self.end_s = end_s
        self.quiet = True
        self.pauses = []
        self.on_pause = lambda: None

    def is_quiet(self):
        return self.quiet

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now_s += seconds
        self.on_pause()
        return self.now_s >= self.end_s

    def scrubber(self, library, days=DAYS, start_ns=2 * 10**18):
        return Scrubber(
            library.integrity,
            days,
            QuietTime(self.is_quiet).turn(QuietWork.SCRUB),
            now_ns=lambda: start_ns + int(self.now_s * NS),
            clock=lambda: self.now_s,
            pause=self.pause,
        )


@pytest.fixture
def vault(tmp_path):
    with Vault.create(tmp_path / "vault", "x", scrypt_cost=2) as vault:
        for name in ("a.bin", "b.bin", "c.bin"):
            vault.write_file("", name, io.BytesIO(bytes(40 * CHUNK_SIZE)))
        yield vault


@pytest.fixture
def library(vault, tmp_path):
    with Library(vault, tmp_path / "state") as library:
        library.scan()
        yield library


@pytest.fixture
def read(library):
    """The names of the files that were read whole, in order."""
    names = []
    really_check = library.integrity.check_file

    def counting(node, on_bytes, checked_ns):
        check = really_check(node, on_bytes, checked_ns)
        names.append(node.name)
        return check

    library.integrity.check_file = counting
    return names


def flip(vault, path):
    stored = vault.directory / vault.find(path).stored_path
    contents = bytearray(stored.read_bytes())
    contents[68 + 3 * (CHUNK_SIZE + 28) + 20] ^= 1
    stored.write_bytes(contents)


def test_the_rate_reads_all_within_the_days_and_is_never_too_small():
    assert rate_for(0, DAYS) == LEAST_RATE
    vault_size = 8 * 10**12
    assert rate_for(vault_size, DAYS) * DAYS * SECONDS_PER_DAY >= vault_size


def test_the_pace_is_kept_and_a_pause_is_not_caught_up_with():
    now = [100.0]
    limit = RateLimit(1000, lambda: now[0])
    assert limit.after(500) == pytest.approx(0.5)
    assert limit.after(500) == pytest.approx(1.0)
    now[0] += 1.0
    assert limit.after(500) == pytest.approx(0.5)
    now[0] += 1000
    assert limit.after(500) == pytest.approx(0.5)


def test_every_file_is_read_once_and_then_not_before_the_days_are_over(library, read):
    night = Night(end_s=DAYS * SECONDS_PER_DAY * 0.9)
    night.scrubber(library, start_ns=time.time_ns()).run()
    assert sorted(read) == ["a.bin", "b.bin", "c.bin"]


def test_they_are_read_again_when_the_days_are_over(library, read):
    now_ns = time.time_ns()
    Night(end_s=1000).scrubber(library, start_ns=now_ns).run()
    later_ns = now_ns + (DAYS + 1) * SECONDS_PER_DAY * NS
    Night(end_s=1000).scrubber(library, start_ns=later_ns).run()
    assert len(read) == 6


def test_no_more_is_read_than_the_rate(library, read):
    night = Night(end_s=HOUR_S)
    night.scrubber(library).run()
    stored_size = 3 * (40 * (CHUNK_SIZE + 28) + 68)
    reading_s = sum(pause for pause in night.pauses if pause < 10)
    assert reading_s >= (stored_size - 3 * 68) / LEAST_RATE * 0.99


def test_it_stands_still_while_somebody_is_there(library, read):
    night = Night(end_s=HOUR_S)
    night.quiet = False
    night.scrubber(library).run()
    assert read == []


def test_it_stands_still_in_the_middle_of_a_file(library, read):
    night = Night(end_s=HOUR_S)

    def comes_home():
        night.quiet = False

    night.on_pause = comes_home  # at the first pause: within the first file
    scrubber = night.scrubber(library)
    scrubber.run()
    assert read == []
    assert not scrubber.status.running


def test_damage_is_told_once_by_id_and_shown_with_the_item(vault, library, read, caplog):
    flip(vault, "/b.bin")
    library.scan()
    item_id = library.find_path("/b.bin").id
    night = Night(end_s=HOUR_S * 3)
    scrubber = night.scrubber(library, start_ns=time.time_ns())
    with caplog.at_level(logging.WARNING):
        scrubber.run()
    assert [record.getMessage() for record in caplog.records] == [f"item {item_id} is not what was stored"]
    assert library.find_path("/b.bin").problem == f"damaged: bytes {3 * CHUNK_SIZE} to {4 * CHUNK_SIZE - 1}"
    assert (scrubber.status.checked, scrubber.status.total, scrubber.status.damaged) == (3, 3, 1)


def test_a_file_that_no_scan_has_seen_as_it_is_now_is_not_read_over_and_over(vault, library, read):
    flip(vault, "/b.bin")  # its time is another than the index knows
    (vault.directory / vault.find("/c.bin").stored_path).unlink()
    Night(end_s=HOUR_S * 5).scrubber(library, start_ns=time.time_ns()).run()
    assert sorted(read) == ["a.bin", "b.bin"]


def test_it_ends_when_the_vault_is_locked(vault, library, caplog):
    scrubber = Scrubber(library.integrity, DAYS, QuietTime(lambda: True).turn(QuietWork.SCRUB))
    scrubber.start()
    vault.close()
    scrubber.close()
    scrubber.close()
    assert not scrubber.status.running


def test_closing_does_not_wait_for_a_pause(library):
    began = threading.Event()

    def is_quiet():
        began.set()
        return False

    scrubber = Scrubber(library.integrity, DAYS, QuietTime(is_quiet).turn(QuietWork.SCRUB))
    scrubber.start()
    assert began.wait(10)
    scrubber.close()
