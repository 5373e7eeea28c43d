"""A feed that exists when it is needed."""

import threading

from library.errors import LibraryClosedError
from library.feed import Feed


class LazyFeed:
    """A feed that exists from its first lease on: a library that only lists items needs no socket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._feed: Feed | None = None
        self._closed = False

    def get(self) -> Feed:
        """Return it; LibraryClosedError after `close`."""
        with self._lock:
            if self._closed:
                raise LibraryClosedError("the library is closed")
            if self._feed is None:
                self._feed = Feed()
            return self._feed

    def close(self) -> None:
        """Close it. Safe twice."""
        with self._lock:
            self._closed = True
            feed = self._feed
        if feed is not None:
            feed.close()
