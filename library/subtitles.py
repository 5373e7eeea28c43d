"""Subtitles of films: which there are, in the film and beside it, and their text."""

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from library.errors import NoSubtitlesError, StoreDamagedError
from library.feed import Feed, Lease
from library.film_fonts import FilmFonts
from library.film_texts import FilmReader
from library.index import Index
from library.items import Item
from library.on_demand import OnDemand
from library.pictures import PictureMaker
from library.subtitle_files import MAX_FILES, SubtitleFile, SubtitleFiles
from library.subtitle_forms import DRAWN, SCRIPT, WEBVTT, Texts, forms_of
from library.subtitle_names import COUNTS_PICTURES
from library.subtitle_store import SubtitleStore
from library.vobsub import Pairs
from transcoder import (
    MAX_SUBTITLE_FILE_SIZE,
    HelperCrashedError,
    MediaInfo,
    ProbeError,
    SubtitleHelper,
    SubtitleStream,
    VobSub,
)

logger = logging.getLogger(__name__)

_HELPER_IDLE_S = 30.0
_FILE_PREFIX = "x"
_REVISION_SIZE = 16  # hexadecimal digits


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


@dataclass(frozen=True, slots=True)
class _Beside:
    """A track beside a film; `in_pair` is its number in a pair of files, None where it is text."""

    file: SubtitleFile
    language: str | None
    in_pair: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a track is kept: `revision` is another whenever something else would be made of it."""

    item_id: str  # that its bytes are in
    number: int
    revision: str


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
        # Of its own: a small file does not wait for a film.
        self._file_helper = OnDemand(SubtitleHelper, idle_s=_HELPER_IDLE_S)
        self._films = FilmReader(index, maker, feed, self._keep_film)
        self._fonts = FilmFonts(self._read_fonts)
        self._pairs = Pairs(index, maker)

    def tracks(self, item_id: str) -> list[SubtitleTrack]:
        """Return the tracks of a film: those in it, then the files beside it. Their order is their number to draw.

        Raises:
            ItemNotFoundError
        """
        media = self._index.item(item_id).media
        if media is None:
            return []
        inside = [_track_in_film(number, stream) for number, stream in enumerate(media.subtitles)]
        return inside + [_track_beside(*one) for one in enumerate(self._beside(item_id))]

    def revision_beside(self, item_id: str) -> str:
        """Return what is another whenever the files beside a film are others, or in another order; "" without any."""
        files = self._files.beside(item_id)
        if not files:
            return ""
        film = self._index.item(item_id)
        halves = [replace(one, item_id=one.pictures_id) for one in files if one.pictures_id is not None]
        places = [self._place(film, file) for file in files + halves]
        told = "\n".join(f"{place.item_id} {place.revision}" for place in places)
        return hashlib.sha256(told.encode()).hexdigest()[:_REVISION_SIZE]

    def webvtt(self, item_id: str, index: str) -> bytes:
        """Return a track as WebVTT, on the film's playing time.

        Args:
            item_id: Of the film.
            index: `SubtitleTrack.index`, as text.

        Raises:
            ItemNotFoundError
            NoSubtitlesError: There is no such track, or it cannot be had as text.
            SubtitlesBusyError: The film, or others before it, takes so long that it is better to ask again.
            VaultError, ItemChangedError: The film or the file cannot be read.
        """
        return self._text(*self._find(item_id, index), WEBVTT)[0]

    @contextlib.contextmanager
    def drawn(self, item_id: str, number: int) -> Iterator[Lease | VobSub]:
        """Lend what an encoder draws: a track of text with the fonts that came along in the film, or a pair of files.

        Args:
            item_id: Of the film.
            number: Of the track, in the order of `tracks`.

        Raises:
            As `webvtt`.
        """
        tracks = self.tracks(item_id)
        if not 0 <= number < len(tracks):
            raise NoSubtitlesError(item_id)
        index = str(tracks[number].index)
        if index.startswith(_FILE_PREFIX):
            beside = self._beside(item_id)[int(index.removeprefix(_FILE_PREFIX))]
            if beside.in_pair is not None:
                with self._pairs.lend(beside.file, beside.in_pair) as pair:
                    yield pair
                return
        film, track = self._find(item_id, index)
        # The fonts are the film's, wherever the text comes from.
        script, fonts = self._drawable(film, track), self._fonts.of(film)
        with self._feed().lease(lambda: _Memory(fonts, script)) as lease:
            yield lease

    def close(self) -> None:
        """End the helpers, even while they read. Safe twice."""
        self._films.close()
        self._file_helper.close()
        self._fonts.close()

    def _beside(self, item_id: str) -> list[_Beside]:
        """Return the tracks beside a film: a file has one, a pair of files some."""
        found: list[_Beside] = []
        for file in self._files.beside(item_id):
            if file.pictures_id is None:
                found.append(_Beside(file, file.name.language))
                continue
            languages = self._pairs.index_of(file).languages
            found += [
                _Beside(file, language or file.name.language, number)
                for number, language in enumerate(languages)
            ]
        return found[:MAX_FILES]

    def _find(self, item_id: str, index: str) -> tuple[Item, SubtitleStream | SubtitleFile]:
        """Return a film and its track of text called `index`."""
        film = self._index.item(item_id)
        inside = film.media.subtitles if film.media is not None else ()
        beside = self._beside(item_id) if film.media is not None else []
        tracks: dict[str, SubtitleStream | SubtitleFile] = {
            str(number): stream for number, stream in enumerate(inside) if stream.is_text
        }
        texts = ((number, one) for number, one in enumerate(beside) if one.in_pair is None)
        tracks |= {f"{_FILE_PREFIX}{number}": one.file for number, one in texts}
        if index not in tracks:
            raise NoSubtitlesError(item_id)
        return film, tracks[index]

    def _text(self, film: Item, track: SubtitleStream | SubtitleFile, form: str) -> tuple[bytes, bool]:
        """Return a track in a form, and whether all of it is there."""
        place = self._place(film, track)
        kept = self._kept(place, form)
        if kept is not None:
            return kept, True
        if isinstance(track, SubtitleFile):
            return self._read_file(film, track, place)[place.number, form], True
        found = self._films.texts(film)
        return found.texts[place.number, form], found.complete

    def _read_file(self, film: Item, file: SubtitleFile, place: _Place) -> Texts:
        record = self._index.record(place.item_id)
        if (record.size or 0) > MAX_SUBTITLE_FILE_SIZE:
            raise NoSubtitlesError(film.id)
        with self._maker.open(record) as reader:
            contents = reader.read()
        try:
            with self._file_helper.using() as helper:
                text = helper.file(contents, language=file.name.language, fps=_fps(film.media))
        except (ProbeError, HelperCrashedError) as error:
            raise NoSubtitlesError(film.id) from error
        made = forms_of(place.number, text)
        self._keep(place, made)
        return made

    def _drawable(self, film: Item, track: SubtitleStream | SubtitleFile) -> bytes:
        place = self._place(film, track)
        kept = self._kept(place, DRAWN)
        if kept is not None:
            return kept
        script, complete = self._text(film, track, SCRIPT)
        try:
            with self._file_helper.using() as helper:
                drawn = helper.drawable(script)
        except (ProbeError, HelperCrashedError) as error:
            raise NoSubtitlesError(film.id) from error
        if complete:
            self._keep(place, {(place.number, DRAWN): drawn})
        return drawn

    def _read_fonts(self, film: Item) -> bytes:
        with self._file_helper.using() as helper, self._maker.lease(self._index.record(film.id)) as lease:
            return helper.fonts(lease.url)

    def _place(self, film: Item, track: SubtitleStream | SubtitleFile) -> _Place:
        if isinstance(track, SubtitleStream):
            return _Place(film.id, track.index, film.revision)
        record = self._index.record(track.item_id)
        revision = self._index.item(track.item_id).revision
        # Its name tells what its letters are, a film what its numbers of pictures; some programs write in place.
        fps = _fps(film.media) if track.name.codec in COUNTS_PICTURES else None
        return _Place(track.item_id, 0, f"{revision} {record.mtime_ns} {track.name.language} {fps}")

    def _kept(self, place: _Place, form: str) -> bytes | None:
        try:
            return self._store.get(place.item_id, place.number, form, place.revision)
        except StoreDamagedError:
            return None  # what is lost there can be made anew

    def _keep(self, place: _Place, made: Texts) -> None:
        try:
            self._store.put(place.item_id, place.revision, made)
        except StoreDamagedError:
            logger.warning("subtitles could not be stored")

    def _keep_film(self, film: Item, made: Texts) -> None:
        self._keep(_Place(film.id, 0, film.revision), made)


class _Memory:
    """Bytes one after the other that are leased like a file."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts
        self.size = sum(map(len, parts))

    def iter_range(self, start: int, stop: int) -> Iterator[memoryview]:
        """Yield the bytes from `start` to `stop`."""
        for part in self._parts:
            if (piece := memoryview(part)[max(start, 0) : max(stop, 0)]).nbytes:
                yield piece
            start, stop = start - len(part), stop - len(part)

    def close(self) -> None:
        """Nothing is open."""


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


def _track_beside(number: int, beside: _Beside) -> SubtitleTrack:
    name = beside.file.name
    return SubtitleTrack(
        index=f"{_FILE_PREFIX}{number}",
        codec=name.codec,
        language=beside.language,
        title=name.title,
        forced=name.forced,
        default=name.default,
        is_text=beside.in_pair is None,
    )


def _fps(media: MediaInfo | None) -> float | None:
    return media.video[0].fps if media is not None and media.video else None
