"""Small pictures to scrub by: made once for every film's contents, kept sealed, made anew when the contents are."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from library.errors import LibraryError, NoPreviewsError
from library.feed import Lease
from library.index import Index
from library.items import Item
from library.on_demand import OnDemand
from library.preview_store import PreviewStore
from library.records import Record
from library.setbacks import Setbacks
from transcoder import (
    HelperCrashedError,
    MediaHelper,
    MediaInfo,
    PreviewLayout,
    ProbeError,
    preview_layout,
)
from vault import IntegrityError, VaultError

logger = logging.getLogger(__name__)

_HELPER_IDLE_S = 5.0
_WORTH_S = 30.0  # a shorter clip has previews when somebody asks for them
_MOST_SHEETS = 1000
_LEAST_GOOD = 0.5  # of the pictures; with fewer, they mislead
_MOST_CRASHES = 3  # of a decoder on the same contents, far apart: then it is them, not the machine's bad day


@dataclass(slots=True)
class _Begun:
    """The sheets of some contents, as far as they were made."""

    header_nonce: bytes
    sheets: list[bytes] = field(default_factory=list)
    good_count: int = 0


@dataclass(frozen=True, slots=True)
class _Film:
    """What previews can be made of."""

    header_nonce: bytes
    media: MediaInfo
    layout: PreviewLayout


class Previews:
    """The previews of all films. For any thread; one film at a time is worked on.

    Args:
        index: The items.
        store: Where they are kept.
        lease: Lends an address from which the file of a record can be read; raises if it is not that file any more.
    """

    def __init__(
        self, index: Index, store: PreviewStore, lease: Callable[[Record], AbstractContextManager[Lease]]
    ) -> None:
        self._index = index
        self._store = store
        self._lease = lease
        self._helpers = OnDemand(lambda: MediaHelper(background=True), idle_s=_HELPER_IDLE_S)
        self._making = threading.Lock()
        self._begun: _Begun | None = None
        # What was none, or could not be kept: not tried again until the library is opened anew.
        self._given_up: set[bytes] = set()
        self._setbacks = Setbacks()

    def layout(self, item_id: str) -> PreviewLayout:
        """Return how the previews of a film are laid out.

        Raises:
            ItemNotFoundError
            NoPreviewsError: There are none, yet or ever.
        """
        item = self._index.item(item_id)
        layout = self._store.layout(item.header_nonce) if item.header_nonce else None
        if layout is None:
            film = self._film(item)
            raise NoPreviewsError(item_id, expected=film is not None and self._is_due(film.header_nonce))
        return layout

    def sheet(self, item_id: str, sheet_index: int) -> bytes:
        """Return a sheet of a film's previews, a JPEG.

        Raises:
            ItemNotFoundError
            NoPreviewsError: There is no such sheet.
        """
        header_nonce = self._index.record(item_id).header_nonce
        jpeg = None
        if header_nonce is not None and sheet_index < _MOST_SHEETS:
            jpeg = self._store.sheet(header_nonce, sheet_index)
        if jpeg is None:
            raise NoPreviewsError(item_id, expected=False)
        return jpeg

    def next_due(self) -> str | None:
        """Return an item that should have previews and has none; what belongs to no item any more is forgotten.

        One that failed is left alone for a while: it must not keep the others waiting.
        """
        films = self._index.sound_videos(_WORTH_S)
        self._store.keep_only(self._index.contents())
        done = self._store.known() | self._given_up
        due = (item_id for item_id, nonce in films if nonce not in done and not self._setbacks.holds(nonce))
        return next(due, None)

    def make(self, item_id: str, may_go_on: Callable[[], bool]) -> None:
        """Make the previews of a film, unless it has some, none can be made of it, or that failed not long ago.

        Args:
            item_id: Of the film.
            may_go_on: Asked before every sheet. What was made when it says no waits in memory for the next call.

        Raises:
            ItemNotFoundError, ItemChangedError
            VaultError: The file cannot be read now.
            StoreError, LibraryClosedError
        """
        with self._making:
            item = self._index.item(item_id)
            film = self._film(item)
            if film is None:
                self._given_up.add(item.header_nonce or b"")
                return
            if not self._is_due(film.header_nonce):
                return
            try:
                self._make(film, self._index.record(item_id), may_go_on)
            except ProbeError:
                self._store.put_none(film.header_nonce)
            except HelperCrashedError as error:
                if self._note_setback(item_id, film, error) >= _MOST_CRASHES:
                    self._store.put_none(film.header_nonce)
            except IntegrityError as error:
                self._note_setback(item_id, film, error)
            except (LibraryError, VaultError, OSError):
                self._setbacks.note(film.header_nonce)
                raise
            else:
                self._setbacks.forget(film.header_nonce)

    def close(self) -> None:
        """End the helper, even in the middle of a sheet. Safe twice."""
        self._helpers.close()

    def _film(self, item: Item) -> _Film | None:
        layout = preview_layout(item.media) if item.media else None
        if layout is None or item.media is None or item.header_nonce is None or item.problem is not None:
            return None
        return _Film(item.header_nonce, item.media, layout)

    def _is_due(self, header_nonce: bytes) -> bool:
        known = header_nonce in self._given_up or header_nonce in self._store.known()
        return not known and not self._setbacks.holds(header_nonce)

    def _note_setback(self, item_id: str, film: _Film, error: Exception) -> int:
        logger.info("no previews could be made of item %s for now (%s)", item_id, type(error).__name__)
        return self._setbacks.note(film.header_nonce)

    def _make(self, film: _Film, record: Record, may_go_on: Callable[[], bool]) -> None:
        begun, self._begun = self._begun, None
        if begun is None or begun.header_nonce != film.header_nonce:
            begun = _Begun(film.header_nonce)
        with self._lease(record) as lease:
            while len(begun.sheets) < film.layout.sheet_count and _may_suffice(begun, film.layout):
                if not may_go_on():
                    self._begun = begun
                    return
                self._add_sheet(begun, film, lease)
        if begun.good_count < film.layout.count * _LEAST_GOOD:
            self._store.put_none(film.header_nonce)
        else:
            self._store.put(film.header_nonce, film.layout, begun.sheets)
        # Where the store is damaged nothing was kept: that is not tried over and over.
        if film.header_nonce not in self._store.known():
            self._given_up.add(film.header_nonce)

    def _add_sheet(self, begun: _Begun, film: _Film, lease: Lease) -> None:
        try:
            with self._helpers.using() as helper:
                jpeg, good_count = helper.sheet(lease.url, film.media, film.layout, len(begun.sheets))
        finally:
            # The helper only saw its connection cut; what cut it is the better explanation.
            if lease.damage is not None:
                raise lease.damage
        begun.sheets.append(jpeg)
        begun.good_count += good_count


def _may_suffice(begun: _Begun, layout: PreviewLayout) -> bool:
    """Return whether enough pictures may still be good; where keyframes are rare, each bad one costs minutes."""
    seen_count = layout.tiles_of(len(begun.sheets)).start
    return begun.good_count + layout.count - seen_count >= layout.count * _LEAST_GOOD
