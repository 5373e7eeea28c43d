"""Subtitles drawn into the picture by the real programs, also by those that start in the middle of one."""

import contextlib
import re
import subprocess
from dataclasses import replace

import pytest

from tests.media.pgs import Caption, sup_stream
from tests.transcoder.conftest import FFMPEGS, read_back
from tests.transcoder.test_playing import played
from transcoder import PROFILES, MediaInfo, Pool, Source, SubtitleHelper, SubtitleStream
from transcoder.command.burning import placed
from transcoder.segments import EPOCH_S

pytestmark = pytest.mark.ffmpeg

SECONDS = 12
SHOWN_S = ((2.0, 8.0), (9.0, 10.0))
_LUMA = re.compile(r"pts_time:(-?[\d.]+)\s+lavfi.signalstats.YMAX=(\d+)")
ASS = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360
[V4+ Styles]
Format: Name,Fontname,Fontsize,PrimaryColour,Alignment
Style: Default,DejaVu Sans,60,&H00FFFFFF,2
[Events]
Format: Layer,Start,End,Style,Text
Dialogue: 0,0:00:02.00,0:00:08.00,Default,Hello
Dialogue: 0,0:00:09.00,0:00:10.00,Default,Hello
"""


def from_the_middle(indexes):
    """A run that starts in the middle of the first subtitle, another at the beginning."""
    return [*indexes[3:], *indexes[:3]]


def sup(screen, box) -> bytes:
    """Return white boxes in the lower part of the screen; the first, at 0, keeps the muxer from moving the others."""
    return sup_stream([Caption(start, stop, *box) for start, stop in ((0.0, 0.2), *SHOWN_S)], screen)


@pytest.fixture(scope="module")
def black(clips):
    """Return a function that makes a black film with subtitles."""

    def make(name, subtitles: bytes, *arguments, form="sup", size="640x360", before=(), offset="0") -> bytes:
        path = clips._folder / f"{name}.{form}"
        path.write_bytes(subtitles)
        lavfi = f"color=black:s={size}:r=24:d={SECONDS}"
        argv = [
            "ffmpeg",
            "-y",
            "-v",
            "error",
            "-nostdin",
            "-f",
            "lavfi",
            "-i",
            lavfi,
            *before,
            "-i",
            str(path),
        ]
        argv += ["-map", "0", "-map", "1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        argv += ["-g", "48", "-output_ts_offset", offset, *arguments, str(clips._folder / name)]
        subprocess.run(argv, check=True)
        return (clips._folder / name).read_bytes()

    return make


@pytest.fixture
def with_text(media_server):
    """Return a function that gives a source its text to draw, read out of it as the library does."""

    def make(source: Source) -> Source:
        @contextlib.contextmanager
        def drawn(number):
            indexes = [source.info.subtitles[number].index]
            with source.lease() as lease, SubtitleHelper() as helper:
                (text,) = helper.tracks(lease.url, indexes)
                media_server.offer("drawn", helper.fonts(lease.url) + helper.drawable(text.script))
            with media_server.lease("drawn")() as lease:
                yield lease

        return replace(source, drawn=drawn)

    return make


def white_times(data: bytes, folder) -> list[tuple[float, float]]:
    """Return from when to when something white is seen, in playing time."""
    (folder / "burnt").write_bytes(data)
    filters = "signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-"
    said = subprocess.run(
        ["ffmpeg", "-v", "error", "-copyts", "-i", str(folder / "burnt"), "-an", "-vf", filters,
         "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    spans: list[tuple[float, float]] = []
    shown_at = None
    for time, luma in _LUMA.findall(said):
        at_s = float(time) - EPOCH_S
        if int(luma) > 180 and shown_at is None:
            shown_at = at_s
        elif int(luma) < 60 and shown_at is not None:
            spans.append((shown_at, at_s))
            shown_at = None
    assert shown_at is None
    return spans


def check(stream, folder, late_s=0.3):
    assert stream.decision.video == "encode"
    data = played(stream, from_the_middle)
    tracks = read_back(data, folder)
    assert len(tracks["video"].shown_s) == SECONDS * 24
    spans = [span for span in white_times(data, folder) if span[1] > 1.0]
    assert len(spans) == len(SHOWN_S), spans
    for (start, stop), (wanted_start, wanted_stop) in zip(spans, SHOWN_S, strict=True):
        # What is laid over changes with the next packet of the film.
        assert -0.05 < start - wanted_start < late_s
        assert -0.05 < stop - wanted_stop < late_s


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_pictures_are_laid_over_the_film(black, source_of, ffmpeg, profile, tmp_path):
    data = black("pgs.mkv", sup((1920, 1080), (660, 900, 600, 90)), "-c:s", "copy")
    source = source_of("pgs.mkv", data)
    (track,) = source.info.subtitles
    assert (track.is_text, track.width, track.height) == (False, 1920, 1080)
    with Pool(ffmpeg) as pool:
        check(pool.stream(source, PROFILES[profile], session_id="tv", burn=0), tmp_path)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_a_size_that_is_not_known_at_first_is_found(black, source_of, ffmpeg, tmp_path):
    """Boxes at the right edge of a screen larger than the film."""
    late = sup_stream([Caption(start, stop, 1700, 900, 200, 90) for start, stop in SHOWN_S], (1920, 1080))
    # 5 MB are looked at when a file is opened: the first subtitle comes behind so much sound.
    loud = ("-f", "lavfi", "-i", f"anullsrc=cl=7.1:r=192000:d={SECONDS}", "-itsoffset", str(SHOWN_S[0][0]))
    data = black("late.mkv", late, "-map", "2", "-c:s", "copy", "-c:a", "pcm_s24le", before=loud)
    source = source_of("late.mkv", data)
    assert (source.info.subtitles[0].width, source.info.subtitles[0].height) == (1920, 1080)
    with Pool(ffmpeg) as pool:
        check(pool.stream(source, PROFILES["baseline"], session_id="tv", burn=0), tmp_path)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_subtitles_of_dvds(black, source_of, ffmpeg, tmp_path):
    discs = sup((720, 576), (200, 480, 320, 40))
    fixed = ("-fix_sub_duration",)
    data = black("dvd.mkv", discs, "-c:s", "dvdsub", before=fixed, size="720x576")
    source = source_of("dvd.mkv", data)
    (track,) = source.info.subtitles
    assert (track.codec, track.width, track.height) == ("dvd_subtitle", 720, 576)
    with Pool(ffmpeg) as pool:
        check(pool.stream(source, PROFILES["baseline"], session_id="tv", burn=0), tmp_path)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_subtitles_of_broadcasts(black, source_of, ffmpeg, tmp_path):
    boxes, fixed = sup((720, 576), (200, 480, 320, 40)), ("-fix_sub_duration",)
    data = black("dvb.ts", boxes, "-c:s", "dvbsub", before=fixed, size="720x576")
    source = source_of("dvb.ts", data)
    assert source.info.subtitles[0].codec == "dvb_subtitle"
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv", burn=0)
        data = played(stream, from_the_middle)
    spans = [span for span in white_times(data, tmp_path) if span[1] > 1.0]
    assert [round(stop - start) for start, stop in spans] == [6, 1]


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("offset", ["0", "1000"])
def test_styled_text_is_drawn(black, source_of, with_text, ffmpeg, offset, tmp_path):
    data = black(f"styled{offset}.mkv", ASS.encode(), "-c:s", "copy", form="ass", offset=offset)
    source = with_text(source_of(f"styled{offset}.mkv", data))
    assert source.info.start_s == pytest.approx(float(offset), abs=0.1)
    with Pool(ffmpeg) as pool:
        check(pool.stream(source, PROFILES["baseline"], session_id="tv", burn=0), tmp_path, late_s=0.06)


def test_plain_text_is_drawn_too(black, source_of, with_text, tmp_path):
    text = b"1\n00:00:02,000 --> 00:00:08,000\nHello\n\n2\n00:00:09,000 --> 00:00:10,000\nHello\n"
    source = with_text(source_of("plain.mp4", black("plain.mp4", text, "-c:s", "mov_text", form="srt")))
    with Pool(FFMPEGS[0]) as pool:
        check(pool.stream(source, PROFILES["legacy"], session_id="tv", burn=0), tmp_path, late_s=0.06)


def test_nothing_is_drawn_unasked(black, source_of, tmp_path):
    data = black("pgs.mkv", sup((1920, 1080), (660, 900, 600, 90)), "-c:s", "copy")
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source_of("pgs.mkv", data), PROFILES["legacy"], session_id="tv")
        assert stream.decision.mode == "remux"
        drawn = pool.stream(source_of("pgs.mkv", data), PROFILES["legacy"], session_id="tv", burn=0)
        assert drawn.decision.mode == "transcode"
        assert "subtitles are drawn into the picture" in drawn.decision.reason
        assert white_times(played(stream, from_the_middle), tmp_path) == []


@pytest.mark.parametrize(
    ("canvas", "size", "wanted"),
    [
        ((1920, 1080), (1280, 720), (1280, 720)),
        ((1920, 1080), (1920, 800), (1422, 800)),  # a film without its bars
        ((1920, 1080), (960, 720), (960, 540)),
        ((720, 576), (1024, 576), (1024, 576)),  # a DVD's pixels are wide
        ((720, 480), (1280, 720), (1280, 720)),
        ((3840, 2160), (1920, 1080), (1920, 1080)),
        (None, (640, 360), (640, 360)),
    ],
)
def test_where_subtitles_are_laid(canvas, size, wanted):
    assert placed(canvas, size) == wanted


def test_tracks_keep_their_sizes():
    track = SubtitleStream(index=2, codec="hdmv_pgs_subtitle", is_text=False, width=1920, height=1080)
    info = MediaInfo(format_name="matroska", mime="video/x-matroska", duration_s=1.0, subtitles=(track,))
    assert MediaInfo.from_json(info.to_json()).subtitles == (track,)
