"""The player on the real server: tracks, subtitles, previews, places kept, what follows, damage, a busy box."""

import contextlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import until
from tests.e2e.test_main_job import FOCUS, PLAYING, TEST_ID, advances, press
from tests.lanterne import PASSPHRASE, Place, Server, serving
from tests.media import Shelf
from transcoder import find_ffmpeg

pytestmark = pytest.mark.browser

FILM_S = 60
LINES = "\n".join(
    f"{n + 1}\n00:00:{n * 2:02},000 --> 00:00:{n * 2 + 2:02},000\nLine {n * 2}\n" for n in range(FILM_S // 2)
)
FORCED = f"1\n00:00:00,000 --> 00:00:{FILM_S - 1},000\nForeign sign\n"
CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={start + 20}\ntitle=Part {start}\n" for start in (0, 20, 40)
)
PICTURE = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"]
# hls.js with subtitles, from where the page's light build comes.
WHOLE_HLS = Path(__file__).parents[2] / "static/node_modules/hls.js/dist/hls.min.js"
CUES = """[...window.video.textTracks].flatMap(track => [...track.cues || []])
    .map(cue => ({ text: cue.text, start: cue.startTime }))"""
REQUESTED = "performance.getEntriesByType('resource').map(one => one.name)"


def shown(test_id: str) -> str:
    return f"document.querySelector('[data-testid={test_id}]')"


@dataclass(frozen=True)
class Home:
    """A served household with an owner's token."""

    server: Server
    token: str


def make_films(folder: Path) -> None:
    """Two parts of a series, a film with two sounds and two subtitles, and one to be damaged."""
    (folder / "Series").mkdir(parents=True)
    (folder / "Odd").mkdir()
    texts = {"lines.srt": LINES, "forced.srt": FORCED, "chapters.txt": CHAPTERS}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    video = ["-f", "lavfi", "-i", f"testsrc2=s=854x480:r=25:d={FILM_S}"]
    large = ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=25:d={FILM_S}"]
    sounds = [
        option
        for pitch in (440, 660)
        for option in ("-f", "lavfi", "-i", f"sine=f={pitch}:r=48000:d={FILM_S}")
    ]
    ffmpeg = [str(find_ffmpeg()), "-v", "error", "-nostdin", "-y"]
    for part in (1, 2):
        subprocess.run(
            [*ffmpeg, *video, *sounds[:4], *PICTURE, "-c:a", "aac", "-movflags", "+faststart",
             str(folder / "Series" / f"Part {part}.mp4")],
            check=True,
        )  # fmt: skip
    subprocess.run(
        [*ffmpeg, *video, *sounds, *("-i", str(folder / "lines.srt"), "-i", str(folder / "forced.srt")),
         *("-i", str(folder / "chapters.txt"), "-map_chapters", "5"),
         *(option for index in range(5) for option in ("-map", str(index))), *PICTURE,
         *("-map", "3", "-c:a", "aac", "-c:s", "srt", "-c:s:2", "ass", "-metadata:s:s:2", "language=deu"),
         *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"),
         *("-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=eng", "-disposition:s:1", "forced"),
         str(folder / "Odd" / "Two tongues.mkv")],
        check=True,
    )  # fmt: skip
    subprocess.run(
        [*ffmpeg, *large, *sounds[:4], *PICTURE, "-crf", "14", "-c:a", "aac", "-movflags", "+faststart",
         str(folder / "Odd" / "Torn.mp4")],
        check=True,
    )  # fmt: skip
    for name in texts:
        (folder / name).unlink()


def make_songs(folder: Path) -> None:
    """Two short ones, and what stands beside them that nobody can play."""
    folder.mkdir()
    (folder.parent / "shelf").mkdir()
    shelf = Shelf(folder.parent / "shelf")
    (folder / "01 Morning.m4a").write_bytes(shelf.data("audioonly.m4a"))
    (folder / "02 Noon.mp3").write_bytes(b"ID3")
    (folder / "03 Evening.mp3").write_bytes(shelf.data("cover.mp3"))


