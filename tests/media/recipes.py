"""How each awkward file is made. A recipe gets the shelf, for what it is made from, and the path to write."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.media.pgs import Caption, sup_stream

if TYPE_CHECKING:
    from tests.media.shelf import Shelf

Recipe = Callable[["Shelf", Path], None]

SECONDS = 8
_FLASH = "drawbox=t=fill:c=white:enable='lt(mod(t\\,1)\\,0.1)'"
_TONES = (220, 330, 440, 55, 550, 660)
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast")
AAC = ("-c:a", "aac")
_SUBTITLES = """1
00:00:01,000 --> 00:00:03,000
Hello <i>world</i>

2
00:00:05,500 --> 00:00:07,000
Deux; été 日本
"""
_STYLED = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name,Fontname,Fontsize,PrimaryColour,Alignment
Style: Default,Arial,40,&H00FFFFFF,2
[Events]
Format: Layer,Start,End,Style,Text
Dialogue: 0,0:00:01.00,0:00:04.00,Default,{\\b1}ASS line
"""


def picture(size: str = "640x360", rate: str = "24", seconds: float = SECONDS, more: str = "") -> list[str]:
    """Return the input options of moving pictures that flash at each full second."""
    filters = f"testsrc2=s={size}:r={rate}:d={seconds},{_FLASH}{',' + more if more else ''}"
    return ["-f", "lavfi", "-i", filters]


def sound(pitch: int = 440, seconds: float = SECONDS, rate: int = 48000) -> list[str]:
    """Return the input options of a sound that beeps at each full second."""
    return ["-f", "lavfi", "-i", f"aevalsrc='{_beep(pitch)}':s={rate}:d={seconds}"]


def surround(seconds: float = SECONDS) -> list[str]:
    """Return the same with six channels, a tone each."""
    channels = "|".join(_beep(pitch) for pitch in _TONES)
    return ["-f", "lavfi", "-i", f"aevalsrc='{channels}':c=5.1:s=48000:d={seconds}"]


def _beep(pitch: int) -> str:
    return f"0.3*sin(2*PI*{pitch}*t)*lt(mod(t\\,1)\\,0.1)"


def made(*arguments: str) -> Recipe:
    """Return the recipe that runs ffmpeg with these arguments."""
    return lambda shelf, path: shelf.ffmpeg(*arguments, path)


def remade(source: str, *arguments: str, before: tuple[str, ...] = ()) -> Recipe:
    """Return the recipe that runs ffmpeg on another file; `before` stands before its name."""
    return lambda shelf, path: shelf.ffmpeg(*before, "-i", shelf.path(source), *arguments, path)


def head_of(source: str, share: float = 0.6) -> Recipe:
    """Return the recipe that keeps the first part of another file."""

    def make(shelf: "Shelf", path: Path) -> None:
        data = shelf.data(source)
        path.write_bytes(data[: int(len(data) * share)])

    return make


def _text(contents: str) -> Recipe:
    return lambda _shelf, path: path.write_text(contents, encoding="utf-8") and None


def _corrupted(shelf: "Shelf", path: Path) -> None:
    data = bytearray(shelf.data("full.mkv"))
    middle = len(data) // 2
    data[middle : middle + 4000] = random.Random(4000).randbytes(4000)
    path.write_bytes(data)


def _emptied(shelf: "Shelf", path: Path) -> None:
    """Lose all that was between 40 and 70 per cent of a film, sound and pictures."""
    data = shelf.data("short_gops.mkv")
    start, stop = len(data) * 4 // 10, len(data) * 7 // 10
    path.write_bytes(data[:start] + bytes(stop - start) + data[stop:])


def _joined(shelf: "Shelf", path: Path) -> None:
    path.write_bytes(shelf.data("part1.ts") + shelf.data("part2.ts"))


def _rotated(shelf: "Shelf", path: Path) -> None:
    """Turn a clip by metadata: ffmpeg before 6 takes a tag, later ones pass over it in silence."""
    from tests.media.shelf import UnmakeableError

    source = shelf.path("phone_vfr_src.mov")
    try:
        shelf.ffmpeg("-display_rotation:v:0", "90", "-i", source, "-c", "copy", path)
    except UnmakeableError:
        shelf.ffmpeg("-i", source, "-c", "copy", "-metadata:s:v:0", "rotate=90", path)


