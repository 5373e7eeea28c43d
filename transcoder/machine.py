"""What this machine can do: which encoders work, and what is made in the time it takes to watch it."""

import threading
from pathlib import Path

from transcoder.command import SOFTWARE, PictureEncoder
from transcoder.ladder import Rung
from transcoder.media_info import VideoStream


class Machine:
    """Knows encoders and speeds. Safe for threads."""

    def __init__(self, ffmpeg: Path) -> None:
        self._ffmpeg = ffmpeg
        self._guard = threading.Lock()

    def encoder_for(self, _video: VideoStream | None) -> PictureEncoder:
        """Return what converts this picture best."""
        return SOFTWARE

    def refuse(self, encoder: PictureEncoder, video: VideoStream) -> None:
        """Learn that an encoder made nothing of such a picture."""

    def keeps_up(self, _video: VideoStream, _rung: Rung) -> bool:
        """Return whether a picture is converted in the time it takes to watch it; unknown is yes."""
        return True

    def note_slow(self, video: VideoStream, rung: Rung, pace: float) -> None:
        """Learn that a picture was converted at `pace` seconds per second, the cheapest way."""

    def close(self) -> None:
        """End what is going on. Safe twice."""
