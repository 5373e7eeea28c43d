"""A job to ffmpeg's argument list: the only module that knows a flag.

Output times are playing times of the whole film (from `EPOCH_S` on), whatever segment a run starts at. That is what
`-copyts`, `-avoid_negative_ts disabled` and `frag_discont` give together, and no two of them (ffmpeg 5.1 to 9.0).
"""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from transcoder.decision import Treatment, chosen_video, max_gop_s
from transcoder.media_info import AudioStream, MediaInfo, VideoStream
from transcoder.output import MAX_FPS, output_bitrate, output_fps, output_level, output_size
from transcoder.profiles import Packaging
from transcoder.segments import EPOCH_S, SegmentPlan

SAMPLE_RATE = 48000
AAC_FRAME_SIZE = 1024  # samples per packet: the grid on which all runs of one film's sound lie
AUDIO_BITRATE = 192_000
MAX_SEGMENTS_PER_RUN = 2000  # their key times are one argument, and Linux takes 128 KiB

_PRESET = "superfast"  # 1080p at 1.6 times real time on two slow cores; the next slower one is at 1.1
_CRF = 23
_GUARD_S = 0.002  # boundaries are met from a little before: time bases round
_PRE_ROLL_PACKETS = 4  # AAC needs them to be itself again; they are dropped
_FRAGMENT_S = 0.5
_INDEXED = frozenset({"mov", "matroska"})  # seek to a keyframe exactly; others search for it
_SEARCH_S = 6.0
_IMPRECISE_SOUND = frozenset({"avi", "flv", "asf", "mpeg", "ogg"})
_VIDEO_TIME_SCALE = 90000
_HDR_FILTERS = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)
# Titles have no business in segments; chapters and time codes would become tracks of their own.
_NOTHING_ELSE = {"sn": None, "dn": None, "map_metadata": -1, "map_chapters": -1}

Options = dict[str, Any]
Node = Any  # a place in a graph of ffmpeg-python, which has no types


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeJob:
    """One run of one rendition, from one segment on."""

    ffmpeg: Path
    url: str
    info: MediaInfo
    plan: SegmentPlan
    first: int  # segment index
    packaging: Packaging
    video: Treatment | None
    audio: Treatment | None
    audio_stream: AudioStream | None
    max_width: int = 1920
    max_height: int = 1080

    @property
    def start_s(self) -> float:
        """Where the run starts, in the file's own time."""
        return self.plan.start_s(self.first) + self.info.start_s

    @property
    def picture(self) -> VideoStream:
        """The picture track."""
        picture = chosen_video(self.info)
        if picture is None:
            raise ValueError("a job without pictures")
        return picture


def commands(job: EncodeJob) -> list[tuple[str, list[str]]]:
    """Return what to run for `job`: ("video" or "audio" or "both", argument list) each.

    fMP4 takes two programs, so that neither waits for the other's start; their outputs are merged.
    """
    if job.packaging == "ts":
        return [("both", _ts_args(job))]
    runs = []
    if job.video:
        runs.append(("video", _fmp4_video_args(job)))
    if job.audio:
        runs.append(("audio", _fmp4_audio_args(job)))
    return runs


def _fmp4_video_args(job: EncodeJob) -> list[str]:
    options = {"an": None, **_fmp4_options(job, "frag_keyframe")}
    source = _video_input(job)
    if job.video == "copy":
        stream = source[str(job.picture.index)]
        options |= _copied_video_options(job)
        # An edit list cannot be written before the film is; trusting in one, decoding times would begin at the
        # first picture shown and all pictures come late by their reordering.
        options["use_editlist"] = 0
    else:
        stream = _filtered_picture(job, source)
        options |= _encoded_video_options(job)
        options["frag_duration"] = int(_FRAGMENT_S * 1e6)
        options["video_track_timescale"] = _VIDEO_TIME_SCALE
    return _compiled(job, [stream], options)


def _fmp4_audio_args(job: EncodeJob) -> list[str]:
    options = {"vn": None, **_fmp4_options(job, "frag_keyframe")}
    options["frag_duration"] = 100_000
    source = _input(job, seek_s=_audio_seek_s(job))
    stream, audio_options = _audio(job, source)
    return _compiled(job, [stream], options | audio_options)


def _ts_args(job: EncodeJob) -> list[str]:
    """One program for both: a transport stream is interleaved as it is made."""
    options: Options = {
        **_time_options(job),
        "f": "mpegts",
        "muxdelay": 0,
        "muxpreload": 0,
        "mpegts_flags": "+resend_headers",
        "pat_period": 1,
        "pes_payload_size": 0,  # one sound packet per PES, so that a cut falls between packets
        "flush_packets": 1,
    }
    source = _video_input(job) if job.video else _input(job, seek_s=_audio_seek_s(job))
    streams = []
    if job.video:
        copied = job.video == "copy"
        streams.append(source[str(job.picture.index)] if copied else _filtered_picture(job, source))
        options |= _copied_video_options(job) if copied else _encoded_video_options(job)
    if job.audio:
        # The picture's seek may land behind the sound that is wanted first: the sound reads for itself.
        own = _input(job, seek_s=_audio_seek_s(job)) if job.video else source
        stream, audio_options = _audio(job, own)
        streams.append(stream)
        options |= audio_options
    return _compiled(job, streams, options)


def _input(job: EncodeJob, *, seek_s: float | None, options: Options | None = None) -> Node:
    extra: Options = {"protocol_whitelist": "http,tcp", "f": job.info.format_name}
    # libavformat 62 seeks on a connection that it asked the server to close, and takes the end for the file's.
    extra["multiple_requests"] = 1
    if seek_s is not None and seek_s > 0:
        extra["ss"] = f"{seek_s:.6f}"
    return ffmpeg.input(job.url, **extra, **(options or {}))


