"""Sound files: of no kind that has pages of its own, but they play."""

import pytest

from library.errors import NotPlayableError
from tests.library.material import put
from tests.media import Shelf


def test_songs_are_playable_and_text_is_not(vault, library, tmp_path):
    shelf = Shelf(tmp_path)
    put(vault, "/Song.mp3", shelf.data("cover.mp3"))
    put(vault, "/Words.m4a", shelf.data("audioonly.m4a"))
    put(vault, "/Broken.mp3", b"ID3")
    put(vault, "/notes.txt", b"text")
    library.scan()
    for path, mime in (("/Song.mp3", "audio/mpeg"), ("/Words.m4a", "audio/mp4")):
        song = library.find_path(path)
        assert (song.kind, song.mime, song.problem) == ("other", mime, None)
        assert song.duration_s == pytest.approx(8.0, abs=0.1)
        assert library.source(song.id).info.video == ()
    song, words = library.find_path("/Song.mp3"), library.find_path("/Words.m4a")
    library.watching.put(song.id, 3.0)
    assert library.item(song.id).position_s == 3.0
    assert library.watching.following(song.id).id == words.id
    assert library.watching.following(words.id) is None
    assert library.find_path("/Broken.mp3").problem == "this is not a sound but text"
    assert library.find_path("/notes.txt").problem is None
    for path in ("/Broken.mp3", "/notes.txt"):
        with pytest.raises(NotPlayableError):
            library.source(library.find_path(path).id)
        with pytest.raises(NotPlayableError):
            library.watching.put(library.find_path(path).id, 1.0)
