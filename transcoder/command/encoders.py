"""How pictures become H.264, by a program or by a device."""

from fractions import Fraction

from transcoder.command.job import (
    MAX_SEGMENTS_PER_RUN,
    EncodeJob,
    Kind,
    Node,
    Options,
    PictureEncoder,
)
from transcoder.media_info import PQ
from transcoder.output import BUFFER_S, output_bitrate, output_fps, output_level
from transcoder.seeks import GUARD_S
from transcoder.segments import HOLD_S

VIDEO_TIME_SCALE = 90000
# 1080p at 1.6 times real time on two slow cores; the next slower one at 1.1.
_PRESETS = ("superfast", "ultrafast")
_CRF = 23
_NEVER = 9999  # pictures between keyframes that nobody asked for
_DEVICE = "hw"
STANDARD_INPUT = "pipe:0"  # for trials of clips of our own

# Beside what is the same for all: nothing held back, keyframes only where asked for and each a new beginning.
_OWN: dict[Kind, Options] = {
    "vaapi": {"rc_mode": "VBR", "idr_interval": 0, "async_depth": 1},
    "qsv": {"preset": "veryfast", "forced_idr": 1, "look_ahead": 0, "async_depth": 1},
    "nvenc": {"preset": "p3", "tune": "ll", "rc": "vbr", "forced-idr": 1, "no-scenecut": 1, "delay": 0},
    "v4l2m2m": {},
    "rkmpp": {"rc_mode": "VBR"},
    "videotoolbox": {"realtime": 1, "allow_sw": 0},
}
_READS: dict[Kind, str] = {
    "vaapi": "vaapi",
    "qsv": "qsv",
    "nvenc": "cuda",
    "rkmpp": "rkmpp",
    "videotoolbox": "videotoolbox",
}
_NAMELESS = frozenset({"qsv", "v4l2m2m"})
_HIGH = 100
_NV12 = frozenset({"vaapi", "qsv", "rkmpp"})


def encoding_options(job: EncodeJob) -> Options:
    """Return how pictures are converted: keyframes where segments begin, nothing held back."""
    bitrate = output_bitrate(job.picture, job.max_width, job.max_height)
    level = output_level(job.picture, job.max_width, job.max_height)
    stop = min(job.plan.count, job.first + MAX_SEGMENTS_PER_RUN)
    # A list and not an expression: in one, time counts from the first picture of the run.
    keys = [job.plan.start_s(index) + job.info.start_s - GUARD_S for index in range(job.first + 1, stop)]
    options: Options = {
        "c:v": job.encoder.name,
        "bf": 0,
        "maxrate": bitrate,
        "bufsize": int(bitrate * BUFFER_S),
        "profile:v": "high",
        "level:v": f"{level / 10:.1f}",
        "g": _NEVER,
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{VIDEO_TIME_SCALE}",
        **_own_options(job, bitrate, level),
    }
    filters = [] if job.encoder.is_hardware else [_named_rate(job)]
    if job.packaging == "fmp4":
        # One init segment serves all runs, whatever made them: what differs comes with the keyframes.
        filters.append("dump_extra=freq=keyframe")
    if filters:
        options["bsf:v"] = ",".join(filters)
    if keys:
        options["force_key_frames"] = ",".join(f"{key:.6f}" for key in keys)
    return options


def _own_options(job: EncodeJob, bitrate: int, level: int) -> Options:
    if job.encoder.is_hardware:
        options: Options = {"b:v": bitrate, **_OWN[job.encoder.kind]}
        if job.encoder.kind in _NAMELESS:  # they know profile and level by number only
            options |= {"profile:v": _HIGH, "level:v": level}
        return options
    options = {"preset": _PRESETS[job.savings], "tune": "zerolatency", "crf": _CRF, "sc_threshold": 0}
    # That tune counts pictures for time, at the file's average rate: six times the greatest bit rate was measured
    # where a slow film hurries. With the pictures' own times the encoder holds one of them back, and keeps its word.
    options["x264-params"] = "force-cfr=0"
    if job.savings:
        options["8x8dct"] = 1  # without it the picture would be of another profile than the playlist says
    return options


