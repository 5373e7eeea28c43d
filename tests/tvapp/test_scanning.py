"""The scan that begins with the unlock, and looks again while files arrive."""

import io
import os
import threading

from library import ScanReport
from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT, PASSPHRASE, make_house
from tvapp.idle_lock import Activity
from tvapp.scanning import BackgroundScan
from vault import Vault


class Arrivals:
    """A library that finds files still arriving, two times."""

    def __init__(self):
        self.scan_count = 0
        self.rested = threading.Event()

    def scan(self, _note, _cancelled):
        self.scan_count += 1
        if self.scan_count == 3:
            self.rested.set()
        return ScanReport(unrested_count=3 - self.scan_count)


def test_it_looks_again_until_all_files_rest():
    library = Arrivals()
    scan = BackgroundScan(library, Activity(), look_again_s=0)
    scan.start()
    assert scan.wait_until_through(10)
    assert library.rested.wait(10)
    scan.close()
    assert library.scan_count == 3
    assert not scan.status.running


def test_it_does_not_wait_for_arrivals_when_it_is_closed():
    library = Arrivals()
    scan = BackgroundScan(library, Activity(), look_again_s=3600)
    scan.start()
    assert scan.wait_until_through(10)
    scan.close()
    assert library.scan_count == 1


def test_what_the_interface_says_of_it(house):
    body = house.client().get("/api/v1/scan").get_json()
    assert body["running"] in {True, False}
    assert set(body["scrub"]) == {"running", "checked", "total", "damaged"}


def test_the_reading_of_all_files_can_be_turned_off(tmp_path):
    Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    house = make_house(tmp_path, scrub_days=0)
    house.unlock()
    assert house.household.house.scrub is None
    assert "scrub" not in house.client().get("/api/v1/scan").get_json()
    house.household.close()


def test_a_file_that_lost_whole_chunks_is_not_given_out_as_whole(tmp_path):
    with Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT) as vault:
        node = vault.write_file("", "film.bin", io.BytesIO(bytes(4 * CHUNK_SIZE)))
    house = make_house(tmp_path)
    house.unlock()
    client, item_id = house.client(), house.item_id("/film.bin")
    assert client.get(f"/api/v1/items/{item_id}/file").status_code == 200
    os.truncate(tmp_path / "vault" / node.stored_path, 68 + 2 * (CHUNK_SIZE + 28))
    # Before anybody has looked, and afterwards.
    assert client.get(f"/api/v1/items/{item_id}/file").status_code == 409
    house.household.house.library.scan()
    answer = client.get(f"/api/v1/items/{item_id}/file")
    assert answer.status_code == 500
    assert answer.get_json()["type"] == "urn:lanterne:problem:damaged-data"
    assert client.get(f"/api/v1/items/{item_id}").get_json()["problem"].startswith("incomplete: ")
    house.household.close()
