"""The main job, by keyboard alone: pair, unlock, browse, play directly and by HLS, seek, look at photos."""

import urllib.parse

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import until
from tests.lanterne import PASSPHRASE

pytestmark = pytest.mark.browser

FOCUS = "document.activeElement"
TEST_ID = f"({FOCUS} && {FOCUS}.getAttribute('data-testid'))"
LABEL = f"({FOCUS} && {FOCUS}.getAttribute('aria-label') || '')"
PHOTO = "document.querySelector('[data-testid=viewer] img.shown')"
PLAYING = """(() => {
    const video = document.querySelector('video');
    return video && {
        at: video.currentTime,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        source: video.currentSrc,
        error: video.error && video.error.message,
        duration: video.duration,
    };
})()"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(150)  # a person's pace


def advances(page: Page) -> dict:
    """Assert that the picture moves: the clock and the count of decoded frames both go on."""
    until(page, f"{PLAYING} && {PLAYING}.frames > 0")
    before = page.evaluate(PLAYING)
    until(page, f"{PLAYING}.at > {before['at'] + 1.0} && {PLAYING}.frames > {before['frames'] + 15}")
    now = page.evaluate(PLAYING)
    assert now["error"] is None
    return now


def seeks(page: Page, key: str, times: int) -> dict:
    """Press a key some times, wait for the seek that follows, and assert that the picture moves there."""
    before = page.evaluate(PLAYING)["at"]
    press(page, *[key] * times)
    step = 10 * times * (1 if key == "ArrowRight" else -1)
    target = max(0, before + step)
    until(page, f"Math.abs({PLAYING}.at - {target}) < 8 && !document.querySelector('video').seeking")
    return advances(page)


def to_the_card(page: Page, title: str) -> None:
    """Walk along the row until the card of this title has the focus."""
    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(3):
            if title in page.evaluate(LABEL):
                return
            if page.evaluate(LABEL).endswith("1 of 2") and key == "ArrowLeft":
                break  # one more would open the menu
            press(page, key)
    raise AssertionError(f"no card {title!r}; the focus is on {page.evaluate(LABEL)!r}")


def to_the_photos(page: Page) -> None:
    """Walk down to the row of photos: below the films, and below those that somebody has begun."""
    for _ in range(3):
        press(page, "ArrowDown")
        if "Photo" in page.evaluate(LABEL):
            return
    raise AssertionError(f"no photos; the focus is on {page.evaluate(LABEL)!r}")


def play(page: Page, title: str) -> None:
    """From the home page: go to a film, open it, press its Play."""
    to_the_card(page, title)
    press(page, "Enter")
    until(page, "document.querySelector('[data-testid=detail-title]')")
    until(page, f"{TEST_ID} === 'play'")  # or, the second time, to resume
    press(page, "Enter")
    until(page, "document.querySelector('video')")


def back_home(page: Page) -> None:
    """Leave the player and the details by Back alone."""
    for _ in range(6):
        if page.evaluate("!!document.querySelector('[data-testid=home]')"):
            break
        press(page, "Escape")
        page.wait_for_timeout(300)
    until(page, f"{TEST_ID} === 'card'")


def test_pair_unlock_browse_play_and_seek(server, screen):
    page = screen.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.link)

    until(page, f"{TEST_ID} === 'passphrase'")
    assert "invitation" not in page.url
    page.keyboard.type("not the passphrase")
    press(page, "Enter")
    until(page, "document.querySelector('[data-testid=locked-note]').textContent.includes('passphrase')")
    until(page, "document.querySelector('[data-testid=passphrase]').value === ''")
    until(page, f"{TEST_ID} === 'passphrase'")
    page.keyboard.insert_text(PASSPHRASE)
    press(page, "Enter")
    until(page, f"{TEST_ID} === 'card'")

    play(page, "Apfelbaum im Wind")
    direct = advances(page)
    assert "/file?" in direct["source"]
    assert direct["duration"] == pytest.approx(40, abs=0.2)
    seeks(page, "ArrowRight", 2)
    seeks(page, "ArrowLeft", 1)

    back_home(page)
    assert "Apfelbaum im Wind" in page.evaluate(LABEL)  # the place was kept
    play(page, "Birnbaum im Schnee")
    converted = advances(page)
    assert converted["source"].startswith("blob:")
    assert converted["duration"] == pytest.approx(40, abs=0.2)
    seeks(page, "ArrowRight", 2)
    seeks(page, "ArrowLeft", 1)

    back_home(page)
    play(
        page, "Birnbaum im Schnee"
    )  # the second time hls.js is there already, which is another order of events
    advances(page)

    back_home(page)
    to_the_photos(page)
    press(page, "Enter")
    until(page, f"{PHOTO}?.naturalWidth > 1000")
    first = page.evaluate(f"{PHOTO}.src")
    press(page, "ArrowRight")
    until(page, f"{PHOTO}?.naturalWidth > 1000 && {PHOTO}.src !== '{first}'")
    back_home(page)
    assert complaints == []


def test_a_screen_is_paired_by_its_code_from_another(server, household, screen, browser):
    token = household.place.run("devices", "add", "phone", "--role", "phone").stdout.strip()
    page = screen.new_page()
    page.goto(f"{server.address}tv")
    until(page, "document.querySelector('[data-testid=user-code]')")
    code = page.evaluate("document.querySelector('[data-testid=user-code]').textContent")
    until(page, "document.querySelector('[data-testid=qr]').naturalWidth > 100")
    assert server.request("/api/v1/pair/approve", token, {"user_code": code})[0] == 204
    until(page, "document.querySelector('[data-testid=card], [data-testid=passphrase]')")


def test_locking_clears_every_screen(server, household, screen):
    token = household.place.run("devices", "add", "TV").stdout.strip()
    owner = household.place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
    server.json("/api/v1/unlock", owner, {"passphrase": PASSPHRASE})
    screen.add_cookies([{"name": "lanterne_device", "value": token, "url": server.address}])
    page = screen.new_page()
    page.goto(f"{server.address}tv")
    until(page, "document.querySelector('[data-testid=card]')")
    server.json("/api/v1/lock", owner, {})
    until(page, "document.querySelector('[data-testid=locked]')")
    assert "Apfelbaum" not in page.content()
    server.json("/api/v1/unlock", owner, {"passphrase": PASSPHRASE})
    until(page, "document.querySelector('[data-testid=card]')")


def begin_to_convert(server, token: str, title: str) -> None:
    """Ask for the first piece of a film, as a player does that goes on slowly: the others wait to be asked for."""
    items = server.json("/api/v1/items?kind=video", token)["items"]
    item_id = next(item["id"] for item in items if item["title"] == title)
    address = server.json(f"/api/v1/items/{item_id}?profile=legacy", token)["playback"]["hls"]
    for _ in range(3):  # the variants, the pieces, the first of them
        status, content, _ = server.request(address, token)
        assert status == 200
        if content.startswith(b"#EXTM3U"):
            names = [line for line in content.decode().splitlines() if line and not line.startswith("#")]
            address = urllib.parse.urljoin(address, names[0])


def test_the_owner_sees_what_is_converted_and_by_what(server, household, screen):
    owner = household.place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
    server.json("/api/v1/unlock", owner, {"passphrase": PASSPHRASE})
    screen.add_cookies([{"name": "lanterne_device", "value": owner, "url": server.address}])
    page = screen.new_page()
    page.goto(f"{server.address}tv")
    until(page, f"{TEST_ID} === 'card'")
    press(page, "ArrowLeft", *["ArrowDown"] * 4, "Enter")
    until(page, f"{TEST_ID} === 'encoder'")
    assert page.evaluate(f"{FOCUS}.getAttribute('data-state')") == "chosen"
    figure = "document.querySelector('[data-testid=figure-playing]').textContent"
    until(page, f"{figure}.includes('0 of ')", timeout_s=40)  # what others played before has ended
    begin_to_convert(server, owner, "Birnbaum im Schnee")
    until(page, f"{figure}.includes('1 of ')")
    press(page, "ArrowLeft", *["ArrowUp"] * 4, "Enter")
    until(page, f"{TEST_ID} === 'card'")