def damage(vault: Path) -> None:
    """Change a few bytes in the middle of the largest file: the film that is to be damaged."""
    largest = max(
        (path for path in vault.rglob("*.c9r") if path.is_file()), key=lambda path: path.stat().st_size
    )
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // 2)
        before = file.read(64)
        file.seek(-64, 1)
        file.write(bytes(byte ^ 255 for byte in before))


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A household of its own, with one encoder, so that a second film finds the box busy."""
    folder = tmp_path_factory.mktemp("player")
    make_films(folder / "films")
    place = Place(folder / "home").prepare()
    place.done("vault", "create", str(place.vault))
    make_songs(folder / "films" / "Songs")
    place.done("import", *(str(folder / "films" / name) for name in ("Series", "Odd", "Songs")))
    damage(place.vault)
    with serving(place, LANTERNE_ENCODERS="1") as server:
        token = place.run("devices", "add", "owner", "--role", "owner").stdout.strip()
        server.json("/api/v1/unlock", token, {"passphrase": PASSPHRASE})
        yield Home(server, token)


@pytest.fixture
def page(home, browser) -> Page:
    """A screen that is paired, with nothing remembered from the test before."""
    with_screen = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    yield paired(home, with_screen)
    with_screen.close()


def paired(home: Home, context) -> Page:
    context.add_cookies([{"name": "lanterne_device", "value": home.token, "url": home.server.address}])
    page = context.new_page()
    page.goto(f"{home.server.address}tv")
    until(page, shown("card"), 60)
    return page


def open_film(page: Page, title: str) -> None:
    """Go to the page of a film, wherever its card is."""
    card = f"[...document.querySelectorAll('[data-testid=card]')].find(one => one.textContent.includes('{title}'))"
    until(page, card, 60)
    page.evaluate(f"{card}.click()")
    until(page, f"{TEST_ID} === 'play'")


def open_folder_film(page: Page, folder: str, title: str) -> None:
    """Go to the page of a film by way of its folder."""
    card = "[...document.querySelectorAll('[data-testid=card]')].find(one => one.textContent.includes('{}'))"
    until(page, card.format(folder), 60)
    page.evaluate(f"{card.format(folder)}.click()")
    until(page, f"{shown('folder')} && {card.format(title)}")
    page.evaluate(f"{card.format(title)}.click()")
    until(page, f"{TEST_ID} === 'play'")


def play(page: Page, title: str) -> None:
    open_film(page, title)
    start_over(page)


def start_over(page: Page) -> None:
    """On a film's page: play it from its beginning."""
    # Whatever another test left there.
    if page.evaluate(f"!!{shown('restart')}"):
        press(page, "ArrowRight")
    press(page, "Enter")
    until(page, f"{PLAYING} && {PLAYING}.frames > 0", 60)


def choose(page: Page, label: str) -> None:
    """Walk down the open menu's column to an entry, and press it."""
    for _ in range(12):
        if label in page.evaluate("document.activeElement.textContent"):
            press(page, "Enter")
            return
        press(page, "ArrowDown")
    raise AssertionError(f"no entry {label!r}")


def to_the_top(page: Page) -> None:
    press(page, *["ArrowUp"] * 10)


def requested(page: Page) -> list[str]:
    return page.evaluate(REQUESTED)


def test_the_sound_is_switched_at_the_same_place(page):
    play(page, "Two tongues")
    advances(page)
    before = page.evaluate(PLAYING)["at"]
    press(page, "ArrowDown", "Enter")
    until(page, f"{TEST_ID} === 'entry-tracks'")
    to_the_top(page)
    choose(page, "French")
    until(page, f"{REQUESTED}.some(name => name.includes('master.m3u8') && name.includes('audio=1'))")
    until(page, f"{PLAYING}.at >= {before} && {PLAYING}.at < {before + 15}")
    after = advances(page)
    assert after["at"] < before + 20
    assert after["source"].startswith("blob:")


