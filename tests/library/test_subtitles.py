"""Subtitles in films and beside them, from a real vault."""

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.request
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library import Library, NoSubtitlesError, StoreError, SubtitlesBusyError, film_texts
from library.folding import fold
from library.on_demand import OnDemand
from library.subtitle_names import belongs, describe
from tests.library.material import (
    CHUNK_SIZE,
    HEADER_SIZE,
    STORED_CHUNK_SIZE,
    flip_byte,
    put,
    stored_file,
    video,
)
from transcoder import ProbeError
from vault import IntegrityError

CANARY = "canary words that nobody says"
SRT = f"1\n00:00:00,500 --> 00:00:01,000\nHello <i>you</i>\n\n2\n00:00:01,200 --> 00:00:01,900\n{CANARY}\n"
RUSSIAN = "1\n00:00:00,100 --> 00:00:00,900\nГде ты был вчера вечером? Я ничего не видел, клянусь тебе.\n"


@cache
def film(seconds=2, offset_s=0.0) -> bytes:
    """A film with an English track of text, and a forced French one in another format."""
    fds = []
    try:
        inputs = ["-f", "matroska", "-i", "pipe:0"]
        for text in (SRT, "WEBVTT\n\n00:00.300 --> 00:00.600\nBonjour\n"):
            reader, writer = os.pipe()
            os.write(writer, text.encode())
            os.close(writer)
            fds.append(reader)
            inputs += ["-i", f"pipe:{reader}"]
        return subprocess.run(
            ["ffmpeg", "-v", "error", *inputs, "-map", "0", "-map", "1", "-map", "2", "-c", "copy",
             "-c:s:0", "srt", "-c:s:1", "ass", "-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=fre",
             "-metadata:s:s:1", "title=Signs", "-disposition:s:1", "forced", "-output_ts_offset", str(offset_s),
             "-f", "matroska", "pipe:1"],
            input=video(seconds, form="matroska"), stdout=subprocess.PIPE, check=True, pass_fds=fds,
        ).stdout  # fmt: skip
    finally:
        for fd in fds:
            os.close(fd)


@cache
def said_film(form, indexed=True) -> bytes:
    """A film of 20 s with a line in every second."""
    said = "".join(
        f"{number + 1}\n00:00:{number:02},100 --> 00:00:{number:02},900\nLine {number:02}\n\n"
        for number in range(20)
    )
    codec = ["-c:s", "mov_text"] if form == "mp4" else ["-c:s", "srt"]
    flags = [] if form == "mp4" or indexed else ["-live", "1"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "said.srt").write_text(said)
        output = Path(folder) / "film"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "matroska", "-i", "pipe:0", "-i", f"{folder}/said.srt", "-map", "0",
             "-map", "1", "-c:v", "copy", *codec, *flags, "-f", form, str(output)],
            input=video(20, "320x240", form="matroska"), check=True,
        )  # fmt: skip
        return output.read_bytes()


def film_id(library, path="/Film.mkv") -> str:
    return library.find_path(path).id


def test_tracks_of_a_film_and_their_text(vault, library):
    put(vault, "/Film.mkv", film())
    library.scan()
    english, french = library.subtitles.tracks(film_id(library))
    assert (english.index, english.codec, english.language, english.forced) == (0, "subrip", "eng", False)
    assert (french.index, french.codec, french.language, french.title) == (1, "ass", "fre", "Signs")
    assert french.forced
    assert library.subtitles.webvtt(film_id(library), "0").decode() == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.000\nHello <i>you</i>\n"
        f"\n00:00:01.200 --> 00:00:01.900\n{CANARY}\n"
    )
    assert b"00:00:00.300 --> 00:00:00.600\nBonjour" in library.subtitles.webvtt(film_id(library), "1")


def test_times_are_playing_times(vault, library):
    put(vault, "/Film.mkv", film(offset_s=100.0))
    library.scan()
    assert library.find_path("/Film.mkv").media.start_s == pytest.approx(100, abs=0.1)
    assert b"00:00:00.500 --> 00:00:01.000\nHello" in library.subtitles.webvtt(film_id(library), "0")


@pytest.mark.parametrize("index", ["2", "x0", "-1", "../0", "0x", ""])
def test_what_is_no_track_is_said_to_be_none(vault, library, index):
    put(vault, "/Film.mkv", film())
    put(vault, "/Folder/note.txt", b"x")
    library.scan()
    with pytest.raises(NoSubtitlesError):
        library.subtitles.webvtt(film_id(library), index)
    with pytest.raises(NoSubtitlesError):
        library.subtitles.webvtt(film_id(library, "/Folder"), "0")
    assert library.subtitles.tracks(film_id(library, "/Folder")) == []


