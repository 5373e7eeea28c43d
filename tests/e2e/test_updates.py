"""A page that was left open while the server was updated."""

import re

import pytest

from tests.e2e.conftest import until
from tests.e2e.test_main_job import TEST_ID, advances, play, press
from tests.lanterne import PASSPHRASE
from tvapp.routes.pages import web_directory

pytestmark = pytest.mark.browser

_BUILD = re.compile(r'(?<=")[0-9a-f]{16}(?=")')


@pytest.fixture
def page(server, household, screen):
    """A paired screen's first page; `loads` tells how often it was fetched."""
    owner = household.place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
    server.json("/api/v1/unlock", owner, {"passphrase": PASSPHRASE})
    screen.add_cookies([{"name": "lanterne_device", "value": owner, "url": server.address}])
    page = screen.new_page()
    page.loads = []
    page.on("load", lambda _: page.loads.append(page.url))
    return page


def hand_out_another_player(page, times: int) -> None:
    """Have the page be handed out the player of another build, so often."""
    script = (web_directory() / "tv" / "player.js").read_text(encoding="utf-8")
    other, count = _BUILD.subn("f" * 16, script)
    assert count == 1
    page.route(
        "**/static/tv/player.js",
        lambda route: route.fulfill(body=other, content_type="text/javascript"),
        times=times,
    )


def meet_another_build(server, page) -> None:
    """Open a film's page from home; what comes with it is of another build, and home is fetched anew."""
    page.goto(f"{server.address}tv")
    until(page, f"{TEST_ID} === 'card'")
    with page.expect_event("load"):
        press(page, "Enter")
    until(page, f"{TEST_ID} === 'card'")


def test_it_is_fetched_anew_and_plays(server, page):
    hand_out_another_player(page, times=1)
    meet_another_build(server, page)
    play(page, "Apfelbaum im Wind")
    advances(page)
    assert len(page.loads) == 2


def test_it_is_not_fetched_for_ever(server, page):
    hand_out_another_player(page, times=100)
    meet_another_build(server, page)
    press(page, "Enter")
    until(page, f"{TEST_ID} === 'play'")
    press(page, "Enter")
    until(page, "document.activeElement.textContent === 'Try again'")
    assert len(page.loads) == 2
