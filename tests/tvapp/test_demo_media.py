"""The demo's media are what they claim to be: read back with other eyes than those that wrote them."""

import json
import re
import shutil
import subprocess
import sys
from array import array
from datetime import datetime
from pathlib import Path

import av
import imageio_ffmpeg
import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageChops, ImageOps, ImageStat

from tvapp.demo import EncodeError, make_demo_media
from tvapp.demo.__main__ import _report
from tvapp.demo.canvas import seeded
from tvapp.demo.captions import time_code
from tvapp.demo.encoder import encode
from tvapp.demo.films import FILMS, make_film
from tvapp.demo.photos import PHOTOS, make_photo
from tvapp.demo.subtitles import ENGLISH, FRENCH, LINE_S, format_srt

SECONDS = 3.0
SCALE = 0.2
FFMPEG = Path(shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe())
FFMPEGS = sorted({FFMPEG, Path(imageio_ffmpeg.get_ffmpeg_exe())})


@pytest.fixture(scope="module")
def progress() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def media(tmp_path_factory, progress) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    made = make_demo_media(
        directory, FFMPEG, lambda *told: progress.append(told), seconds=SECONDS, scale=SCALE
    )
    assert sorted(made) == sorted(path for path in directory.rglob("*") if path.is_file())
    return directory


def streams(path: Path) -> list[tuple]:
    """What the file holds: kind, codec, profile, pixel format or channels, language, whether default."""
    with av.open(str(path)) as container:
        found = []
        for stream in container.streams:
            context = stream.codec_context
            form = {"video": "pix_fmt", "audio": "channels"}.get(stream.type)
            found.append(
                (
                    stream.type,
                    context.name,
                    context.profile if stream.type == "video" else None,
                    getattr(context, form) if form else None,
                    stream.metadata.get("language"),
                    bool(stream.disposition & av.stream.Disposition.default),
                )
            )
        return found


