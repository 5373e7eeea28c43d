"""What a multivariant playlist says of a variant, known before anything is converted."""

from transcoder import output
from transcoder.decision import NO_FALLBACK, chosen_video
from transcoder.ladder import Rung
from transcoder.media_info import HLG, VideoStream
from transcoder.playlist import Variant, VideoRange
from transcoder.session import Presentation

_COPIED_BITS_PER_PIXEL = 0.2  # where the file's size is not known
_COPIED_PEAK = 3.0  # of a copied picture's bit rate, above its average, where nothing has measured it
_OVERHEAD_BITRATE = 100_000
_TS_OVERHEAD = 1.05  # of a transport stream's packets, around what is passed on


def variant_of(presentation: Presentation, uri: str, rung: Rung | None) -> Variant:
    """Return the variant at `uri`: `presentation` in the size of `rung`, or with its picture passed on."""
    video = chosen_video(presentation.source.info)
    average, peak = _bitrates(presentation, video, rung)
    codecs, size, fps, video_range = [], None, None, None
    if video is not None and rung is not None:
        box = (rung.max_width, rung.max_height)
        codecs.append(output.output_codec_string(video, *box))
        size, fps = output.output_size(video, *box), output.output_fps(video)
    elif video is not None:
        codecs.append(video.codec_string or "")
        size, fps = (video.upright_width, video.upright_height), video.fps
        video_range = _video_range(video)
    if presentation.audio_stream is not None:
        encoded = presentation.decision.audio == "encode"
        codecs.append("mp4a.40.2" if encoded else presentation.audio_stream.codec_string or "")
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
    if video.color_transfer == HLG:
        return "HLG"
    return "PQ" if video.hdr or video.dolby_vision == NO_FALLBACK else None


def _bitrates(presentation: Presentation, video: VideoStream | None, rung: Rung | None) -> tuple[int, int]:
    """Return the average and the greatest bit rate of picture and sound together."""
    sound, treatment = presentation.audio_stream, presentation.decision.audio
    sound_bitrate = 0
    if sound is not None and treatment is not None:
        sound_bitrate = output.audio_bitrate(sound, treatment, presentation.audio_channels)
    average = peak = sound_bitrate
    if video is not None and rung is not None:
        box = (rung.max_width, rung.max_height)
        average += output.output_bitrate(video, *box)
        peak += output.output_peak_bitrate(video, *box)
    elif video is not None:
        average, peak = _copied_bitrates(presentation, video, sound_bitrate)
    return average + _OVERHEAD_BITRATE, peak + _OVERHEAD_BITRATE


def _copied_bitrates(presentation: Presentation, video: VideoStream, sound_bitrate: int) -> tuple[int, int]:
    """Return the average and the greatest bit rate of a picture that is passed on, and its sound."""
    # What was measured is of all tracks: sound that is passed on is in it already.
    beside = sound_bitrate if presentation.decision.audio == "encode" else 0
    of_file, of_file_peak = _file_bitrate(presentation), presentation.source.info.peak_bitrate
    if of_file is None:
        copied = int(video.width * video.height * (video.fps or 30) * _COPIED_BITS_PER_PIXEL)
        average, peak = copied + sound_bitrate, int(copied * _COPIED_PEAK) + sound_bitrate
    else:
        average, peak = of_file + beside, int(of_file * _COPIED_PEAK) + beside
    if of_file_peak is not None:
        peak = of_file_peak + beside
    overhead = _TS_OVERHEAD if presentation.profile.packaging == "ts" else 1.0
    return int(average * overhead), int(peak * overhead)


def _file_bitrate(presentation: Presentation) -> int | None:
    """Return the average bit rate of a file, all its tracks together; None where that is not known."""
    source = presentation.source
    if source.size is None or source.info.duration_s <= 0:
        return None
    return int(source.size * 8 / source.info.duration_s)
