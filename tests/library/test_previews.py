"""Pictures to scrub by: made once, sealed, whole or not at all."""

import io
import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from library import ItemNotFoundError, Library, LibraryClosedError, NoPreviewsError, setbacks
from library.on_demand import OnDemand
from tests.canary import Canaries
from tests.library.material import PASSPHRASE, flip_byte, photo, put, stored_file, video
from transcoder import HelperCrashedError, HelperTimeoutError, ProbeError
from vault import VaultError

FILM = video(300, form="matroska")  # 30 pictures: two sheets
CLIP = video(3, form="matroska")


@pytest.fixture
def films(vault, library):
    put(vault, "/Film.mkv", FILM)
    put(vault, "/Clip.mkv", CLIP)
    put(vault, "/Photo.jpg", photo())
    library.scan()
    return library


def at(library, path):
    return library.find_path(path).id


def sheets_of(library, item_id):
    layout = library.previews.layout(item_id)
    return [library.previews.sheet(item_id, number) for number in range(layout.sheet_count)]


def why_none(library, item_id):
    """Whether it says that there are none yet (True), or ever (False)."""
    with pytest.raises(NoPreviewsError) as caught:
        library.previews.layout(item_id)
    return caught.value.expected


def for_ever():
    return True


class Turns:
    """Says yes so many times."""

    def __init__(self, count):
        self.left = count
        self.asked = 0

    def __call__(self):
        self.asked += 1
        self.left -= 1
        return self.left >= 0


def test_a_film_has_previews_once_they_are_made(films):
    film = at(films, "/Film.mkv")
    assert why_none(films, film) is True
    turns = Turns(99)
    films.previews.make(film, turns)
    assert turns.asked == 2
    layout = films.previews.layout(film)
    assert (layout.interval_s, layout.count, layout.sheet_count) == (10.0, 30, 2)
    for jpeg in sheets_of(films, film):
        with Image.open(io.BytesIO(jpeg)) as sheet:
            assert sheet.size == (layout.columns * layout.width, layout.rows * layout.height)
    with pytest.raises(NoPreviewsError):
        films.previews.sheet(film, 2)
    with pytest.raises(NoPreviewsError):
        films.previews.sheet(film, 10**30)
    films.previews.make(film, turns)
    assert turns.asked == 2


def test_what_is_no_film_has_none(films):
    for path in ("/Photo.jpg", "/"):
        assert why_none(films, at(films, path)) is False
        films.previews.make(at(films, path), for_ever)
        with pytest.raises(NoPreviewsError):
            films.previews.sheet(at(films, path), 0)
    for ask in (films.previews.layout, lambda item_id: films.previews.sheet(item_id, 0)):
        with pytest.raises(ItemNotFoundError):
            ask("nothing")


def test_it_stops_when_it_may_not_go_on_and_goes_on_where_it_was(films):
    film = at(films, "/Film.mkv")
    films.previews.make(film, Turns(1))
    assert why_none(films, film) is True
    turns = Turns(99)
    films.previews.make(film, turns)
    assert turns.asked == 1
    assert len(sheets_of(films, film)) == 2


def test_films_are_due_until_they_have_some(films):
    assert films.previews.next_due() == at(films, "/Film.mkv")
    films.previews.make(at(films, "/Film.mkv"), for_ever)
    assert films.previews.next_due() is None  # a clip has some when they are asked for
    films.previews.make(at(films, "/Clip.mkv"), for_ever)
    assert films.previews.layout(at(films, "/Clip.mkv")).count == 3


def test_other_contents_have_other_previews(films, vault):
    film = at(films, "/Film.mkv")
    films.previews.make(film, for_ever)
    before = sheets_of(films, film)
    put(vault, "/Film.mkv", video(280, filters="negate", form="matroska"), replace=True)
    films.scan()
    assert why_none(films, film) is True
    with pytest.raises(NoPreviewsError):
        films.previews.sheet(film, 0)
    assert films.previews.next_due() == film
    films.previews.make(film, for_ever)
    assert films.previews.layout(film).count == 28
    assert not set(before) & set(sheets_of(films, film))


