"""Whole films through the real programs: every segment by a run of its own, put together, and read by others."""

import random
import subprocess

import pytest

from tests.transcoder.conftest import AAC, FFMPEGS, H264, read_back
from transcoder import PROFILES, Pool
from transcoder.codec_strings import video_codec_string
from transcoder.playlist import parse_media, parse_multivariant
from transcoder.segments import EPOCH_S

pytestmark = pytest.mark.ffmpeg
AAC_PACKET_S = 1024 / 48000
EPSILON_S = 2e-5


def played(stream, order) -> bytes:
    """Return the stream's bytes, its segments asked for in `order`."""
    made = {index: b"".join(stream.segment(index)) for index in order(range(stream.plan.count))}
    init = stream.init_segment() if stream.segment_suffix == "m4s" else b""
    return init + b"".join(made[index] for index in range(stream.plan.count))


def backwards(indexes):
    """Each segment lies before all runs so far: each is a run of its own."""
    return reversed(indexes)


def shuffled(indexes):
    return random.Random(7).sample(indexes, len(indexes))


def play(source, profile, ffmpeg, order, folder):
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        return read_back(played(stream, order), folder)


def scratched(data):
    """The film with a few bytes of one picture in its middle overwritten."""
    at = len(data) // 2
    return data[:at] + bytes(200) + data[at + 200 :]


def said_of(data, folder):
    path = folder / "said"
    path.write_bytes(data)
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stderr


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_a_scratched_picture_is_whole_again_when_it_is_converted_on_request(
    h264_mkv, source_of, profile, tmp_path
):
    source = source_of("scratched.mkv", scratched(h264_mkv))
    with Pool(FFMPEGS[0]) as pool:
        passed_on = pool.stream(source, PROFILES[profile], session_id="one")
        converted = pool.stream(source, PROFILES[profile], session_id="two", convert=True)
        assert (passed_on.decision.video, converted.decision.video) == ("copy", "encode")
        assert said_of(played(passed_on, iter), tmp_path)
        tracks = read_back(played(converted, iter), tmp_path)
    assert tracks["video"].end_s == pytest.approx(EPOCH_S + 10, abs=0.1)
    assert tracks["audio"].end_s == pytest.approx(EPOCH_S + 10, abs=0.1)


def test_hevc_is_called_in_segments_what_apples_engines_show(clips, hevc10_mkv, source_of):
    hev1 = clips.remake("called.mp4", "hevc10.mkv", "-c", "copy", "-an", "-tag:v", "hev1")
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source_of("called.mp4", hev1), PROFILES["safari"], session_id="tv")
        assert stream.decision.mode == "remux"
        init = stream.init_segment()
    assert (b"hvc1" in init, b"hev1" in init) == (True, False)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_no_segment_of_a_film_of_changing_rate_is_above_the_bandwidth(clips, source_of, ffmpeg, profile):
    hurrying = (
        "noise=alls=80:allf=t,select='between(t,20,26)+not(mod(n,6))'"  # a noise that no encoder makes small
    )
    film = clips.make(
        "hurrying.mp4",
        *H264,
        "-vf",
        hurrying,
        "-fps_mode",
        "passthrough",
        *AAC,
        size="640x360",
        rate="60",
        seconds="30",
    )
    source = source_of("hurrying.mp4", film)
    assert source.info.video[0].fps < 30
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv", convert=True)
        (variant,) = parse_multivariant(
            stream.multivariant_playlist(lambda name, _quality=None: name)
        ).variants
        playlist = parse_media(stream.media_playlist(lambda name: name))
        rates = [
            len(b"".join(stream.segment(index))) * 8 / segment.duration_s
            for index, segment in enumerate(playlist.segments)
        ]
    assert max(rates) <= variant.bandwidth
    assert min(rates) > variant.bandwidth / 3  # it is hard throughout: nothing is held back where it is slow


def test_a_smaller_picture_than_the_ladder_has_is_converted_all_the_same(h264_mkv, source_of):
    source = source_of("h264.mkv", h264_mkv)
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["legacy"], session_id="tv", quality=480, convert=True)
        assert stream.decision.video == "encode"
        (variant,) = parse_multivariant(
            stream.multivariant_playlist(lambda name, _quality=None: name)
        ).variants
    assert variant.resolution == (320, 180)


