"""A household with real films and photos, the real server, a real browser."""

import io
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.canary import Canaries
from tests.lanterne import PASSPHRASE, Place, Server, serving
from transcoder import find_ffmpeg

# Playwright's own browsers are not used: the system's Chromium is, as people have it.
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FILM_S = 40
SUBTITLES = "1\n00:00:01,000 --> 00:00:05,000\nZaunkönig sings.\n"


@dataclass(frozen=True)
class Household:
    """The place, and what was put into its vault."""

    place: Place
    canaries: Canaries


@pytest.fixture(scope="module")
def household(tmp_path_factory) -> Household:
    """A vault that was made and filled by the commands that a person uses."""
    folder = tmp_path_factory.mktemp("household")
    originals = folder / "originals"
    make_originals(originals)
    place = Place(folder / "home").prepare()
    place.done("vault", "create", str(place.vault))
    place.done("import", str(originals / "Zitronenfalter"), str(originals / "Photos"))
    files = [path for path in originals.rglob("*") if path.is_file()]
    canaries = Canaries(
        (path.read_bytes() for path in files),
        [PASSPHRASE, "Zaunkönig", *(path.stem for path in files), "Zitronenfalter"],
    )
    return Household(place, canaries)


def make_originals(folder: Path) -> None:
    """Generate two films, one that browsers play and one that they do not, and two photos."""
    films, photos = folder / "Zitronenfalter", folder / "Photos"
    films.mkdir(parents=True)
    photos.mkdir()
    (folder / "subtitles.srt").write_text(SUBTITLES, encoding="utf-8")
    source = ["-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={FILM_S}"]
    tones = [
        option
        for pitch in (440, 660)
        for option in ("-f", "lavfi", "-i", f"sine=f={pitch}:r=48000:d={FILM_S}")
    ]
    ffmpeg = [str(find_ffmpeg()), "-v", "error", "-nostdin", "-y"]
    h264 = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-profile:v",
        "main",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "50",
    ]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=50"]
    subprocess.run(
        [*ffmpeg, *source, *tones[:4], *h264, "-c:a", "aac", "-ac", "2", "-movflags", "+faststart",
         str(films / "Apfelbaum im Wind.mp4")],
        check=True,
    )  # fmt: skip
    subprocess.run(
        [*ffmpeg, *source, *tones, "-i", str(folder / "subtitles.srt"),
         *("-map", "0", "-map", "1", "-map", "2", "-map", "3"), *hevc, "-pix_fmt", "yuv420p10le",
         *("-c:a:0", "ac3", "-c:a:1", "aac", "-c:s", "srt"),
         *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"),
         str(films / "Birnbaum im Schnee.mkv")],
        check=True,
    )  # fmt: skip
    for name in ("Quittenblüte.jpg", "Mirabellenkorb.jpg"):
        picture = io.BytesIO()
        Image.effect_noise((1600, 900), 60).convert("RGB").save(picture, "JPEG", quality=80)
        (photos / name).write_bytes(picture.getvalue())
    (folder / "subtitles.srt").unlink()


@pytest.fixture(scope="module")
def server(household) -> Server:
    """The server, started at a terminal, its vault still locked."""
    with serving(household.place, terminal=True) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Browser:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def screen(browser) -> BrowserContext:
    """A TV's browser without any memory."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    yield context
    context.close()


def until(page: Page, expression: str, timeout_s: float = 20.0) -> object:
    """Wait until an expression is true in the page; its value is returned.

    Playwright's own wait evaluates text inside the page, which the page's security policy forbids.
    """
    for _ in range(int(timeout_s * 20)):
        if value := page.evaluate(expression):
            return value
        page.wait_for_timeout(50)
    picture = Path(tempfile.mkdtemp(prefix="lanterne-e2e-")) / "page.png"
    page.screenshot(path=picture)
    raise AssertionError(f"not within {timeout_s} s: {expression}; the page then: {picture}")
