"""What a media file is, and what is found by reading it. Runs in the media helper only."""

from dataclasses import replace

import av
from av import VideoStream
from av.container import InputContainer

from transcoder import media_info, tags
from transcoder.broadcast import scan_broadcast
from transcoder.chapters import chapters_of
from transcoder.end_scan import has_no_end, read_to_end
from transcoder.field_scan import has_fields_later
from transcoder.h264_parameters import nal_units, sequence_parameters
from transcoder.http_range import RangeReader
from transcoder.idr import are_idr, looked_at_keyframes
from transcoder.keyframe_scan import Beginning, Keyframes, find_keyframes, read_beginning
from transcoder.media_info import BROADCAST_FORMATS, MediaInfo
from transcoder.media_opening import open_media, picture_streams, streams_of_others
from transcoder.media_streams import audio_streams, subtitle_streams, video_streams
from transcoder.shapes import longest

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
_NEAR_S = 60.0


def probe(url: str) -> MediaInfo:
    """Read what the file at `url` is."""
    with open_media(url) as container:
        container_tags = _tags(container)
        pictures = picture_streams(container)
        beginning = read_beginning(container, pictures[0]) if pictures else None
        others = streams_of_others(container, pictures[0], url) if pictures else frozenset()
        found = _keyframes(container, beginning, url, others)
        video = video_streams(container, beginning, found, url)
        audio, subtitles = audio_streams(container, found, others), subtitle_streams(container, url, others)
        start_s = (container.start_time or 0) / av.time_base
        if not video and not audio:
            raise ValueError("neither pictures nor sound")
        duration_s = _duration_s(container, start_s, found)
        # The last that reads: behind a break of its clock a recording's tracks may become others.
        if video and pictures and found:
            first = _looked_into(video[0], container, pictures[0], found)
            if (shape := longest(found.shapes, duration_s)) is not None:
                first = replace(first, sar=shape * first.height / first.width)
            video = (first, *video[1:])
        return MediaInfo(
            format_name=container.format.name.split(",")[0],
            mime=_mime(container, url, has_video=bool(video)),
            duration_s=duration_s,
            start_s=start_s,
            video=video,
            audio=audio,
            subtitles=subtitles,
            keyframes_s=found.times_s if found else (),
            stretches=found.stretches if found else (),
            shapes=found.shapes if found else (),
            peak_bitrate=found.peak_bitrate if found else None,
            chapters=chapters_of(container.chapters(), start_s, duration_s),
            taken_at=tags.taken_at(container_tags)
            or tags.avchd_time(beginning.first_bytes if beginning else b""),
            location=tags.location(container_tags),
        )


def _keyframes(
    container: InputContainer, beginning: Beginning | None, url: str, others: frozenset[int]
) -> Keyframes | None:
    try:
        if beginning is not None and container.format.name in BROADCAST_FORMATS:
            return scan_broadcast(url, beginning.stream.index, others)
        if has_no_end(container, url):
            return read_to_end(url, beginning.stream.index if beginning else None)
        return find_keyframes(container, beginning, url) if beginning else None
    except av.error.FFmpegError:
        return None  # a damaged end: played as far as it goes


def _looked_into(
    video: media_info.VideoStream, container: InputContainer, stream: VideoStream, found: Keyframes
) -> media_info.VideoStream:
    """Return the picture track with what can be told from some of its later pictures."""
    try:
        keyframes = looked_at_keyframes(container, stream, found.times_s)
        extradata = bytes(stream.codec_context.extradata or b"")
        video = replace(video, only_idr=are_idr(keyframes, extradata))
        sets = (one for packet in keyframes for one in sequence_parameters(nal_units(packet, extradata)))
        if video.interlaced or not (video.may_have_fields or any(one.may_have_fields for one in sets)):
            return video
        video = replace(video, may_have_fields=True)
        return replace(video, mixed=has_fields_later(container, stream, found.times_s))
    except av.error.FFmpegError:
        return video  # damage


def _duration_s(container: InputContainer, start_s: float, found: Keyframes | None) -> float:
    """Return how long it plays: the container's word, unless its tracks are known to end elsewhere."""
    claimed = max(container.duration or 0, 0) / av.time_base
    if found is None or (found.end_s is None and found.sound_end_s is None):
        return claimed
    sound_end_s = found.sound_end_s or _sound_end_s(container)
    real = max(found.end_s or 0.0, sound_end_s or 0.0) - start_s
    if sound_end_s is None and container.streams.audio and claimed:
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
        with RangeReader(url) as reader:
            head = reader.read(0, 64)  # the document type is among the first fields
        mime = "video/webm" if b"webm" in head else "video/x-matroska"
    else:
        mime = _MIME_TYPES.get(name, "application/octet-stream")
    return mime if has_video else mime.replace("video/", "audio/").replace("quicktime", "mp4")