def start_of(source):
    """Where the first picture is in the stream, by the source's own times."""
    return EPOCH_S + source.info.video[0].start_s - source.info.start_s


def check_picture(track, *, frames, fps, size, start_s=EPOCH_S):
    assert (track.width, track.height) == size
    assert len(track.decoded_s) == frames
    assert min(track.gaps_s) > 0
    assert max(track.gaps_s) < 1.2 / fps
    assert min(track.shown_s) == pytest.approx(start_s, abs=0.002)


def check_converted_sound(track, end_s):
    assert track.codec == "aac"
    assert [gap for gap in track.gaps_s if abs(gap - AAC_PACKET_S) > EPSILON_S] == []
    assert track.end_s == pytest.approx(end_s, abs=0.1)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("order", [backwards, shuffled])
def test_hevc_with_ten_bits_and_ac3_becomes_h264_and_aac(hevc10_mkv, source_of, ffmpeg, order, tmp_path):
    source = source_of("hevc10.mkv", hevc10_mkv)
    tracks = play(source, "baseline", ffmpeg, order, tmp_path)
    assert tracks["video"].codec == "h264"
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180), start_s=start_of(source))
    assert tracks["video"].durations_s[-1] == pytest.approx(1 / 24, abs=0.001)  # the stream names its rate
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)
    assert abs(tracks["audio"].shown_s[0] - EPOCH_S) < 0.04


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("profile", ["baseline", "tizen"])
def test_what_a_screen_plays_is_passed_on(h264_mp4, source_of, ffmpeg, profile, tmp_path):
    """Through the Matroska of the same: times in milliseconds, B-frames, no packet lost, none twice."""
    source = source_of("h264.mp4", h264_mp4)
    tracks = play(source, profile, ffmpeg, backwards, tmp_path)
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180), start_s=EPOCH_S)
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)
    assert tracks["audio"].shown_s[0] == pytest.approx(EPOCH_S, abs=0.04)


@pytest.mark.parametrize("profile", ["baseline", "tizen"])
def test_matroska_is_remuxed_at_its_keyframes(h264_mkv, source_of, profile, tmp_path):
    source = source_of("h264.mkv", h264_mkv)
    tracks = play(source, profile, FFMPEGS[0], backwards, tmp_path)
    check_picture(
        tracks["video"], frames=240, fps=24, size=(320, 180), start_s=EPOCH_S + source.info.video[0].start_s
    )
    assert [
        gap for gap in tracks["audio"].gaps_s if abs(gap - AAC_PACKET_S) > 0.0012
    ] == []  # its clock ticks in ms
    assert tracks["audio"].shown_s[0] == pytest.approx(EPOCH_S, abs=0.04)


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_legacy_sets_get_a_transport_stream(hevc10_mkv, source_of, ffmpeg, tmp_path):
    source = source_of("hevc10.mkv", hevc10_mkv)
    tracks = play(source, "legacy", ffmpeg, backwards, tmp_path)
    check_picture(
        tracks["video"], frames=240, fps=24, size=(320, 180), start_s=EPOCH_S + source.info.video[0].start_s
    )
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)
    assert tracks["audio"].shown_s[0] == pytest.approx(EPOCH_S, abs=0.04)


def test_old_avi_has_no_index_worth_the_name(clips, source_of, tmp_path):
    clip = clips.make(
        "old.avi", "-c:v", "mpeg4", "-vtag", "DX50", "-bf", "2", "-q:v", "5", "-c:a", "libmp3lame"
    )
    tracks = play(source_of("old.avi", clip), "baseline", FFMPEGS[1], backwards, tmp_path)
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180), start_s=EPOCH_S + 1 / 24)
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)


def test_vp9_at_a_film_rate(clips, source_of, tmp_path):
    clip = clips.make(
        "vp9.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p",
        "-c:a", "libopus", rate="24000/1001", size="321x181",
    )  # fmt: skip
    source = source_of("vp9.webm", clip)
    tracks = play(source, "baseline", FFMPEGS[0], backwards, tmp_path)
    check_picture(
        tracks["video"],
        frames=240,
        fps=24000 / 1001,
        size=(320, 180),
        start_s=EPOCH_S + source.info.video[0].start_s,
    )
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)


