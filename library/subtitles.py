"""Subtitles of films: which there are, in the film and beside it, and their text."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from library.errors import NoSubtitlesError, StoreDamagedError, SubtitlesBusyError
from library.feed import Feed, Lease
from library.index import Index
from library.items import Item
from library.on_demand import OnDemand
from library.pictures import PictureMaker
from library.subtitle_files import SubtitleFile, SubtitleFiles
from library.subtitle_store import SubtitleStore
from transcoder import (
    MAX_SUBTITLE_FILE_SIZE,
    HelperCrashedError,
    MediaInfo,
    ProbeError,
    SubtitleHelper,
    SubtitleStream,
    SubtitleText,
)

logger = logging.getLogger(__name__)

_HELPER_IDLE_S = 30.0
_WAIT_S = 20.0  # for others to be read: a film without an index takes minutes, and every wait holds a thread
_RETRY_AFTER_S = 5.0
_WEBVTT, _SCRIPT, _DRAWN = "webvtt", "script", "drawn"
_FILE_PREFIX = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """A subtitle track of a film. `index` is its number in the film, or "x0", "x1", .. for files beside it."""

    index: int | str
    codec: str
    language: str | None = None
    title: str | None = None
    forced: bool = False
    default: bool = False
    is_text: bool = True


class Subtitles:
    """Gives subtitles as text, and as files for an encoder to draw. Methods may be called by many threads at once.

    Args:
        index: The items.
        files: What lies beside them.
        store: Where text that was read once is kept.
        maker: Opens files.
        feed: Returns the feed that the helper and encoders read from.
    """

    def __init__(
        self,
        index: Index,
        files: SubtitleFiles,
        store: SubtitleStore,
        maker: PictureMaker,
        feed: Callable[[], Feed],
    ) -> None:
        self._index = index
        self._files = files
        self._store = store
        self._maker = maker
        self._feed = feed
        # Two: a small file does not wait for a film that is read whole.
        self._film_helper = OnDemand(SubtitleHelper, idle_s=_HELPER_IDLE_S)
        self._file_helper = OnDemand(SubtitleHelper, idle_s=_HELPER_IDLE_S)
        self._reading_films = threading.Lock()
        self._reading_files = threading.Lock()

    def tracks(self, item_id: str) -> list[SubtitleTrack]:
        """Return the tracks of a film: those in it, then the files beside it. Their order is their number to draw.

        Raises:
            ItemNotFoundError
        """
        media = self._index.item(item_id).media
        if media is None:
            return []
        inside = [_track_in_film(number, stream) for number, stream in enumerate(media.subtitles)]
        beside = [_track_beside(number, file) for number, file in enumerate(self._files.beside(item_id))]
        return inside + beside

    def webvtt(self, item_id: str, index: str) -> bytes:
        """Return a track as WebVTT, on the film's playing time.

        Args:
            item_id: Of the film.
            index: `SubtitleTrack.index`, as text.

        Raises:
            ItemNotFoundError
            NoSubtitlesError: There is no such track, or it cannot be had as text.
            SubtitlesBusyError: Others are being read for so long that it is better to ask again.
            VaultError, ItemChangedError: The film or the file cannot be read.
        """
        return self._text(*self._find(item_id, index), _WEBVTT)

    @contextlib.contextmanager
    def drawn(self, item_id: str, number: int) -> Iterator[Lease]:
        """Lend an address of a track of text for an encoder to draw, with the fonts that came along in the film.

        Args:
            item_id: Of the film.
            number: Of the track, in the order of `tracks`.

        Raises:
            As `webvtt`.
        """
        tracks = self.tracks(item_id)
        if not 0 <= number < len(tracks):
            raise NoSubtitlesError(item_id)
        contents = self._drawable(*self._find(item_id, str(tracks[number].index)))
        with self._feed().lease(lambda: _Memory(contents)) as lease:
            yield lease

    def close(self) -> None:
        """End the helpers, even while they read. Safe twice."""
        self._film_helper.close()
        self._file_helper.close()

    def _find(self, item_id: str, index: str) -> tuple[Item, SubtitleStream | SubtitleFile]:
        """Return a film and its track of text called `index`."""
        film = self._index.item(item_id)
        inside = film.media.subtitles if film.media is not None else ()
        beside = self._files.beside(item_id) if film.media is not None else []
        tracks: dict[str, SubtitleStream | SubtitleFile] = {
            str(number): stream for number, stream in enumerate(inside) if stream.is_text
        }
        tracks |= {f"{_FILE_PREFIX}{number}": file for number, file in enumerate(beside)}
        if index not in tracks:
            raise NoSubtitlesError(item_id)
        return film, tracks[index]

    def _text(self, film: Item, track: SubtitleStream | SubtitleFile, form: str) -> bytes:
        owner, number = _place(film, track, self._index)
        kept = self._kept(owner, number, form)
        if kept is not None:
            return kept
        reading = self._reading_files if isinstance(track, SubtitleFile) else self._reading_films
        with turn(reading, film):
            kept = self._kept(owner, number, form)
            if kept is not None:
                return kept
            try:
                made = (
                    self._read_file(film, track, owner)
                    if isinstance(track, SubtitleFile)
                    else self._read_film(film)
                )
            except (ProbeError, HelperCrashedError) as error:
                raise NoSubtitlesError(film.id) from error
            self._keep(owner, made)
        return made[number, form]

    def _read_film(self, film: Item) -> dict[tuple[int, str], bytes]:
        """Return all text tracks of a film, by stream index and form: it is read once for them all."""
        assert film.media is not None
        indexes = [stream.index for stream in film.media.subtitles if stream.is_text]
        with self._film_helper.using() as helper, self._maker.lease(self._index.record(film.id)) as lease:
            try:
                texts = helper.tracks(lease.url, indexes)
            finally:
                # The helper only saw its connection cut, and takes that for the end: half of it is not kept.
                if lease.damage is not None:
                    raise lease.damage
        return {
            key: contents
            for index, text in zip(indexes, texts, strict=True)
            for key, contents in _forms(index, text)
        }

    def _read_file(self, film: Item, file: SubtitleFile, owner: Item) -> dict[tuple[int, str], bytes]:
        if (owner.size or 0) > MAX_SUBTITLE_FILE_SIZE:
            raise ProbeError("a subtitle file of impossible size")
        with self._maker.open(self._index.record(owner.id)) as reader:
            contents = reader.read()
        with self._file_helper.using() as helper:
            text = helper.file(contents, language=file.name.language, fps=_fps(film.media))
        return dict(_forms(0, text))

    def _drawable(self, film: Item, track: SubtitleStream | SubtitleFile) -> bytes:
        owner, number = _place(film, track, self._index)
        kept = self._kept(owner, number, _DRAWN)
        if kept is not None:
            return kept
        script = self._text(film, track, _SCRIPT)
        try:
            with self._file_helper.using() as helper, self._maker.lease(self._index.record(film.id)) as lease:
                drawn = helper.drawable(script, lease.url)
        except (ProbeError, HelperCrashedError) as error:
            raise NoSubtitlesError(film.id) from error
        self._keep(owner, {(number, _DRAWN): drawn})
        return drawn

    def _kept(self, owner: Item, number: int, form: str) -> bytes | None:
        try:
            return self._store.get(owner.id, number, form, owner.revision)
        except StoreDamagedError:
            return None  # what is lost there can be made anew

    def _keep(self, owner: Item, made: dict[tuple[int, str], bytes]) -> None:
        try:
            self._store.put(owner.id, owner.revision, made)
        except StoreDamagedError:
            logger.warning("subtitles could not be stored")


class _Memory:
    """Bytes that are leased like a file."""

    def __init__(self, contents: bytes) -> None:
        self._contents = contents
        self.size = len(contents)

    def iter_range(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop`."""
        yield self._contents[start:stop]

    def close(self) -> None:
        """Nothing is open."""


