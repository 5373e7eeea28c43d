"""The media helper: a process of its own that opens hostile files.

    python -m transcoder.media_helper [--background]

PyAV is imported in this process and nowhere else. It holds no key, reads one item through a loopback URL, and
may crash.

Requests and answers; any may be answered with `{"error": ..}`:

    {"do": "probe", "url": ..}                              {"media": MediaInfo as JSON}
    {"do": "frame", "url": .., "at_s": .., "width": ..}     {} and a JPEG
    {"do": "sheet", "url": .., "size": [..], "grid": [..],
     "looks": [[at_s, keyframe_s, offset], ..]}          {"good_count": ..} and a JPEG
"""

import os
import sys
from dataclasses import replace
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame as Picture

from transcoder import codec_strings, tags
from transcoder.broadcast import BROADCAST_FORMATS, scan_broadcast
from transcoder.canvas_scan import find_canvases
from transcoder.chapters import chapters_of
from transcoder.dolby_vision import read_profile
from transcoder.helper_child import serve
from transcoder.http_range import RangeReader
from transcoder.keyframe_scan import Beginning, Keyframes, find_keyframes, read_beginning
from transcoder.media_covers import cover
from transcoder.media_frames import frame, rotation_of, sar_of
from transcoder.media_info import AudioStream, MediaInfo, SubtitleStream, VideoStream
from transcoder.media_opening import PyavStream, is_decodable, open_media, picture_streams
from transcoder.media_sheets import sheet
from transcoder.preview_layout import Look

