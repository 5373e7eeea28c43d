"""What is done to the picture."""

from transcoder.command.job import GUARD_S, MAX_SEGMENTS_PER_RUN, EncodeJob, Node, Options
from transcoder.output import BUFFER_S, MAX_FPS, output_bitrate, output_fps, output_level, output_size

VIDEO_TIME_SCALE = 90000
_PRESET = "superfast"  # 1080p at 1.6 times real time on two slow cores; the next slower one is at 1.1
_CRF = 23
_HDR_FILTERS = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)


def filtered_picture(job: EncodeJob, source: Node) -> Node:
    """Return the pictures as they are shown, from the run's start on."""
    video, stream = job.picture, source[str(job.picture.index)]
    width, height = output_size(video, job.max_width, job.max_height)
    if (video.fps or 0) > MAX_FPS:
        stream = stream.filter("fps", fps=f"{output_fps(video):.6f}")
    if job.first:
        stream = stream.filter("trim", start=f"{job.start_s - GUARD_S:.6f}")
    if video.interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    stream = stream.filter("scale", width, height)
    if video.hdr:
        for name, options in _HDR_FILTERS:
            stream = stream.filter(name, **options)
    return stream.filter("setsar", 1).filter("format", pix_fmts="yuv420p")


def encoded_picture_options(job: EncodeJob) -> Options:
    """Return how pictures are converted: keyframes where segments begin, nothing held back."""
    bitrate = output_bitrate(job.picture, job.max_width, job.max_height)
    level = output_level(job.picture, job.max_width, job.max_height)
    stop = min(job.plan.count, job.first + MAX_SEGMENTS_PER_RUN)
    # A list and not an expression: in one, time counts from the first picture of the run.
    keys = [job.plan.start_s(index) + job.info.start_s - GUARD_S for index in range(job.first + 1, stop)]
    options: Options = {
        "c:v": "libx264",
        "preset": _PRESET,
        "tune": "zerolatency",
        "bf": 0,
        "crf": _CRF,
        "maxrate": bitrate,
        "bufsize": int(bitrate * BUFFER_S),
        "profile:v": "high",
        "level:v": f"{level / 10:.1f}",
        "sc_threshold": 0,
        "g": 9999,
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{VIDEO_TIME_SCALE}",
    }
    if keys:
        options["force_key_frames"] = ",".join(f"{key:.6f}" for key in keys)
    return options


def copied_picture_options(job: EncodeJob) -> Options:
    """Return how pictures are passed on."""
    options: Options = {"c:v": "copy"}
    if job.picture.codec == "hevc":
        options["tag:v"] = "hvc1"  # parameter sets in the init segment, as Apple asks
    return options
