"""Colours of films that do not say how theirs are coded."""

import pytest

from tests.transcoder.conftest import FFMPEGS, H264
from tests.transcoder.test_picture import luma, shown
from tests.transcoder.test_playing import played
from transcoder import PROFILES, Pool

pytestmark = pytest.mark.ffmpeg

RED_709, RED_601 = 63, 81  # the luma of red by ITU-R BT.709 and BT.601, narrow range


def converted(source, folder, ffmpeg, quality):
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES["chromium"], session_id="tv", quality=quality, convert=True)
        data = played(stream, lambda indexes: indexes)
    path = folder / "played"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(
    ("size", "coder", "matrix", "red", "primaries"),
    [
        ("1280x720", ("mpeg4", "bt709"), "bt709", RED_709, "bt709"),
        ("1280x720", ("qtrle", None), "bt709", RED_709, "bt709"),
        ("720x576", ("mpeg4", "bt601"), "smpte170m", RED_601, "bt470bg"),
        ("640x480", ("mpeg4", "bt601"), "smpte170m", RED_601, "smpte170m"),
        ("640x480", ("qtrle", None), "smpte170m", RED_601, "smpte170m"),
    ],
)
def test_colours_stay_in_every_size(clips, source_of, ffmpeg, size, coder, matrix, red, primaries, tmp_path):
    codec, coded = coder
    filters = "drawbox=t=fill:c=red,format=rgb24" + (
        f",scale=out_color_matrix={coded},format=yuv420p" if coded else ""
    )
    name = f"red-{codec}-{size}.mov"
    data = clips.make(name, "-vf", filters, "-c:v", codec, size=size, seconds="2", sound=False)
    source = source_of(name, data)
    assert not source.info.video[0].matrix_named
    for quality in (None, 480):
        path = converted(source, tmp_path, ffmpeg, quality)
        said = shown(path)
        assert (said["color_space"], said["color_primaries"], said["color_transfer"]) == (
            matrix,
            primaries,
            matrix,
        )
        assert luma(path) == pytest.approx(red, abs=2)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_colours_that_are_named_keep_their_names(clips, source_of, ffmpeg, tmp_path):
    filters = "drawbox=t=fill:c=red,format=rgb24,scale=out_color_matrix=bt601,format=yuv420p"
    named = ("-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m")
    data = clips.make("named.mkv", "-vf", filters, *H264, *named, size="1280x720", seconds="2", sound=False)
    source = source_of("named.mkv", data)
    assert source.info.video[0].matrix_named
    path = converted(source, tmp_path, ffmpeg, 480)
    assert shown(path)["color_space"] == "smpte170m"
    assert luma(path) == pytest.approx(RED_601, abs=2)
