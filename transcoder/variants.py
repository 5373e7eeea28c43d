"""What a multivariant playlist says of a variant, known before anything is converted."""

from transcoder import output
from transcoder.command import AUDIO_BITRATE
from transcoder.decision import NO_FALLBACK, chosen_video
from transcoder.ladder import Rung
from transcoder.media_info import VideoStream
from transcoder.playlist import Variant, VideoRange
from transcoder.session import Rendition

_COPIED_BITS_PER_PIXEL = 0.2  # where the file's size is not known
_COPIED_PEAK = 3.0  # of a copied picture's bit rate, above its average, where nothing has measured it
_OVERHEAD_BITRATE = 100_000


def variant_of(rendition: Rendition, uri: str, rung: Rung | None) -> Variant:
    """Return the variant at `uri`: `rendition` in the size of `rung`, or with its picture passed on."""
    video = chosen_video(rendition.source.info)
    peak = average = _OVERHEAD_BITRATE
    codecs, size, fps, video_range = [], None, None, None
    if video is not None and rung is not None:
        box = (rung.max_width, rung.max_height)
        average += output.output_bitrate(video, *box)
        peak += output.output_peak_bitrate(video, *box)
        codecs.append(output.output_codec_string(video, *box))
        size, fps = output.output_size(video, *box), output.output_fps(video)
    elif video is not None:
        copied = _copied_bitrate(rendition, video)
        average += copied
        peak += rendition.source.info.peak_bitrate or int(copied * _COPIED_PEAK)
        codecs.append(video.codec_string or "")
        size, fps = (video.upright_width, video.upright_height), video.fps
        video_range = _video_range(video)
    if rendition.audio_stream is not None:
        average, peak = average + AUDIO_BITRATE, peak + AUDIO_BITRATE
        encoded = rendition.decision.audio == "encode"
        codecs.append("mp4a.40.2" if encoded else rendition.audio_stream.codec_string or "")
    return Variant(
        uri=uri,
        bandwidth=peak,
        average_bandwidth=min(average, peak),
        codecs=",".join(codecs) if all(codecs) else None,
        resolution=size,
        frame_rate=fps,
        video_range=video_range,
    )


def _video_range(video: VideoStream) -> VideoRange | None:
    """Return how brightness is coded; what is Dolby Vision alone is PQ, whatever its file says."""
    if video.color_transfer == "arib-std-b67":
        return "HLG"
    return "PQ" if video.hdr or video.dolby_vision == NO_FALLBACK else None


def _copied_bitrate(rendition: Rendition, video: VideoStream) -> int:
    source = rendition.source
    if source.size is not None and source.info.duration_s > 0:
        return int(source.size * 8 / source.info.duration_s)
    return int(video.width * video.height * (video.fps or 30) * _COPIED_BITS_PER_PIXEL)