def test_previews_outlive_a_new_name_and_a_new_index(films, vault, state):
    films.previews.make(at(films, "/Film.mkv"), for_ever)
    vault.rename(vault.find("/Film.mkv"), vault.find("/").own_id, "Other.mkv")
    films.close()
    for part in state.glob("index.db*"):
        part.unlink()
    with Library(vault, state) as anew:
        anew.scan()
        assert anew.previews.next_due() is None
        assert len(sheets_of(anew, at(anew, "/Other.mkv"))) == 2


def test_what_belongs_to_no_film_any_more_is_forgotten(films, vault):
    film = at(films, "/Film.mkv")
    films.previews.make(film, for_ever)
    nonce = films.item(film).header_nonce
    vault.remove(vault.find("/Film.mkv"))
    films.scan()
    films.previews.next_due()
    assert films.previews._store.sheet(nonce, 0) is None


def test_a_damaged_film_has_none(films, vault):
    flip_byte(stored_file(vault, "/Film.mkv"), len(FILM) // 2)
    film = at(films, "/Film.mkv")
    films.previews.make(film, for_ever)
    assert why_none(films, film) is False
    assert films.previews.next_due() is None
    assert films.previews._store.known() == frozenset()


def test_a_film_that_cannot_be_read_does_not_keep_the_others_waiting(films, vault, clock):
    put(vault, "/Other.mkv", FILM)
    films.scan()
    first = films.previews.next_due()
    path = films.item(first).path
    (second,) = {at(films, "/Film.mkv"), at(films, "/Other.mkv")} - {first}
    vault.remove(vault.find(path))  # and nothing has looked since
    with pytest.raises(VaultError):
        films.previews.make(first, for_ever)
    assert films.previews.next_due() == second
    films.previews.make(second, for_ever)
    assert films.previews.next_due() is None
    clock[0] += setbacks.FIRST_S
    assert films.previews.next_due() == first  # its disk may be back


@pytest.fixture
def clock(films):
    """The time that setbacks go by."""
    now_s = [1000.0]
    films.previews._setbacks = setbacks.Setbacks(lambda: now_s[0])
    return now_s


class Blind:
    """Stands where the media helper does; what it cannot read it says in one of its ways."""

    def __init__(self, error=None):
        self.error = error
        self.asked = 0

    def sheet(self, *_request):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return b"\xff\xd8\xff", 0

    def close(self):
        pass


@pytest.mark.parametrize(
    ("error", "remembered"),
    [
        (None, True),
        (ProbeError("unreadable"), True),
        (HelperCrashedError("ended with status -11"), False),
        (HelperTimeoutError("no answer"), False),
    ],
)
def test_a_film_of_which_none_can_be_made_is_not_tried_again(films, vault, state, error, remembered):
    film = at(films, "/Film.mkv")
    films.previews._helpers = OnDemand(lambda: Blind(error), idle_s=0.0)
    films.previews.make(film, for_ever)
    assert why_none(films, film) is False
    assert films.previews.next_due() is None
    films.close()
    with Library(vault, state) as again:
        # A decoder that crashed may have been hurried by the machine: once more with the next unlock.
        assert again.previews.next_due() == (None if remembered else film)


def test_no_sheet_is_made_once_too_few_of_the_pictures_can_be_good(films):
    film, blind = at(films, "/Film.mkv"), Blind()
    films.previews._helpers = OnDemand(lambda: blind, idle_s=0.0)
    films.previews.make(film, for_ever)
    assert why_none(films, film) is False
    assert blind.asked == 1  # of two: 25 of 30 pictures are bad already


def test_a_film_that_crashes_the_decoder_is_tried_ever_more_rarely_then_left_alone(
    films, vault, state, clock
):
    film = at(films, "/Film.mkv")
    films.previews._helpers = OnDemand(lambda: Blind(HelperCrashedError("ended")), idle_s=0.0)
    tried_s = []
    for _ in range(1000):
        clock[0] += 60
        if films.previews.next_due() == film:
            tried_s.append(clock[0])
            films.previews.make(film, for_ever)
        assert why_none(films, film) is False
    assert [round(after - before) for before, after in pairwise(tried_s)] == [600, 3600]
    films.close()
    with Library(vault, state) as again:
        assert again.previews.next_due() is None
        put(vault, "/Film.mkv", video(280, filters="negate", form="matroska"), replace=True)
        again.scan()
        assert again.previews.next_due() == at(again, "/Film.mkv")


def test_success_makes_a_setback_forgotten(films, clock):
    film = at(films, "/Film.mkv")
    healthy = films.previews._helpers
    films.previews._helpers = OnDemand(lambda: Blind(HelperTimeoutError("no answer")), idle_s=0.0)
    films.previews.make(film, for_ever)
    films.previews._helpers.close()
    films.previews._helpers = healthy
    films.previews.make(film, for_ever)
    assert why_none(films, film) is False  # not so soon
    clock[0] += setbacks.FIRST_S
    films.previews.make(film, for_ever)
    assert len(sheets_of(films, film)) == 2
    assert films.previews._setbacks.note(films.item(film).header_nonce) == 1


def test_locking_ends_the_making(films):
    """The library is closed between two sheets: nothing is kept, nothing hangs."""
    film = at(films, "/Film.mkv")
    closer = threading.Thread(target=films.close)
    turns = Turns(99)

    def close_meanwhile():
        if turns() and turns.asked == 2:
            closer.start()
            closer.join(10)
        return True

    with pytest.raises(LibraryClosedError):
        films.previews.make(film, close_meanwhile)
    closer.join(10)
    assert not closer.is_alive()


KILLED = """
import os, signal, sys
from pathlib import Path
from library import Library
from vault import Vault

asked = 0

def killed_in_the_middle():
    global asked
    asked += 1
    if asked == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return True

vault = Vault.unlock(Path(sys.argv[1]), sys.argv[3])
library = Library(vault, Path(sys.argv[2]))
library.previews.make(library.find_path("/Film.mkv").id, killed_in_the_middle)
"""


def test_a_kill_in_the_middle_leaves_nothing_behind(films, vault, state, tmp_path):
    films.previews.make(at(films, "/Film.mkv"), Turns(1))
    made = films.previews._begun.sheets  # what a sheet of this film is
    assert len(made) == 1
    films.close()
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(vault.directory), str(state), PASSPHRASE],
        env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    canaries = Canaries([FILM, *made], ["Film.mkv"])
    assert canaries.find_in([tmp_path]) == []
    with Library(vault, state) as again:
        film = at(again, "/Film.mkv")
        assert again.previews._store.known() == frozenset()
        assert why_none(again, film) is True
        again.previews.make(film, for_ever)
        assert len(sheets_of(again, film)) == 2


def test_previews_are_sealed(films, state, tmp_path):
    film = at(films, "/Film.mkv")
    films.previews.make(film, for_ever)
    sheets = sheets_of(films, film)
    assert (state / "artwork.db-wal").stat().st_size > sum(map(len, sheets))
    assert Canaries(sheets, []).find_in([tmp_path]) == []
    (tmp_path / "planted").write_bytes(b"x" + sheets[0])
    assert Canaries(sheets, []).find_in([tmp_path])


def test_damaged_sheets_are_none(films, vault, state):
    film = at(films, "/Film.mkv")
    films.previews.make(film, for_ever)
    films.close()
    stored = state / "artwork.db"
    for offset in range(2 * 4096 + 99, stored.stat().st_size, 4096):
        flip_byte(stored, offset)
    for _ in range(2):  # once beside the damaged store, once in a new one
        with Library(vault, state) as again:
            assert why_none(again, at(again, "/Film.mkv")) is True
            again.previews.make(at(again, "/Film.mkv"), for_ever)
    with Library(vault, state) as again:
        assert len(sheets_of(again, at(again, "/Film.mkv"))) == 2