def test_files_beside_a_film(vault, library):
    put(vault, "/Films/Film.mkv", video())
    put(vault, "/Films/Film 2.mkv", video())
    put(vault, "/Films/Film.srt", SRT.encode())
    put(vault, "/Films/film.rus.forced.srt", RUSSIAN.encode("cp1251"))
    put(vault, "/Films/Film 2.de.srt", SRT.encode())
    put(vault, "/Films/Film.sub", b"\x00\x00\x01\xba pictures")
    put(vault, "/Films/Film.idx", b"# VobSub index file, v7")
    put(vault, "/Films/Filmography.srt", SRT.encode())
    put(vault, "/Films/Subs/Film.ja.srt", SRT.encode())
    put(vault, "/Films/Subs/Film 2/3_French.srt", SRT.encode())
    library.scan()
    item_id = film_id(library, "/Films/Film.mkv")
    tracks = library.subtitles.tracks(item_id)
    assert [(one.index, one.language, one.forced) for one in tracks] == [
        ("x0", "rus", True),
        ("x1", None, False),
        ("x2", "jpn", False),
    ]
    assert "Где ты был" in library.subtitles.webvtt(item_id, "x0").decode()
    assert b"Hello <i>you</i>" in library.subtitles.webvtt(item_id, "x1")
    second = library.subtitles.tracks(film_id(library, "/Films/Film 2.mkv"))
    assert [one.language for one in second] == ["ger", "fre"]


def test_a_folder_of_subtitles_beside_the_only_film(vault, library):
    put(vault, "/Films/Only/The Film (1999).mkv", video())
    put(vault, "/Films/Only/Subtitles/2_English.srt", SRT.encode())
    library.scan()
    (track,) = library.subtitles.tracks(film_id(library, "/Films/Only/The Film (1999).mkv"))
    assert (track.index, track.language, track.title) == ("x0", "eng", None)


def test_text_is_read_once(vault, state):
    put(vault, "/Film.mkv", film())
    put(vault, "/Film.srt", SRT.encode())
    with Library(vault, state) as library:
        library.scan()
        first = [library.subtitles.webvtt(film_id(library), index) for index in ("0", "x0")]
    for path in ("/Film.mkv", "/Film.srt"):
        stored_file(vault, path).unlink()
    with Library(vault, state) as library:
        # Nothing can be read any more: it comes from the store.
        assert [library.subtitles.webvtt(film_id(library), index) for index in ("0", "x0")] == first


def test_who_waits_too_long_is_told_to_ask_again_and_finds_it(vault, state, monkeypatch):
    monkeypatch.setattr(film_texts, "_WAIT_S", 0.5)
    put(vault, "/Film.mkv", said_film("matroska", indexed=False))
    others = threading.Event()
    with Library(vault, state) as library:
        library.scan()
        slow = library.subtitles._films._slow
        with pytest.raises(TimeoutError):
            slow.wait_for("others", others.wait, 0)
        # On a busy machine even the look for an index takes longer than they wait.
        while len(slow._under_way) < 2:
            with pytest.raises(SubtitlesBusyError) as caught:
                library.subtitles.webvtt(film_id(library), "0")
            assert caught.value.retry_after_s > 0
        others.set()
        slow.wait_for("whoever comes after it", lambda: None, 60)
        # Nobody has waited for it, and nothing can be read any more: it comes from the store.
        stored_file(vault, "/Film.mkv").unlink()
        assert library.subtitles.webvtt(film_id(library), "0").count(b"-->") == 20


def test_a_film_with_an_index_does_not_wait_for_one_without(vault, library):
    put(vault, "/Film.mkv", said_film("matroska"))
    put(vault, "/Film.mp4", said_film("mp4"))
    library.scan()
    others = threading.Event()
    try:
        with pytest.raises(TimeoutError):
            library.subtitles._films._slow.wait_for("others", others.wait, 0)
        for path in ("/Film.mkv", "/Film.mp4"):
            assert library.subtitles.webvtt(film_id(library, path), "0").count(b"-->") == 20
    finally:
        others.set()


def test_what_holds_no_text_is_not_read_again_and_again(vault, library):
    put(vault, "/Film.mkv", said_film("matroska", indexed=False))
    library.scan()
    films = library.subtitles._films
    films._slow_helper.close()
    films._slow_helper = OnDemand(Refusing, idle_s=1)
    for _ in range(2):
        with pytest.raises(NoSubtitlesError):
            library.subtitles.webvtt(film_id(library), "0")
    assert Refusing.asked_count == 1


