"""A film that has to be converted, in the real player: it starts with the best size and stays with it."""

import re
import subprocess

import pytest

from tests.e2e.conftest import until
from tests.e2e.test_main_job import PLAYING, advances
from tests.e2e.test_player import Home, paired, play, requested
from tests.lanterne import PASSPHRASE, Place, serving
from transcoder import find_ffmpeg

pytestmark = pytest.mark.browser

TITLE, FILM_S = "Hornbeam", 120


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    folder = tmp_path_factory.mktemp("sizes")
    films = folder / "films"
    films.mkdir()
    subprocess.run(
        [str(find_ffmpeg()), "-v", "error", "-nostdin", "-y",
         *("-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={FILM_S}"),
         *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={FILM_S}"),
         *("-c:v", "mpeg4", "-q:v", "4", "-g", "50", "-c:a", "ac3", str(films / f"{TITLE}.mkv"))],
        check=True,
    )  # fmt: skip
    place = Place(folder / "home").prepare()
    place.done("vault", "create", str(place.vault))
    place.done("import", str(films))
    with serving(place) as server:
        token = place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        yield Home(server, token)


def test_the_best_size_is_played_and_kept(home, browser):
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    page = paired(home, context)
    play(page, TITLE)
    advances(page)
    until(page, f"{PLAYING}.at > 8", 60)
    size = page.evaluate(
        "[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]"
    )
    qualities = {found[1] for url in requested(page) if (found := re.search(r"\.m4s\?.*quality=(\d+)", url))}
    state = home.server.json("/api/v1/server", home.token)
    context.close()
    assert size == [1280, 720]
    assert qualities == {"720"}
    assert state["conversions"]["playing"] == 1
    assert state["encoders"][0]["chosen"]