def test_subtitles_forced_by_default_then_chosen_then_remembered(page):
    play(page, "Two tongues")
    until(page, f"{shown('cues')} && {shown('cues')}.textContent === 'Foreign sign'", 30)
    open_menu(page, "tracks")
    press(page, "ArrowRight")
    to_the_top(page)
    press(page, "ArrowDown")  # past "Off", to the full subtitles
    press(page, "Enter")
    until(page, f"{shown('cues')} && {shown('cues')}.textContent.startsWith('Line ')", 30)
    line = page.evaluate(f"[{shown('cues')}.textContent, {PLAYING}.at]")
    assert abs(int(line[0].removeprefix("Line ")) - line[1]) <= 2.3  # what is said now
    leave(page)
    start_over(page)
    until(page, f"{shown('cues')} && {shown('cues')}.textContent.startsWith('Line ')", 30)


def leave(page: Page) -> None:
    """Back, until the film's page is there."""
    for _ in range(6):
        if page.evaluate(f"!!{shown('detail')}"):
            break
        press(page, "Escape")
        page.wait_for_timeout(400)  # one Escape too many would leave the film's page, too
    until(page, f"{TEST_ID} === 'play'")


def test_chapters_are_marked_and_jumped_to(page):
    play(page, "Two tongues")
    assert page.evaluate("document.querySelectorAll('[data-testid=chapter-mark]').length") == 2
    press(page, "PageDown")
    until(page, f"{PLAYING}.at >= 19.5 && {PLAYING}.at < 30")
    press(page, "ArrowDown", "ArrowRight", "Enter")
    until(page, f"{TEST_ID} === 'entry-chapters'")
    choose(page, "Part 40")
    until(page, f"{PLAYING}.at >= 39.5")
    advances(page)


def open_menu(page: Page, button: str) -> None:
    """From the film: walk along the bar to a button, and open its menu."""
    press(page, "ArrowDown", *["ArrowLeft"] * 6)
    for _ in range(6):
        if page.evaluate(TEST_ID) == f"bar-{button}":
            break
        press(page, "ArrowRight")
    press(page, "Enter")
    until(page, f"{TEST_ID} === 'entry-{button}'")


def test_another_player_finds_the_subtitles_in_the_stream(home, browser: Browser):
    """The whole hls.js, which ours is not: it puts cues where `X-TIMESTAMP-MAP` says."""
    item = home.server.json("/api/v1/items?kind=video&q=tongues", home.token)["items"][0]
    playback = home.server.json(f"/api/v1/items/{item['id']}?profile=baseline", home.token)["playback"]
    with contextlib.closing(browser.new_context(bypass_csp=True)) as context:
        page = context.new_page()
        page.goto(f"{home.server.address}healthz")
        page.add_script_tag(content=WHOLE_HLS.read_text(encoding="utf-8"))
        page.evaluate(
            """address => {
              const video = window.video = document.body.appendChild(document.createElement('video'));
              const hls = window.hls = new Hls({ enableWorker: false });
              hls.loadSource(address);
              hls.attachMedia(video);
            }""",
            playback["hls"],
        )
        until(page, "window.hls.subtitleTracks.length === 3 && window.video.readyState > 2")
        page.evaluate("window.hls.subtitleTrack = 0")
        until(page, f"({CUES}).length === {FILM_S // 2}")
        first = page.evaluate(f"({CUES})[1]")
        assert first["text"] == "Line 2"
        assert first["start"] == pytest.approx(2.0, abs=0.05)
        assert [
            one["name"] for one in page.evaluate("window.hls.subtitleTracks.map(({ name }) => ({ name }))")
        ] == [
            "English",
            "English 2",
            "Deutsch",
        ]


def test_styled_subtitles_are_drawn_by_the_server_on_request(page):
    play(page, "Two tongues")
    open_menu(page, "tracks")
    press(page, "ArrowRight", *["ArrowDown"] * 8)
    press(page, "ArrowUp")  # the last is how subtitles look; before it, the styled ones as they are drawn
    assert "part of the picture" in page.evaluate("document.activeElement.textContent")
    press(page, "Enter")
    until(page, f"{REQUESTED}.some(name => name.includes('master.m3u8') && name.includes('burn=2'))")
    advances(page)
    assert page.evaluate(f"!{shown('cues')}")


