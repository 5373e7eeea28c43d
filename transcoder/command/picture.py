"""What is done to the picture."""

from transcoder.command.burning import with_subtitles
from transcoder.command.encoders import handed_over
from transcoder.command.holding import held
from transcoder.command.job import EncodeJob, Node, Options
from transcoder.command.tones import scaled, with_hdr_named, with_sdr_tones
from transcoder.media_info import BROADCAST_FORMATS
from transcoder.output import MAX_FPS, output_fps, output_size
from transcoder.seeks import GUARD_S

# Codecs whose pictures say one by one whether they are of two fields; many a film has some of both kinds.
_FIELDS_BY_PICTURE = frozenset({"mpeg2video", "h264", "vc1"})

# Most pictures of such a file have no time of their own, and what libavformat makes up repeats and leaves out some.
_TIMES_GUESSED = ("mpeg", "mpeg1video")


def filtered_picture(job: EncodeJob, source: Node) -> Node:
    """Return the pictures as they are shown, from the run's start on."""
    video, stream = job.picture, source[job.picture_specifier]
    width, height = output_size(video, job.max_width, job.max_height)
    if (video.fps or 0) > MAX_FPS:
        stream = stream.filter("fps", fps=f"{output_fps(video):.6f}")
    elif (job.info.format_name, video.codec) == _TIMES_GUESSED:
        stream = _evenly_timed(job, stream)
    stream = held(job, stream)  # before they are cut: what is on the screen at the start may be older
    if job.first:
        stream = stream.filter("trim", start=f"{job.start_s - GUARD_S:.6f}")
    if video.interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    elif _may_have_fields(job):
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    if video.hdr:
        stream = with_hdr_named(stream, video.color_transfer)
    stream = _sized(job, stream, (width, height))  # before the tones: they cost by the pixel
    if video.hdr:
        stream = with_sdr_tones(stream)
    stream = stream.filter("setsar", 1)
    stream = with_subtitles(job, stream, (width, height))
    return handed_over(job.encoder, stream.filter("format", pix_fmts="yuv420p"))


def _sized(job: EncodeJob, stream: Node, size: tuple[int, int]) -> Node:
    """Return pictures of a size; those of another shape than most lie in it between black bars.

    The film's times say which they are: later versions of ffmpeg give every picture the shape of the first.
    """
    width, height = size
    if not job.info.shapes:
        return scaled(stream, job.picture, width, height)
    begins_s = [at_s + job.info.start_s - GUARD_S for at_s, _ in job.info.shapes]
    within = [_within(shape, size) for _, shape in job.info.shapes]
    spans = ["1", *(f"gte(t,{at_s:.6f})" for at_s in begins_s[1:])]
    # Each later shape adds what it is larger or smaller than the one before.
    wide, high = (
        "".join(
            f"{one[side] - (within[at - 1][side] if at else 0):+d}*{spans[at]}"
            for at, one in enumerate(within)
        )
        for side in (0, 1)
    )
    stream = scaled(stream, job.picture, wide, high, eval="frame")
    return stream.filter("pad", w=width, h=height, x=-1, y=-1, eval="frame")


def _within(shape: float, size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of pictures of a shape that lie in a larger one: even numbers."""
    width, height = size
    scale = min(width / shape, height)
    return min(width, round(scale * shape / 2) * 2), min(height, round(scale / 2) * 2)


def _may_have_fields(job: EncodeJob) -> bool:
    """Return whether some pictures may be of two fields although the first one is not."""
    if job.picture.codec == "h264" and job.info.format_name not in BROADCAST_FORMATS:
        return job.picture.may_have_fields
    return job.picture.codec in _FIELDS_BY_PICTURE


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
