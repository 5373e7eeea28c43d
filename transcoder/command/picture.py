"""What is done to the picture."""

from transcoder.command.encoders import handed_over
from transcoder.command.job import GUARD_S, EncodeJob, Node, Options
from transcoder.output import MAX_FPS, output_fps, output_size

_HDR_FILTERS = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)

# Most pictures of such a file have no time of their own, and what libavformat makes up repeats and leaves out some.
_TIMES_GUESSED = ("mpeg", "mpeg1video")


def filtered_picture(job: EncodeJob, source: Node) -> Node:
    """Return the pictures as they are shown, from the run's start on."""
    video, stream = job.picture, source[str(job.picture.index)]
    width, height = output_size(video, job.max_width, job.max_height)
    if (video.fps or 0) > MAX_FPS:
        stream = stream.filter("fps", fps=f"{output_fps(video):.6f}")
    elif (job.info.format_name, video.codec) == _TIMES_GUESSED:
        stream = _evenly_timed(job, stream)
    if job.first:
        stream = stream.filter("trim", start=f"{job.start_s - GUARD_S:.6f}")
    if video.interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    stream = stream.filter("scale", width, height)
    if video.hdr:
        for name, options in _HDR_FILTERS:
            stream = stream.filter(name, **options)
    return handed_over(job.encoder, stream.filter("setsar", 1).filter("format", pix_fmts="yuv420p"))


def _evenly_timed(job: EncodeJob, stream: Node) -> Node:
    """Return the pictures at the rate that the file declares, from its first picture on."""
    fps = job.picture.fps or 25.0
    phase_s = (job.picture.start_s or 0.0) % (1 / fps)
    stream = stream.filter("setpts", f"PTS-{phase_s:.6f}/TB").filter("fps", fps=f"{fps:.6f}")
    return stream.filter("settb", "1/90000").filter("setpts", f"PTS+{phase_s:.6f}/TB")


def copied_picture_options(job: EncodeJob) -> Options:
    """Return how pictures are passed on."""
    options: Options = {"c:v": "copy"}
    if job.picture.codec == "hevc":
        options["tag:v"] = "hvc1"  # parameter sets in the init segment, as Apple asks
    return options
