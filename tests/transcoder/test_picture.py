"""What is made of pictures that are not as screens want them, decoded and measured."""

import re
import subprocess

import pytest

from tests.transcoder.conftest import FFMPEGS, H264, read_back
from tests.transcoder.test_playing import played
from transcoder import PROFILES, Pool

pytestmark = pytest.mark.ffmpeg

both_programs = pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])


def made(source, folder, ffmpeg=FFMPEGS[0], profile="baseline"):
    """Return the file that a screen gets."""
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        assert stream.decision.video == "encode"
        last = stream.plan.count - 1
        data = played(stream, lambda indexes: [last, *indexes[:last]])
    read_back(data, folder)
    return folder / "played"


def shown(path) -> dict[str, str]:
    """Return what ffprobe says of the picture."""
    fields = "width,height,sample_aspect_ratio,pix_fmt,color_transfer,color_primaries,color_space,field_order"
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", f"stream={fields}", "-of", "flat", path],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return dict(re.findall(r'stream\.0\.(\w+)="?([^"\n]*)"?', said))


def luma(path, region="iw:ih:0:0") -> float:
    """Return the mean brightness of a region of the first pictures, 16 to 235."""
    filters = f"crop={region},signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    said = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-vf", filters, "-frames:v", "3", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return float(re.findall(r"YAVG=([\d.]+)", said)[-1])


def interlaced_count(path, from_s=0.0) -> int:
    """Return how many pictures look like two half ones."""
    said = subprocess.run(
        ["ffmpeg", "-v", "info", "-ss", str(from_s), "-i", path, "-an", "-vf", "idet", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    fields = re.findall(r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+)", said)[-1]
    return sum(map(int, fields))


@pytest.fixture
def hdr(clips, source_of):
    """Return a function that makes a grey film: a 10-bit code of brightness, and how its colours are named."""

    def make(code: int, transfer: str, primaries: str = "bt2020", matrix: str = "bt2020nc"):
        name = f"{transfer}-{code}-{primaries}.mkv"
        named = f"color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}:range=tv"
        parameters = f"log-level=error:colorprim={primaries}:transfer={transfer}:colormatrix={matrix}"
        filters = f"format=yuv420p10le,geq=lum={code}:cb=512:cr=512,setparams={named}"
        coder = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", parameters)
        return source_of(name, clips.make(name, "-vf", filters, *coder, seconds="3", sound=False))

    return make


@both_programs
@pytest.mark.parametrize(
    ("code", "transfer", "low", "high"),
    [
        (330, "smpte2084", 55, 95),  # 10 cd/m2: shadow
        (572, "smpte2084", 165, 200),  # 203 cd/m2: a white page (ITU-R BT.2408)
        (723, "smpte2084", 225, 236),  # 1000 cd/m2: the sun
        (400, "arib-std-b67", 80, 120),
        (721, "arib-std-b67", 165, 200),  # a white page
    ],
)
def test_hdr_is_as_bright_as_it_should_be(hdr, ffmpeg, code, transfer, low, high, tmp_path):
    path = made(hdr(code, transfer), tmp_path, ffmpeg)
    assert low < luma(path) < high
    colours = shown(path)
    assert {colours[name] for name in ("color_transfer", "color_primaries", "color_space")} == {"bt709"}


@both_programs
@pytest.mark.parametrize(("primaries", "matrix"), [("unknown", "unknown"), ("bt709", "bt709")])
def test_hdr_whose_colours_are_not_named_or_wrongly(hdr, ffmpeg, primaries, matrix, tmp_path):
    assert 165 < luma(made(hdr(572, "smpte2084", primaries, matrix), tmp_path, ffmpeg)) < 200


@pytest.mark.parametrize(
    ("name", "arguments", "size", "wanted"),
    [
        ("wide.mkv", ("-vf", "setsar=64/45", *H264, "-pix_fmt", "yuv422p"), "720x576", (1024, 576)),
        ("narrow.mkv", ("-vf", "setsar=8/9", *H264, "-pix_fmt", "yuv422p"), "720x480", (640, 480)),
        (
            "odd.mkv",
            ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"),
            "321x181",
            (320, 180),
        ),
        (
            "ten.mkv",
            ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
            "320x180",
            (320, 180),
        ),
        ("camera.mov", ("-c:v", "prores_ks", "-profile:v", "2"), "320x180", (320, 180)),
        ("large.mkv", ("-c:v", "mpeg4", "-q:v", "5"), "2560x1440", (1920, 1080)),
    ],
)
def test_shapes_and_kinds_of_pixels(clips, source_of, name, arguments, size, wanted, tmp_path):
    film = clips.make(name, *arguments, size=size, seconds="3", sound=False)
    picture = shown(made(source_of(name, film), tmp_path))
    assert (int(picture["width"]), int(picture["height"])) == wanted
    assert (picture["sample_aspect_ratio"], picture["pix_fmt"]) == ("1:1", "yuv420p")


@both_programs
@pytest.mark.parametrize(("tag", "turn"), [(270, 90), (180, 180), (90, 270)])
def test_a_phones_film_stands_upright(clips, source_of, ffmpeg, tag, turn, tmp_path):
    """The upper third is white when the film is upright; it is stored lying, as a phone writes it."""
    lying = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}[turn]
    filters = f"drawbox=t=fill:c=black,drawbox=h=ih/3:t=fill:c=white,{lying}"
    clips.make(f"lying{turn}.mp4", "-vf", filters, *H264, size="240x320", seconds="3", sound=False)
    # What ffmpeg 5 makes of this tag when it copies: so many degrees counterclockwise.
    film = clips.remake(
        f"phone{turn}.mov", f"lying{turn}.mp4", "-c", "copy", "-metadata:s:v:0", f"rotate={tag}"
    )
    source = source_of(f"phone{turn}.mov", film)
    assert source.info.video[0].rotation == turn
    path = made(source, tmp_path, ffmpeg)
    assert (shown(path)["width"], shown(path)["height"]) == ("240", "320")
    assert luma(path, "iw:ih/4:0:0") > 200
    assert luma(path, "iw:ih/4:0:ih*3/4") < 30


FIELDS = (
    "-vf",
    "gblur=sigma=6,tinterlace=interleave_top,fieldorder=tff,format=yuv420p",
    "-flags",
    "+ilme+ildct",
)
BROADCAST = ("-c:v", "mpeg2video", "-q:v", "2", "-g", "25")


@both_programs
def test_two_fields_become_one_picture(clips, source_of, ffmpeg, tmp_path):
    film = clips.make("fields.mpg", *FIELDS, *BROADCAST, size="720x576", rate="50", seconds="3", sound=False)
    (tmp_path / "source.mpg").write_bytes(film)
    assert interlaced_count(tmp_path / "source.mpg") > 40
    assert interlaced_count(made(source_of("fields.mpg", film), tmp_path, ffmpeg)) < 5


def test_fields_that_come_in_the_middle_of_a_broadcast(clips, source_of, tmp_path):
    filters = ("-vf", "gblur=sigma=6,fps=25,format=yuv420p")
    whole = clips.make("whole.ts", *filters, *BROADCAST, size="720x576", rate="50", seconds="3", sound=False)
    later = ("-output_ts_offset", "3")
    halves = clips.make(
        "halves.ts", *FIELDS, *later, *BROADCAST, size="720x576", rate="50", seconds="3", sound=False
    )
    source = source_of("mixed.ts", whole + halves)
    assert not source.info.video[0].interlaced
    (tmp_path / "source.ts").write_bytes(whole + halves)
    assert interlaced_count(tmp_path / "source.ts", 4) > 30
    path = made(source, tmp_path)
    assert interlaced_count(path) < 5
    assert len(read_back(path.read_bytes(), tmp_path)["video"].shown_s) == 150


def test_slow_motion_is_thinned_out_evenly(clips, source_of, tmp_path):
    film = clips.make("slow.mp4", "-c:v", "mpeg4", rate="240", seconds="3", sound=False)
    path = made(source_of("slow.mp4", film), tmp_path)
    track = read_back(path.read_bytes(), tmp_path)["video"]
    assert len(track.shown_s) == 180
    assert max(abs(gap - 1 / 60) for gap in track.gaps_s) < 0.0005
