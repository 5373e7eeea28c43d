"""Awkward media files, made when they are first asked for: `Shelf(folder).path("discont.ts")`.

Every picture flashes white and every sound beeps for a tenth of a second at each full second, so that what comes
out of a player can be measured: a flash and its beep belong together.
"""

from tests.media.recipes import FILMS, RECIPES, UNPLAYABLE
from tests.media.shelf import Shelf, UnmakeableError

__all__ = ["FILMS", "RECIPES", "UNPLAYABLE", "Shelf", "UnmakeableError"]