def test_a_smaller_picture_is_made_when_asked_for(page):
    play(page, "Part 1")
    open_menu(page, "quality")
    choose(page, "480p")
    until(page, f"{REQUESTED}.some(name => name.includes('master.m3u8') && name.includes('quality=480'))")
    advances(page)
    assert page.evaluate("document.querySelector('video').videoHeight") == 480


def test_a_file_that_does_not_play_is_streamed_instead(page):
    page.route("**/file?*", lambda route: route.fulfill(status=415, body=""))
    play(page, "Part 1")
    assert advances(page)["source"].startswith("blob:")
    assert any("profile=chromium" in name for name in requested(page) if "master.m3u8" in name)


PICTURE_SHOWN = """(() => {
    const video = document.querySelector('video');
    const paper = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
    const drawn = paper.getContext('2d');
    drawn.drawImage(video, 0, 0, 64, 36);
    const bytes = [...drawn.getImageData(0, 0, 64, 36).data].filter((_, index) => index % 4 < 3);
    return video.readyState >= 2 && !video.seeking && Math.max(...bytes) - Math.min(...bytes) > 100;
})()"""


def pause_at(page: Page) -> float:
    """Pause the film some seconds in; return where it stands."""
    until(page, f"{PLAYING}.at > 2")
    press(page, "ArrowRight", "Enter")
    until(page, f"{PLAYING}.at > 11 && !document.querySelector('video').seeking")
    press(page, "Space")
    until(page, "document.querySelector('video').paused")
    return page.evaluate(PLAYING)["at"]


def stays_paused(page: Page, at_s: float) -> None:
    """The picture of that place is there, and nothing moves: for long enough that a film that plays would have."""
    until(page, f"{PICTURE_SHOWN} && Math.abs({PLAYING}.at - {at_s}) < 0.5", 30)
    for _ in range(20):
        assert page.evaluate("document.querySelector('video').paused")
        page.wait_for_timeout(100)
    assert page.evaluate(PLAYING)["at"] == pytest.approx(at_s, abs=0.5)
    assert page.evaluate(f"{shown('player')}.dataset.status") == "paused"
    assert page.evaluate(f"{shown('remaining')} && !document.querySelector('.spinner')")


@pytest.mark.parametrize(
    ("menu", "keys", "asked"),
    [
        ("tracks", ["ArrowLeft", "ArrowDown"], "audio=1"),
        ("tracks", ["ArrowRight", *["ArrowDown"] * 8, "ArrowUp"], "burn=2"),
        ("quality", ["ArrowDown", "ArrowDown"], "quality=480"),
        ("speed", ["ArrowDown"], ""),
    ],
    ids=["sound", "subtitles", "quality", "speed"],
)
def test_what_is_chosen_while_paused_does_not_start_the_film(page, menu, keys, asked):
    play(page, "Two tongues")
    at_s = pause_at(page)
    before = len(requested(page))
    open_menu(page, menu)
    press(page, *keys, "Enter")
    if asked:
        until(page, f"{REQUESTED}.slice({before}).some(name => name.includes('{asked}'))")
    else:
        until(page, "document.querySelector('video').playbackRate !== 1")
    stays_paused(page, at_s)
    assert page.evaluate(f"{shown('time')}.textContent").startswith(f"0:{int(at_s):02}")
    press(page, "Escape", "Space")
    assert advances(page)["at"] < at_s + 20


def test_speed_is_doubled(page):
    play(page, "Part 1")
    open_menu(page, "speed")
    choose(page, "2×")
    until(page, "document.querySelector('video').playbackRate === 2")
    first = page.evaluate(f"[{PLAYING}.at, performance.now()]")
    until(page, f"{PLAYING}.at > {first[0]} + 6")
    second = page.evaluate(f"[{PLAYING}.at, performance.now()]")
    assert (second[0] - first[0]) / ((second[1] - first[1]) / 1000) > 1.5


