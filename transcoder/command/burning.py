"""Subtitles drawn into the picture: those of text by libass, those that are pictures laid over it."""

import ffmpeg

from transcoder.command.inputs import loopback_options, open_input
from transcoder.command.job import EncodeJob, Node, Options, VobSub
from transcoder.media_info import SubtitleStream

_EARLIER_S = 15.0  # a subtitle stays that long at most; the one that is shown at the start began before it
_PGS = "hdmv_pgs_subtitle"
_PGS_CANVAS = (1920, 1080)  # of every disc that is not an old one
_SAME_SHAPE = 1.02
_STRETCHED_HEIGHT = 576  # up to here pixels are not square, and neither are the film's


def with_subtitles(job: EncodeJob, stream: Node, size: tuple[int, int]) -> Node:
    """Return the pictures, in their final `size`, with the subtitles of the job over them, if it has any."""
    if job.burn is None:
        return stream
    if job.drawn_url is not None:
        return _with_text(job, stream, job.drawn_url)
    if job.vobsub is not None:
        beside = _vobsub_input(job, job.vobsub)[f"s:{job.vobsub.track}"]
        return _laid_over(stream, beside, job.vobsub.size, size)
    if (track := _track(job)) is None:
        return stream
    return _laid_over(stream, _subtitle_input(job)[track[1]], _canvas(track[0]), size)


def companions(job: EncodeJob) -> list[Node]:
    """Return outputs that have to be made beside the job's own: nothing comes of them."""
    track = _track(job)
    if job.video != "encode" or track is None or job.drawn_url is not None:
        return []
    # Subtitles are rare: that there is none for now is learnt from other packets of the same input, and only from
    # packets that somebody wants. Else the picture waits for the next subtitle, minutes ahead.
    source = _subtitle_input(job)
    return [ffmpeg.output(source[job.picture_specifier], "-", f="null", **{"c:v": "copy"})]


def _track(job: EncodeJob) -> tuple[SubtitleStream, str] | None:
    """Return the track of pictures that is to be drawn, and where it is in what is read."""
    tracks = job.info.subtitles
    if job.burn is None or not 0 <= job.burn < len(tracks) or tracks[job.burn].is_text:
        return None
    specifier = job.subtitle_specifier(job.burn)
    return None if specifier is None else (tracks[job.burn], specifier)


def _with_text(job: EncodeJob, stream: Node, url: str) -> Node:
    """Draw text. Its times are playing times, the pictures' are the file's own."""
    if job.info.start_s:
        stream = stream.filter("setpts", f"PTS-{job.info.start_s:.6f}/TB")
    stream = stream.filter("subtitles", filename=url)
    if job.info.start_s:
        stream = stream.filter("setpts", f"PTS+{job.info.start_s:.6f}/TB")
    return stream


def _laid_over(stream: Node, subtitles: Node, canvas: tuple[int, int] | None, size: tuple[int, int]) -> Node:
    width, height = placed(canvas, size)
    subtitles = subtitles.filter("scale", width, height)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return ffmpeg.filter([stream, subtitles], "overlay", left, top, eof_action="pass")


def placed(canvas: tuple[int, int] | None, size: tuple[int, int]) -> tuple[int, int]:
    """Return how large a canvas is laid over a picture of `size`: over all of it, if they are of one shape.

    A film without its black bars has another shape than the disc that its subtitles were made for: they are shrunk,
    so that all of them is seen.
    """
    if canvas is None or canvas[1] <= _STRETCHED_HEIGHT:
        return size
    shape = (canvas[0] * size[1]) / (canvas[1] * size[0])
    if 1 / _SAME_SHAPE < shape < _SAME_SHAPE:
        return size
    scale = min(size[0] / canvas[0], size[1] / canvas[1])
    return max(2, round(canvas[0] * scale) // 2 * 2), max(2, round(canvas[1] * scale) // 2 * 2)


def _canvas(track: SubtitleStream) -> tuple[int, int] | None:
    if track.width and track.height:
        return (track.width, track.height)
    return _PGS_CANVAS if track.codec == _PGS else None


def _subtitle_input(job: EncodeJob) -> Node:
    """Return the source a second time, standing earlier: the picture's decoder is spared what comes before."""
    seek_s = job.start_s - _EARLIER_S - job.origin_s
    return open_input(job, seek_s=seek_s, options={"noaccurate_seek": None})


def _vobsub_input(job: EncodeJob, pair: VobSub) -> Node:
    """Return a pair of files beside the film, on the film's clock."""
    options: Options = {"f": "vobsub", **loopback_options(), "sub_name": pair.sub_url}
    options["itsoffset"] = f"{job.info.start_s:.6f}"
    seek_s = job.plan.start_s(job.first) - _EARLIER_S
    if seek_s > 0:
        options |= {"ss": f"{seek_s:.6f}", "noaccurate_seek": None}
    return ffmpeg.input(pair.url, **options)
