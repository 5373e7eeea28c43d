"""A job to ffmpeg's argument lists: the only room that knows a flag."""

from transcoder.command.encoders import trial_arguments
from transcoder.command.inputs import STANDARD_INPUT
from transcoder.command.job import (
    MAX_SAVINGS,
    MAX_SEGMENTS_PER_RUN,
    SOFTWARE,
    EncodeJob,
    Kind,
    PictureEncoder,
)
from transcoder.command.programs import commands
from transcoder.command.sound import AAC_FRAME_SIZE, AUDIO_BITRATE, SAMPLE_RATE

__all__ = [
    "AAC_FRAME_SIZE",
    "AUDIO_BITRATE",
    "MAX_SAVINGS",
    "MAX_SEGMENTS_PER_RUN",
    "SAMPLE_RATE",
    "SOFTWARE",
    "STANDARD_INPUT",
    "EncodeJob",
    "Kind",
    "PictureEncoder",
    "commands",
    "trial_arguments",
]