def _video_input(job: EncodeJob) -> Node:
    """The source, standing so that the first picture wanted is decoded as soon as possible."""
    if job.first == 0:
        return _input(job, seek_s=None)
    if job.info.format_name in _INDEXED and job.info.keyframes_s:
        seek_s = _planned_seek_s(job)
    else:
        gop_s = max_gop_s(job.info, job.picture) if job.info.keyframes_s else 0.0
        seek_s = job.start_s - max(_SEARCH_S, gop_s + 1)
    return _input(job, seek_s=seek_s - job.info.start_s, options={"noaccurate_seek": None})


def _planned_seek_s(job: EncodeJob) -> float:
    """Return where to seek to land on the keyframe before the start and not on the one before that.

    libavformat aims up to 0.13 s earlier where pictures are reordered, so this aims behind the keyframe. Where
    keyframes are close together an earlier one does as well, and is safer.
    """
    times = job.info.keyframes_s
    at = max(bisect_right(times, job.start_s + _GUARD_S) - 1, 0)
    if job.video == "encode" and at and at + 1 < len(times) and times[at + 1] - times[at] < 0.5:
        at = max(bisect_right(times, job.start_s - 0.5) - 1, 0)
    following = times[at + 1] if at + 1 < len(times) else times[at] + 1.0
    return min(times[at] + 0.15, (times[at] + following) / 2)


def _filtered_picture(job: EncodeJob, source: Node) -> Node:
    video, stream = job.picture, source[str(job.picture.index)]
    width, height = output_size(video, job.max_width, job.max_height)
    if (video.fps or 0) > MAX_FPS:
        stream = stream.filter("fps", fps=f"{output_fps(video):.6f}")
    if job.first:
        stream = stream.filter("trim", start=f"{job.start_s - _GUARD_S:.6f}")
    if video.interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    stream = stream.filter("scale", width, height)
    if video.hdr:
        for name, options in _HDR_FILTERS:
            stream = stream.filter(name, **options)
    return stream.filter("setsar", 1).filter("format", pix_fmts="yuv420p")


def _encoded_video_options(job: EncodeJob) -> Options:
    bitrate = output_bitrate(job.picture, job.max_width, job.max_height)
    level = output_level(job.picture, job.max_width, job.max_height)
    stop = min(job.plan.count, job.first + MAX_SEGMENTS_PER_RUN)
    # A list and not an expression: in one, time counts from the first picture of the run.
    keys = [job.plan.start_s(index) + job.info.start_s - _GUARD_S for index in range(job.first + 1, stop)]
    options: Options = {
        "c:v": "libx264",
        "preset": _PRESET,
        "tune": "zerolatency",
        "bf": 0,
        "crf": _CRF,
        "maxrate": bitrate,
        "bufsize": bitrate * 2,
        "profile:v": "high",
        "level:v": f"{level / 10:.1f}",
        "sc_threshold": 0,
        "g": 9999,
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{_VIDEO_TIME_SCALE}",
    }
    if keys:
        options["force_key_frames"] = ",".join(f"{key:.6f}" for key in keys)
    return options


def _copied_video_options(job: EncodeJob) -> Options:
    options: Options = {"c:v": "copy"}
    if job.picture.codec == "hevc":
        options["tag:v"] = "hvc1"  # parameter sets in the init segment, as Apple asks
    return options


def _audio_seek_s(job: EncodeJob) -> float:
    sound = job.audio_stream
    imprecise = job.info.format_name in _IMPRECISE_SOUND or (sound is not None and sound.codec == "truehd")
    early_s = 3.0 if imprecise or job.audio == "copy" else 0.25
    return _first_sample(job) / SAMPLE_RATE - early_s - job.info.start_s


def _first_sample(job: EncodeJob) -> int:
    """Return the number of the first sample of the run: on the grid, a few packets early."""
    return (int(job.start_s * SAMPLE_RATE) // AAC_FRAME_SIZE - _PRE_ROLL_PACKETS) * AAC_FRAME_SIZE


def _audio(job: EncodeJob, source: Node) -> tuple[Node, Options]:
    if job.audio_stream is None:
        raise ValueError("a job without sound")
    stream = source[str(job.audio_stream.index)]
    if job.audio == "copy":
        options: Options = {"c:a": "copy"}
        if job.audio_stream.codec == "aac" and job.info.format_name == "mpegts" and job.packaging == "fmp4":
            options["bsf:a"] = "aac_adtstoasc"
        return stream, options
    # Two filters: one alone gives nothing at all when it also has to change the rate.
    stream = stream.filter("aresample", SAMPLE_RATE)
    stream = stream.filter("aresample", **{"async": 1, "first_pts": _first_sample(job)})
    return stream, {"c:a": "aac", "ac": 2, "b:a": AUDIO_BITRATE}


def _fmp4_options(job: EncodeJob, flags: str) -> Options:
    return {
        **_time_options(job),
        "f": "mp4",
        "movflags": f"{flags}+empty_moov+default_base_moof+frag_discont",
    }


def _time_options(job: EncodeJob) -> Options:
    options: Options = {"copyts": None, "avoid_negative_ts": "disabled", **_NOTHING_ELSE}
    options["output_ts_offset"] = f"{EPOCH_S - job.info.start_s:.6f}"
    return options


def _compiled(job: EncodeJob, streams: list[Node], options: Options) -> list[str]:
    output = ffmpeg.output(*streams, "pipe:1", **options)
    argv: list[str] = output.global_args("-nostdin", "-v", "error").compile(cmd=str(job.ffmpeg))
    return argv
