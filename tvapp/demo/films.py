"""The demo's films: which scene, how long, in which codecs; and how ffmpeg is told so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tvapp.demo import sound
from tvapp.demo.canvas import Size, seeded
from tvapp.demo.captions import TimeCode, TitleCard, brightness
from tvapp.demo.encoder import encode
from tvapp.demo.scenes import AuroraScene, DunesScene, HarbourScene, LighthouseScene, Scene
from tvapp.demo.scenes.strip import tinted
from tvapp.demo.subtitles import ENGLISH, FRENCH, format_srt


@dataclass(frozen=True, slots=True)
class Track:
    """A sound track: what plays, on how many channels, in which codec, and what the file says about it."""

    tune: sound.Tune
    graph: Callable[[sound.Tune, float], str]
    codec: tuple[str, ...]
    language: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """A film to make."""

    name: str
    title: str
    line: str
    scene: Callable[[Size, Random], Scene]
    size: Size
    fps: int
    seconds: float
    video: tuple[str, ...]
    tracks: tuple[Track, ...]
    container: tuple[str, ...] = ()
    subtitles: dict[str, Sequence[str]] = field(default_factory=dict)
    """Lines by language (ISO 639-2)."""

    def reduced(self, seconds: float, scale: float) -> "Film":
        """Return the same film, `seconds` long and `scale` times as wide and high (even numbers of pixels)."""
        width, height = (max(64, round(side * scale / 2) * 2) for side in self.size)
        return replace(self, seconds=seconds, size=(width, height))


HD_COLOURS = (
    *("-vf", "scale=out_color_matrix=bt709:out_range=tv"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
)

FILMS = (
    Film(
        name="The Lighthouse.mp4",
        title="The Lighthouse",
        line="a film made of arithmetic",
        scene=LighthouseScene,
        size=(1280, 720),
        fps=24,
        seconds=30,
        # Not "ultrafast": it leaves out what makes a stream High profile.
        video=(
            "libx264",
            "-preset",
            "superfast",
            "-crf",
            "21",
            "-profile:v",
            "high",
            "-pix_fmt",
            "yuv420p",
            *HD_COLOURS,
        ),
        tracks=(Track(sound.LIGHTHOUSE_TUNE, sound.stereo, ("aac", "-b:a", "160k")),),
        container=("-movflags", "+faststart"),
    ),
    Film(
        name="Aurora (2026).mkv",
        title="Aurora",
        line="northern lights for a quiet evening",
        scene=AuroraScene,
        size=(1280, 720),
        fps=24,
        seconds=30,
        video=(
            *(
                "libx265",
                "-preset",
                "ultrafast",
                "-crf",
                "23",
                "-profile:v",
                "main10",
                "-pix_fmt",
                "yuv420p10le",
            ),
            *("-x265-params", "log-level=error", *HD_COLOURS),
        ),
        tracks=(
            Track(sound.AURORA_TUNE, sound.surround, ("ac3", "-b:a", "384k"), "eng", "English, surround"),
            Track(sound.MUSIC_BOX_TUNE, sound.stereo, ("aac", "-b:a", "128k"), "fra", "Français, stéréo"),
        ),
        subtitles={"eng": ENGLISH, "fra": FRENCH},
    ),
    Film(
        name="Dunes at Dusk.webm",
        title="Dunes at Dusk",
        line="five camels, one sunset",
        scene=DunesScene,
        size=(1280, 720),
        fps=24,
        seconds=30,
        video=(
            *(
                "libvpx-vp9",
                "-deadline",
                "realtime",
                "-cpu-used",
                "8",
                "-row-mt",
                "1",
                "-crf",
                "30",
                "-b:v",
                "0",
            ),
            *("-pix_fmt", "yuv420p", *HD_COLOURS),
        ),
        tracks=(Track(sound.DUNES_TUNE, sound.stereo, ("libopus", "-b:a", "128k")),),
    ),
    Film(
        name="Old Harbour 1998.avi",
        title="Old Harbour",
        line="holiday tape no. 4, July 1998",
        scene=HarbourScene,
        size=(640, 480),
        fps=25,
        seconds=30,
        # Advanced Simple Profile is number 15 of MPEG-4 part 2; B-frames are what it is known for.
        video=("mpeg4", "-profile:v", "15", "-bf", "1", "-q:v", "5", "-vtag", "DX50", "-pix_fmt", "yuv420p"),
        tracks=(Track(sound.HARBOUR_TUNE, sound.stereo, ("libmp3lame", "-b:a", "128k")),),
    ),
)

GROUP_S = 2
"""Seconds from one keyframe to the next."""


def film_arguments(film: Film, target: Path) -> list[str]:
    """Return ffmpeg's arguments to write `film` to `target` from raw pictures on its standard input."""
    wide, tall = film.size
    arguments = ["-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    arguments += ["-video_size", f"{wide}x{tall}", "-framerate", str(film.fps), "-i", "pipe:0"]
    for track in film.tracks:
        arguments += ["-f", "lavfi", "-i", track.graph(track.tune, film.seconds)]
    for index in range(len(film.subtitles)):
        arguments += ["-f", "srt", "-i", f"{{text{index}}}"]
    arguments += [
        part for number in range(1 + len(film.tracks) + len(film.subtitles)) for part in ("-map", str(number))
    ]
    arguments += ["-c:v", *film.video, "-g", str(film.fps * GROUP_S)]
    for index, track in enumerate(film.tracks):
        arguments += _track_arguments(index, track)
    for index, language in enumerate(film.subtitles):
        arguments += [f"-c:s:{index}", "srt", f"-metadata:s:s:{index}", f"language={language}"]
        arguments += [f"-disposition:s:{index}", "0"]
    arguments += ["-t", f"{film.seconds:g}", "-metadata", f"title={film.title}", *film.container]
    # No encoder's name, no random identifiers: the same film at every run.
    return [*arguments, "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", str(target)]


def _track_arguments(index: int, track: Track) -> list[str]:
    codec, *options = track.codec
    arguments = [f"-c:a:{index}", codec]
    arguments += [f"{part}:{index}" if part.startswith("-") else part for part in options]
    if track.language:
        arguments += [f"-metadata:s:a:{index}", f"language={track.language}"]
    if track.title:
        arguments += [f"-metadata:s:a:{index}", f"title={track.title}"]
    return [*arguments, f"-disposition:a:{index}", "0" if index else "default"]


def film_frames(film: Film) -> Iterator[bytes]:
    """Yield the pictures of `film` as raw RGB: the scene, the title, the time code, up from black and down again."""
    scene = film.scene(film.size, seeded(film.name))
    title = TitleCard(film.size, film.title, film.line)
    clock = TimeCode(film.size, film.fps)
    count = round(film.seconds * film.fps)
    for index in range(count):
        time_s = index / film.fps
        progress = index / max(1, count - 1)
        frame = scene.frame(time_s, progress)
        title.put_on(frame, time_s)
        light = brightness(time_s, film.seconds)
        if light < 1:
            frame = tinted(frame, (light, light, light))
        clock.put_on(frame, index, progress)
        yield frame.tobytes()


def make_film(film: Film, directory: Path, ffmpeg: Path) -> Path:
    """Write `film` into `directory` and return its path.

    Raises:
        EncodeError: This ffmpeg cannot make it.
    """
    target = directory / film.name
    texts = [format_srt(lines, film.seconds) for lines in film.subtitles.values()]
    encode(ffmpeg, film_arguments(film, target), film_frames(film), texts)
    return target
