"""What the media helper finds, in clips of our own and in files of real cameras."""

import contextlib
import io
import random
import subprocess

import pytest
from PIL import Image

from tests.shared_media import MEDIA, needs_media
from tests.transcoder.conftest import AAC, FFMPEGS, H264, with_open_end
from transcoder import MediaInfo, ProbeError
from transcoder.probe import parse_answer


@pytest.fixture
def probe(media_server, media_helper):
    return lambda name, data: media_helper.probe(media_server.offer(name, data))


def test_reordered_frames_in_mp4_have_exact_keyframes(h264_mp4, probe):
    info = probe("h264.mp4", h264_mp4)
    assert (info.format_name, info.mime) == ("mov", "video/mp4")
    assert info.keyframes_s == pytest.approx((0.0, 8.0))
    assert info.duration_s == pytest.approx(10.0, abs=0.03)
    (video,) = info.video
    assert (video.codec, video.profile, video.width, video.height) == ("h264", "Main", 320, 180)
    assert video.codec_string.startswith("avc1.4d40")
    assert video.end_s == pytest.approx(10.0)
    (audio,) = info.audio
    assert (audio.codec, audio.channels, audio.codec_string) == ("aac", 2, "mp4a.40.2")


def test_an_mp4_file_whose_last_box_has_no_size_is_read_to_its_end(h264_mp4, probe):
    assert probe("open.mp4", with_open_end(h264_mp4)) == probe("h264.mp4", h264_mp4)


def test_matroska_keyframes_come_from_its_cues(h264_mkv, probe):
    info = probe("h264.mkv", h264_mkv)
    assert info.mime == "video/x-matroska"
    start_s = info.video[0].start_s
    assert info.keyframes_s == pytest.approx([start_s + time for time in (0, 2, 4, 6, 8)], abs=0.002)


def test_ten_bits_and_six_channels(hevc10_mkv, probe):
    info = probe("hevc10.mkv", hevc10_mkv)
    assert (info.video[0].codec, info.video[0].bit_depth, info.video[0].profile) == ("hevc", 10, "Main 10")
    assert info.video[0].codec_string.startswith("hvc1.2.4.L")
    assert (info.audio[0].codec, info.audio[0].channels) == ("ac3", 6)


@pytest.mark.parametrize(
    ("name", "tag", "entry"),
    [
        ("hvc1.mp4", "hvc1", "hvc1"),
        ("hev1.mp4", "hev1", "hev1"),
        ("hev1.mov", "hev1", "hev1"),
        ("tag.mkv", "0", None),
    ],
)
def test_what_an_mp4_file_calls_its_picture(clips, hevc10_mkv, probe, name, tag, entry):
    clip = clips.remake(name, "hevc10.mkv", "-c", "copy", "-an", "-tag:v", tag)
    assert probe(name, clip).video[0].sample_entry == entry


def test_open_groups_and_a_transport_stream(clips, probe):
    open_gop = clips.make(
        "open.mp4", *H264, "-preset", "veryfast", "-x264-params", "open-gop=1:keyint=48:bframes=3"
    )
    assert probe("open.mp4", open_gop).keyframes_s == pytest.approx((0, 2, 4, 6, 8))
    clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")
    late = clips.remake("shifted.ts", "h264.mkv", "-c", "copy", "-output_ts_offset", "1000")
    info = probe("shifted.ts", late)
    assert info.mime == "video/mp2t"
    assert info.start_s == pytest.approx(1001.4, abs=0.1)
    assert [round(time - info.keyframes_s[0], 2) for time in info.keyframes_s] == [0, 2, 4, 6, 8]
    assert info.duration_s == pytest.approx(10.0, abs=0.1)


def test_languages_titles_and_subtitles(clips, probe, tmp_path):
    subtitles = tmp_path / "a.srt"
    subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\nhello\n")
    clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")
    clip = clips.remake(
        "many.mkv", "h264.mkv", "-i", str(subtitles), "-map", "0", "-map", "0:a", "-map", "1", "-c", "copy",
        "-c:s", "srt", "-metadata:s:a:1", "language=fra", "-metadata:s:a:1", "title=Commentary",
        "-metadata:s:s:0", "language=eng",
        "-disposition:s:0", "forced", "-disposition:a:1", "default", "-disposition:a:0", "0",
    )  # fmt: skip
    info = probe("many.mkv", clip)
    assert [(one.language, one.title, one.default) for one in info.audio] == [
        (None, None, False),
        ("fra", "Commentary", True),
    ]
    assert [(one.codec, one.language, one.forced, one.is_text) for one in info.subtitles] == [
        ("subrip", "eng", True, True)
    ]


def test_a_cover_is_no_video(clips, probe, tmp_path):
    cover = tmp_path / "cover.jpg"
    Image.new("RGB", (64, 64), "red").save(cover)
    clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")
    song = clips.remake(
        "song.mp3", "h264.mkv", "-i", str(cover), "-map", "0:a", "-map", "1", "-c:a", "libmp3lame", "-c:v", "mjpeg",
        "-disposition:v", "attached_pic",
    )  # fmt: skip
    info = probe("song.mp3", song)
    assert info.video == ()
    assert info.mime == "audio/mpeg"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a film",
        bytes(100_000),
        b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
    ],
)
def test_what_is_no_media_is_refused(probe, media_helper, data):
    with pytest.raises(ProbeError):
        probe("nothing", data)


