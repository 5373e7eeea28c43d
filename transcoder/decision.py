"""Direct play, remux or transcode: one pure function of what a file is and what a screen plays.

* direct: the file's own bytes; the screen opens the container and decodes what is in it.
* remux: picture and sound unchanged, in segments.
* transcode: picture or sound, or both, are converted.

Reasons are for the family in front of the screen.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from transcoder.media_info import AudioStream, MediaInfo, VideoStream
from transcoder.profiles import Packaging, ScreenProfile
from transcoder.silence import silence_beside

Mode = Literal["direct", "remux", "transcode"]
Treatment = Literal["copy", "encode"]

MAX_GOP_COPIED_S = 15.0  # a segment cannot be shorter than its GOP, and a player waits for a whole one
HIDDEN_S = 0.05
_ENDS_EARLY_S = 0.3  # of sound; a coder's last packet may lack so much
_BEGINS_LATE_S = 1.0  # players leap over less, and recordings begin with less
NO_FALLBACK = 5  # the Dolby Vision profile without a picture for other screens

_CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg4": "MPEG-4 (DivX)",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "mjpeg": "Motion JPEG",
    "vc1": "VC-1",
    "wmv2": "Windows Media",
    "wmv3": "Windows Media",
    "prores": "ProRes",
    "aac": "AAC",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "dts": "DTS",
    "truehd": "TrueHD",
    "mp2": "MP2",
    "mp3": "MP3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "flac": "FLAC",
    "alac": "Apple Lossless",
}
_CONTAINER_NAMES = {
    "matroska": "Matroska",
    "mov": "MP4",
    "mpegts": "MPEG transport stream",
    "mpeg": "MPEG program stream",
    "avi": "AVI",
    "asf": "Windows Media",
    "flv": "Flash video",
    "ogg": "Ogg",
}
_COPY_VIDEO: dict[Packaging, frozenset[str]] = {
    "fmp4": frozenset({"h264", "hevc", "vp9", "av1"}),
    "ts": frozenset({"h264"}),
}
_COPY_AUDIO: dict[Packaging, frozenset[str]] = {
    "fmp4": frozenset({"aac", "ac3", "eac3"}),
    "ts": frozenset({"aac", "ac3", "eac3", "mp3"}),
}
_FIRST_PLAYED = frozenset({"matroska"})  # players take their first sound track, whatever is marked
_COPY_CONTAINERS = frozenset({"mov", "matroska", "mpegts"})  # their seeks and times can be relied on


@dataclass(frozen=True, slots=True)
class Decision:
    """How to play a file: `video` and `audio` are None where it has none."""

    mode: Mode
    video: Treatment | None
    audio: Treatment | None
    reason: str


def decide(
    info: MediaInfo, profile: ScreenProfile, audio: int | None = None, *, convert: bool = False
) -> Decision:
    """Return how `profile`'s screen gets this file.

    Args:
        info: What the probe found.
        profile: The screen.
        audio: Index of the sound track among the sound tracks, or None for the default one.
        convert: The player has met something that it does not get past: nothing is passed on as it is.
    """
    if convert:
        return _decide_conversion(info, audio)
    problem = _container_problem(info, profile) or _direct_problem(info, profile, audio)
    if problem is None:
        video, sound = _treatment(info.video, None), _treatment(info.audio, None)
        return Decision("direct", video, sound, "this screen plays the file as it is")
    return decide_stream(info, profile, audio)


def decide_stream(
    info: MediaInfo, profile: ScreenProfile, audio: int | None = None, *, convert: bool = False
) -> Decision:
    """Return how `profile`'s screen gets this file in segments, even if it could play the file itself."""
    if convert:
        return _decide_conversion(info, audio)
    picture, sound = chosen_video(info), chosen_audio(info, audio)
    video_problem = _copy_video_problem(info, picture, profile) if picture else None
    audio_problem = _copy_audio_problem(info, sound, profile) if sound else None
    if not video_problem and not audio_problem:
        reason = (
            _container_problem(info, profile)
            or (_entry_problem(picture, profile) if picture else None)
            or "this screen takes it in pieces"
        )
        reason += "; picture and sound are passed on unchanged"
        return Decision("remux", "copy" if picture else None, "copy" if sound else None, reason)
    parts = []
    if video_problem:
        parts.append(f"{video_problem}; it is converted to H.264")
    if audio_problem:
        parts.append(f"{audio_problem}; it is converted to AAC")
    if picture and not video_problem:
        parts.append("the picture is passed on unchanged")
    return Decision(
        "transcode", _treatment(picture, video_problem), _treatment(sound, audio_problem), "; ".join(parts)
    )


