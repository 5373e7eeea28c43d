"""Broadcasts whose pictures are 4:3 and 16:9 by turns."""

import re
import subprocess

import pytest

from tests.transcoder.conftest import FFMPEGS, read_back
from tests.transcoder.test_picture import made, shown
from transcoder import MediaInfo
from transcoder.shapes import changes, longest, shape_of

BROADCAST = {
    "mpeg2video": ("-c:v", "mpeg2video", "-q:v", "3", "-g", "12"),
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-pix_fmt", "yuv444p"),
}
NARROW, WIDE = "16/15", "64/45"
WHITE = "drawbox=t=fill:c=white"


@pytest.fixture
def recording(clips):
    """Return a function that makes a recording of parts: (shape of a pixel, from when on, how long)."""

    def make(codec, *parts, suffix="ts"):
        data = b""
        for sar, at_s, seconds in parts:
            name = f"{codec}-{sar.replace('/', '-')}-{at_s}-{seconds}.{suffix}"
            filters = ("-vf", f"{WHITE},setsar={sar}", "-output_ts_offset", str(at_s))
            data += clips.make(
                name,
                *filters,
                *BROADCAST[codec],
                size="720x576",
                rate="25",
                seconds=str(seconds),
                sound=False,
            )
        return data

    return make


def bars(path, at_s: float) -> tuple[int, int, int, int]:
    """Return what is not black at a time: width, height, left, top."""
    said = subprocess.run(
        ["ffmpeg", "-v", "info", "-ss", str(at_s), "-i", path, "-t", "0.5", "-an", "-vf", "cropdetect=round=2",
         "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    width, height, left, top = re.findall(r"crop=(\d+):(\d+):(\d+):(\d+)", said)[-1]
    return int(width), int(height), int(left), int(top)


@pytest.mark.ffmpeg
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("codec", BROADCAST)
def test_a_recording_that_begins_in_the_programme_before(recording, source_of, codec, ffmpeg, tmp_path):
    source = source_of("wide.ts", recording(codec, (NARROW, 0, 2), (WIDE, 2, 4)))
    assert source.info.video[0].sar == pytest.approx(64 / 45)
    assert len(source.info.shapes) == 2
    path = made(source, tmp_path, ffmpeg)
    assert (shown(path)["width"], shown(path)["height"]) == ("1024", "576")
    assert bars(path, 0.5) == (768, 576, 128, 0)
    assert bars(path, 4) == (1024, 576, 0, 0)
    # ffmpeg's decoder loses the picture before the change.
    assert len(read_back(path.read_bytes(), tmp_path)["video"].shown_s) >= 149


@pytest.mark.ffmpeg
def test_what_is_wider_lies_between_bars_above_and_below(recording, source_of, tmp_path):
    source = source_of("narrow.ts", recording("mpeg2video", (NARROW, 0, 4), (WIDE, 4, 2)))
    path = made(source, tmp_path)
    assert (shown(path)["width"], shown(path)["height"]) == ("768", "576")
    assert bars(path, 2) == (768, 576, 0, 0)
    assert bars(path, 5) == (768, 432, 0, 72)


@pytest.mark.ffmpeg
def test_shapes_behind_a_jump_of_the_clock(recording, source_of, tmp_path):
    source = source_of("jump.ts", recording("mpeg2video", (NARROW, 0, 2), (WIDE, 5000, 4)))
    assert len(source.info.stretches) == 2
    path = made(source, tmp_path)
    assert bars(path, 0.5) == (768, 576, 128, 0)
    assert bars(path, 4) == (1024, 576, 0, 0)


@pytest.mark.ffmpeg
@pytest.mark.parametrize("codec", BROADCAST)
def test_pictures_of_one_shape_are_left_alone(recording, source_of, codec):
    info = source_of("one.ts", recording(codec, (WIDE, 0, 2), (WIDE, 2, 4))).info
    assert info.shapes == ()
    assert info.video[0].sar == pytest.approx(64 / 45)


def test_what_a_sequence_header_says():
    def header(width, height, aspect):
        return b"\0\0\1\xb3" + (width << 12 | height).to_bytes(3, "big") + bytes([aspect << 4 | 3])

    assert shape_of("mpeg2video", header(720, 576, 2)) == pytest.approx(4 / 3)
    assert shape_of("mpeg2video", header(720, 576, 3)) == pytest.approx(16 / 9)
    assert shape_of("mpeg2video", b"junk" + header(704, 352, 1)) == pytest.approx(2)
    assert shape_of("mpeg2video", header(0, 0, 1)) is None
    assert shape_of("mpeg2video", header(720, 576, 3)[:7]) is None
    assert shape_of("mpeg1video", header(720, 576, 3)) is None


def test_shapes_that_last():
    assert changes([(0, 1.33), (1, 1.33), (2, 1.78), (3, 1.78)], 4) == ((0, 1.33), (2, 1.78))
    assert changes([(0, 1.33), (1, 1.33)], 2) == ()
    assert changes([(0, 1.33), (1, 1.78), (1.5, 1.33)], 4) == ()  # damage
    assert changes([(at * 2, 1 + at % 2) for at in range(100)], 200) == ()
    assert changes([], 0) == ()
    assert longest(((0, 1.33), (2, 1.78), (5, 1.33)), 7) == pytest.approx(1.33)
    assert longest(((0, 1.33), (1, 1.78)), 6) == pytest.approx(1.78)
    assert longest((), 6) is None


def test_shapes_are_remembered():
    info = MediaInfo(
        format_name="mpegts", mime="video/mp2t", duration_s=6.0, shapes=((0.0, 4 / 3), (2.0, 16 / 9))
    )
    assert MediaInfo.from_json(info.to_json()) == info