def test_random_damage_never_ends_us(probe, h264_mkv, h264_mp4):
    for number, clip in enumerate((h264_mkv, h264_mp4)):
        damaged = bytearray(clip)
        damaged[2000:6000] = random.Random(number).randbytes(4000)
        with contextlib.suppress(ProbeError):
            probe(f"damaged{number}", bytes(damaged))
        half = clip[: len(clip) // 2]
        try:
            assert probe(f"half{number}", half).duration_s < 9.0
        except ProbeError:
            assert clip is h264_mp4  # its index was at the end


def test_only_http_is_opened(media_helper, tmp_path):
    for url in ("/etc/passwd", "file:///etc/passwd", "concat:/etc/passwd", "https://127.0.0.1/x"):
        with pytest.raises(ProbeError):
            media_helper.probe(url)


def test_frames_are_upright_and_never_enlarged(clips, h264_mp4, media_server, media_helper):
    phone = clips.remake("phone.mov", "h264.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90")
    url = media_server.offer("phone.mov", phone)
    assert Image.open(io.BytesIO(media_helper.frame(url, 9.0, 90))).size == (90, 160)
    assert Image.open(io.BytesIO(media_helper.frame(url, 0.0, 4000))).size == (180, 320)


@pytest.mark.parametrize("turn", ["90", "180", "270"])
def test_up_is_where_ffmpeg_finds_it(clips, h264_mkv, media_server, media_helper, tmp_path, turn):
    shaded = (
        "geq=lum='40+100*lt(X,W/2)+60*lt(Y,H/2)':cb=128:cr=128"  # each quarter has a brightness of its own
    )
    clips.remake("quarters.mp4", "h264.mkv", "-an", "-t", "1", "-vf", shaded, *H264)
    turned = clips.remake(
        f"turned{turn}.mov", "quarters.mp4", "-c", "copy", "-metadata:s:v:0", f"rotate={turn}"
    )
    (tmp_path / "turned.mov").write_bytes(turned)
    seen = tmp_path / "seen.png"
    show = [str(FFMPEGS[0]), "-v", "error", "-i", str(tmp_path / "turned.mov"), "-frames:v", "1", str(seen)]
    subprocess.run(show, check=True)
    ours = Image.open(
        io.BytesIO(media_helper.frame(media_server.offer("turned.mov", turned), 0.0, 4000))
    ).convert("L")
    theirs = Image.open(seen).convert("L")
    assert ours.size == theirs.size
    for corner in ((9, 9), (ours.width - 9, 9), (9, ours.height - 9), (ours.width - 9, ours.height - 9)):
        assert ours.getpixel(corner) == pytest.approx(theirs.getpixel(corner), abs=8)


def test_a_frame_is_the_keyframe_before(clips, media_server, media_helper):
    """One colour per keyframe."""
    clips.make("h264.mkv", *H264, "-bf", "2", "-g", "48", "-sc_threshold", "0", *AAC, "-ac", "2")
    colours = clips.remake(
        "colours.mkv",
        "h264.mkv",
        "-an",
        "-vf",
        "geq=lum='if(lt(T,4),40,200)':cb=128:cr=128",
        *H264,
        "-g",
        "96",
    )
    url = media_server.offer("colours.mkv", colours)
    dark = Image.open(io.BytesIO(media_helper.frame(url, 2.0, 64))).getpixel((5, 5))
    light = Image.open(io.BytesIO(media_helper.frame(url, 5.0, 64))).getpixel((5, 5))
    assert dark[0] < 80 < 180 < light[0]


def test_a_file_without_pictures_has_no_frame(clips, h264_mkv, media_server, media_helper):
    url = media_server.offer("song.flac", clips.remake("song.flac", "h264.mkv", "-vn", "-c:a", "flac"))
    with pytest.raises(ProbeError):
        media_helper.frame(url, 0.0, 100)


def test_a_helpers_nonsense_is_a_probe_error():
    for answer in ({}, {"media": 3}, {"media": {}}, {"error": "no"}):
        with pytest.raises(ProbeError):
            parse_answer(answer)


CAMERAS = {
    # name: shown size, duration, taken at, place
    "with-gps.mov": ((320, 568), 4.00, "2019-07-24T11:25:40+03:00", (32.0929, 34.862)),
    "with-gps.mp4": ((1920, 1080), 0.17, "2017-02-22T08:20:28Z", (51.4169, -0.0806)),
    "Sony ILCE-7M3 (A7M3).mts": ((1920, 1080), 0.54, "2019-04-24T22:24:00+02:00", None),
    "MVI_4823.AVI": ((640, 480), 2.60, "2012-09-10T20:52:00", None),
    "sample_iTunes.mov": ((640, 480), 85.5, "2005-10-17T22:54:32Z", None),
    "bigbuckbunny.mp4": ((1280, 720), 5.31, None, None),
}


@needs_media
@pytest.mark.parametrize("name", CAMERAS)
def test_real_cameras(name, media_server, media_helper):
    size, duration_s, taken_at, place = CAMERAS[name]
    url = media_server.offer("clip", (MEDIA / "videos" / name).read_bytes())
    info: MediaInfo = media_helper.probe(url)
    assert (info.video[0].upright_width, info.video[0].upright_height) == size
    assert info.duration_s == pytest.approx(duration_s, abs=0.01)
    assert info.taken_at == taken_at
    assert info.location == (pytest.approx(place) if place else None)
    assert info.video[0].interlaced == name.endswith(".mts")
    width, height = Image.open(io.BytesIO(media_helper.frame(url, duration_s / 2, 220))).size
    assert width == 220
    assert height == pytest.approx(220 * size[1] / size[0], abs=1)