def _decide_conversion(info: MediaInfo, audio: int | None) -> Decision:
    """Convert all there is: ffmpeg decodes past damage in a picture that ends playback where it is passed on."""
    picture, sound = chosen_video(info), chosen_audio(info, audio)
    parts = ["the picture is converted to H.264"] * bool(picture) + ["the sound to AAC"] * bool(sound)
    if not picture:
        parts = ["the sound is converted to AAC"]
    reason = f"asked for by the player: {' and '.join(parts)}"
    return Decision("transcode", "encode" if picture else None, "encode" if sound else None, reason)


def chosen_video(info: MediaInfo) -> VideoStream | None:
    """Return the picture track that is played: the first, for the probe puts it there."""
    return info.video[0] if info.video else None


def chosen_audio(info: MediaInfo, audio: int | None = None) -> AudioStream | None:
    """Return sound track number `audio`, or the one marked as default, or the first."""
    if not info.audio:
        return None
    if audio is not None and 0 <= audio < len(info.audio):
        return info.audio[audio]
    return next((one for one in info.audio if one.default), info.audio[0])


def _treatment(stream: object, problem: str | None) -> Treatment | None:
    if not stream:
        return None
    return "encode" if problem else "copy"


def _container_problem(info: MediaInfo, profile: ScreenProfile) -> str | None:
    if profile.plays_all or info.mime in profile.containers:
        return None
    name = _CONTAINER_NAMES.get(info.format_name, info.format_name)
    return f"this screen does not open {name} files"


def _direct_problem(info: MediaInfo, profile: ScreenProfile, audio: int | None) -> str | None:
    """Return why the screen cannot decode what is in the file, or None."""
    if profile.plays_all:
        return None
    picture, sound = chosen_video(info), chosen_audio(info, audio)
    if sound and audio is not None and sound != chosen_audio(info):
        return "another sound track than the file's first choice is asked for"
    if sound and info.format_name in _FIRST_PLAYED and sound != info.audio[0]:
        return "the file's first choice of sound is not its first track, which is what screens play"
    video_problem = _video_problem(picture, profile) or _entry_problem(picture, profile) if picture else None
    return video_problem or (_audio_problem(sound, profile) if sound else None)


def _entry_problem(video: VideoStream, profile: ScreenProfile) -> str | None:
    """Return why the screen shows nothing of this picture track as the file has it; in segments it is named anew."""
    if profile.plays_all or video.sample_entry not in profile.black_entries:
        return None
    name = codec_name(video.codec)
    return f"the file calls its {name} {video.sample_entry}, of which this screen plays the sound alone"


def _video_problem(video: VideoStream, profile: ScreenProfile) -> str | None:
    """Return why the screen cannot show this picture track, or None."""
    if profile.plays_all:
        return None
    problem = _decoding_problem(video, profile)
    if video.dolby_vision == NO_FALLBACK and (problem or not profile.dolby_vision):
        return "the video is Dolby Vision of profile 5, whose colours only screens made for it show right"
    return problem


def _decoding_problem(video: VideoStream, profile: ScreenProfile) -> str | None:
    name = codec_name(video.codec)
    limit = profile.video.get(video.codec)
    if limit is None:
        return f"the video is {name}, which this screen does not play"
    if video.bit_depth > limit.max_bit_depth:
        return f"the video is {video.bit_depth}-bit {name}, which this screen does not play"
    if not (video.pix_fmt or "yuv420p").startswith(("yuv420p", "yuvj420p", "nv12", "p010")):
        return f"the video has finer colour ({video.pix_fmt}) than this screen plays"
    if video.width > limit.max_width or video.height > limit.max_height:
        return f"the video is {video.width}x{video.height}, which is more than this screen plays"
    if limit.max_level and video.level and video.level > limit.max_level:
        return f"the video is {name} of a higher level than this screen plays"
    if (video.hdr or video.dolby_vision) and not profile.hdr:
        return "the video is HDR, which this screen does not show"
    if (video.interlaced or video.mixed) and not profile.interlaced:
        return "the video is interlaced, which this screen does not show well"
    if video.rotation and not profile.rotates:
        return "the video lies on its side, and this screen does not turn it"
    if video.mirrored and not profile.rotates:
        return "the video is mirrored, and this screen shows it as it is"
    return None