def _pgs(_shelf: "Shelf", path: Path) -> None:
    path.write_bytes(sup_stream(Caption(at, at + 1.5) for at in (1, 3, 5)))


def _muxed_pgs(shelf: "Shelf", path: Path) -> None:
    shelf.ffmpeg(
        "-i", shelf.path("base.mp4"), "-i", shelf.path("a.sup"), "-map", "0", "-map", "1", "-c", "copy", path
    )


def _with_text(shelf: "Shelf", path: Path) -> None:
    shelf.ffmpeg(
        *("-i", shelf.path("base.mp4"), "-i", shelf.path("a.srt"), "-map", "0", "-map", "1"),
        *("-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng", path),
    )


def _many_tracks(shelf: "Shelf", path: Path) -> None:
    shelf.ffmpeg(
        *(*picture(), *surround(), *sound(), *sound(660)),
        *("-i", shelf.path("a.srt"), "-i", shelf.path("a.ass")),
        *(part for number in range(6) for part in ("-map", str(number))),
        *(*H264, "-c:a:0", "ac3", "-c:a:1", "aac", "-c:a:2", "eac3", "-c:s:0", "srt", "-c:s:1", "ass"),
        *(
            "-metadata:s:a:0",
            "language=eng",
            "-metadata:s:a:1",
            "language=fra",
            "-metadata:s:a:2",
            "language=jpn",
        ),
        *(
            "-metadata:s:a:2",
            "title=Commentary",
            "-metadata:s:s:0",
            "language=eng",
            "-metadata:s:s:1",
            "language=fra",
        ),
        *("-disposition:s:1", "forced", path),
    )


_PHONE_RATE = "select='not(mod(n\\,2))*gt(random(1)\\,0.1)',setpts=PTS+0.004*(random(3)-0.5)/TB"
_FIELDS = "tinterlace=interleave_top,setsar=64/45"


def _hdr(transfer: str, more: str = "") -> list[str]:
    tags = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    coded = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc{more}"
    return ["-vf", f"format=yuv420p10le,{tags}", *HEVC, "-x265-params", coded]


_MASTERING = (
    ":hdr10=1:repeat-headers=1:max-cll=1000,400"
    ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
)

# What other files are made from, and text.
_INGREDIENTS: dict[str, Recipe] = {
    "a.srt": _text(_SUBTITLES),
    "a.ass": _text(_STYLED),
    "a.sup": _pgs,
    "short_gops.mkv": made(*picture(), *sound(), *H264, "-g", "24", "-pix_fmt", "yuv444p", *AAC),
    "full.mkv": remade("base.mp4", "-c", "copy"),
    "part1.ts": made(*picture(rate="25", seconds=5), *sound(seconds=5), *H264, "-g", "50", *AAC),
    "part2.ts": made(
        *picture(rate="25", seconds=5),
        *sound(880, seconds=5),
        "-output_ts_offset",
        "5000",
        *H264,
        "-g",
        "50",
        *AAC,
    ),
    "hd.mkv": made(
        *picture("1280x720", seconds=12),
        *sound(seconds=12),
        *HEVC,
        "-x265-params",
        "log-level=error:keyint=72",
        "-pix_fmt",
        "yuv420p",
        *AAC,
    ),
}