class Refusing:
    """A helper that finds no text in anything."""

    asked_count = 0

    def tracks(self, _url, _indexes, _timeout_s):
        Refusing.asked_count += 1
        raise ProbeError("no text")

    def close(self):
        """Nothing runs."""


def test_other_contents_have_other_text(vault, library):
    put(vault, "/Film.mkv", film())
    put(vault, "/Film.srt", SRT.encode())
    library.scan()
    item_id = film_id(library)
    assert CANARY.encode() in library.subtitles.webvtt(item_id, "x0")
    put(vault, "/Film.srt", b"1\n00:00:00,500 --> 00:00:01,000\nAnother\n", replace=True)
    library.scan()
    assert library.subtitles.webvtt(item_id, "x0") == b"WEBVTT\n\n00:00:00.500 --> 00:00:01.000\nAnother\n"


def test_text_lies_sealed(vault, state):
    put(vault, "/Film.mkv", film())
    with Library(vault, state) as library:
        library.scan()
        library.subtitles.webvtt(film_id(library), "0")
        with library.subtitles.drawn(film_id(library), 0):
            pass
        for path in state.rglob("*"):
            assert CANARY.encode() not in path.read_bytes()
    for path in state.rglob("*"):
        assert CANARY.encode() not in path.read_bytes()


def cues(library, path="/Film.mkv", index="0"):
    """The numbers of the lines that are offered."""
    text = library.subtitles.webvtt(film_id(library, path), index)
    return [int(number) for number in re.findall(rb"^Line (\d+)$", text, re.MULTILINE)]


def chunk_of(contents, words):
    return contents.index(words) // CHUNK_SIZE


def damage_chunk(vault, path, chunk_index):
    flip_byte(stored_file(vault, path), HEADER_SIZE + chunk_index * STORED_CHUNK_SIZE + 1000)


@pytest.mark.parametrize(("form", "indexed"), [("matroska", False), ("matroska", True), ("mp4", True)])
def test_text_around_damage_is_offered_and_not_kept(vault, state, form, indexed):
    contents = said_film(form, indexed=indexed)
    put(vault, "/Film.mkv", contents)
    lost = chunk_of(contents, b"Line 10")
    assert 2 < lost < len(contents) // CHUNK_SIZE - 2
    missing = {number for number in range(20) if chunk_of(contents, f"Line {number:02}".encode()) == lost}
    with Library(vault, state) as library:
        library.scan()
        damage_chunk(vault, "/Film.mkv", lost)
        found = cues(library)
        # A demuxer that lost its way may need a little to find it.
        assert set(range(min(missing))) <= set(found) <= set(range(20)) - missing
        assert {18, 19} <= set(found)
        assert b"\nNOTE " in library.subtitles.webvtt(film_id(library), "0")
        with library.subtitles.drawn(film_id(library), 0) as lease:
            drawn = urllib.request.urlopen(lease.url).read()
        assert b"Line 01" in drawn
        assert b"Line 10" not in drawn
    # It was not sealed as if it were all: neither by this one, nor after it was mended.
    with Library(vault, state) as library:
        assert cues(library) == found
        damage_chunk(vault, "/Film.mkv", lost)
        assert cues(library) == list(range(20))
        assert b"NOTE" not in library.subtitles.webvtt(film_id(library), "0")
        stored_file(vault, "/Film.mkv").unlink()
        assert cues(library) == list(range(20))
        with library.subtitles.drawn(film_id(library), 0) as lease:
            assert b"Line 10" in urllib.request.urlopen(lease.url).read()


def test_damage_is_read_once(vault, library):
    contents = said_film("matroska", indexed=False)
    put(vault, "/Film.mkv", contents)
    library.scan()
    damage_chunk(vault, "/Film.mkv", chunk_of(contents, b"Line 10"))
    found = cues(library)
    films = library.subtitles._films
    films._slow.close()
    assert cues(library) == found


class Failing:
    """Opens a file a few times, then no more: what it is compared with cannot be read."""

    def __init__(self, maker, times):
        self._maker = maker
        self._left = times

    def open(self, record):
        self._left -= 1
        if self._left < 0:
            raise StoreError("not now")
        return self._maker.open(record)


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("times", range(1, 10, 2))
def test_a_reading_that_was_broken_off_is_not_kept(vault, library, times, indexed):
    put(vault, "/Film.mkv", said_film("matroska", indexed=indexed))
    library.scan()
    films = library.subtitles._films
    maker, films._maker = films._maker, Failing(films._maker, times)
    with contextlib.suppress(StoreError):
        assert cues(library) == list(range(20))
    films._maker = maker
    assert cues(library) == list(range(20))


