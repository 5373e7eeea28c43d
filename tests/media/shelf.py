"""Where made files stand, in a folder that is thrown away with the test run."""

import subprocess
from pathlib import Path

from tests.media.recipes import RECIPES

FFMPEG = "/usr/bin/ffmpeg"


class UnmakeableError(Exception):
    """This machine's ffmpeg cannot make a file: an encoder is missing, say."""


class Shelf:
    """Makes files by their recipes, each once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._made: set[str] = set()

    def path(self, name: str) -> Path:
        """Return where the file is; it is made now if nobody asked before.

        Raises:
            UnmakeableError
        """
        path = self.folder / name
        if name not in self._made:
            RECIPES[name](self, path)
            self._made.add(name)
        return path

    def data(self, name: str) -> bytes:
        """Return the file's bytes."""
        return self.path(name).read_bytes()

    def ffmpeg(self, *arguments: str | Path) -> None:
        """Run ffmpeg to its end.

        Raises:
            UnmakeableError: It failed.
        """
        argv = [FFMPEG, "-y", "-v", "error", "-nostdin", *map(str, arguments)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise UnmakeableError(done.stderr[-500:])
