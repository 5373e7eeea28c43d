"""Something costly that is started when it is used and closed when nobody has used it for a while."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from library.errors import LibraryClosedError


class Closeable(Protocol):
    """What can be kept: anything with a `close()` that may be called once."""

    def close(self) -> None:
        """End it."""


T = TypeVar("T", bound=Closeable)


class OnDemand(Generic[T]):
    """The owner of a resource that exists only around its uses.

    Args:
        start: Makes the resource; called again after it was closed for idleness.
        idle_s: How long it outlives its last use, in seconds.
    """

    def __init__(self, start: Callable[[], T], *, idle_s: float) -> None:
        self._start = start
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._resource: T | None = None
        self._user_count = 0
        self._timer: threading.Timer | None = None
        self._closed = False

    @contextlib.contextmanager
    def using(self) -> Iterator[T]:
        """Lend the resource, to many at once; it is not closed for idleness meanwhile.

        Raises:
            LibraryClosedError: Closed already, or during the use: what then came of it is nothing to go by.
        """
        with self._lock:
            if self._closed:
                raise LibraryClosedError("the library is closed")
            self._user_count += 1
            try:
                if self._resource is None:
                    self._resource = self._start()
            except BaseException:
                self._user_count -= 1
                raise
            resource = self._resource
        self._disarm()
        try:
            yield resource
        finally:
            self._return()

    def close(self) -> None:
        """Close the resource, even in use, and refuse further uses. Safe twice."""
        with self._lock:
            self._closed = True
        self._disarm()
        self._drop()

    def _return(self) -> None:
        with self._lock:
            self._user_count -= 1
            if self._closed:
                raise LibraryClosedError("the library was closed")
            if self._user_count == 0:
                self._timer = threading.Timer(self._idle_s, self._expire)
                self._timer.name = "idle"
                self._timer.start()

    def _disarm(self) -> None:
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            timer.join()

    def _expire(self) -> None:
        self._drop(unless_used=True)

    def _drop(self, *, unless_used: bool = False) -> None:
        with self._lock:
            if unless_used and self._user_count:  # somebody came just now
                return
            resource, self._resource = self._resource, None
        if resource is not None:
            resource.close()
