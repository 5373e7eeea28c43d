"""Small pictures of HDR films: as an SDR screen shows them, and as the films themselves are converted."""

import io
import subprocess

import pytest
from PIL import Image

from tests.transcoder.conftest import FFMPEGS
from transcoder import preview_layout
from transcoder.command.tones import _FILTERS
from transcoder.hdr_tones import sdr_colour
from transcoder.media_info import HLG, PQ

SIZE = (320, 180)
PATCHES = 16
BRIGHT = 240
# The upper two thirds are grey, the lower one is reddish; brighter from left to right.
PICTURE = (
    "format=yuv420p10le,"
    "geq=lum='64+876*floor(X/20)/15':cb='512+if(gt(Y,60),-60,0)':cr='512+if(gt(Y,60),60,0)'"
)


def hdr_clip(clips, transfer, *, named=True):
    names = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc" if named else f"transfer={transfer}"
    return clips.make(
        f"{transfer}-{named}.mkv",
        *("-vf", PICTURE, "-c:v", "libx265", "-preset", "ultrafast"),
        *("-x265-params", f"log-level=error:crf=4:keyint=5:{names}:range=limited"),
        rate="5",
        seconds="30",
        sound=False,
    )


def converted(clip, transfer):
    """Return the first picture as the transcoder's filters make it."""
    named = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    steps = [
        f"{name}={':'.join(f'{key}={value}' for key, value in options.items())}" for name, options in _FILTERS
    ]
    graph = ",".join(
        [named, *steps, "format=yuv420p", "scale=in_color_matrix=bt709:in_range=tv", "format=rgb24"]
    )
    done = subprocess.run(
        [
            FFMPEGS[0],
            "-v",
            "error",
            "-i",
            "pipe:0",
            "-frames:v",
            "1",
            "-vf",
            graph,
            "-f",
            "rawvideo",
            "pipe:1",
        ],
        input=clip,
        capture_output=True,
        check=True,
    )
    return Image.frombytes("RGB", SIZE, done.stdout)


def patches(picture, left=0, top=0):
    """The colours of the grey patches, and of the coloured ones, of a picture of any size at that place."""
    width, height = picture
    return [
        (left + round((n + 0.5) * width / PATCHES), top + round(height * part))
        for part in (0.3, 0.83)
        for n in range(PATCHES)
    ]


@pytest.mark.ffmpeg
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_tiles_and_posters_have_the_tones_of_the_converted_film(
    clips, media_server, media_helper, transfer, named
):
    clip = hdr_clip(clips, transfer, named=named)
    expected = converted(clip, transfer)
    url = media_server.offer("hdr.mkv", clip)
    media = media_helper.probe(url)
    assert media.video[0].hdr
    layout = preview_layout(media)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert good_count == 25
    sheet = Image.open(io.BytesIO(jpeg))
    poster = Image.open(io.BytesIO(media_helper.frame(url, 5.0, SIZE[0])))
    tile = (layout.width, layout.height)
    wanted = [expected.getpixel(at) for at in patches(SIZE)]
    for shown in (
        [sheet.getpixel(at) for at in patches(tile)],
        [sheet.getpixel(at) for at in patches(tile, 2 * tile[0], 3 * tile[1])],
        [poster.getpixel(at) for at in patches(SIZE)],
    ):
        for place, (one, other) in enumerate(zip(shown, wanted, strict=True)):
            if place >= PATCHES and max(other) > BRIGHT:
                continue  # the film's own eight bits cut brightness off, and change the colour with it
            assert one == pytest.approx(other, abs=14), place


def test_white_of_an_sdr_screen_and_black():
    assert sdr_colour((0.0, 0.0, 0.0), PQ) == pytest.approx((0, 0, 0), abs=1e-3)
    assert sdr_colour((0.0, 0.0, 0.0), HLG) == pytest.approx((0, 0, 0), abs=1e-3)
    # 1000 cd/m2, the brightest that is told apart, is white: ITU-R BT.2100 gives 0.7518 for PQ, 1 for HLG.
    assert sdr_colour((0.7518, 0.7518, 0.7518), PQ) == pytest.approx((1, 1, 1), abs=2e-3)
    assert sdr_colour((1.0, 1.0, 1.0), HLG) == pytest.approx((1, 1, 1), abs=5e-3)