def test_scrubbing_shows_the_picture_of_where_it_would_land(page):
    play(page, "Part 1")
    until(page, f"{REQUESTED}.some(name => name.endsWith('/previews'))", 30)
    for _ in range(20):
        press(page, "ArrowRight")
        if page.evaluate(f"!!{shown('preview')}"):
            break
        press(page, "Escape")
        page.wait_for_timeout(2000)  # they are made now that somebody asked
    sheet = page.evaluate(f"{shown('preview')}.style.backgroundImage.slice(5, -2)")
    size = page.evaluate(
        f"new Promise(done => {{ const picture = new Image(); picture.onload = () => done(picture.naturalWidth);"
        f"picture.onerror = () => done(0); picture.src = '{sheet}'; }})"
    )
    assert size >= 160


def test_a_finger_shows_the_controls_before_it_uses_them(home, browser: Browser):
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    with contextlib.closing(phone):
        page = paired(home, phone)
        play(page, "Part 1")
        until(page, f"{shown('osd')}.dataset.shown === 'false'", 30)
        bar = page.locator("[data-testid=progress]").bounding_box()
        middle = bar["y"] + bar["height"] / 2
        page.touchscreen.tap(bar["x"] + bar["width"] * 0.8, middle)
        until(page, f"{shown('osd')}.dataset.shown === 'true'")
        assert page.evaluate(PLAYING)["at"] < FILM_S / 2
        touch = phone.new_cdp_session(page)
        for part in (0.1, 0.4, 0.8):
            kind = "touchStart" if part == 0.1 else "touchMove"
            finger = {"x": bar["x"] + bar["width"] * part, "y": middle}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [finger]})
        until(page, f"{shown('scrub-time')}?.textContent === '0:48'")
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        until(page, f"{PLAYING}.at >= 47 && !{shown('scrub-time')}")


def test_the_place_is_kept_for_every_screen(page, home, browser: Browser):
    play(page, "Part 2")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    until(page, f"{PLAYING}.at > 29")
    advances(page)
    leave(page)
    until(page, f"{shown('play')}.textContent.startsWith('Resume at 0:3')")
    other = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    elsewhere = paired(home, other)
    until(elsewhere, "document.querySelector('[data-row=continue]').textContent.includes('Part 2')")
    open_film(elsewhere, "Part 2")
    until(elsewhere, f"{shown('play')}.textContent.startsWith('Resume at 0:3')")
    press(elsewhere, "Enter")
    until(elsewhere, f"{PLAYING} && {PLAYING}.at >= 29", 30)
    other.close()


def test_the_next_part_is_offered_and_declined_and_taken(page):
    play(page, "Part 1")
    until(page, f"{REQUESTED}.some(name => name.endsWith('/next'))")
    page.evaluate(f"document.querySelector('video').currentTime = {FILM_S - 4}")
    until(page, f"{TEST_ID} === 'next-play'")
    press(page, "Escape")
    until(page, f"!{shown('next-up')}")
    until(page, f"{TEST_ID} === 'play'", 30)  # it ended, and nothing else began

    start_over(page)
    until(page, f"{REQUESTED}.filter(name => name.endsWith('/next')).length >= 2")
    page.evaluate(f"document.querySelector('video').currentTime = {FILM_S - 3}")
    until(page, f"{shown('player-title')}?.textContent === 'Part 2'", 30)  # by itself
    advances(page)
    leave(page)
    assert page.evaluate(f"{shown('detail-title')}.textContent") == "Part 2"


COUNTED = f"Number(/(\\d+) s/.exec({shown('next-play')}?.textContent || '')?.[1] || 0)"


def seek_to_the_end(page: Page) -> None:
    """As far as the remote control goes: one second before the end of the film."""
    bar = page.evaluate(f"(({{ x, y, width, height }}) => [x + width - 1, y + height / 2])"
                        f"({shown('progress')}.getBoundingClientRect())")  # fmt: skip
    page.mouse.click(*bar)
    until(page, f"{PLAYING}.at >= {FILM_S - 1.2}")


