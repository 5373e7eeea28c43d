"""Memory for a key: kept out of swap and core dumps where the system allows it, and wiped when it is let go.

What Python and OpenSSL copy is beyond reach: see docs/storage.md for what stays behind, and for how long.
"""

import contextlib
import ctypes
import mmap
import threading
import weakref
from collections.abc import Iterator

from vault.errors import VaultLockedError


class SecretMemory:
    """A few secret bytes on a page of memory of their own. Shared between threads.

    A page and not a `bytearray`: locks on memory are locks on whole pages, so nothing else may live on it.
    """

    __slots__ = ("__weakref__", "_guard", "_is_wiped", "_page", "_size")

    def __init__(self, secret: bytes) -> None:
        if len(secret) > mmap.PAGESIZE:
            raise ValueError("a secret must fit on one page of memory")
        # Private: a child process must not see changes, nor keep the parent from making them.
        self._page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        _keep_from_disk(self._page)
        self._size = len(secret)
        self._page[: self._size] = secret
        self._guard = threading.Lock()
        self._is_wiped = False
        # Whoever forgets to wipe leaves it to the garbage collector, or to the end of the process.
        weakref.finalize(self, _wipe, self._page)

    @contextlib.contextmanager
    def lend(self) -> Iterator[memoryview]:
        """Lend the bytes, which cannot be wiped until they are given back.

        Raises:
            VaultLockedError: They are wiped. Zeros would be taken for a key.
        """
        with self._guard:
            if self._is_wiped:
                raise VaultLockedError
            with memoryview(self._page) as page, page[: self._size] as secret, secret.toreadonly() as view:
                yield view

    @property
    def is_wiped(self) -> bool:
        """Whether the bytes are gone."""
        return self._is_wiped

    def wipe(self) -> None:
        """Overwrite the bytes with zeros; safe twice."""
        with self._guard:
            self._is_wiped = True
            _wipe(self._page)


def _wipe(page: mmap.mmap) -> None:
    page[:] = bytes(len(page))


def _keep_from_disk(page: mmap.mmap) -> None:
    """Keep a page out of swap and core dumps. Refused where little may be locked: then it is as any other."""
    with contextlib.suppress(OSError, AttributeError):  # AttributeError: not Linux
        page.madvise(mmap.MADV_DONTDUMP)
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None, use_errno=True)
        first = ctypes.c_char.from_buffer(page)
        library.mlock(ctypes.c_void_p(ctypes.addressof(first)), ctypes.c_size_t(len(page)))
