"""Locking waits for nobody who would keep it waiting."""

import os
import signal
import threading

import pytest

from tests.tvapp.conftest import FAST_SCRYPT, PASSPHRASE, fill, make_house
from vault import Vault

SRT = b"1\n00:00:00,500 --> 00:00:01,000\nHello\n"
PATIENCE_S = 20.0


@pytest.fixture
def house(tmp_path, contents):
    with Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        fill(vault, {"/Harvest.mp4": contents["/Films/Harvest.mp4"], "/Harvest.srt": SRT})
    house = make_house(tmp_path)
    house.unlock()
    yield house
    house.household.close()


def test_subtitles_that_are_read_for_ever_do_not_keep_the_house_open(house):
    client = house.client()
    folder = f"/api/v1/items/{house.item_id('/Harvest.mp4')}"
    assert client.get(f"{folder}/subtitles/x0.vtt").status_code == 200
    helper = house.household.house.library.subtitles._file_helper
    with helper.using() as subtitles:
        pid = subtitles._process.pid
    os.kill(pid, signal.SIGSTOP)  # as if it were lost in a hostile file
    master = client.get(f"{folder}/hls/master.m3u8?profile=baseline&burn=0").text
    media = next(line for line in master.splitlines() if line and not line.startswith("#"))
    viewer = threading.Thread(
        target=client.get, args=(f"{folder}/hls/{media.replace('media.m3u8', 'init.mp4')}",)
    )
    viewer.start()
    texts = house.household.house.pool._runs._texts
    while not texts.reading:
        assert viewer.is_alive()
    locking = threading.Thread(target=house.household.lock)
    locking.start()
    locking.join(PATIENCE_S)
    is_locked = not locking.is_alive()
    if not is_locked:
        os.kill(pid, signal.SIGKILL)
    locking.join()
    viewer.join()
    assert is_locked