def test_a_film_sought_to_its_last_second_counts_down_before_the_next(page):
    open_folder_film(page, "Series", "Part 1")
    start_over(page)
    until(page, f"{REQUESTED}.some(name => name.endsWith('/next'))")
    seek_to_the_end(page)
    until(page, "document.querySelector('video').ended")
    until(page, f"{TEST_ID} === 'next-play'")
    assert 5 <= page.evaluate(COUNTED) <= 8
    press(page, "Escape")
    until(page, f"{shown('detail-title')}?.textContent === 'Part 1'")

    start_over(page)
    until(page, f"{REQUESTED}.filter(name => name.endsWith('/next')).length >= 2")
    seek_to_the_end(page)
    # An OK in the first second would be taken for one that was meant for the film.
    until(page, f"document.querySelector('video').ended && {TEST_ID} === 'next-play' && {COUNTED} <= 6")
    press(page, "Enter")
    until(page, f"{shown('player-title')}?.textContent === 'Part 2' && {PLAYING}.frames > 0", 30)
    until(page, f"{REQUESTED}.filter(name => name.endsWith('/next')).length >= 3")
    seek_to_the_end(page)
    # It is the last one: back to the folder, and to its card there.
    until(page, f"{shown('folder')} && {FOCUS}.getAttribute('aria-label')?.startsWith('Part 2')", 30)


def test_the_countdown_ends_with_the_next_film(page):
    play(page, "Part 1")
    until(page, f"{REQUESTED}.some(name => name.endsWith('/next'))")
    seek_to_the_end(page)
    until(page, f"document.querySelector('video').ended && {COUNTED} > 0")
    began = page.evaluate("performance.now()")
    until(page, f"{COUNTED} === 2", 15)
    assert page.evaluate("performance.now()") - began > 2000
    assert page.evaluate(f"{shown('player-title')}.textContent") == "Part 1"
    until(page, f"{shown('player-title')}?.textContent === 'Part 2'")
    advances(page)


def test_damage_is_said_and_skipped(page):
    play(page, "Torn")
    page.evaluate(f"document.querySelector('video').currentTime = {FILM_S / 2 - 8}")
    until(page, shown("player-damaged"), 90)
    assert page.evaluate("document.activeElement.textContent") == "Skip ahead"
    for _ in range(4):
        press(page, "Enter")
        until(page, f"{shown('player-damaged')} || ({PLAYING}.at > {FILM_S / 2} && {PLAYING}.frames > 0)", 60)
        if not page.evaluate(f"!!{shown('player-damaged')}"):
            break
    advances(page)


def test_a_film_that_is_over_sooner_than_was_thought_has_ended(page):
    over = json.dumps({"type": "urn:lanterne:problem:film-ended", "status": 404, "detail": ""})
    page.route("**/file?*", lambda route: route.fulfill(status=415, body=""))
    page.route(
        re.compile(r"/[3-9]\.m4s|/\d\d\.m4s"),
        lambda route: route.fulfill(status=404, body=over, content_type="application/problem+json"),
    )
    open_folder_film(page, "Series", "Part 1")
    start_over(page)
    until(page, f"{COUNTED} > 0", 40)
    assert 5.0 < page.evaluate(f"{PLAYING}.at") < 10.0
    page.unroute(re.compile(r"/[3-9]\.m4s|/\d\d\.m4s"))
    press(page, "Enter")
    until(page, f"{shown('player-title')}?.textContent === 'Part 2'")


def test_a_busy_box_is_said_and_waited_for(page):
    busy = json.dumps(
        {
            "type": "urn:lanterne:problem:busy",
            "status": 503,
            "detail": "The box is busy: 1 of 1 films playing.",
        }
    )
    page.route("**/file?*", lambda route: route.fulfill(status=415, body=""))
    page.route(
        "**/*.m4s?*",
        lambda route: route.fulfill(
            status=503, body=busy, content_type="application/problem+json", headers={"Retry-After": "2"}
        ),
    )
    open_film(page, "Part 1")
    start_anew = page.evaluate(f"!!{shown('restart')}")
    press(page, *(["ArrowRight"] if start_anew else []), "Enter")
    until(page, shown("player-busy"), 60)
    assert "1 of 1 films playing" in page.evaluate(f"{shown('player-busy')}.textContent")
    assert page.evaluate("document.activeElement.textContent") == "Try again"
    page.unroute("**/*.m4s?*")
    until(page, f"!{shown('player-busy')}", 30)  # by itself, when the time is over
    advances(page)


