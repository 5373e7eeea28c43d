"""Fonts of films in memory: read once for all tracks, bounded, gone with the key."""

from dataclasses import replace

import pytest

from library.film_fonts import FilmFonts
from tests.library.material import put
from tests.library.test_subtitles_renewed import FILM, drawn, film, said
from transcoder import NO_FONTS, MediaInfo, ProbeError, SubtitleHelper


class Films:
    """Fonts of a hundred bytes each, of films that count how often they are read."""

    def __init__(self, item):
        self._item = item
        self.read = []

    def film(self, number, form="matroska"):
        media = MediaInfo(format_name=form, mime="video/x-matroska", duration_s=1.0)
        return replace(self._item, id=f"film{number}", media=media)

    def fonts(self, item):
        self.read.append(item.id)
        if item.id == "film13":
            raise ProbeError("unreadable")
        return item.id.encode().ljust(100)


@pytest.fixture
def films(vault, library):
    put(vault, FILM, film())
    library.scan()
    return Films(library.find_path(FILM))


def test_a_film_is_read_once_until_others_need_the_room(films):
    fonts = FilmFonts(films.fonts, limit=250)
    for number in (1, 1, 2, 1, 3, 1, 2):
        assert fonts.of(films.film(number)).startswith(f"film{number}".encode())
    assert films.read == ["film1", "film2", "film3", "film2"]


def test_other_contents_are_other_fonts(films):
    fonts = FilmFonts(films.fonts)
    fonts.of(films.film(1))
    fonts.of(replace(films.film(1), revision="another"))
    assert films.read == ["film1", "film1"]


def test_one_film_with_more_than_all_may_have_keeps_none(films):
    fonts = FilmFonts(films.fonts, limit=50)
    assert [len(fonts.of(films.film(1))) for _ in range(2)] == [100, 100]
    assert films.read == ["film1", "film1"]


def test_films_that_bring_no_fonts_are_not_opened(films):
    assert FilmFonts(films.fonts).of(films.film(1, form="mov")) == NO_FONTS
    assert films.read == []


def test_fonts_that_cannot_be_read_are_done_without(films):
    fonts = FilmFonts(films.fonts)
    assert [fonts.of(films.film(13)) for _ in range(2)] == [NO_FONTS, NO_FONTS]
    assert films.read == ["film13"]


def test_nothing_is_kept_once_the_vault_is_locked(films):
    fonts = FilmFonts(films.fonts)
    fonts.of(films.film(1))
    fonts.close()
    fonts.close()
    assert fonts._fonts == {}
    fonts.of(films.film(1))
    assert fonts._fonts == {}
    assert films.read == ["film1", "film1"]


def test_all_tracks_of_a_film_share_its_fonts(vault, library, monkeypatch):
    """In the film and beside it; sealed on the disk are their scripts alone."""
    put(vault, FILM, film())
    put(vault, "/Film.srt", said("Beside"))
    library.scan()
    read = []
    fonts = SubtitleHelper.fonts
    monkeypatch.setattr(SubtitleHelper, "fonts", lambda self, url: read.append(url) or fonts(self, url))
    for _ in range(2):
        for number, words in enumerate((b"Inside", b"Beside")):
            contents = drawn(library, number)
            assert words in contents
            assert b"one font" in contents
    assert len(read) == 1
    with library.subtitles._store._database.reading() as connection:
        kept = [one for (one,) in connection.execute("SELECT contents FROM subtitles")]
    assert len(kept) == 6
    assert not any(b"one font" in one for one in kept)
    library.subtitles.close()
    assert library.subtitles._fonts._fonts == {}
