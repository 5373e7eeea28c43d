"""Text of subtitles out of films: by their index where they have one, else read whole, in the background.

What was begun goes on though nobody waits for it any more: a film of 20 GB takes minutes, and whoever asks again
finds the text.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from library.errors import ItemChangedError, NoSubtitlesError, SubtitlesBusyError
from library.feed import Feed
from library.index import Index
from library.items import Item
from library.on_demand import OnDemand
from library.patched import Holes, PatchedReader
from library.pictures import PictureMaker
from library.shared_work import SharedWork
from library.subtitle_forms import Texts, forms_of, marked_incomplete
from transcoder import HelperCrashedError, ProbeError, SubtitleHelper, SubtitleText

logger = logging.getLogger(__name__)

_HELPER_IDLE_S = 30.0
_WAIT_S = 20.0  # every wait holds a thread
_RETRY_AFTER_S = 5.0
_LEAST_TIMEOUT_S = 300.0
_SLOWEST = 4_000_000  # bytes a second: a disk that is asleep, far away, or that plays films meanwhile
_REMEMBERED_COUNT = 8


@dataclass(frozen=True, slots=True)
class FilmTexts:
    """The text tracks of a film. `complete` is false where a part of the film could not be read."""

    texts: Texts
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What was read of a file that was last changed at `mtime_ns`; None: none of its text can be had."""

    found: FilmTexts | None
    mtime_ns: int


class FilmReader:
    """Reads text tracks out of films. For any thread.

    Args:
        index: The items.
        maker: Opens files.
        feed: Returns the feed that the helpers read from.
        keep: Given what was read of a film that is whole, before anybody else.
    """

    def __init__(
        self,
        index: Index,
        maker: PictureMaker,
        feed: Callable[[], Feed],
        keep: Callable[[Item, Texts], None],
    ) -> None:
        self._index = index
        self._maker = maker
        self._feed = feed
        self._keep = keep
        # Two: a film with an index does not wait for one that is read whole.
        self._quick_helper = OnDemand(SubtitleHelper, idle_s=_HELPER_IDLE_S)
        self._slow_helper = OnDemand(lambda: SubtitleHelper(background=True), idle_s=_HELPER_IDLE_S)
        self._quick: SharedWork[FilmTexts | None] = SharedWork("subtitles by index")
        self._slow: SharedWork[FilmTexts | None] = SharedWork("subtitles")
        self._lock = threading.Lock()
        # In memory only: what is missing may be had once the file is mended, or after a restart.
        self._remembered: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()

    def texts(self, film: Item) -> FilmTexts:
        """Return all text tracks of a film, by stream index and form: it is read once for them all.

        Raises:
            NoSubtitlesError: They cannot be had as text.
            SubtitlesBusyError: It takes long: it is better to ask again.
            VaultError, ItemChangedError: The film cannot be read.
            LibraryClosedError
        """
        remembered = self._recall(film)
        if remembered is not None:
            return _texts_or_none(film, remembered.found)
        until_s = time.monotonic() + _WAIT_S
        try:
            found = self._quick.wait_for(_key(film), lambda: self._read(film, whole=False), _WAIT_S)
            if found is None:
                left_s = max(0.0, until_s - time.monotonic())
                found = self._slow.wait_for(_key(film), lambda: self._read(film, whole=True), left_s)
        except TimeoutError:
            raise SubtitlesBusyError(film.id, _RETRY_AFTER_S) from None
        except (ProbeError, HelperCrashedError) as error:
            raise NoSubtitlesError(film.id) from error
        return _texts_or_none(film, found)

    def close(self) -> None:
        """End the helpers, even while they read. Safe twice."""
        self._quick_helper.close()
        self._slow_helper.close()
        self._quick.close()
        self._slow.close()

    # --- in the lanes' threads

    def _read(self, film: Item, *, whole: bool) -> FilmTexts | None:
        """Read a film and keep what was found; None: it has no index, and was to be read by that."""
        assert film.media is not None
        indexes = [stream.index for stream in film.media.subtitles if stream.is_text]
        record = self._index.record(film.id)
        if record.header_nonce != film.header_nonce:
            raise ItemChangedError(film.id)
        with self._maker.open(record) as reader:
            mtime_ns = reader.mtime_ns
        holes = Holes()
        opener = lambda: PatchedReader(lambda: self._maker.open(record), holes)  # noqa: E731
        helpers = self._slow_helper if whole else self._quick_helper
        with helpers.using() as helper, self._feed().lease(opener) as lease:
            try:
                texts = _ask(helper, lease.url, indexes, film.size or 0, whole=whole)
            except (ProbeError, HelperCrashedError):
                # The helper only saw its connection cut, or zeros; what is behind them is the better explanation.
                if (reason := holes.failure or holes.first) is not None:
                    raise reason from None
                self._remember(film, None, mtime_ns)
                raise
            if holes.failure is not None:
                raise holes.failure
        if texts is None:
            return None
        return self._found(film, indexes, texts, mtime_ns, complete=holes.first is None)

    def _found(
        self, film: Item, indexes: list[int], texts: list[SubtitleText], mtime_ns: int, *, complete: bool
    ) -> FilmTexts:
        found: Texts = {}
        for index, text in zip(indexes, texts, strict=True):
            found |= forms_of(index, text if complete else marked_incomplete(text))
        result = FilmTexts(found, complete)
        if complete:
            self._keep(film, found)
        else:
            logger.warning("item %s is not whole: some of its subtitles may be missing", film.id)
            self._remember(film, result, mtime_ns)
        return result

    # --- what is not kept for good

    def _remember(self, film: Item, found: FilmTexts | None, mtime_ns: int) -> None:
        with self._lock:
            self._remembered[_key(film)] = _Remembered(found, mtime_ns)
            while len(self._remembered) > _REMEMBERED_COUNT:
                self._remembered.popitem(last=False)

    def _recall(self, film: Item) -> _Remembered | None:
        with self._lock:
            known = self._remembered.get(_key(film))
        if known is None:
            return None
        with self._maker.open(self._index.record(film.id)) as reader:
            if reader.mtime_ns == known.mtime_ns:
                return known
        with self._lock:
            self._remembered.pop(_key(film), None)
        return None


def _ask(
    helper: SubtitleHelper, url: str, indexes: list[int], size: int, *, whole: bool
) -> list[SubtitleText] | None:
    if not whole:
        return helper.indexed_tracks(url, indexes)
    return helper.tracks(url, indexes, _LEAST_TIMEOUT_S + size / _SLOWEST)


def _key(film: Item) -> tuple[str, str]:
    return film.id, film.revision


def _texts_or_none(film: Item, found: FilmTexts | None) -> FilmTexts:
    if found is None:
        raise NoSubtitlesError(film.id)
    return found
