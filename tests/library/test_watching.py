"""Positions: where they begin, where they end, and what they outlive."""

import contextlib
import itertools

import pytest

from library import ItemNotFoundError, ItemQuery, Library, NotPlayableError
from library.watching import Watching, _looked_s
from tests.library.material import flip_bytes, photo, put, stored_file, video

FILM = video(4, form="matroska")
OTHER_FILM = video(5, form="matroska")
EPISODES = ("Episode 1.mkv", "Episode 2.mkv", "Episode 10.mkv")


@pytest.fixture
def films(vault, library):
    """Three episodes with other things between them, and a film beside their folder."""
    for number, name in enumerate(EPISODES):
        put(vault, f"/Series/{name}", video(4, filters=f"hue=h={number}", form="matroska"))
    put(vault, "/Series/Episode 3.jpg", photo())
    put(vault, "/Series/Episode 4/Extra.mkv", FILM)
    put(vault, "/Series/Episode 5.mkv", b"\x1a\x45\xdf\xa3 no video at all")
    put(vault, "/Film.mkv", OTHER_FILM)
    library.scan()
    return library


def at(library, path):
    return library.find_path(path).id


def continued(library):
    query = ItemQuery(begun=True, sort="-watched")
    return [(item.name, item.position_s) for item in library.items(query).items]


def test_a_position_is_kept(films):
    film = at(films, "/Film.mkv")
    assert films.item(film).position_s is None
    films.watching.put(film, 1.25)
    assert films.item(film).position_s == 1.25
    assert films.item(film).watched_at is None
    assert films.find_path("/Film.mkv").position_s == 1.25
    listed = {item.name: item.position_s for item in films.items(ItemQuery(kind="video")).items}
    assert listed.pop("Film.mkv") == 1.25
    assert set(listed.values()) == {None}
    films.watching.forget(film)
    assert films.item(film).position_s is None
    assert continued(films) == []


@pytest.mark.parametrize(("position_s", "finished"), [(4.74, False), (4.75, True), (5.0, True), (1e9, True)])
def test_what_was_seen_to_the_end_is_not_begun(films, position_s, finished):
    film = at(films, "/Film.mkv")
    films.watching.put(film, 2.0)
    films.watching.put(film, position_s)
    item = films.item(film)
    assert (item.position_s is None, item.watched_at is not None) == (finished, finished)
    assert bool(continued(films)) is not finished


def test_who_only_looked_leaves_no_position_and_takes_none_away(films):
    film = at(films, "/Film.mkv")
    films.watching.put(film, 0.24)
    assert continued(films) == []
    films.watching.put(film, 2.0)
    for looked_s in (0.0, 0.24):
        films.watching.put(film, looked_s)
        assert films.item(film).position_s == 2.0
    films.watching.put(film, 0.25)
    assert films.item(film).position_s == 0.25


@pytest.mark.parametrize(("duration_s", "least_s"), [(60.0, 3.0), (7200.0, 20.0), (None, 20.0)])
def test_twenty_seconds_of_a_long_film_are_more_than_a_look(duration_s, least_s):
    assert _looked_s(duration_s) == pytest.approx(least_s)


def test_a_film_is_watched_again(films):
    film = at(films, "/Film.mkv")
    films.watching.put(film, 5.0)
    watched_at = films.item(film).watched_at
    films.watching.put(film, 0.0)
    assert films.item(film).position_s is None
    films.watching.put(film, 1.0)
    assert (films.item(film).position_s, films.item(film).watched_at) == (1.0, watched_at)


def test_what_was_played_last_comes_first(films):
    moments = itertools.count(1_700_000_000_000_000_000, 10**9)
    watching = Watching(films._index, films.watching._positions, lambda: next(moments))
    for path, position_s in (("/Series/Episode 1.mkv", 1), ("/Film.mkv", 2), ("/Series/Episode 2.mkv", 3)):
        watching.put(at(films, path), position_s)
    assert continued(films) == [("Episode 2.mkv", 3), ("Film.mkv", 2), ("Episode 1.mkv", 1)]
    watching.put(at(films, "/Series/Episode 1.mkv"), 1.5)
    assert continued(films)[0] == ("Episode 1.mkv", 1.5)
    assert len(films.items(ItemQuery(begun=True, folder=at(films, "/Series"))).items) == 2


