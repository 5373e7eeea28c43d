"""Where ffmpeg is."""

import shutil
from pathlib import Path

import imageio_ffmpeg

from transcoder.errors import FfmpegMissingError


def find_ffmpeg() -> Path:
    """Return the system's ffmpeg, which may know hardware encoders, or else the one that came along.

    Raises:
        FfmpegMissingError: There is neither.
    """
    system = shutil.which("ffmpeg")
    if system:
        return Path(system)
    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FfmpegMissingError("no ffmpeg on this machine") from error