def test_a_phones_clip_is_turned_upright(clips, h264_mp4, source_of, tmp_path):
    clip = clips.remake("phone.mov", "h264.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90")
    source = source_of("phone.mov", clip)
    assert source.info.video[0].rotation == 270
    tracks = play(source, "baseline", FFMPEGS[1], shuffled, tmp_path)
    check_picture(tracks["video"], frames=240, fps=24, size=(180, 320))
    assert max(abs(gap - AAC_PACKET_S) for gap in tracks["audio"].gaps_s) < EPSILON_S


def test_pictures_without_sound(clips, source_of, tmp_path):
    clip = clips.make("silent.mp4", *H264, "-pix_fmt", "yuv444p", sound=False)
    tracks = play(source_of("silent.mp4", clip), "baseline", FFMPEGS[0], backwards, tmp_path)
    assert set(tracks) == {"video"}
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180))


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_sound_without_pictures(clips, h264_mkv, source_of, profile, tmp_path):
    clip = clips.remake("song.flac", "h264.mkv", "-vn", "-c:a", "flac")
    tracks = play(source_of("song.flac", clip), profile, FFMPEGS[0], backwards, tmp_path)
    assert set(tracks) == {"audio"}
    check_converted_sound(tracks["audio"], EPOCH_S + 10.0)


@pytest.mark.parametrize("profile", ["baseline", "legacy"])
def test_a_recording_whose_clock_does_not_start_at_zero(clips, source_of, profile, tmp_path):
    clip = clips.make("late.ts", *H264, "-pix_fmt", "yuv444p", "-g", "60", *AAC, "-output_ts_offset", "1000")
    source = source_of("late.ts", clip)
    tracks = play(source, profile, FFMPEGS[0], backwards, tmp_path)
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180), start_s=start_of(source))
    assert [gap for gap in tracks["audio"].gaps_s if abs(gap - AAC_PACKET_S) > EPSILON_S] == []
    assert tracks["audio"].shown_s[0] == pytest.approx(EPOCH_S, abs=0.04)


def test_playlists_say_what_is_then_made(hevc10_mkv, source_of):
    source = source_of("hevc10.mkv", hevc10_mkv)
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        text = stream.multivariant_playlist(lambda name, quality=None: f"/x/{name}?q={quality}")
        (variant,) = parse_multivariant(text).variants
        playlist = parse_media(stream.media_playlist(lambda name: f"/x/{name}?t=1"))
        init = stream.init_segment()
    assert variant.uri == "/x/media.m3u8?q=480"
    assert variant.resolution == (320, 180)
    assert playlist.map_uri == "/x/init.mp4?t=1"
    assert [one.uri for one in playlist.segments] == [f"/x/{n}.m4s?t=1" for n in range(stream.plan.count)]
    assert sum(one.duration_s for one in playlist.segments) == pytest.approx(source.info.duration_s, abs=0.1)
    configuration = init[init.index(b"avcC") + 4 :]
    really = video_codec_string("h264", configuration, None, bit_depth=8, width=320, height=180, fps=24)
    assert variant.codecs == f"{really},mp4a.40.2"


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_a_player_reads_the_whole_from_its_playlist(h264_mkv, source_of, ffmpeg, media_server, tmp_path):
    """ffmpeg's own HLS player, which asks for segments by itself."""
    source = source_of("h264.mkv", h264_mkv)
    with Pool(ffmpeg) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        media_server.offer("init.mp4", stream.init_segment())
        for index in range(stream.plan.count):
            media_server.offer(f"{index}.m4s", b"".join(stream.segment(index)))
        url = media_server.offer("media.m3u8", stream.media_playlist(lambda name: name).encode())
    tracks = read_back_url(url, tmp_path)
    check_picture(tracks["video"], frames=240, fps=24, size=(320, 180), start_s=start_of(source))


def read_back_url(url, folder):
    copied = folder / "copied.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-copyts", "-i", url, "-c", "copy", str(copied)], check=True)
    return read_back(copied.read_bytes(), folder)
