"""Subtitles of DVDs beside films: pairs of an index in words (.idx) and pictures (.sub).

Source: libavformat/mpeg.c, which numbers the tracks of a pair in the same way.
"""

import contextlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from library.errors import LibraryError
from library.index import Index
from library.pictures import PictureMaker
from library.subtitle_files import SubtitleFile
from library.subtitle_names import language_named
from transcoder import VobSub
from vault import VaultError

logger = logging.getLogger(__name__)

MAX_INDEX_SIZE = 8 * 1024 * 1024  # bytes; twenty languages have 1.5 MB
MAX_TRACKS = 32  # as many as a DVD may have
_REMEMBERED_COUNT = 64
_SIZE = re.compile(rb"size:\s*([1-9]\d{1,3})x([1-9]\d{1,3})")
_LANGUAGE = re.compile(rb"id:\s*([A-Za-z]{2,3})\b")
_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class PairIndex:
    """What the index of a pair tells: the screen, and for each track its ISO 639-2 code, where it has one."""

    size: tuple[int, int] | None = None
    languages: tuple[str | None, ...] = ()


def parse_pair_index(data: bytes) -> PairIndex:
    """Return what an .idx file says; one with nothing in it that could be shown has no tracks."""
    size = _SIZE.search(data)
    languages: list[str | None] = []
    language, begun = None, False
    for line in data.splitlines():
        if line.startswith(b"id:"):
            code = _LANGUAGE.match(line)
            language, begun = language_named(code[1].decode()) if code else None, False
        elif line.startswith(b"timestamp:") and not begun and len(languages) < MAX_TRACKS:
            languages.append(language)  # not earlier: many an index names languages of which there is nothing
            begun = True
    return PairIndex((int(size[1]), int(size[2])) if size else None, tuple(languages))


class Pairs:
    """Reads indexes of pairs, remembers what they say, and lends pairs to encoders. For any thread.

    Args:
        index: The items.
        maker: Opens files.
    """

    def __init__(self, index: Index, maker: PictureMaker) -> None:
        self._index = index
        self._maker = maker
        self._lock = threading.Lock()
        self._remembered: OrderedDict[_Key, PairIndex] = OrderedDict()

    def index_of(self, file: SubtitleFile) -> PairIndex:
        """Return what the index of a pair says; one that cannot be read has no tracks."""
        try:
            record = self._index.record(file.item_id)
            key = (record.item_id, self._index.item(file.item_id).revision, record.mtime_ns)
            with self._lock:
                known = self._remembered.get(key)
            if known is not None:
                return known
            if (record.size or 0) > MAX_INDEX_SIZE:
                return PairIndex()
            with self._maker.open(record) as reader:
                found = parse_pair_index(reader.read())
        except (VaultError, LibraryError) as error:
            logger.warning("item %s: subtitles cannot be read (%s)", file.item_id, type(error).__name__)
            return PairIndex()
        with self._lock:
            self._remembered[key] = found
            while len(self._remembered) > _REMEMBERED_COUNT:
                self._remembered.popitem(last=False)
        return found

    @contextlib.contextmanager
    def lend(self, file: SubtitleFile, track: int) -> Iterator[VobSub]:
        """Lend the addresses of both files, to draw a track.

        Raises:
            ItemNotFoundError
        """
        assert file.pictures_id is not None
        first, second = self._index.record(file.item_id), self._index.record(file.pictures_id)
        with self._maker.lease(first) as words, self._maker.lease(second) as pictures:
            yield VobSub(words.url, pictures.url, track, self.index_of(file).size)
