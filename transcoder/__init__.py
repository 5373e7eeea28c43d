"""Makes any video playable on any screen."""

from transcoder.decision import Decision, decide
from transcoder.errors import (
    HelperCrashedError,
    HelperTimeoutError,
    ProbeError,
    TranscoderError,
    UnknownProfileError,
)
from transcoder.helper_child import serve
from transcoder.media_info import AudioStream, MediaInfo, SubtitleStream, VideoStream
from transcoder.probe import MediaHelper
from transcoder.process import HelperProcess
from transcoder.profiles import PROFILES, ScreenProfile, profile_named

__all__ = [
    "PROFILES",
    "AudioStream",
    "Decision",
    "HelperCrashedError",
    "HelperProcess",
    "HelperTimeoutError",
    "MediaHelper",
    "MediaInfo",
    "ProbeError",
    "ScreenProfile",
    "SubtitleStream",
    "TranscoderError",
    "UnknownProfileError",
    "VideoStream",
    "decide",
    "profile_named",
    "serve",
]