_MODERN: dict[str, Recipe] = {
    "base.mp4": made(
        *picture(),
        *surround(),
        *H264,
        "-preset",
        "veryfast",
        "-g",
        "240",
        "-sc_threshold",
        "0",
        *AAC,
        "-b:a",
        "384k",
        "-movflags",
        "+faststart",
    ),
    "moov_end.mov": remade("base.mp4", "-c", "copy"),
    "frag.mp4": remade("base.mp4", "-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
    "editlist.mp4": remade("base.mp4", "-c", "copy", before=("-ss", "1.3")),
    "movtext.mp4": _with_text,
    "opengop.mp4": made(
        *picture(),
        *sound(),
        *H264,
        "-preset",
        "veryfast",
        "-x264-params",
        "open-gop=1:keyint=48:bframes=3",
        *AAC,
    ),
    "noaudio.mp4": made(*picture(), *H264),
    "hlg.mp4": made(*picture(), *sound(), *_hdr("arib-std-b67"), "-tag:v", "hvc1", *AAC),
    "phone_vfr_src.mov": made(
        *picture(rate="60", more=_PHONE_RATE),
        *sound(),
        "-fps_mode",
        "vfr",
        "-enc_time_base",
        "1:600",
        "-video_track_timescale",
        "600",
        *HEVC,
        "-x265-params",
        "log-level=error:keyint=30",
        "-tag:v",
        "hvc1",
        "-pix_fmt",
        "yuv420p",
        *AAC,
        "-ac",
        "1",
    ),
    "phone_rot90.mov": _rotated,
    "hdr10.mkv": made(
        *picture(), *surround(), *_hdr("smpte2084", _MASTERING), "-c:a", "eac3", "-b:a", "448k"
    ),
    "h264_hi10.mkv": made(*picture(), *sound(), *H264, "-pix_fmt", "yuv420p10le", "-c:a", "flac"),
    "h264_444.mkv": made(*picture(), *H264, "-pix_fmt", "yuv444p"),
    "longgop.mkv": made(
        *picture(rate="24000/1001", seconds=40),
        *sound(seconds=40),
        *H264,
        "-g",
        "720",
        "-sc_threshold",
        "0",
        "-bf",
        "3",
        *AAC,
    ),
    "p59.mkv": made(*picture(rate="60000/1001"), *sound(), *H264, *AAC),
    "anamorphic.mkv": made(
        *picture("720x480", "30000/1001", 6, "setsar=32/27"), *sound(seconds=6), *H264, "-c:a", "ac3"
    ),
    "dts.mkv": made(*picture(), *surround(), *H264, "-c:a", "dca", "-strict", "-2"),
    "truehd.mkv": made(*picture(), *surround(), *H264, "-c:a", "truehd", "-strict", "-2"),
    "delayaudio.mkv": made(*picture(), "-itsoffset", "1.5", *sound(), "-map", "0", "-map", "1", *H264, *AAC),
    "av1_opus.webm": made(
        *picture("320x180", seconds=6),
        *surround(6),
        "-c:v",
        "libsvtav1",
        "-preset",
        "10",
        "-g",
        "120",
        "-pix_fmt",
        "yuv420p10le",
        "-c:a",
        "libopus",
        "-b:a",
        "192k",
        "-ac",
        "6",
        "-mapping_family",
        "1",
    ),
    "vp9_odd.webm": made(
        *picture("321x181", "30", 6),
        *sound(seconds=6),
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "libvorbis",
    ),
}

_TRACKS: dict[str, Recipe] = {
    "multi.mkv": _many_tracks,
    "pgs.mkv": _muxed_pgs,
    "vobsub.mkv": remade("pgs.mkv", "-map", "0", "-c", "copy", "-c:s", "dvdsub"),  # and a duration of 49 days
    "audioonly.m4a": made(*sound(), *AAC),
    "cover.mp3": made(
        *sound(),
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=300x300:d=1",
        "-map",
        "0",
        "-map",
        "1",
        "-frames:v",
        "1",
        "-c:a",
        "libmp3lame",
        "-c:v",
        "mjpeg",
        "-disposition:v",
        "attached_pic",
        "-id3v2_version",
        "3",
    ),
}

_BROADCAST: dict[str, Recipe] = {
    "interlaced_ac3.ts": made(
        *picture("720x576", "50", more="tinterlace=interleave_top,fieldorder=tff,setsar=64/45"),
        *surround(),
        *H264,
        "-flags",
        "+ilme+ildct",
        "-x264opts",
        "tff=1",
        "-c:a",
        "ac3",
        "-b:a",
        "448k",
    ),
    "discont.ts": _joined,
    "start1000.ts": remade(
        "base.mp4", "-map", "0:v", "-map", "0:a", "-c", "copy", "-output_ts_offset", "1000"
    ),
    "wrap.ts": remade("base.mp4", "-map", "0:v", "-map", "0:a", "-c", "copy", "-output_ts_offset", "95437"),
    "silent_gap.ts": made(
        *picture(), *sound(), *H264, "-g", "48", "-af", "aselect='lt(t\\,2.5)+gt(t\\,5.5)'", *AAC
    ),
    "dvd.vob": made(
        *picture("720x576", "50", more=_FIELDS),
        *surround(),
        "-target",
        "pal-dvd",
        "-flags",
        "+ilme+ildct",
        "-g",
        "15",
    ),
    "twice.vob": lambda shelf, path: path.write_bytes(shelf.data("dvd.vob") * 2) and None,
    "mpeg1.mpg": made(*picture("352x288", "25", 6), *sound(seconds=6), "-c:v", "mpeg1video", "-c:a", "mp2"),
}

_OLD: dict[str, Recipe] = {
    "divx.avi": made(
        *picture(), *sound(), "-c:v", "mpeg4", "-vtag", "DX50", "-bf", "2", "-q:v", "5", "-c:a", "libmp3lame"
    ),
    "wmv.wmv": made(*picture(), *sound(), "-c:v", "wmv2", "-b:v", "1M", "-c:a", "wmav2"),
    "prores.mov": made(
        *picture(rate="25", seconds=5),
        *sound(seconds=5),
        "-c:v",
        "prores_ks",
        "-profile:v",
        "2",
        "-c:a",
        "pcm_s16le",
    ),
    "mjpeg_pcm.avi": made(
        *picture("640x480", "15", 5),
        *sound(seconds=5),
        "-c:v",
        "mjpeg",
        "-pix_fmt",
        "yuvj420p",
        "-c:a",
        "pcm_u8",
        "-ar",
        "8000",
    ),
    "dv.dv": made(*picture("720x576", "25", 5), *sound(seconds=5), "-target", "pal-dv"),
    "flv.flv": made(*picture(), *sound(rate=44100), "-c:v", "flv1", "-c:a", "libmp3lame"),
    "theora.ogv": made(*picture(), *sound(), "-c:v", "libtheora", "-q:v", "5", "-c:a", "libvorbis"),
}

# A screen recording: nothing is written while nothing moves.
_SCREEN = "select='lt(t,2)+between(t,6.5,7.2)+gte(t,18)'"
_SLIDE = ("-vf", "setpts=PTS*4", "-fps_mode", "passthrough", "-enc_time_base", "1:1000")  # four seconds each
_STILLS: dict[str, Recipe] = {
    "screen.mkv": made(
        *picture(rate="30", seconds=20, more=_SCREEN),
        *sound(seconds=20),
        *(
            "-fps_mode",
            "passthrough",
            "-enc_time_base",
            "1:1000",
            *H264,
            "-g",
            "900",
            "-sc_threshold",
            "0",
            *AAC,
        ),
    ),
    "slides.mp4": made(*picture(rate="1", seconds=5), *sound(seconds=20), *_SLIDE, *H264, *AAC),
    "album.mkv": made(*picture(rate="1", seconds=1), *sound(seconds=20), *H264, "-c:a", "flac"),
    "afterword.mp4": made(*picture(seconds=4), *sound(seconds=20), *H264, "-g", "48", *AAC),
}

_DAMAGED: dict[str, Recipe] = {
    "trunc.mkv": head_of("full.mkv"),
    "trunc_moovend.mp4": head_of("moov_end.mov"),
    "corrupt.mkv": _corrupted,
    "hole.mkv": _emptied,
}

UNPLAYABLE = frozenset({"trunc_moovend.mp4"})  # nothing in it says where a picture begins
FILMS = (*_MODERN, *_TRACKS, *_BROADCAST, *_OLD, *_STILLS, *_DAMAGED)
RECIPES: dict[str, Recipe] = {
    **_INGREDIENTS,
    **_MODERN,
    **_TRACKS,
    **_BROADCAST,
    **_OLD,
    **_STILLS,
    **_DAMAGED,
}