@contextlib.contextmanager
def turn(reading: threading.Lock, film: Item) -> Iterator[None]:
    """Have what is read one after the other wait for its turn, and not for ever.

    Raises:
        SubtitlesBusyError: Its turn did not come.
    """
    if not reading.acquire(timeout=_WAIT_S):
        raise SubtitlesBusyError(film.id, _RETRY_AFTER_S)
    try:
        yield
    finally:
        reading.release()


def _track_in_film(number: int, stream: SubtitleStream) -> SubtitleTrack:
    return SubtitleTrack(
        index=number,
        codec=stream.codec,
        language=stream.language,
        title=stream.title,
        forced=stream.forced,
        default=stream.default,
        is_text=stream.is_text,
    )


def _track_beside(number: int, file: SubtitleFile) -> SubtitleTrack:
    return SubtitleTrack(
        index=f"{_FILE_PREFIX}{number}",
        codec=file.name.codec,
        language=file.name.language,
        title=file.name.title,
        forced=file.name.forced,
        default=file.name.default,
    )


def _place(film: Item, track: SubtitleStream | SubtitleFile, index: Index) -> tuple[Item, int]:
    """Return the item that a track's bytes are in, and its number there."""
    return (index.item(track.item_id), 0) if isinstance(track, SubtitleFile) else (film, track.index)


def _forms(number: int, text: SubtitleText) -> list[tuple[tuple[int, str], bytes]]:
    return [((number, _WEBVTT), text.webvtt), ((number, _SCRIPT), text.script)]


def _fps(media: MediaInfo | None) -> float | None:
    return media.video[0].fps if media is not None and media.video else None
