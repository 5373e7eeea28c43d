"""A job to ffmpeg's argument lists: the only room that knows a flag."""

from transcoder.command.encoders import (
    STANDARD_INPUT,
    clip_arguments,
    reading_arguments,
    trial_arguments,
    version_arguments,
)
from transcoder.command.job import (
    KINDS,
    MAX_SAVINGS,
    MAX_SEGMENTS_PER_RUN,
    SOFTWARE,
    EncodeJob,
    Kind,
    PictureEncoder,
    VobSub,
)
from transcoder.command.programs import commands
from transcoder.command.sound import SAMPLE_RATE

__all__ = [
    "KINDS",
    "MAX_SAVINGS",
    "MAX_SEGMENTS_PER_RUN",
    "SAMPLE_RATE",
    "SOFTWARE",
    "STANDARD_INPUT",
    "EncodeJob",
    "Kind",
    "PictureEncoder",
    "VobSub",
    "clip_arguments",
    "commands",
    "reading_arguments",
    "trial_arguments",
    "version_arguments",
]
