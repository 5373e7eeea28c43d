"""Films whose matrix says that they are mirrored, as some cameras that look at us store them."""

import io
import struct
import subprocess

import pytest
from PIL import Image

from tests.transcoder.conftest import FFMPEGS, H264
from tests.transcoder.test_picture import made
from transcoder import PROFILES, decide
from transcoder.decision import decide_stream
from transcoder.preview_layout import preview_layout

pytestmark = pytest.mark.ffmpeg

# What is stored: white and red above, blue and black below.
STORED = (
    "drawbox=t=fill:c=black,drawbox=w=160:h=120:c=white:t=fill,drawbox=x=160:w=160:h=120:c=red:t=fill,"
    "drawbox=y=120:w=160:h=120:c=blue:t=fill"
)
# a, b, c and d of the matrix; which quarters are shown, row by row.
MATRICES = {
    "as it is": ((1, 0, 0, 1), "wrbk"),
    "left and right exchanged": ((-1, 0, 0, 1), "rwkb"),
    "above and below exchanged": ((1, 0, 0, -1), "bkwr"),
    "exchanged and turned right": ((0, -1, -1, 0), "krbw"),
    "exchanged and turned left": ((0, 1, 1, 0), "wbrk"),
    "turned": ((0, 1, -1, 0), "bwkr"),
}


@pytest.fixture
def film(clips, source_of):
    """Return a function that makes a film with a matrix."""

    def make(name):
        data = clips.make("quarters.mp4", "-vf", STORED, *H264, size="320x240", seconds="2", sound=False)
        at = data.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2
        (a, b, c, d), _ = MATRICES[name]
        one = 1 << 16
        matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
        name = f"{abs(hash(name))}.mp4"
        return source_of(name, data[:at] + matrix + data[at + 36 :])

    return make


def quarters(image: Image.Image) -> str:
    """Return the colours of the four quarters, row by row."""
    width, height = image.size
    return "".join(_letter(image.getpixel((width * x // 4, height * y // 4))) for y in (1, 3) for x in (1, 3))


def _letter(colour) -> str:
    red, green, blue = (one > 128 for one in colour)
    return {(1, 1, 1): "w", (1, 0, 0): "r", (0, 0, 1): "b", (0, 0, 0): "k"}[red, green, blue]


def first_picture(path, ffmpeg) -> Image.Image:
    said = subprocess.run(
        [ffmpeg, "-v", "error", "-i", path, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"],
        capture_output=True,
        check=True,
    )
    return Image.open(io.BytesIO(said.stdout)).convert("RGB")


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("name", MATRICES)
def test_converted_films_are_seen_as_they_should_be(film, name, ffmpeg, tmp_path):
    source = film(name)
    if name == "as it is":
        assert decide(source.info, PROFILES["baseline"]).video == "copy"
    else:
        path = made(source, tmp_path, ffmpeg)
        assert quarters(first_picture(path, ffmpeg)) == MATRICES[name][1]


@pytest.mark.parametrize("name", MATRICES)
def test_posters_and_previews_are_seen_as_they_should_be(film, media_helper, name):
    source = film(name)
    with source.lease() as leased:
        poster = media_helper.frame(leased.url, 1.0, 320)
        layout = preview_layout(source.info)
        sheet, _ = media_helper.sheet(leased.url, source.info, layout, 0)
    assert quarters(Image.open(io.BytesIO(poster)).convert("RGB")) == MATRICES[name][1]
    tile = Image.open(io.BytesIO(sheet)).convert("RGB").crop((0, 0, layout.width, layout.height))
    assert quarters(tile) == MATRICES[name][1]


def test_screens_that_go_by_the_matrix_get_the_file(film):
    info = film("left and right exchanged").info
    assert decide(info, PROFILES["chromium"]).mode == "direct"
    assert decide(info, PROFILES["tizen"]).video == "encode"
    stream = decide_stream(info, PROFILES["chromium"])
    assert stream.video == "encode"
    assert "mirrored" in stream.reason
