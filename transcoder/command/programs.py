"""Which programs do a job.

Output times are playing times of the whole film (from `EPOCH_S` on), whatever segment a run starts at. That is what
`-copyts`, `-avoid_negative_ts disabled` and `frag_discont` give together, and no two of them (ffmpeg 5.1 to 9.0).
"""

import ffmpeg

from transcoder.command.burning import companions
from transcoder.command.encoders import VIDEO_TIME_SCALE, device_arguments, encoding_options
from transcoder.command.inputs import picture_input
from transcoder.command.job import EncodeJob, Node, Options
from transcoder.command.picture import copied_picture_options, filtered_picture
from transcoder.command.sound import sound_input, sound_track
from transcoder.segments import EPOCH_S

_FRAGMENT_S = 0.5
_SOUND_AWAITED_US = 1_000_000  # of pictures, before they go on without it: it may have ended
# Titles have no business in segments; chapters and time codes would become tracks of their own.
_NOTHING_ELSE = {"sn": None, "dn": None, "map_metadata": -1, "map_chapters": -1}


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
    source = picture_input(job)
    if job.video == "copy":
        stream = source[str(job.picture.index)]
        options |= copied_picture_options(job)
        # An edit list cannot be written before the film is; trusting in one, decoding times would begin at the
        # first picture shown and all pictures come late by their reordering.
        options["use_editlist"] = 0
    else:
        stream = filtered_picture(job, source)
        options |= encoding_options(job)
        options["frag_duration"] = int(_FRAGMENT_S * 1e6)
        options["video_track_timescale"] = VIDEO_TIME_SCALE
    return _compiled(job, [stream], options)


def _fmp4_audio_args(job: EncodeJob) -> list[str]:
    options = {"vn": None, **_fmp4_options(job, "frag_keyframe")}
    options["frag_duration"] = 100_000
    if job.audio == "copy":
        # The description of AC-3 sound is in its packets: the header waits for them. Without an edit list, or the
        # first packet's time would count twice.
        options["movflags"] += "+delay_moov"
        options["use_editlist"] = 0
    stream, audio_options = sound_track(job, sound_input(job))
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
        "max_interleave_delta": _SOUND_AWAITED_US,
    }
    streams = []
    if job.video:
        source = picture_input(job)
        copied = job.video == "copy"
        streams.append(source[str(job.picture.index)] if copied else filtered_picture(job, source))
        options |= copied_picture_options(job) if copied else encoding_options(job)
    if job.audio:
        # The picture's seek may land behind the sound that is wanted first, and where the sound stops for a while
        # pictures must not come before it goes on: the sound reads for itself. What is said of it is usual; without
        # it, the same file read from the same place would be read once.
        stream, audio_options = sound_track(job, sound_input(job, {"thread_queue_size": 8}))
        streams.append(stream)
        options |= audio_options
    return _compiled(job, streams, options)


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
    if "c:v" in options and (beside := companions(job)):
        output = ffmpeg.merge_outputs(*beside, output)
    devices = device_arguments(job.encoder) if "c:v" in options and job.video == "encode" else []
    argv: list[str] = output.global_args("-nostdin", "-v", "error", *devices).compile(cmd=str(job.ffmpeg))
    return argv
