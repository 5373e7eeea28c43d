"""Paints and composes the films and photos of the demo; runs in a process of its own, which holds no key.

`python -m tvapp.demo DIRECTORY FFMPEG` does it from the command line.
"""

from tvapp.demo.encoder import EncodeError
from tvapp.demo.media import make_demo_media

__all__ = ["EncodeError", "make_demo_media"]
