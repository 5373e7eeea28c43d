"""Work that goes on though nobody waits for it any more, one piece after the other."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from library.errors import LibraryClosedError

T = TypeVar("T")


class SharedWork(Generic[T]):
    """The owner of one thread, which is there from the first piece of work on. For any thread.

    Args:
        name: Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = threading.RLock()  # what is done at once is forgotten in the thread that brought it
        self._under_way: dict[Hashable, Future[T]] = {}
        self._closed = False

    def wait_for(self, key: Hashable, work: Callable[[], T], timeout_s: float) -> T:
        """Return what `work` returns, or what is under way for the same `key` already.

        Raises:
            TimeoutError: Not yet; the work goes on.
            LibraryClosedError: It was closed before its turn came.
            Exception: What `work` raises.
        """
        with self._lock:
            if self._closed:
                raise LibraryClosedError("the library is closed")
            future = self._under_way.get(key)
            if future is None:
                future = self._under_way[key] = self._executor.submit(work)
                future.add_done_callback(lambda _: self._forget(key))
        try:
            return future.result(timeout_s)
        except CancelledError:
            raise LibraryClosedError("the library was closed") from None

    def close(self) -> None:
        """Drop what waits for its turn, and wait for what is under way. Safe twice."""
        with self._lock:
            self._closed = True
        self._executor.shutdown(cancel_futures=True)

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            self._under_way.pop(key, None)
