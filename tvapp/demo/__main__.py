"""`python -m tvapp.demo DIRECTORY FFMPEG`: one line of JSON on stdout for every file that is done.

A line is `{"name": "Films/...", "done": 3, "total": 18}`. Exit status 1 and a line on stderr when it failed.
"""

import json
import sys
from pathlib import Path

from tvapp.demo import EncodeError, make_demo_media


def main(arguments: list[str]) -> int:
    """Make the media as `arguments` (directory, ffmpeg) say and return the exit status."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m tvapp.demo DIRECTORY FFMPEG\n")
        return 2
    try:
        make_demo_media(Path(arguments[0]), Path(arguments[1]), _report)
    except (EncodeError, OSError) as error:
        sys.stderr.write(f"lanterne: demo media: {error}\n")
        return 1
    return 0


def _report(name: str, done: int, total: int) -> None:
    sys.stdout.write(json.dumps({"name": name, "done": done, "total": total}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
