"""Sheets of small pictures: how they are laid out, and that each shows its own moment."""

import io
import os
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.shared_media import MEDIA, needs_media
from tests.transcoder.conftest import AAC, H264
from tests.transcoder.test_probe import CAMERAS
from transcoder import MediaHelper, MediaInfo, ProbeError, VideoStream, media_sheets, preview_layout
from transcoder.media_forward import Forward
from transcoder.media_info import Stretch
from transcoder.preview_layout import Look, preview_looks

MPEG4 = ("-c:v", "mpeg4", "-q:v", "3")
DECODED_PIXEL = 4  # bytes of a pixel in a browser's memory


def film(duration_s, width=1920, height=1080, **facts):
    video = VideoStream(index=0, codec="h264", width=width, height=height, rotation=facts.pop("rotation", 0))
    return MediaInfo(format_name="mov", mime="video/mp4", duration_s=duration_s, video=(video,), **facts)


@pytest.mark.parametrize(
    ("duration_s", "interval_s", "count", "sheet_count"),
    [
        (0.5, 1, 1, 1), (3, 1, 3, 1), (100, 4, 25, 1), (7200, 10, 720, 29), (7200.5, 10, 721, 29),
        (86400, 57.6, 1500, 60),
    ],
)  # fmt: skip
def test_short_films_have_fewer_pictures_and_long_ones_not_more(duration_s, interval_s, count, sheet_count):
    layout = preview_layout(film(duration_s))
    assert (layout.interval_s, layout.count, layout.sheet_count) == (interval_s, count, sheet_count)


def test_what_has_no_pictures_or_no_length_has_no_previews():
    assert preview_layout(film(0.0)) is None
    assert preview_layout(MediaInfo(format_name="mp3", mime="audio/mpeg", duration_s=9.0)) is None


sizes = st.integers(1, 8000)


@given(sizes, sizes, st.sampled_from([0, 90]), st.floats(0.01, 1e6))
def test_a_sheet_is_little_memory_and_no_picture_is_enlarged(width, height, rotation, duration_s):
    media = film(duration_s, width, height, rotation=rotation)
    layout = preview_layout(media)
    sheet_size = layout.width * layout.height * layout.columns * layout.rows * DECODED_PIXEL
    assert sheet_size <= 2.2e6
    assert layout.width <= max(2, media.video[0].upright_width + 1)
    assert layout.height <= max(2, media.video[0].upright_height + 1)
    tiles = [tile for index in range(layout.sheet_count) for tile in layout.tiles_of(index)]
    assert tiles == list(range(layout.count))
    assert (layout.count - 1) * layout.interval_s < duration_s <= layout.count * layout.interval_s * 1.0001


def test_the_moments_are_those_of_the_nearest_keyframes():
    media = film(30.0, keyframes_s=tuple(100.0 + 2.0 * n for n in range(15)), start_s=100.0)
    layout = preview_layout(media)
    looks = preview_looks(layout, media, 0)
    found = [look.at_s for look in looks]
    assert {(look.keyframe_s, look.offset) for look in looks[:-1]} == {(None, None)}
    assert looks[-1] == Look(
        pytest.approx(29.4), 28.0
    )  # further behind the last one than the tiles are apart
    assert len(found) == layout.count == 25
    middles = [(tile + 0.5) * layout.interval_s for tile in range(layout.count)]
    assert all(
        abs(at_s - middle) <= 1.0 for at_s, middle in zip(found[:-1], middles, strict=False) if middle < 28
    )
    assert set(found[:-1]) <= {2.0 * n for n in range(15)}
    assert [look.at_s for look in preview_looks(layout, film(30.0), 0)] == pytest.approx(middles)


def test_where_keyframes_are_far_the_moment_itself_is_looked_for():
    media = film(250.0, keyframes_s=(5.0, 65.0, 200.0), start_s=5.0)
    layout = preview_layout(media)
    looks = preview_looks(layout, media, 0)
    assert layout.interval_s == 10.0
    assert looks[:3] == (Look(0.0), Look(15.0, 0.0), Look(25.0, 0.0))
    assert looks[5:8] == (Look(60.0), Look(60.0), Look(75.0, 60.0))
    assert looks[-1] == Look(245.0, 195.0)
    assert preview_looks(layout, film(250.0, keyframes_s=(9.0,)), 0)[0] == Look(9.0)


def test_a_recording_whose_clock_jumps_is_entered_by_its_bytes():
    stretches = (
        Stretch(start=0, stop=4000, start_s=100.0, at_s=0.0),
        Stretch(start=4000, stop=10_000, start_s=5.0, at_s=40.0),
    )
    media = film(100.0, stretches=stretches)
    layout = preview_layout(media)
    offsets = [look.offset for look in preview_looks(layout, media, 0)]
    assert offsets == pytest.approx([(tile + 0.5) * 400 for tile in range(25)], abs=1)


def brighter(clips, name, *codec, gop="10"):
    """30 s that grow brighter by 7 of 255 every second, with a keyframe in each or every so many pictures."""
    clips.make("dark.mkv", *H264, "-g", "10", *AAC, size="96x54", rate="10", seconds="30")
    ramp = "geq=lum='25+7*floor(T)':cb=128:cr=128"
    return clips.remake(
        name, "dark.mkv", "-vf", ramp, *(codec or H264), "-g", gop, "-bf", "2", "-c:a", "copy"
    )