_MIME_TYPES = {
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "avi": "video/x-msvideo",
    "asf": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "ogg": "video/ogg",
    "dv": "video/x-dv",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "aac": "audio/aac",
    "mxf": "application/mxf",
}
_TRANSFERS = {1: "bt709", 4: "gamma22", 6: "smpte170m", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12"}
_TRANSFERS |= {16: "smpte2084", 18: "arib-std-b67"}
_TEXT_SUBTITLES = frozenset(
    {"subrip", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "sami", "srt", "ttml", "eia_608"}
)
_NEAR_S = 60.0
_BACKGROUND_NICENESS = 19  # whoever plays a film meanwhile does not notice
_MAX_FPS = 1000  # above, it is a time base that was taken for a rate
_FIELD_ORDERS_INTERLACED = frozenset({2, 3, 4, 5})  # AVFieldOrder; 0 unknown, 1 progressive


def main() -> None:
    """Serve until the owner leaves."""
    if "--background" in sys.argv[1:]:
        os.nice(_BACKGROUND_NICENESS)
    av.logging.set_level(None)
    serve(answer)


def answer(request: dict[str, Any], _payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what one request asks."""
    try:
        if request["do"] == "probe":
            return {"media": probe(request["url"]).to_json()}, b""
        if request["do"] == "cover":
            return {}, cover(request["url"])
        if request["do"] == "sheet":
            size, grid = tuple(request["size"]), tuple(request["grid"])
            jpeg, good_count = sheet(request["url"], [Look(*one) for one in request["looks"]], size, grid)
            return {"good_count": good_count}, jpeg
        return {}, frame(request["url"], float(request["at_s"]), int(request["width"]))
    except av.error.FFmpegError as error:
        return {"error": error.strerror or "unreadable"}, b""  # str(error) would name the URL
    except (ValueError, ArithmeticError, MemoryError, OSError) as error:
        return {"error": f"unreadable ({type(error).__name__})"}, b""


def probe(url: str) -> MediaInfo:
    """Read what the file at `url` is."""
    with open_media(url) as container:
        container_tags = _tags(container)
        pictures = picture_streams(container)
        beginning = read_beginning(container, pictures[0]) if pictures else None
        found = _keyframes(container, beginning, url)
        first_picture = beginning.picture if beginning else None
        video = tuple(
            _video_stream(one, None if number else first_picture, None if number else found)
            for number, one in enumerate(pictures)
        )
        video = tuple(_with_dolby_vision(one, container, url) for one in video)
        audio = tuple(_audio_stream(one, found) for one in container.streams.audio if is_decodable(one))
        start_s = (container.start_time or 0) / av.time_base
        if not video and not audio:
            raise ValueError("neither pictures nor sound")
        duration_s = _duration_s(container, start_s, found)
        return MediaInfo(
            format_name=container.format.name.split(",")[0],
            mime=_mime(container, url, has_video=bool(video)),
            duration_s=duration_s,
            start_s=start_s,
            video=video,
            audio=audio,
            subtitles=_subtitles(container, url),
            keyframes_s=found.times_s if found else (),
            stretches=found.stretches if found else (),
            peak_bitrate=found.peak_bitrate if found else None,
            chapters=chapters_of(container.chapters(), start_s, duration_s),
            taken_at=tags.taken_at(container_tags)
            or tags.avchd_time(beginning.first_bytes if beginning else b""),
            location=tags.location(container_tags),
        )


def _with_dolby_vision(video: VideoStream, container: InputContainer, url: str) -> VideoStream:
    if video.codec not in ("hevc", "av1") or video.bit_depth < 10:
        return video
    return replace(video, dolby_vision=read_profile(url, container.format.name.split(",")[0]))


def _keyframes(container: InputContainer, beginning: Beginning | None, url: str) -> Keyframes | None:
    if beginning is None:
        return None
    try:
        if container.format.name in BROADCAST_FORMATS:
            return scan_broadcast(url, beginning.stream.index)
        return find_keyframes(container, beginning, url)
    except av.error.FFmpegError:
        return None  # a damaged end: played as far as it goes


def _duration_s(container: InputContainer, start_s: float, found: Keyframes | None) -> float:
    """Return how long it plays: the container's word, unless its tracks are known to end elsewhere."""
    claimed = (container.duration or 0) / av.time_base
    if found is None or found.end_s is None:
        return claimed
    sound_end_s = found.sound_end_s or _sound_end_s(container)
    real = max(found.end_s, sound_end_s or 0.0) - start_s
    if sound_end_s is None and container.streams.audio:
        # The sound's end is not known: believe a claim that is near.
        return claimed if abs(claimed - real) < _NEAR_S else real
    return real


def _sound_end_s(container: InputContainer) -> float | None:
    """Return when the sound ends by its tracks' own headers, or None where they do not say."""
    ends = [
        float(((one.start_time or 0) + one.duration) * one.time_base)
        for one in container.streams.audio
        if one.duration and one.time_base
    ]
    return max(ends, default=None)


def _video_stream(stream: PyavStream, picture: Picture | None, found: Keyframes | None) -> VideoStream:
    context = stream.codec_context
    codec = context.codec.canonical_name
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    fps = next((float(rate) for rate in rates if rate and rate <= _MAX_FPS), None)
    components = context.format.components if context.format else ()
    bit_depth = components[0].bits if components else 8
    interlaced = context.field_order in _FIELD_ORDERS_INTERLACED
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
        fps=fps,
        interlaced=interlaced or bool(picture and picture.interlaced_frame),
        color_transfer=_TRANSFERS.get(context.color_trc),
        codec_string=codec_strings.video_codec_string(
            codec,
            bytes(context.extradata or b""),
            stream.profile,
            bit_depth=bit_depth,
            width=context.width,
            height=context.height,
            fps=fps,
        ),
        start_s=found.start_s if found else None,
        end_s=found.end_s if found else None,
    )


def _audio_stream(stream: PyavStream, found: Keyframes | None) -> AudioStream:
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
    )


def _subtitles(container: InputContainer, url: str) -> tuple[SubtitleStream, ...]:
    streams = [one for one in container.streams.subtitles if is_decodable(one)]
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


def _tags(container: InputContainer) -> dict[str, str]:
    """Return the container's tags and, where it has none of a name, its streams'."""
    merged: dict[str, str] = {}
    for stream in reversed(container.streams):
        merged.update(stream.metadata)
    return {**merged, **container.metadata}


def _mime(container: InputContainer, url: str, *, has_video: bool) -> str:
    name = container.format.name.split(",")[0]
    if name == "mov":
        brand = container.metadata.get("major_brand", "").strip()
        mime = "video/quicktime" if brand == "qt" else "video/mp4"
    elif name == "matroska":
        reader = RangeReader(url)
        try:
            head = reader.read(0, 64)  # the document type is among the first fields
        finally:
            reader.close()
        mime = "video/webm" if b"webm" in head else "video/x-matroska"
    else:
        mime = _MIME_TYPES.get(name, "application/octet-stream")
    return mime if has_video else mime.replace("video/", "audio/").replace("quicktime", "mp4")


if __name__ == "__main__":
    main()