def _named_rate(job: EncodeJob) -> str:
    """Return what puts the frame rate into the stream: an encoder that goes by times writes that of their clock."""
    # Pictures that stay are shown again so often; the muxer takes what is said here for how long the last one stays.
    fps = Fraction(max(output_fps(job.picture), 1 / HOLD_S)).limit_denominator(1001)
    return f"h264_metadata=tick_rate={2 * fps}:fixed_frame_rate_flag=0"


def handed_over(encoder: PictureEncoder, stream: Node) -> Node:
    """Return pictures where the encoder takes them from: some devices want them in memory of their own."""
    if encoder.kind in _NV12:
        stream = stream.filter("format", pix_fmts="nv12")
    if encoder.kind == "vaapi":
        stream = stream.filter("hwupload")
    if encoder.kind == "qsv":
        stream = stream.filter("hwupload", extra_hw_frames=16)
    return stream


def reading_options(encoder: PictureEncoder) -> Options:
    """Return how the source is decoded: what a device cannot read ffmpeg reads by itself."""
    if not encoder.decodes or encoder.kind not in _READS:
        return {}
    options: Options = {"hwaccel": _READS[encoder.kind]}
    if encoder.kind in ("vaapi", "qsv"):
        options["hwaccel_device"] = _DEVICE
    return options


def device_arguments(encoder: PictureEncoder) -> list[str]:
    """Return how the device is opened."""
    match encoder.kind:
        case "vaapi":
            opened = f"vaapi={_DEVICE}:{encoder.device}"
        case "qsv":
            opened = f"qsv={_DEVICE}:hw_any"
        case _:
            return []
    return ["-init_hw_device", opened, "-filter_hw_device", _DEVICE]


def version_arguments(ffmpeg: str) -> list[str]:
    """Return a program that only says what it is."""
    return [ffmpeg, "-v", "error", "-version"]


def trial_arguments(ffmpeg: str, encoder: PictureEncoder) -> list[str]:
    """Return a program that encodes a few black pictures and nothing else."""
    upload = {"vaapi": "format=nv12,hwupload", "qsv": "format=nv12,hwupload=extra_hw_frames=16"}
    return [
        *(ffmpeg, "-v", "error", "-nostdin", *device_arguments(encoder)),
        *("-f", "lavfi", "-i", "color=black:s=640x360:r=30:d=1"),
        *("-vf", upload.get(encoder.kind, "format=nv12" if encoder.kind in _NV12 else "format=yuv420p")),
        *("-frames:v", "10", "-c:v", encoder.name, "-f", "null", "-"),
    ]


_CLIP_ENCODERS = {
    "h264": [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-bf",
        "0",
        "-g",
        "24",
        "-crf",
        "30",
    ],
    "hevc10": (
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
        *("-x265-params", "log-level=error:keyint=24:min-keyint=24:bframes=0:crf=18"),
        *("-color_primaries", "bt2020", "-color_trc", PQ, "-colorspace", "bt2020nc", "-color_range", "tv"),
    ),
}


def clip_arguments(ffmpeg: str, codec: str, seconds: int) -> list[str]:
    """Return a program that makes a clip to try encoders with: "h264" or "hevc10", 1080p, in Matroska.

    Noise makes it about as hard as a film.
    """
    return [
        *(ffmpeg, "-v", "error", "-nostdin", "-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=24:d={seconds}"),
        *("-vf", "noise=alls=8:allf=t", *_CLIP_ENCODERS[codec], "-f", "matroska", "pipe:1"),
    ]


def reading_arguments(ffmpeg: str) -> list[str]:
    """Return a program that reads a clip from its standard input and makes nothing of it."""
    return [ffmpeg, "-v", "error", "-nostdin", "-f", "matroska", "-i", STANDARD_INPUT, "-f", "null", "-"]