def _audio_problem(audio: AudioStream, profile: ScreenProfile) -> str | None:
    """Return why the screen cannot play this sound track, or None."""
    if profile.plays_all:
        return None
    name = codec_name(audio.codec)
    max_channels = profile.audio.get(audio.codec)
    if max_channels is None:
        return f"the sound is {name}, which this screen does not play"
    if audio.channels > max_channels:
        return f"the sound is {name} with {audio.channels} channels, and this screen plays {max_channels}"
    return None


def _copy_video_problem(info: MediaInfo, video: VideoStream, profile: ScreenProfile) -> str | None:
    """Return why the picture cannot be passed on in segments, or None."""
    problem = _video_problem(video, profile)
    if problem:
        return problem
    name = codec_name(video.codec)
    if video.codec not in _COPY_VIDEO[profile.packaging]:
        return f"the video is {name}, which cannot be sent in pieces"
    if video.rotation or video.mirrored:
        # A segment's player rarely turns it, whatever it does with files.
        return "the video is mirrored" if video.mirrored else "the video lies on its side"
    if info.stretches:
        return "the recording's clock jumps"
    if info.format_name not in _COPY_CONTAINERS or not info.keyframes_s:
        return "the video cannot be cut exactly in a file of this kind"
    edited = _edit_problem(info, video)
    if edited:
        return edited
    if not video.only_idr and not profile.recovery_points:
        return "the video's keyframes do not stand by themselves, as this screen wants them"
    if max_gop_s(info, video) > MAX_GOP_COPIED_S:
        return "the video can be cut only at places far apart"
    if info.start_s + info.duration_s - info.keyframes_s[-1] > MAX_GOP_COPIED_S:
        return "the sound goes on when the picture has ended"
    return None


def _edit_problem(info: MediaInfo, video: VideoStream) -> str | None:
    """Return what an edit list leaves out of a picture that would be seen if it were passed on, or None."""
    if info.keyframes_s[0] < info.start_s - HIDDEN_S:  # pictures that others are made from
        return "the video begins where it cannot be cut"
    return "parts of the recording were cut out" if video.is_cut else None


def _copy_audio_problem(info: MediaInfo, audio: AudioStream, profile: ScreenProfile) -> str | None:
    """Return why the sound cannot be passed on in segments, or None."""
    problem = _audio_problem(audio, profile)
    if problem:
        return problem
    if audio.channels <= 0 or audio.sample_rate <= 0:
        return "the file does not say what its sound is like"  # announced, and perhaps never sent
    if audio.codec not in _COPY_AUDIO[profile.packaging] or info.format_name not in _COPY_CONTAINERS:
        return f"the sound is {codec_name(audio.codec)}, which cannot be sent in pieces"
    if info.stretches:
        return "the recording's clock jumps"
    if (picture := chosen_video(info)) and picture.is_cut:
        return "parts of the recording were cut out"
    if audio.has_gaps:
        return "the sound has holes"  # players stop at a hole; converted, it becomes silence
    if audio.end_s is not None and picture and (picture.end_s or 0.0) - audio.end_s > _ENDS_EARLY_S:
        return "the sound ends before the picture"
    if picture and _begins_late(info, picture, audio) and silence_beside(profile.packaging, audio) is None:
        return "the sound begins after the picture"
    return None


def _begins_late(info: MediaInfo, picture: VideoStream, audio: AudioStream) -> bool:
    pictured_s = info.start_s if picture.start_s is None else picture.start_s
    return audio.start_s is not None and audio.start_s - pictured_s > _BEGINS_LATE_S


def max_gop_s(info: MediaInfo, video: VideoStream) -> float:
    """Return the greatest distance between keyframes in seconds, up to the end of the video."""
    end_s = video.end_s if video.end_s is not None else info.start_s + info.duration_s
    times = [*info.keyframes_s, max(end_s, info.keyframes_s[-1])]
    return max(after - before for before, after in pairwise(times))


def codec_name(codec: str) -> str:
    """Return what people call a codec."""
    return _CODEC_NAMES.get(codec, codec.upper().replace("_", " "))