def test_a_film_of_which_nothing_is_left_says_why(vault, library):
    contents = said_film("matroska", indexed=False)
    put(vault, "/Film.mkv", contents)
    library.scan()
    for chunk_index in range(len(contents) // CHUNK_SIZE):
        damage_chunk(vault, "/Film.mkv", chunk_index)
    with pytest.raises(IntegrityError):
        cues(library)


@pytest.mark.parametrize(
    "contents", [b"", b"\x00" * 1000, b"#EXTM3U\nhttp://127.0.0.1/x", b"1\n00:00", os.urandom(5000)]
)
def test_hostile_files_are_no_subtitles(vault, library, contents):
    put(vault, "/Film.mkv", video())
    put(vault, "/Film.srt", contents)
    library.scan()
    with contextlib.suppress(NoSubtitlesError):
        assert library.subtitles.webvtt(film_id(library), "x0").startswith(b"WEBVTT\n")


def test_a_huge_file_is_not_read(vault, library):
    put(vault, "/Film.mkv", video())
    put(vault, "/Film.srt", SRT.encode() * 200_000)
    library.scan()
    with pytest.raises(NoSubtitlesError):
        library.subtitles.webvtt(film_id(library), "x0")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_track_to_draw_is_a_file_of_its_own(vault, library, number):
    put(vault, "/Film.mkv", film())
    put(vault, "/Film.srt", SRT.encode())
    library.scan()
    with library.subtitles.drawn(film_id(library), number) as lease:
        contents = urllib.request.urlopen(lease.url).read()
    assert contents.startswith(b"\x1aE\xdf\xa3")
    assert b"[V4+ Styles]" in contents
    assert (b"Bonjour" if number == 1 else CANARY.encode()) in contents
    with pytest.raises(OSError, match="404"):
        urllib.request.urlopen(lease.url)


def test_a_track_that_is_not_there_cannot_be_drawn(vault, library):
    put(vault, "/Film.mkv", film())
    library.scan()
    for number in (-1, 2):
        with pytest.raises(NoSubtitlesError), library.subtitles.drawn(film_id(library), number):
            pass


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("Film.srt", ""),
        ("FILM.EN.SRT", ".EN"),
        ("Film - en.vtt", " - en"),
        ("Film (English).ass", " (English)"),
        ("Fílm.de.srt", ".de"),
        ("Filmed.srt", None),
        ("Film.en.txt", None),
        ("Other.srt", None),
        ("Fil.srt", None),
    ],
)
def test_which_names_belong_to_a_film(name, rest):
    assert belongs(name, "Film.mkv") == rest


@given(st.text(), st.text())
def test_a_text_is_folded_character_by_character(before, after):
    """What `belongs` relies on to tell most names at once."""
    assert fold(before + after) == fold(before) + fold(after)


def test_the_names_of_a_large_folder_are_told_apart_at_once():
    """Whoever asks for a film waits for this: of 150 episodes with subtitles each, 22,500 pairs of names."""
    begun_s = time.process_time()
    episodes = [f"A Series With a Long Name S01E{number:03} And Then Its Title" for number in range(150)]
    found = [belongs(f"{one}.en.srt", f"{film}.mkv") for one in episodes for film in episodes]
    assert [rest for rest in found if rest is not None] == [".en"] * 150
    assert time.process_time() - begun_s < 1.5


@pytest.mark.parametrize(
    ("rest", "language", "title", "forced", "default"),
    [
        ("", None, None, False, False),
        (".en", "eng", None, False, False),
        (".eng.forced", "eng", None, True, False),
        (".German.sdh", "ger", "SDH", False, False),
        (".de.hi", "ger", "SDH", False, False),
        (".hi", "hin", None, False, False),
        (".pt-BR", "por", "BR", False, False),
        (" - Director's comments.fr.default", "fre", "Director's comments", False, True),
        ("2_English", "eng", None, False, False),
    ],
)
def test_what_a_name_says(rest, language, title, forced, default):
    said = describe(f"Film{rest}.srt", rest)
    assert (said.codec, said.language, said.title) == ("subrip", language, title)
    assert (said.forced, said.default) == (forced, default)
