"""Makes any video playable on any screen."""

from transcoder.abilities import ABILITIES, profile_for
from transcoder.binaries import find_ffmpeg
from transcoder.command import VobSub
from transcoder.decision import Decision, decide
from transcoder.errors import (
    BusyError,
    EncodeError,
    FfmpegMissingError,
    FilmEndedError,
    HelperCrashedError,
    HelperTimeoutError,
    NoSoundTrackError,
    PoolClosedError,
    ProbeError,
    SegmentNotFoundError,
    TranscoderError,
    UnknownAbilityError,
    UnknownProfileError,
    UnreadablePartError,
)
from transcoder.helper_child import serve
from transcoder.helper_process import HelperProcess
from transcoder.machine import EncoderReport, Machine
from transcoder.media_info import AudioStream, Chapter, MediaInfo, SubtitleStream, VideoStream
from transcoder.playlist import SubtitleRendition
from transcoder.pool import Pool
from transcoder.preview_layout import PreviewLayout, preview_layout
from transcoder.probe import MediaHelper
from transcoder.profiles import PROFILES, ScreenProfile, profile_named
from transcoder.session import Source
from transcoder.slots import PoolState
from transcoder.stream import PLAYLIST_TYPE, SegmentBody, Stream, VariantLink
from transcoder.subtitles import MAX_SUBTITLE_FILE_SIZE, NO_FONTS, SubtitleHelper, SubtitleText
from transcoder.text_tracks import on_the_clock, text_playlist, text_renditions

__all__ = [
    "ABILITIES",
    "MAX_SUBTITLE_FILE_SIZE",
    "NO_FONTS",
    "PLAYLIST_TYPE",
    "PROFILES",
    "AudioStream",
    "BusyError",
    "Chapter",
    "Decision",
    "EncodeError",
    "EncoderReport",
    "FfmpegMissingError",
    "FilmEndedError",
    "HelperCrashedError",
    "HelperProcess",
    "HelperTimeoutError",
    "Machine",
    "MediaHelper",
    "MediaInfo",
    "NoSoundTrackError",
    "Pool",
    "PoolClosedError",
    "PoolState",
    "PreviewLayout",
    "ProbeError",
    "ScreenProfile",
    "SegmentBody",
    "SegmentNotFoundError",
    "Source",
    "Stream",
    "SubtitleHelper",
    "SubtitleRendition",
    "SubtitleStream",
    "SubtitleText",
    "TranscoderError",
    "UnknownAbilityError",
    "UnknownProfileError",
    "UnreadablePartError",
    "VariantLink",
    "VideoStream",
    "VobSub",
    "decide",
    "find_ffmpeg",
    "on_the_clock",
    "preview_layout",
    "profile_for",
    "profile_named",
    "serve",
    "text_playlist",
    "text_renditions",
]
