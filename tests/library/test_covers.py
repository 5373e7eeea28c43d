"""Pictures of songs: those that come along in them, and those that lie beside them."""

import base64
import io
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from library import IMAGE_WIDTHS, Library, NoImageError
from tests.library.material import photo, put, stored_file

RED, BLUE, GREEN = (254, 0, 0), (0, 0, 254), (0, 128, 1)  # as JPEG has them
FORMS = {"mp3": "libmp3lame", "m4a": "aac", "flac": "flac", "opus": "libopus"}


def block(picture: bytes) -> str:
    """A picture as Vorbis comments hold it (RFC 9639, section 8.8)."""
    kind, mime = 3, b"image/jpeg"
    head = struct.pack(f">II{len(mime)}sI4II", kind, len(mime), mime, 0, 0, 0, 0, 0, len(picture))
    return base64.b64encode(head + picture).decode()


@cache
def song(form: str, *pictures: tuple[str, bytes]) -> bytes:
    """A second of sound, with pictures by their kinds."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / f"song.{form}"
        argv = ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "sine=d=1"]
        maps, kinds = ["-map", "0:a"], []
        for number, (kind, picture) in enumerate(pictures if form != "opus" else ()):
            (Path(folder) / f"{number}.jpg").write_bytes(picture)
            argv += ["-i", f"{folder}/{number}.jpg"]
            maps += ["-map", f"{number + 1}:v"]
            kinds += [
                f"-metadata:s:v:{number}",
                f"comment={kind}",
                f"-disposition:v:{number}",
                "attached_pic",
            ]
        if form == "opus":
            kinds += [
                part for _, one in pictures for part in ("-metadata", f"METADATA_BLOCK_PICTURE={block(one)}")
            ]
        argv += [*maps, "-c:a", FORMS[form], "-c:v", "copy", *kinds, str(output)]
        subprocess.run(argv, check=True)
        return output.read_bytes()


def cover(color, size=(1500, 1500)) -> tuple[str, bytes]:
    return "Cover (front)", photo(size, color)


def shown(library, path, width=440):
    """Size and colour of an item's picture."""
    with Image.open(io.BytesIO(library.image(library.find_path(path).id, width))) as image:
        return image.size, image.convert("RGB").getpixel((image.width // 2, image.height // 2))


def near(color, other):
    return max(abs(one - another) for one, another in zip(color, other, strict=True)) < 8


@pytest.mark.parametrize("form", FORMS)
def test_what_comes_along_in_a_song_is_its_picture(vault, library, form):
    put(vault, f"/Song.{form}", song(form, cover("red")))
    library.scan()
    item = library.find_path(f"/Song.{form}")
    assert (item.kind, item.problem, item.has_image) == ("other", None, True)
    for width in IMAGE_WIDTHS:
        size, color = shown(library, item.path, width)
        assert size == (min(width, 1500), min(width, 1500))
        assert near(color, RED)


def test_the_front_is_shown(vault, library):
    put(vault, "/Song.mp3", song("mp3", ("Cover (back)", photo((300, 300), "blue")), cover("red")))
    library.scan()
    assert near(shown(library, "/Song.mp3")[1], RED)


def test_another_song_in_its_place_has_another_picture(vault, library):
    put(vault, "/Song.mp3", song("mp3", cover("red")))
    library.scan()
    put(vault, "/Song.mp3", song("mp3", cover("blue")), replace=True)
    library.scan()
    assert near(shown(library, "/Song.mp3")[1], BLUE)
    put(vault, "/Song.mp3", song("mp3"), replace=True)
    library.scan()
    assert not library.find_path("/Song.mp3").has_image
    with pytest.raises(NoImageError):
        shown(library, "/Song.mp3")


@pytest.mark.parametrize("picture", [b"\xff\xd8\xff no picture", b"", photo((64, 48))[:200]])
def test_a_song_plays_whatever_its_picture_is(vault, library, picture):
    put(vault, "/Song.opus", song("opus", ("", picture)))
    library.scan()
    item = library.find_path("/Song.opus")
    assert (item.problem, item.has_image) == (None, False)
    assert library.source(item.id).info.audio


def test_a_picture_that_lies_beside_songs_is_theirs(vault, library):
    put(vault, "/Album/Bare.mp3", song("mp3"))
    put(vault, "/Album/Own.mp3", song("mp3", cover("red")))
    put(vault, "/Album/notes.txt", b"text")
    put(vault, "/Album/Inner/Deep.mp3", song("mp3"))
    library.scan()
    assert not library.find_path("/Album/Bare.mp3").has_image
    # It comes later, and the songs are not read again for it.
    put(vault, "/Album/Folder.JPG", photo((600, 600), "blue"))
    put(vault, "/Album/other.jpg", photo((600, 600), "red"))
    library.scan()
    assert near(shown(library, "/Album/Bare.mp3")[1], BLUE)
    assert near(shown(library, "/Album/Own.mp3")[1], RED)
    for path in ("/Album/notes.txt", "/Album/Inner/Deep.mp3"):
        assert not library.find_path(path).has_image
        with pytest.raises(NoImageError):
            shown(library, path)
    put(vault, "/Album/cover.png", photo((600, 600), "green", form="PNG"))
    library.scan()
    assert near(shown(library, "/Album/Bare.mp3")[1], GREEN)
    for name in ("cover.png", "Folder.JPG"):
        stored_file(vault, f"/Album/{name}").unlink()
    library.scan()
    assert not library.find_path("/Album/Bare.mp3").has_image
    with pytest.raises(NoImageError):
        shown(library, "/Album/Bare.mp3")


def test_a_song_that_was_read_before_there_were_covers_is_read_again(vault, state):
    put(vault, "/Song.mp3", song("mp3", cover("red")))
    with Library(vault, state) as library:
        library.scan()
        with library._index._database.writing() as connection:
            connection.execute("UPDATE items SET examined = 3, has_image = 0 WHERE name = 'Song.mp3'")
        library.scan()
        assert library.find_path("/Song.mp3").has_image


def test_covers_lie_sealed(vault, state):
    put(vault, "/Song.mp3", song("mp3", cover("red")))
    with Library(vault, state) as library:
        library.scan()
        shown(library, "/Song.mp3", 1920)
    assert not any(b"\xff\xd8\xff" in path.read_bytes() for path in state.rglob("*"))
