"""What one run of one presentation is to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from transcoder.decision import Treatment, chosen_video
from transcoder.media_info import AudioStream, MediaInfo, Stretch, VideoStream
from transcoder.profiles import Packaging
from transcoder.segments import SegmentPlan

MAX_SEGMENTS_PER_RUN = 2000  # their key times are one argument, and Linux takes 128 KiB
MAX_SAVINGS = 1

Kind = Literal["software", "vaapi", "qsv", "nvenc", "v4l2m2m", "rkmpp", "videotoolbox"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Options = dict[str, Any]
Node = Any  # a place in a graph of ffmpeg-python, which has no types


@dataclass(frozen=True, slots=True)
class VobSub:
    """Subtitles that are pictures, in two files beside a film; their times are playing times."""

    url: str  # of the .idx
    sub_url: str
    track: int  # among those in it
    size: tuple[int, int] | None = None  # of the screen that they were made for


@dataclass(frozen=True, slots=True)
class PictureEncoder:
    """What makes H.264 of pictures: a program's own, or a device of this machine."""

    kind: Kind
    device: str | None = None  # of several of one kind
    decodes: bool = False  # the device reads the source too, where it can

    @property
    def name(self) -> str:
        """What ffmpeg calls it."""
        return "libx264" if self.kind == "software" else f"h264_{self.kind}"

    @property
    def is_hardware(self) -> bool:
        """Whether it is a device."""
        return self.kind != "software"


SOFTWARE = PictureEncoder("software")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeJob:
    """One run of one presentation, from one segment on."""

    ffmpeg: Path
    url: str
    info: MediaInfo
    plan: SegmentPlan
    first: int  # segment index
    packaging: Packaging
    video: Treatment | None
    audio: Treatment | None
    audio_stream: AudioStream | None
    burn: int | None = None  # index among the subtitle tracks of the one that is drawn into the picture
    drawn_url: str | None = None  # of the subtitles to draw, where they are text
    vobsub: VobSub | None = None  # the subtitles to draw, where they are pictures beside the film
    audio_channels: int = 2  # of converted sound: 2 or 6
    mute: bool = False  # the sound is not read: it cannot be converted
    max_width: int = 1920
    max_height: int = 1080
    encoder: PictureEncoder = SOFTWARE
    savings: int = 0  # how much work the encoder is spared, up to `MAX_SAVINGS`
    # The part of the file to read, where its clock jumps; `info` is on its clock.
    stretch: Stretch | None = None

    @property
    def start_s(self) -> float:
        """Where the run starts, in the file's own time."""
        return self.plan.start_s(self.first) + self.info.start_s

    @property
    def origin_s(self) -> float:
        """The first time that is to be read, in the file's own time: seeks count from it."""
        return self.info.start_s if self.stretch is None else self.stretch.start_s

    @property
    def picture_specifier(self) -> str:
        """Which track of what is read is the picture: streams are numbered anew in every stretch."""
        return str(self.picture.index) if self.stretch is None else "v:0"

    def subtitle_specifier(self, number: int) -> str | None:
        """Return which track of what is read is the film's subtitle track `number`; None if the stretch lacks it."""
        if self.stretch is None:
            return str(self.info.subtitles[number].index)
        if number >= len(self.stretch.subtitles):  # found before stretches were looked into
            return f"s:{number}"
        stream_id = self.stretch.subtitles[number]
        return None if stream_id is None else f"i:{stream_id:#x}"

    @property
    def sound_specifier(self) -> str:
        """Which track of what is read is the sound."""
        if self.audio_stream is None:
            raise ValueError("a job without sound")
        if self.stretch is None:
            return str(self.audio_stream.index)
        number = self.audio_stream.number
        return f"a:{self.info.audio.index(self.audio_stream) if number is None else number}"

    @property
    def picture(self) -> VideoStream:
        """The picture track."""
        picture = chosen_video(self.info)
        if picture is None:
            raise ValueError("a job without pictures")
        return picture
