"""Films whose pictures stay for long: screen recordings, slides, albums."""

import re
import subprocess

import pytest

from tests.media import Shelf
from tests.media.measure import packets_of
from tests.transcoder.conftest import AAC, FFMPEGS, H264
from transcoder import PROFILES, Pool, SegmentNotFoundError
from transcoder.segments import EPOCH_S

pytestmark = pytest.mark.ffmpeg

# How late a segment's first picture may be: one that comes soon does as well as one that is shown again.
STILLS = {"screen.mkv": 0.125, "slides.mp4": 0.004, "album.mkv": 0.004, "afterword.mp4": 0.042}
LONGEST_S = 3.5
GREYS = (16, 60, 110, 160, 210)  # of slides, in their order
SLIDE_S = 5.0


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("stills"))


def fetched(source, profile, order=None, ffmpeg=FFMPEGS[0]):
    """Return (start in playing time, what a player gets) of segments, in the order in which they are asked for."""
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        assert max(stream.plan.durations_s) <= LONGEST_S
        made = {}
        for index in range(stream.plan.count) if order is None else order(stream.plan):
            segment = b"".join(stream.segment(index))
            init = stream.init_segment() if stream.segment_suffix == "m4s" else b""
            made[index] = (stream.plan.start_s(index), init + segment)
        return made


def begin_with_pictures(made, latest_s, folder) -> bool:
    """Return whether each segment has a picture where it begins."""
    for start_s, data in made.values():
        (folder / "segment").write_bytes(data)
        packets = packets_of(folder / "segment")
        late_s = packets["video"][0].shown_s - EPOCH_S - start_s
        if not -0.004 < late_s < latest_s or not packets.get("audio"):
            return False
    return True


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
@pytest.mark.parametrize("name", STILLS)
def test_every_segment_begins_with_a_picture(name, profile, shelf, source_of, tmp_path):
    source = source_of(name, shelf.data(name))
    assert begin_with_pictures(fetched(source, profile), STILLS[name], tmp_path)


def backwards(plan):
    """Every third segment from the end on: each is a seek."""
    return range(plan.count - 1, -1, -3)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
@pytest.mark.parametrize("name", STILLS)
def test_so_does_one_that_is_sought(name, profile, shelf, source_of, tmp_path):
    source = source_of(name, shelf.data(name))
    assert begin_with_pictures(fetched(source, profile, backwards), STILLS[name], tmp_path)


def brightness(path) -> float:
    """Return the mean luma of the first picture."""
    filters = "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    said = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-vf", filters, "-frames:v", "1", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return float(re.findall(r"YAVG=([\d.]+)", said)[0])


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize(
    ("name", "known_s"),
    [("greys.mkv", 25.0), ("greys.wmv", 20.0)],  # that the last slide of the other one stays nothing tells
)
def test_it_is_the_picture_that_is_on_the_screen(name, known_s, ffmpeg, clips, source_of, tmp_path):
    """Neither the one that follows nor one before, also where nothing but the film itself tells that they stay."""
    levels = "+".join(f"{grey}*eq(N,{number})" for number, grey in enumerate(GREYS))
    shown = f"fps=1/{SLIDE_S:g},geq=lum='{levels}':cb=128:cr=128"
    more = ("-c:v", "wmv2", "-b:v", "1M", "-c:a", "wmav2") if name.endswith("wmv") else (*H264, *AAC)
    whole_s = f"{SLIDE_S * len(GREYS):g}"
    film = clips.make(name, "-vf", shown, "-t", whole_s, *more, seconds=whole_s)
    made = fetched(source_of(name, film), "baseline", backwards, ffmpeg)
    checked = [one for one in made.values() if one[0] < known_s]
    assert len(checked) > 2
    for start_s, data in checked:
        (tmp_path / "segment").write_bytes(data)
        number = min(int((start_s + 0.01) / SLIDE_S), len(GREYS) - 1)
        assert brightness(tmp_path / "segment") == pytest.approx(GREYS[number], abs=8)


def test_pictures_without_times_do_not_keep_ffmpeg_busy(clips, source_of):
    """Nothing can be sought in a bare stream of HEVC: what is made there is nothing, and that is known at once."""
    bare = clips.make(
        "bare.hevc", "-c:v", "libx265", "-x265-params", "log-level=error", seconds="22", sound=False
    )
    source = source_of("bare.hevc", bare)
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        with pytest.raises(SegmentNotFoundError):
            stream.segment(stream.plan.count // 2)
