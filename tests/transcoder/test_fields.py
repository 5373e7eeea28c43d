"""Films whose first picture is whole, and later ones are of two fields."""

from dataclasses import replace

import pytest

from tests.media import Shelf
from tests.transcoder.conftest import FFMPEGS
from tests.transcoder.test_picture import FIELDS, interlaced_count, made
from transcoder import PROFILES, decide
from transcoder.h264_parameters import configured_units, nal_units, sequence_parameters

pytestmark = pytest.mark.ffmpeg

CODERS = {
    "mpeg2video": ("-c:v", "mpeg2video", "-q:v", "2", "-g", "25", "-f", "mpeg2video"),
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-f", "h264"),
}
SECONDS = 3


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Return a function that makes a film of a codec, in a container: a part of whole pictures, a part of fields."""
    shelf = Shelf(tmp_path_factory.mktemp("media"))

    def make(codec: str, suffix: str, *, first_fields: bool = False, last_fields: bool = True) -> bytes:
        parts = b""
        for fields in (first_fields, last_fields):
            part = shelf.folder / f"{fields}.{codec}"
            filters = FIELDS if fields else ("-vf", "gblur=sigma=6,fps=25,format=yuv420p")
            source = ("-f", "lavfi", "-i", f"testsrc2=s=720x576:r=50:d={SECONDS}")
            shelf.ffmpeg(*source, *filters, *CODERS[codec], part)
            parts += part.read_bytes()
        both, path = shelf.folder / f"both.{codec}", shelf.folder / f"film.{suffix}"
        both.write_bytes(parts)
        reader = "h264" if codec == "h264" else "mpegvideo"
        shelf.ffmpeg("-fflags", "+genpts", "-r", "25", "-f", reader, "-i", both, "-c", "copy", path)
        return path.read_bytes()

    return make


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("codec", CODERS)
def test_fields_in_the_middle_become_whole_pictures(film, source_of, codec, ffmpeg, tmp_path):
    data = film(codec, "mkv")
    source = source_of("mixed.mkv", data)
    assert not source.info.video[0].interlaced
    (tmp_path / "source.mkv").write_bytes(data)
    assert interlaced_count(tmp_path / "source.mkv") > 40
    assert interlaced_count(made(source, tmp_path, ffmpeg)) < 5


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_fields_in_the_middle_are_not_passed_on(film, source_of, suffix):
    info = source_of(f"mixed.{suffix}", film("h264", suffix)).info
    assert info.video[0].mixed
    assert decide(info, PROFILES["chromium"]).video == "encode"
    assert decide(info, PROFILES["tizen"]).video == "copy"


@pytest.mark.parametrize("suffix", ["mkv", "ts"])
def test_whole_pictures_are_passed_on(film, source_of, suffix):
    info = source_of(f"whole.{suffix}", film("h264", suffix, last_fields=False)).info
    assert not info.video[0].may_have_fields
    assert decide(info, PROFILES["baseline"]).video == "copy"


def test_pictures_that_may_be_of_two_fields_and_are_not_are_passed_on(clips, source_of):
    """As on a Blu-ray of 25 pictures a second."""
    coder = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "24")
    data = clips.make("fake.mkv", *coder, "-x264-params", "fake-interlaced=1:pic-struct=1", sound=False)
    info = source_of("fake.mkv", data).info
    video = info.video[0]
    assert (video.interlaced, video.may_have_fields, video.mixed) == (False, True, False)
    assert decide(info, PROFILES["baseline"]).video == "copy"


@pytest.mark.parametrize(
    ("options", "sar", "may_have_fields"),
    [
        ((), 1.0, False),
        (("-vf", "setsar=64/45"), 64 / 45, False),
        (("-vf", "setsar=12/11", "-flags", "+ilme+ildct", "-profile:v", "main"), 12 / 11, True),
        (("-pix_fmt", "yuv444p", "-x264-params", "cqm=jvt"), 1.0, False),
    ],
)
def test_what_a_parameter_set_says(clips, options, sar, may_have_fields):
    name = f"set{abs(hash(options))}.h264"
    data = clips.make(
        name, "-c:v", "libx264", *options, "-frames:v", "1", "-f", "h264", size="720x576", sound=False
    )
    (said,) = sequence_parameters(nal_units(data, b""))
    assert (said.width, said.height) == (720, 576)
    assert said.sar == pytest.approx(sar)
    assert said.may_have_fields is may_have_fields


def test_parameter_sets_that_are_cut_off_say_nothing(clips):
    data = clips.make("cut.h264", "-c:v", "libx264", "-frames:v", "1", "-f", "h264", sound=False)
    whole = next(unit for unit in nal_units(data, b"") if unit[0] & 31 == 7)
    assert len(list(sequence_parameters([whole]))) == 1
    for size in range(10):
        assert list(sequence_parameters([whole[:size]])) == []
    box = b"\1\x64\0\x1f\xff\xe1" + len(whole).to_bytes(2, "big") + whole
    assert list(configured_units(box)) == [whole]
    for size in range(len(box)):
        assert len(list(sequence_parameters(configured_units(box[:size])))) <= 1


def test_the_work_of_mixed_films_is_reckoned_with(film, source_of):
    from transcoder.ladder import Rung
    from transcoder.speeds import cost

    video = source_of("mixed.mkv", film("h264", "mkv")).info.video[0]
    rung = Rung(480, 854, 480)
    costs = {"h264-read": 0.1, "h264-480": 0.3}
    mixed, whole = cost(costs, video, rung), cost(costs, replace(video, mixed=False), rung)
    assert mixed is not None
    assert whole is not None
    assert mixed > whole