def seconds_shown(jpeg):
    """Read from how bright the tiles are which second of `brighter` each of them shows."""
    sheet = Image.open(io.BytesIO(jpeg)).convert("L")
    assert sheet.size == (5 * 96, 5 * 54)
    for tile in range(25):
        row, column = divmod(tile, 5)
        seen = sheet.getpixel((column * 96 + 48, row * 54 + 27))
        yield (seen * 219 / 255 + 16 - 25) / 7  # from full to video range, and back to seconds


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("b.mkv", ()), ("b.mp4", ()), ("b.ts", ()), ("b.mov", MPEG4), ("b.avi", MPEG4),
        ("hevc.mkv", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=10")),
    ],
)  # fmt: skip
def test_every_tile_shows_its_moment(clips, media_server, media_helper, name, codec):
    url = media_server.offer(name, brighter(clips, name, *codec))
    media = media_helper.probe(url)
    layout = preview_layout(media)
    assert (layout.width, layout.height, layout.count) == (96, 54, 25)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert good_count == 25
    for tile, shown_s in enumerate(seconds_shown(jpeg)):
        assert shown_s == pytest.approx((tile + 0.5) * layout.interval_s, abs=1.5), tile


SPARSE = (*H264, "-sc_threshold", "0")


@pytest.mark.parametrize("gop", ["999", "120"])
@pytest.mark.parametrize(("name", "codec"), [("s.mkv", SPARSE), ("s.mp4", SPARSE), ("s.ts", SPARSE)])
def test_where_keyframes_are_far_apart_it_is_decoded_on_from_them(
    clips, media_server, media_helper, name, codec, gop
):
    name = f"{gop}{name}"
    url = media_server.offer(name, brighter(clips, name, *codec, gop=gop))
    media = media_helper.probe(url)
    assert len(media.keyframes_s) == (1 if gop == "999" else 3)
    layout = preview_layout(media)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert good_count == 25
    for tile, shown_s in enumerate(seconds_shown(jpeg)):
        assert shown_s == pytest.approx((tile + 0.5) * layout.interval_s, abs=1.5), tile


class Clock:
    """Goes on by a second every time it is asked."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        self.now_s += 1
        return self.now_s


def test_decoding_on_has_a_budget(clips, media_server, monkeypatch):
    """In this process, as its clocks are: what is not reached shows the last keyframe, and counts as bad if old."""
    url = media_server.offer("s.mkv", brighter(clips, "999s.mkv", *SPARSE, gop="999"))
    monkeypatch.setattr(media_sheets, "Forward", partial(Forward, cpu=Clock()))
    looks = [Look(float(at_s), 0.0) for at_s in range(25)]
    jpeg, good_count = media_sheets.sheet(url, looks, (96, 54), (5, 5))
    shown = list(seconds_shown(jpeg))
    assert good_count == 25
    assert shown[4] == pytest.approx(4.5, abs=1)
    assert shown[-1] == pytest.approx(0, abs=1)
    monkeypatch.setattr(media_sheets, "_STALE_S", 15.0)
    _, good_count = media_sheets.sheet(url, looks, (96, 54), (5, 5))
    assert good_count == 16


def test_tiles_of_a_recording_whose_clock_jumps(clips, media_server, media_helper):
    first = brighter(clips, "b.ts")
    second = clips.remake("later.ts", "b.ts", "-c", "copy", "-output_ts_offset", "5000")
    url = media_server.offer("joined.ts", first + second)
    media = media_helper.probe(url)
    assert len(media.stretches) == 2
    layout = preview_layout(media)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert good_count == 25
    for tile, shown_s in enumerate(seconds_shown(jpeg)):
        assert shown_s == pytest.approx((tile + 0.5) * layout.interval_s % 30, abs=4), tile


def test_previews_are_upright(clips, h264_mp4, media_server, media_helper):
    phone = clips.remake("phone.mov", "h264.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90")
    url = media_server.offer("phone.mov", phone)
    media = media_helper.probe(url)
    layout = preview_layout(media)
    assert (layout.width, layout.height) == (108, 192)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert Image.open(io.BytesIO(jpeg)).size == (540, 960)
    assert good_count == layout.count == 10


def test_damage_costs_the_pictures_it_is_in(clips, media_server, media_helper):
    whole = bytearray(brighter(clips, "b.mkv"))
    third = len(whole) // 3
    whole[third : 2 * third] = bytes(third)
    url = media_server.offer("b.mkv", bytes(whole))
    media = media_helper.probe(url)
    layout = preview_layout(media)
    _, good_count = media_helper.sheet(url, media, layout, 0)
    assert 5 <= good_count <= 25


def test_what_is_no_film_is_an_error(media_server, media_helper):
    media = film(3.0)
    for url in (media_server.offer("x", b"not a film" * 99), "file:///etc/passwd"):
        with pytest.raises(ProbeError):
            media_helper.sheet(url, media, preview_layout(media), 0)


def test_in_the_background_it_makes_way(media_server):
    with MediaHelper(background=True) as helper:
        with pytest.raises(ProbeError):
            helper.probe(media_server.offer("x", b"not a film"))
        assert os.getpriority(os.PRIO_PROCESS, helper._process.pid) == 19


@needs_media
@pytest.mark.parametrize("name", CAMERAS)
def test_real_cameras_have_previews(name, media_server, media_helper):
    url = media_server.offer("clip", (MEDIA / "videos" / name).read_bytes())
    media = media_helper.probe(url)
    layout = preview_layout(media)
    jpeg, good_count = media_helper.sheet(url, media, layout, 0)
    assert good_count == len(layout.tiles_of(0))
    first_row = Image.open(io.BytesIO(jpeg)).convert("L")
    tiles = [
        first_row.crop((layout.width * n, 0, layout.width * (n + 1), layout.height))
        for n in range(min(layout.columns, layout.count))
    ]
    assert max(tile.getextrema()[1] - tile.getextrema()[0] for tile in tiles) > 50