def test_only_videos_are_played(films):
    for path in ("/Series", "/Series/Episode 3.jpg"):
        with pytest.raises(NotPlayableError):
            films.watching.put(at(films, path), 1.0)
    with pytest.raises(ItemNotFoundError):
        films.watching.put("nothing", 1.0)
    with pytest.raises(ItemNotFoundError):
        films.watching.forget("nothing")


def test_a_position_outlives_a_new_name_and_a_new_index(films, vault, state):
    films.watching.put(at(films, "/Film.mkv"), 1.5)
    before = at(films, "/Film.mkv")
    vault.rename(vault.find("/Film.mkv"), vault.find("/Series").own_id, "Another name.mkv")
    films.scan()
    assert films.find_path("/Series/Another name.mkv").position_s == 1.5
    films.close()
    for part in state.glob("index.db*"):
        part.unlink()
    with Library(vault, state) as anew:
        anew.scan()
        again = anew.find_path("/Series/Another name.mkv")
        assert again.id != before  # so it is not the id that carries it over
        assert again.position_s == 1.5


def test_other_contents_are_another_film(films, vault):
    film = at(films, "/Film.mkv")
    films.watching.put(film, 1.5)
    put(vault, "/Film.mkv", FILM, replace=True)
    films.scan()
    assert at(films, "/Film.mkv") == film
    assert films.item(film).position_s is None


def test_episodes_follow_one_another(films):
    seen, item = [], films.find_path("/Series/Episode 1.mkv")
    while item is not None:
        seen.append(item.name)
        item = films.watching.following(item.id)
    assert tuple(seen) == EPISODES
    with pytest.raises(ItemNotFoundError):
        films.watching.following("nothing")


@pytest.mark.parametrize(
    ("folders", "follows"),
    [
        (["Season 9", "Season 10"], True),
        (["S01", "Extras", "s2"], True),
        (["Staffel 1 (2019)", "Staffel 2 (2020)"], True),
        (["Season 1", "Series 2"], False),
        (["Alien", "Brazil"], False),
        (["Season 2", "Season 1"], False),
    ],
)
def test_the_next_season_follows_the_last_episode(vault, library, folders, follows):
    put(vault, f"/Show/{folders[0]}/Episode 1.mkv", FILM)
    put(vault, f"/Show/{folders[-1]}/Notes.txt", b"no episode")
    put(vault, f"/Show/{folders[-1]}/Episode 2.mkv", OTHER_FILM)
    vault.make_folders(f"/Show/{folders[0]}a")
    library.scan()
    item = library.watching.following(at(library, f"/Show/{folders[0]}/Episode 1.mkv"))
    assert (item is not None and item.path == f"/Show/{folders[-1]}/Episode 2.mkv") is follows


def test_nothing_follows_the_root_folder(films):
    assert films.watching.following(at(films, "/")) is None


def test_what_cannot_be_read_now_does_not_follow(films, vault):
    stored = stored_file(vault, "/Series/Episode 2.mkv")
    stored.write_bytes(stored.read_bytes()[:-7])
    films.scan()
    assert films.find_path("/Series/Episode 2.mkv").problem
    assert films.watching.following(at(films, "/Series/Episode 1.mkv")).name == "Episode 10.mkv"


def test_what_follows_says_where_one_is_in_it(films):
    films.watching.put(at(films, "/Series/Episode 2.mkv"), 1.0)
    assert films.watching.following(at(films, "/Series/Episode 1.mkv")).position_s == 1.0


def test_positions_are_sealed(films, vault, state):
    films.watching.put(at(films, "/Film.mkv"), 1.0)
    with vault.open(vault.find("/Film.mkv")) as reader:
        header_nonce = reader.header_nonce
    parts = list(state.glob("people.db*"))
    assert {"people.db", "people.db-wal"} <= {part.name for part in parts}
    for part in parts:
        content = part.read_bytes()
        assert header_nonce not in content
        assert b"position" not in content
        assert b"SQLite format" not in content


def test_damaged_positions_cost_neither_the_index_nor_the_file(films, vault, state):
    films.watching.put(at(films, "/Film.mkv"), 1.0)
    films.close()
    stored = state / "people.db"
    flip_bytes(stored, range(99, stored.stat().st_size, 4096))
    with contextlib.closing(Library(vault, state)) as again:
        assert again.find_path("/Film.mkv").position_s is None
        again.watching.put(at(again, "/Film.mkv"), 2.0)
        assert continued(again) == [("Film.mkv", 2.0)]
    assert list(state.glob("people.db.aside-*"))
    assert not list(state.glob("index.db.aside-*"))
