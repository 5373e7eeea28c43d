"""The fonts that came along in films, in memory: once for a film, whichever of its subtitles are drawn."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from library.items import Item
from transcoder import NO_FONTS, HelperCrashedError, ProbeError

logger = logging.getLogger(__name__)

FONTS_SIZE = 64 * 1024 * 1024  # bytes of all films; most bring none, many a cartoon 10 MB

_WITH_FONTS = "matroska"  # no other kind of film brings any
_Key = tuple[str, str]  # item id, revision


class FilmFonts:
    """Keeps what was read last, within a bound, until it is closed. For any thread.

    Args:
        read: Reads the fonts out of a film.
        limit: Bytes.
    """

    def __init__(self, read: Callable[[Item], bytes], limit: int = FONTS_SIZE) -> None:
        self._read = read
        self._limit = limit
        self._lock = threading.Lock()
        self._fonts: OrderedDict[_Key, bytes] = OrderedDict()
        self._closed = False

    def of(self, film: Item) -> bytes:
        """Return what stands before a script in a file to draw from. Where it cannot be read it holds no fonts."""
        if film.media is None or film.media.format_name != _WITH_FONTS:
            return NO_FONTS
        key = (film.id, film.revision)
        with self._lock:  # also while they are read: whoever comes second finds them
            fonts = self._fonts.pop(key, None)
            if fonts is None:
                fonts = self._found(film)
            if not self._closed:
                self._fonts[key] = fonts
            while sum(map(len, self._fonts.values())) > self._limit:
                self._fonts.popitem(last=False)
            return fonts

    def close(self) -> None:
        """Forget them all, and keep no more. Safe twice."""
        with self._lock:
            self._closed = True
            self._fonts.clear()

    def _found(self, film: Item) -> bytes:
        try:
            return self._read(film)
        except (ProbeError, HelperCrashedError):
            logger.warning("item %s: its fonts cannot be read; its subtitles are drawn with others", film.id)
            return NO_FONTS