def test_what_the_server_says_of_a_file_that_cannot_be_played_is_shown(page):
    words = "This file cannot be played: its index is missing."
    refused = json.dumps({"type": "urn:lanterne:problem:not-playable", "status": 422, "detail": words})
    page.route("**/file?*", lambda route: route.fulfill(status=415, body=""))
    page.route(
        "**/master.m3u8?*",
        lambda route: route.fulfill(status=422, body=refused, content_type="application/problem+json"),
    )
    open_film(page, "Part 2")
    press(page, "Enter")
    until(page, shown("player-failed"), 30)
    assert words in page.evaluate(f"{shown('player-failed')}.textContent")
    assert page.evaluate(f"{FOCUS}.textContent") == "Back"
    press(page, "Enter")
    until(page, shown("detail"))


def test_the_network_may_go_and_come_back(page):
    play(page, "Part 2")
    press(page, "ArrowRight", "Enter")
    until(page, f"{PLAYING}.at > 11")
    advances(page)
    page.context.set_offline(True)
    # What is loaded already has to be used up, and Chromium itself tries for half a minute.
    page.evaluate(f"document.querySelector('video').currentTime = {FILM_S / 2}")
    page.evaluate("document.querySelector('video').dispatchEvent(new Event('error'))")
    until(page, shown("player-unreachable"), 60)
    assert page.evaluate(f"{FOCUS}.textContent") == "Try again"
    assert "does not answer" in page.evaluate(f"{shown('player-unreachable')}.textContent")
    page.context.set_offline(False)
    until(page, f"!{shown('player-unreachable')}", 30)  # by itself
    assert advances(page)["at"] == pytest.approx(FILM_S / 2, abs=10)
    until(page, "!document.querySelector('.toast').textContent", 10)


def test_a_film_is_found_again_when_the_vault_was_locked_meanwhile(page, home):
    play(page, "Two tongues")
    press(page, *["ArrowRight"] * 3, "Enter")
    until(page, f"{PLAYING}.at > 31")
    advances(page)
    press(page, "Space")  # which is when the server learns where it is
    until(page, "document.querySelector('video').paused")
    home.server.json("/api/v1/lock", home.token, {})
    until(page, f"{TEST_ID} === 'passphrase'")
    assert "Two tongues" not in page.content()
    page.keyboard.insert_text(PASSPHRASE)
    press(page, "Enter")
    until(page, f"{shown('detail-title')}?.textContent === 'Two tongues' && {TEST_ID} === 'play'")
    until(page, f"{shown('play')}.textContent.startsWith('Resume at 0:3')")
    press(page, "Enter")
    until(page, f"{PLAYING}?.at >= 30 && {PLAYING}.frames > 0", 30)
    advances(page)


def test_a_song_plays_over_a_quiet_page_and_the_next_one_follows(page):
    """Music has no page of its own: OK on its card plays it, and Back is where the card is."""
    card = "[...document.querySelectorAll('[data-testid=card]')].find(one => one.textContent.includes('{}'))"
    songs, morning, noon = (card.format(title) for title in ("Songs", "Morning", "Noon"))
    until(page, songs, 60)
    page.evaluate(f"{songs}.click()")
    until(page, morning)
    assert page.evaluate(f"{morning}.getAttribute('aria-label')").split(", ")[-2] == "Song"
    page.evaluate(f"{noon}.click()")
    until(page, shown("problem"))
    press(page, "Escape")
    until(page, morning)
    page.evaluate(f"{morning}.focus()")
    press(page, "Enter")
    until(page, f"{PLAYING}?.at > 0.5 && {shown('song')}?.textContent.includes('Morning')")
    assert urlsplit(page.evaluate(PLAYING)["source"]).path.endswith("/file")
    press(page, "Space")
    until(page, "document.querySelector('video').paused")
    press(page, "Space")
    until(page, f"{shown('song')}?.textContent.includes('Evening') && {PLAYING}.at > 0.5", 30)
    assert page.evaluate(PLAYING)["error"] is None
    until(page, f"{shown('song')}?.querySelector('img')?.naturalWidth > 0")  # its cover
    until(
        page, f"!{shown('player')} && document.activeElement.dataset.kind === 'other'", 30
    )  # the last one is over
