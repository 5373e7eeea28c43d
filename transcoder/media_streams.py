"""What the streams of a file are: pictures, sound, subtitles. Runs in the media helper only."""

from dataclasses import replace

from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame

from transcoder import codec_strings
from transcoder.canvas_scan import find_canvases
from transcoder.dolby_vision import read_profile
from transcoder.h264_parameters import configured_units, sequence_parameters
from transcoder.keyframe_scan import Beginning, Keyframes
from transcoder.media_frames import is_mirrored, rotation_of, sar_of
from transcoder.media_info import HLG, PQ, AudioStream, SubtitleStream, VideoStream
from transcoder.media_opening import PyavStream, is_decodable, picture_streams

_TRANSFERS = {1: "bt709", 4: "gamma22", 6: "smpte170m", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12"}
_TRANSFERS |= {16: PQ, 18: HLG}
_NAMELESS_MATRICES = frozenset({0, 2, 3})  # AVColorSpace: RGB, unspecified, reserved
_TEXT_SUBTITLES = frozenset(
    {"subrip", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "sami", "srt", "ttml", "eia_608"}
)
_MAX_FPS = 1000  # above, it is a time base that was taken for a rate
_FIELD_ORDERS_INTERLACED = frozenset({2, 3, 4, 5})  # AVFieldOrder; 0 unknown, 1 progressive


def video_streams(
    container: InputContainer, beginning: Beginning | None, found: Keyframes | None, url: str
) -> tuple[VideoStream, ...]:
    """Return the streams of pictures; what was found by reading is of the first one."""
    is_mp4 = container.format.name.startswith("mov")
    first_picture = beginning.picture if beginning else None
    streams = (
        _video_stream(one, None if number else first_picture, None if number else found, is_mp4=is_mp4)
        for number, one in enumerate(picture_streams(container))
    )
    return tuple(_with_dolby_vision(one, container, url) for one in streams)


def audio_streams(
    container: InputContainer, found: Keyframes | None, others: frozenset[int] = frozenset()
) -> tuple[AudioStream, ...]:
    """Return the sound tracks that there are decoders for, without those of stream indexes `others`."""
    return tuple(
        _audio_stream(one, number, found)
        for number, one in enumerate(container.streams.audio)
        if is_decodable(one) and one.index not in others and not _is_never_sent(one, found)
    )


def _is_never_sent(stream: PyavStream, found: Keyframes | None) -> bool:
    context = stream.codec_context
    is_unknown = not context.channels or not context.sample_rate
    return is_unknown and found is not None and stream.index in found.never_sent


def _video_stream(
    stream: PyavStream, picture: VideoFrame | None, found: Keyframes | None, *, is_mp4: bool
) -> VideoStream:
    context = stream.codec_context
    codec = context.codec.canonical_name
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    fps = next((float(rate) for rate in rates if rate and rate <= _MAX_FPS), None)
    components = context.format.components if context.format else ()
    bit_depth = components[0].bits if components else 8
    interlaced = context.field_order in _FIELD_ORDERS_INTERLACED or bool(picture and picture.interlaced_frame)
    sets = sequence_parameters(configured_units(bytes(context.extradata or b""))) if codec == "h264" else ()
    return VideoStream(
        index=stream.index,
        codec=codec,
        profile=stream.profile,
        level=context.level if context.level >= 0 else None,
        pix_fmt=context.pix_fmt,
        bit_depth=bit_depth,
        width=context.width,
        height=context.height,
        sar=sar_of(stream),
        rotation=rotation_of(picture) if picture else 0,
        mirrored=bool(picture and is_mirrored(picture)),
        fps=fps,
        interlaced=interlaced,
        may_have_fields=not interlaced and any(one.may_have_fields for one in sets),
        is_cut=found is not None and found.is_cut,
        color_transfer=_TRANSFERS.get(context.color_trc),
        matrix_named=(picture or context).colorspace not in _NAMELESS_MATRICES,
        codec_string=codec_strings.video_codec_string(
            codec,
            bytes(context.extradata or b""),
            stream.profile,
            bit_depth=bit_depth,
            width=context.width,
            height=context.height,
            fps=fps,
        ),
        sample_entry=_sample_entry(context.codec_tag) if is_mp4 else None,
        start_s=found.start_s if found else None,
        end_s=found.end_s if found else None,
        last_s=found.last_s if found else None,
    )


def _sample_entry(codec_tag: str) -> str | None:
    """Return the four letters, or None: a hostile file may have any bytes there."""
    return codec_tag if codec_tag.isascii() and codec_tag.isalnum() else None


def _audio_stream(stream: PyavStream, number: int, found: Keyframes | None) -> AudioStream:
    context = stream.codec_context
    codec = context.codec.canonical_name
    return AudioStream(
        index=stream.index,
        codec=codec,
        profile=stream.profile,
        channels=context.channels,
        sample_rate=context.sample_rate or 0,
        language=_language(stream),
        title=stream.metadata.get("title"),
        default=bool(stream.disposition & Disposition.default),
        codec_string=codec_strings.audio_codec_string(codec, bytes(context.extradata or b""), stream.profile),
        has_gaps=found is not None and stream.index in found.with_gaps,
        start_s=float(stream.start_time * stream.time_base) if stream.start_time is not None else None,
        end_s=_sound_end_s(stream, found),
        number=number,
    )


def _sound_end_s(stream: PyavStream, found: Keyframes | None) -> float | None:
    """Return when the sound has ended: by its packets where they were read, else by its header."""
    if found is not None and stream.index in found.sound_ends_s:
        return found.sound_ends_s[stream.index]
    if not stream.duration or not stream.time_base:
        return None
    return float(((stream.start_time or 0) + stream.duration) * stream.time_base)


def subtitle_streams(
    container: InputContainer, url: str, others: frozenset[int] = frozenset()
) -> tuple[SubtitleStream, ...]:
    """Return the subtitle tracks that there are decoders for, without those of stream indexes `others`."""
    streams = [one for one in container.streams.subtitles if is_decodable(one) and one.index not in others]
    names = {one.codec_context.codec.canonical_name for one in streams}
    canvases = find_canvases(url) if names - _TEXT_SUBTITLES else {}
    return tuple(_subtitle_stream(one, canvases.get(one.index, (None, None))) for one in streams)


def _subtitle_stream(stream: PyavStream, canvas: tuple[int | None, int | None]) -> SubtitleStream:
    codec = stream.codec_context.codec.canonical_name
    return SubtitleStream(
        index=stream.index,
        codec=codec,
        language=_language(stream),
        title=stream.metadata.get("title"),
        forced=bool(stream.disposition & Disposition.forced),
        default=bool(stream.disposition & Disposition.default),
        is_text=codec in _TEXT_SUBTITLES,
        width=canvas[0],
        height=canvas[1],
    )


def _language(stream: PyavStream) -> str | None:
    return stream.language if stream.language not in (None, "", "und") else None


def _with_dolby_vision(video: VideoStream, container: InputContainer, url: str) -> VideoStream:
    if video.codec not in ("hevc", "av1") or video.bit_depth < 10:
        return video
    return replace(video, dolby_vision=read_profile(url, container.format.name.split(",")[0]))
