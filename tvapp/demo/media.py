"""The demo's media as a tree of files."""

from collections.abc import Callable
from pathlib import Path

from tvapp.demo.films import FILMS, make_film
from tvapp.demo.photos import PHOTOS, make_photo

Progress = Callable[[str, int, int], None]
"""Called with the path of a file that is done (below the directory), how many are done, and how many will be."""


def make_demo_media(
    directory: Path,
    ffmpeg: Path,
    on_progress: Progress | None = None,
    *,
    seconds: float | None = None,
    scale: float = 1.0,
) -> list[Path]:
    """Write the demo's films and photos into `directory` and return their paths: `Films/...`, `Photos/...`.

    The same names and pictures at every run.

    Args:
        directory: Must exist; the caller removes it.
        ffmpeg: With libx264, libx265, libvpx-vp9, libopus and libmp3lame.
        on_progress: Told after each file.
        seconds: Makes the films that short instead of half a minute; for tests.
        scale: Makes everything that many times as wide and high; for tests.

    Raises:
        EncodeError: This ffmpeg cannot make one of the films.
        OSError: `directory` cannot be written.
    """
    total = len(PHOTOS) + len(FILMS)
    made: list[Path] = []

    def done(path: Path) -> None:
        made.append(path)
        if on_progress is not None:
            on_progress(path.relative_to(directory).as_posix(), len(made), total)

    photo_directory, film_directory = directory / "Photos", directory / "Films"
    photo_directory.mkdir(exist_ok=True)
    film_directory.mkdir(exist_ok=True)
    for photo in PHOTOS:
        done(make_photo(photo, photo_directory, scale))
    for film in FILMS:
        chosen = film.reduced(seconds or film.seconds, scale)
        done(make_film(chosen, film_directory, ffmpeg))
    return made
