"""Every kind of file plays in Chromium, from its start, its middle and its end, however the server sends it."""

import shutil

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import until
from tests.e2e.test_main_job import PLAYING, TEST_ID, press
from tests.e2e.test_player import Home, paired, shown
from tests.lanterne import PASSPHRASE, Place, serving
from tests.media import FILMS, UNPLAYABLE, Shelf
from tests.shared_media import MEDIA

pytestmark = pytest.mark.browser

SONGS = (".m4a", ".mp3")
FOLDER_SIZE = 8  # so that all of a folder is on the screen at once
SHORT_S = 4.0
CARDS = "[...document.querySelectorAll('[data-testid=card]')]"
ENDED = f"(!{PLAYING} || document.querySelector('video').ended || !!{shown('next-up')})"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A household with every kind of film, a few to a folder."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "shelf").mkdir()
    shelf = Shelf(folder / "shelf")
    files = [shelf.path(name) for name in FILMS if name not in UNPLAYABLE and not name.endswith(SONGS)]
    if MEDIA.is_dir():
        files += sorted((MEDIA / "videos").iterdir())
    for number, file in enumerate(files):
        place = folder / "films" / f"Shelf {number // FOLDER_SIZE}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place / file.name)
    place = Place(folder / "home").prepare()
    place.done("vault", "create", str(place.vault))
    place.done("import", *map(str, sorted((folder / "films").iterdir())))
    place.done("scan")
    with serving(place) as server:
        token = place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        yield Home(server, token)


def back_to(page: Page, place: str) -> None:
    """Back, until a page is there."""
    for _ in range(8):
        if page.evaluate(f"!!{shown(place)}"):
            return
        press(page, "Escape")
        page.wait_for_timeout(200)
    raise AssertionError(f"no way back to {place}")


def plays_at(page: Page, at_s: float) -> None:
    """Seek, and see pictures come and time go on from there."""
    frames = page.evaluate(f"document.querySelector('video').currentTime = {at_s}, {PLAYING}.frames")
    until(page, f"{ENDED} || {PLAYING}.at > {at_s} + 0.3 && {PLAYING}.frames > {frames}")


def plays_whole(page: Page) -> str:
    """Play a file from its page on: its start, its middle, its end. Return how it comes."""
    until(page, f"{TEST_ID} === 'play'")
    press(page, "Enter")
    until(page, f"{PLAYING} && {PLAYING}.frames > 0", 30)
    found = page.evaluate(PLAYING)
    if found["duration"] > SHORT_S:
        plays_at(page, found["duration"] / 2)
        plays_at(page, found["duration"] - 1.5)
    else:
        until(page, ENDED)
    assert not page.evaluate(f"!!{shown('problem')}"), "it ends with a problem"
    return "hls" if found["source"].startswith("blob:") else "direct"


def test_every_file_plays_from_start_middle_and_end(home, browser):
    how, failed = {}, {}
    with browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB") as context:
        page = paired(home, context)
        items = home.server.json("/api/v1/items", home.token)["items"]
        shelves = sum(item["kind"] == "folder" for item in items)
        for shelf in range(shelves):
            card = f"{CARDS}.find(one => one.textContent.includes('Shelf {shelf}'))"
            until(page, card, 60)
            page.evaluate(f"{card}.click()")
            until(page, f"{shown('folder')} && {CARDS}.length")
            for number in range(page.evaluate(f"{CARDS}.length")):
                title = page.evaluate(f"{CARDS}[{number}].textContent")
                page.evaluate(f"{CARDS}[{number}].click()")
                try:
                    how[title] = plays_whole(page)
                except AssertionError as error:
                    failed[title] = str(error)
                back_to(page, "folder")
            back_to(page, "home")
    assert not failed
    assert set(how.values()) == {"direct", "hls"}
