"""Readers of files that were read a moment ago, kept open for whoever reads on.

A player asks for one range after the other, and to open a file costs more than to read a range of it: what the
index has against it, its header, its last chunk. Whoever is lent a kept reader is spared that, and nothing else:
a reader is lent only as long as neither the index nor its file has changed since it was opened.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from library.database import Database
from vault import PlaintextReader

KEPT_COUNT = 8
"""Readers that are kept at most: each is an open file and up to 400 KiB of buffers."""
KEPT_S = 10.0
"""How long a reader is kept, in seconds, up to twice: no longer, for a disk that is in use is not unmounted."""


@dataclass(slots=True, eq=False)
class _Kept:
    """A reader, and what it was opened by."""

    item_id: str
    mime: str | None
    reader: PlaintextReader
    index_version: int
    idle_since_s: float = 0.0


class OpenFile:
    """The contents of an item, lent to one thread, which closes them soon.

    Attributes:
        reader: Reads the contents; whoever borrowed it does not close it.
        mime: Their media type, None if nobody knows.
    """

    __slots__ = ("_give_back", "_kept", "mime", "reader")

    def __init__(self, kept: _Kept, give_back: Callable[[_Kept], None]) -> None:
        self.reader = kept.reader
        self.mime = kept.mime
        self._kept: _Kept | None = kept
        self._give_back = give_back

    def close(self) -> None:
        """Give the reader back; safe twice."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._give_back(kept)


class KeptReaders:
    """Lends readers, one to one thread, and keeps them for a while. For any thread. Owner of one thread.

    Args:
        database: The index's, which stays its owner.
        open_item: Opens the contents of an item; says its media type, too.
        kept_s: See `KEPT_S`.
    """

    def __init__(
        self,
        database: Database,
        open_item: Callable[[str], tuple[PlaintextReader, str | None]],
        kept_s: float = KEPT_S,
    ) -> None:
        self._database = database
        self._open_item = open_item
        self._kept_s = kept_s
        self._changed = threading.Condition()
        self._idle: list[_Kept] = []  # the one that came last is the last
        self._closed = False
        self._thread: threading.Thread | None = None
        self._sleeps_on = False

    def lend(self, item_id: str) -> OpenFile:
        """Lend a reader of an item.

        Raises:
            LibraryClosedError, StoreError: And what `open_item` raises.
        """
        # Asked first: what changes while the file is opened makes the reader one that is not lent again.
        version = self._database.version()
        kept = self._take(item_id, version)
        if kept is None:
            reader, mime = self._open_item(item_id)
            kept = _Kept(item_id, mime, reader, version)
        return OpenFile(kept, self._give_back)

    def close(self) -> None:
        """Close what is kept; what is lent is closed when it comes back. Safe twice."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify()
            thread, self._thread = self._thread, None
        _close(idle)
        if thread is not None:
            thread.join()

    def _take(self, item_id: str, version: int) -> _Kept | None:
        while (kept := self._pop(item_id)) is not None:
            if kept.index_version == version and kept.reader.is_current():
                return kept
            kept.reader.close()
        return None

    def _pop(self, item_id: str) -> _Kept | None:
        with self._changed:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index].item_id == item_id:
                    return self._idle.pop(index)
        return None

    def _give_back(self, kept: _Kept) -> None:
        kept.reader.wipe()
        kept.idle_since_s = time.monotonic()
        with self._changed:
            if self._closed:
                surplus = [kept]
            else:
                self._idle.append(kept)
                surplus = self._idle[:-KEPT_COUNT]
                del self._idle[:-KEPT_COUNT]
                self._have_watched()
        _close(surplus)

    def _have_watched(self) -> None:
        """Have the thread see that something is kept; it looks by itself for as long as that is so."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="kept readers")
            self._thread.start()
        elif self._sleeps_on:
            self._sleeps_on = False
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._sleeps_on = not self._idle
                self._changed.wait(None if self._sleeps_on else self._kept_s)
                limit_s = time.monotonic() - self._kept_s
                old = [kept for kept in self._idle if kept.idle_since_s <= limit_s]
                self._idle = [kept for kept in self._idle if kept.idle_since_s > limit_s]
                _close(old)


def _close(readers: list[_Kept]) -> None:
    for kept in readers:
        kept.reader.close()
