"""A job to ffmpeg's argument lists: the only room that knows a flag."""

from transcoder.command.job import MAX_SEGMENTS_PER_RUN, EncodeJob
from transcoder.command.programs import commands
from transcoder.command.sound import AAC_FRAME_SIZE, AUDIO_BITRATE, SAMPLE_RATE

__all__ = ["AAC_FRAME_SIZE", "AUDIO_BITRATE", "MAX_SEGMENTS_PER_RUN", "SAMPLE_RATE", "EncodeJob", "commands"]
