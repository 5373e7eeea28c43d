"""A real vault with real media, and the real application on it."""

import io
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import threads_end_inside
from transcoder import find_ffmpeg
from tvapp.access import COOKIE
from tvapp.application import Services, create_app
from tvapp.config import Settings
from tvapp.devices import Devices
from tvapp.household import Household
from tvapp.key_keeper import KeyKeeper
from tvapp.pairing import Pairing
from tvapp.roles import Role
from vault import Vault

PASSPHRASE = "correct horse – Zürich"
FAST_SCRYPT = 2**10
CHUNK_SIZE = 32768


def tiny_film(ffmpeg: Path, *options: str, container: str, seconds: int = 3) -> bytes:
    """A generated film with a tone; its bytes come by a pipe or a fragmented container."""
    command = [
        *(str(ffmpeg), "-v", "error", "-nostdin"),
        *("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={seconds}"),
        *options,
        *("-f", container, "pipe:1"),
    ]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


@pytest.fixture(autouse=True, scope="module")
def no_thread_left_behind() -> Iterator[None]:
    """The open house is a module's, and its helpers with it: by the module's end all threads have ended."""
    with threads_end_inside():
        yield


class Contents(dict):
    """Bytes by path; a failing test shows the paths only."""

    def __repr__(self) -> str:
        return f"Contents({list(self)})"


@pytest.fixture(scope="session")
def contents() -> Contents:
    """What is in the vault, by path."""
    ffmpeg = find_ffmpeg()
    picture = io.BytesIO()
    Image.effect_noise((640, 360), 80).convert("RGB").save(picture, "JPEG")
    h264 = (
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "25",
        "-c:a",
        "aac",
        "-ac",
        "2",
    )
    films = {
        "/Films/Harvest.mp4": tiny_film(
            ffmpeg, *h264, "-movflags", "frag_keyframe+empty_moov+default_base_moof", container="mp4"
        ),
        "/Films/Winter.mkv": tiny_film(
            ffmpeg, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error",
            "-pix_fmt", "yuv420p10le", "-c:a", "ac3", container="matroska",
        ),
        "/Photos/Meadow.jpg": picture.getvalue(),
        "/three chunks.bin": random.Random(1).randbytes(3 * CHUNK_SIZE + 17),
        "/two whole chunks.bin": random.Random(2).randbytes(2 * CHUNK_SIZE),
        "/empty.bin": b"",
    }  # fmt: skip
    return Contents(films)


def fill(vault: Vault, contents: dict[str, bytes]) -> None:
    """Write the contents into the vault."""
    for path, content in contents.items():
        folder, _, name = path.rpartition("/")
        vault.write_file(vault.make_folders(folder or "/").own_id, name, io.BytesIO(content))


@dataclass
class House:
    """The application, and what a test needs of it."""

    settings: Settings
    household: Household
    devices: Devices
    app: object

    def client(self, role: Role | None = Role.OWNER):
        """A browser: paired as `role`, or not at all."""
        client = self.app.test_client()
        if role is not None:
            _, token = self.devices.add("test", role)
            client.set_cookie(COOKIE, token)
        return client

    def unlock(self) -> None:
        """Open the vault and wait until all of it was read."""
        self.household.unlock(PASSPHRASE)
        assert self.household.house.scan.wait_until_through(120)

    def item_id(self, path: str) -> str:
        return self.household.house.library.find_path(path).id


def make_house(folder: Path, *, now=time.monotonic, keeper=None, **more: object) -> House:
    settings = Settings(vault=folder / "vault", state=folder / "state", discovery=False, port=0, **more)
    devices = Devices(settings.state)
    household = Household(settings, devices, keeper or KeyKeeper(None), now)
    app = create_app(Services(household, devices, Pairing(devices), web=folder / "web"))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return House(settings, household, devices, app)


@pytest.fixture(scope="module")
def house(tmp_path_factory, contents):
    """A house whose vault is open and read."""
    folder = tmp_path_factory.mktemp("house")
    vault = Vault.create(folder / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT)
    fill(vault, contents)
    vault.close()
    house = make_house(folder)
    house.unlock()
    yield house
    house.household.close()


@pytest.fixture
def locked_house(tmp_path):
    """A house whose empty vault is locked."""
    Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    house = make_house(tmp_path)
    yield house
    house.household.close()
