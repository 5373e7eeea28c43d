"""What is kept of subtitles, when a film changes or what lies beside it."""

import os
import subprocess
import tempfile
import urllib.request
from functools import cache
from pathlib import Path

import pytest

from library import NoSubtitlesError
from library.subtitle_store import SubtitleStore
from tests.library.material import put, put_older_chunk, stored_file, video
from vault import VaultError

FILM, BESIDE = "/Film.mkv", "/Film.srt"


def said(words: str) -> bytes:
    return f"1\n00:00:00,500 --> 00:00:01,000\n{words}\n".encode()


@cache
def film(words="Inside", font=b"one font") -> bytes:
    """A film with a track of text and a font."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "said.srt").write_bytes(said(words))
        (Path(folder) / "a.ttf").write_bytes(font)
        return subprocess.run(
            ["ffmpeg", "-v", "error", "-i", "pipe:0", "-i", f"{folder}/said.srt", "-map", "0", "-map", "1",
             "-c", "copy", "-c:s", "srt", "-attach", f"{folder}/a.ttf", "-metadata:s:t:0", "mimetype=font/ttf",
             "-f", "matroska", "pipe:1"],
            input=video(2, form="matroska"), stdout=subprocess.PIPE, check=True,
        ).stdout  # fmt: skip


@pytest.fixture
def house(vault, library):
    """A film with text, and text beside it, all of which was asked for."""
    put(vault, FILM, film())
    put(vault, BESIDE, said("Beside"))
    library.scan()
    assert text(library, "0") == "Inside"
    assert text(library, "x0") == "Beside"
    for number in (0, 1):
        assert b"one font" in drawn(library, number)
    return library


def film_id(library):
    return library.find_path(FILM).id


def text(library, index):
    return library.subtitles.webvtt(film_id(library), index).decode().strip().rpartition("\n")[2]


def drawn(library, number):
    with library.subtitles.drawn(film_id(library), number) as lease:
        return urllib.request.urlopen(lease.url).read()


def source_id(library):
    return library.source(film_id(library)).source_id


def is_kept(library, vault, path, asked):
    """Whether something is told that cannot be read any more."""
    stored = stored_file(vault, path)
    aside = stored.with_name("aside")
    stored.rename(aside)
    try:
        asked()
    except (VaultError, NoSubtitlesError):
        return False
    finally:
        aside.rename(stored)
    return True


def test_another_film_has_other_text_and_other_fonts_and_what_lies_beside_stays(vault, house):
    before = source_id(house)
    put(vault, FILM, film("Another", font=b"another font"), replace=True)
    house.scan()
    assert text(house, "0") == "Another"
    assert is_kept(house, vault, BESIDE, lambda: text(house, "x0"))
    for number in (0, 1):
        assert b"another font" in drawn(house, number)
    assert b"Beside" in drawn(house, 1)
    assert source_id(house) != before


def test_another_file_beside_is_another_text_and_the_film_is_not_read_again(vault, house):
    before = source_id(house)
    put(vault, BESIDE, said("Other"), replace=True)
    house.scan()
    assert text(house, "x0") == "Other"
    assert b"Other" in drawn(house, 1)
    assert is_kept(house, vault, FILM, lambda: (text(house, "0"), drawn(house, 0)))
    assert source_id(house) != before


def test_a_file_beside_that_is_written_in_place_is_another_text(vault, house):
    before = source_id(house)
    put_older_chunk(vault, BESIDE, 0, said("Placed"))
    os.utime(stored_file(vault, BESIDE), (1, 2_000_000_000))
    house.scan()
    assert text(house, "x0") == "Placed"
    assert b"Placed" in drawn(house, 1)
    assert source_id(house) != before


def test_a_file_that_comes_is_offered_and_nothing_is_read_again(vault, house):
    before = source_id(house)
    put(vault, "/Film.de.srt", said("Daneben"))
    house.scan()
    assert [track.language for track in house.subtitles.tracks(film_id(house))] == [None, "ger", None]
    assert text(house, "x0") == "Daneben"
    assert b"Daneben" in drawn(house, 1)
    assert is_kept(house, vault, FILM, lambda: (text(house, "0"), drawn(house, 0)))
    assert is_kept(house, vault, BESIDE, lambda: (text(house, "x1"), drawn(house, 2)))
    assert source_id(house) != before


def test_a_file_that_goes_is_forgotten_and_the_film_is_not_read_again(vault, house):
    before = source_id(house)
    beside_id = house.find_path(BESIDE).id
    rows = kept_rows(house, beside_id)
    assert rows == 3
    stored_file(vault, BESIDE).unlink()
    house.scan()
    with pytest.raises(NoSubtitlesError):
        text(house, "x0")
    assert kept_rows(house, beside_id) == 0
    assert is_kept(house, vault, FILM, lambda: (text(house, "0"), drawn(house, 0)))
    assert source_id(house) != before


def kept_rows(library, item_id):
    store = library.subtitles._store
    assert isinstance(store, SubtitleStore)
    with store._database.reading() as connection:
        return connection.execute("SELECT count(*) FROM subtitles WHERE item_id = ?", (item_id,)).get


def test_a_name_that_says_another_language_says_other_letters(vault, library):
    put(vault, FILM, video())
    put(vault, "/Film.fr.srt", "1\n00:00:00,500 --> 00:00:01,000\nŘíčka\n".encode("cp1250"))
    library.scan()
    beside_id, before = library.find_path("/Film.fr.srt").id, source_id(library)
    assert text(library, "x0") != "Říčka"
    vault.rename(vault.find("/Film.fr.srt"), vault.find("/").own_id, "Film.cs.srt")
    library.scan()
    assert library.find_path("/Film.cs.srt").id == beside_id
    (track,) = library.subtitles.tracks(film_id(library))
    assert track.language == "cze"
    assert text(library, "x0") == "Říčka"
    assert source_id(library) != before


def test_pictures_are_counted_by_the_film_that_is_there(vault, library):
    put(vault, FILM, video(2, form="matroska"))
    put(vault, "/Film.sub", b"{10}{15}Counted\n{16}{17}More\n{18}{19}Last\n")
    library.scan()
    assert b"00:00:01.000 --> 00:00:01.500\nCounted" in library.subtitles.webvtt(film_id(library), "x0")
    put(vault, FILM, video(2, form="matroska", filters="fps=20"), replace=True)
    library.scan()
    assert b"00:00:00.500 --> 00:00:00.750\nCounted" in library.subtitles.webvtt(film_id(library), "x0")


def test_a_film_without_a_neighbour_has_the_id_of_its_contents(vault, library):
    put(vault, FILM, film())
    library.scan()
    item = library.find_path(FILM)
    assert library.source(item.id).source_id == f"{item.id}-{item.revision}"