def loudest_sample(path: Path, track: int) -> int:
    """The largest sample of a sound track, mixed to mono, of 32,767."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16000)
    with av.open(str(path)) as container:
        frames = [mono for frame in container.decode(audio=track) for mono in resampler.resample(frame)]
    samples = [array("h", bytes(frame.planes[0])[: frame.samples * 2]) for frame in frames]
    return max(max(map(abs, some)) for some in samples if some)


def exif_details(path: Path) -> tuple[Image.Exif, dict, dict]:
    with Image.open(path) as picture:
        exif = picture.getexif()
        return exif, exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)


def test_tells_of_every_file_as_it_is_done(media, progress):
    total = len(PHOTOS) + len(FILMS)
    assert [(done, whole) for _, done, whole in progress] == [(n, total) for n in range(1, total + 1)]
    assert all((media / name).is_file() for name, _, _ in progress)


def test_the_mp4_is_what_every_screen_plays(media):
    path = media / "Films" / "The Lighthouse.mp4"
    assert [stream[:4] for stream in streams(path)] == [
        ("video", "h264", "High", "yuv420p"),
        ("audio", "aac", None, 2),
    ]
    boxes = path.read_bytes()
    assert boxes.index(b"moov") < boxes.index(b"mdat"), "not made for a fast start"


def test_the_mkv_needs_converting_and_has_two_languages(media):
    video, english, french, *subtitles = streams(media / "Films" / "Aurora (2026).mkv")
    assert video[:4] == ("video", "hevc", "Main 10", "yuv420p10le")
    assert english == ("audio", "ac3", None, 6, "eng", True)
    assert french == ("audio", "aac", None, 2, "fre", False) or french == (
        "audio",
        "aac",
        None,
        2,
        "fra",
        False,
    )
    assert [(kind, codec, default) for kind, codec, _, _, _, default in subtitles] == [
        ("subtitle", "srt", False)
    ] * 2
    assert [stream[4] for stream in subtitles] in (["eng", "fre"], ["eng", "fra"])


def test_the_others_are_vp9_with_opus_and_an_old_avi(media):
    assert [stream[:4] for stream in streams(media / "Films" / "Dunes at Dusk.webm")] == [
        ("video", "vp9", "Profile 0", "yuv420p"),
        ("audio", "opus", None, 2),
    ]
    old = media / "Films" / "Old Harbour 1998.avi"
    assert [stream[:4] for stream in streams(old)] == [
        ("video", "mpeg4", "Advanced Simple Profile", "yuv420p"),
        ("audio", "mp3float", None, 2),
    ]
    assert b"DX50" in old.read_bytes()[:4096]


@pytest.mark.parametrize("film", FILMS, ids=lambda film: film.scene.__name__)
def test_a_film_moves_is_heard_and_lasts_as_long_as_it_says(media, film):
    with av.open(str(media / "Films" / film.name)) as container:
        pictures = [frame.to_image() for frame in container.decode(video=0)]
    assert len(pictures) == round(SECONDS * film.fps)
    middle = len(pictures) // 2
    moved = ImageStat.Stat(ImageChops.difference(pictures[middle], pictures[middle + film.fps // 2]))
    assert sum(moved.mean) > 0.3
    for track in range(len(film.tracks)):
        # Music, not a beep at full level: heard, and never cut off at the top.
        assert 1_000 < loudest_sample(media / "Films" / film.name, track) < 32_000


def test_keyframes_come_every_two_seconds(media):
    with av.open(str(media / "Films" / "The Lighthouse.mp4")) as container:
        packets = container.demux(video=0)
        starts = [
            float(packet.pts * packet.time_base) for packet in packets if packet.size and packet.is_keyframe
        ]
    assert starts == [0.0, 2.0]


@pytest.mark.parametrize(
    "photo", [photo for photo in PHOTOS if not photo.name.endswith(".png")], ids=lambda p: p.name
)
def test_a_photo_knows_when_and_where_it_was_taken(media, photo):
    pillow_heif.register_heif_opener()
    exif, details, gps = exif_details(media / "Photos" / photo.folder / photo.name)
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("Lanterne", "Magic lantern")
    taken, offset = details[ExifTags.Base.DateTimeOriginal], details[ExifTags.Base.OffsetTimeOriginal]
    assert re.fullmatch(r"[+-]\d\d:\d\d", offset)
    assert datetime.strptime(taken + offset, "%Y:%m:%d %H:%M:%S%z") == photo.taken_at
    if photo.place is None:
        assert not gps
        return
    for value, axis, negative, expected in (
        (gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S", photo.place[0]),
        (gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W", photo.place[1]),
    ):
        degrees = float(value[0]) + float(value[1]) / 60 + float(value[2]) / 3600
        assert (-degrees if axis == negative else degrees) == pytest.approx(expected, abs=1e-5)


def test_one_photo_lies_on_its_side_and_says_so(media):
    photo = next(photo for photo in PHOTOS if photo.orientation != 1)
    with Image.open(media / "Photos" / photo.folder / photo.name) as stored:
        assert stored.getexif()[ExifTags.Base.Orientation] == 6
        assert stored.width > stored.height
        upright = ImageOps.exif_transpose(stored)
    painted = photo.paint(upright.size, seeded(photo.name))
    assert max(ImageStat.Stat(ImageChops.difference(upright, painted)).mean) < 6, "upside down"


def test_the_same_files_at_every_run(media, tmp_path):
    photo, film = PHOTOS[0], FILMS[3]
    again = make_photo(photo, tmp_path, SCALE)
    assert again.read_bytes() == (media / "Photos" / photo.folder / photo.name).read_bytes()
    tape = make_film(film.reduced(SECONDS, SCALE), tmp_path, FFMPEG)
    assert tape.read_bytes() == (media / "Films" / film.name).read_bytes()


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=lambda path: path.name)
@pytest.mark.parametrize("film", FILMS, ids=lambda film: film.scene.__name__)
def test_every_ffmpeg_makes_every_film(film, ffmpeg, tmp_path):
    path = make_film(film.reduced(0.5, 0.1), tmp_path, ffmpeg)
    assert len(streams(path)) == 1 + len(film.tracks) + len(film.subtitles)


def test_an_ffmpeg_that_fails_is_quoted(tmp_path):
    with pytest.raises(EncodeError, match="no-such-codec"):
        encode(
            FFMPEG,
            ["-f", "lavfi", "-i", "anullsrc", "-c:a", "no-such-codec", str(tmp_path / "x.mp4")],
            [b"frame"],
        )


def test_the_command_line_fails_with_a_status_and_a_sentence(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "tvapp.demo", str(tmp_path / "absent"), "/bin/false"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("lanterne: demo media: ")
    assert not run.stdout


def test_progress_is_a_line_of_json(capsys):
    _report("Films/The Lighthouse.mp4", 15, 18)
    assert json.loads(capsys.readouterr().out) == {
        "name": "Films/The Lighthouse.mp4",
        "done": 15,
        "total": 18,
    }


def test_time_code_and_subtitles_are_written_as_usual():
    assert time_code(24 * 3671 + 7, 24) == "01:01:11:07"
    assert format_srt(["one", "two"], 60).startswith(
        "1\n00:00:03,500 --> 00:00:06,900\none\n\n2\n00:00:07,100 -->"
    )
    assert len(ENGLISH) == len(FRENCH)
    assert FILMS[1].seconds > 3.5 + LINE_S * len(ENGLISH)
