"""The file that text is drawn from: fonts and script, put together without making either anew."""

import subprocess
from pathlib import Path

import pytest

from tests.transcoder.conftest import FFMPEGS
from transcoder import NO_FONTS, ProbeError, SubtitleHelper
from transcoder.drawn_file import fonts_part, script_part

pytestmark = pytest.mark.ffmpeg

SERIF = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf")
INSTALLED, BROUGHT_ALONG = "DejaVu Serif", "Lanterne Own"
SCRIPT = """[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180
[V4+ Styles]
Format: Name,Fontname,Fontsize,PrimaryColour,Bold,Alignment
Style: Default,{font},60,&H00FFFFFF,-1,5
[Events]
Format: Layer,Start,End,Style,Text
Dialogue: 0,0:00:00.00,0:00:08.00,Default,Quaff
"""


@pytest.fixture(scope="module")
def font():
    """A font that is installed nowhere, though it looks like one that is."""
    assert len(INSTALLED) == len(BROUGHT_ALONG)
    renamed = SERIF.read_bytes()
    for charset in ("utf-16-be", "latin-1"):
        renamed = renamed.replace(INSTALLED.encode(charset), BROUGHT_ALONG.encode(charset))
    postscript = INSTALLED.replace(" ", ""), BROUGHT_ALONG.replace(" ", "")
    return renamed.replace(postscript[0].encode("latin-1"), postscript[1].encode("latin-1"))


@pytest.fixture
def helper():
    with SubtitleHelper() as helper:
        yield helper


def drawn(helper, ffmpeg, folder, fonts, name) -> bytes:
    """Return a picture with text in the font of that name, with these fonts before it."""
    (folder / "drawn").write_bytes(fonts + helper.drawable(SCRIPT.format(font=name).encode()))
    return subprocess.run(
        [str(ffmpeg), "-v", "error", "-f", "lavfi", "-i", "color=black:s=320x180:r=1:d=1", "-vf", "subtitles=drawn",
         "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        check=True, capture_output=True, cwd=folder,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_a_font_that_came_along_is_drawn_with(helper, font, ffmpeg, tmp_path):
    wanted = drawn(helper, ffmpeg, tmp_path, NO_FONTS, INSTALLED)
    assert max(wanted) > 200
    assert drawn(helper, ffmpeg, tmp_path, fonts_part([b"no font", font]), BROUGHT_ALONG) == wanted
    assert drawn(helper, ffmpeg, tmp_path, NO_FONTS, BROUGHT_ALONG) != wanted


def test_fonts_are_read_out_of_a_film(helper, font, media_server, tmp_path):
    (tmp_path / "own.ttf").write_bytes(font)
    (tmp_path / "notes.txt").write_bytes(b"no font")
    film = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=64x64:d=1", "-c:v", "libx264"]
    attached = ["-attach", "own.ttf", "-metadata:s:t:0", "mimetype=application/x-truetype-font"]
    attached += ["-attach", "notes.txt", "-metadata:s:t:1", "mimetype=text/plain"]
    for more, wanted in (([], NO_FONTS), (attached, fonts_part([font]))):
        subprocess.run([*film, *more, "-y", "film.mkv"], check=True, cwd=tmp_path)
        url = media_server.offer("film", (tmp_path / "film.mkv").read_bytes())
        assert helper.fonts(url) == wanted


def test_what_is_no_script_is_refused(helper):
    with pytest.raises(ProbeError):
        helper.drawable(b"")


def test_a_file_that_was_gone_back_in_has_no_second_part():
    with pytest.raises(ValueError, match="unknown size"):
        script_part(NO_FONTS[:-8] + (1 << 56 | 1000).to_bytes(8, "big"))
