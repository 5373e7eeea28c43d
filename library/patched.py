"""A file with holes: what cannot be given of it is read as zeros, and that there is such a hole is remembered.

For readers that find their way behind damage, and whose result is no copy of the file.
"""

import contextlib
from collections.abc import Callable, Iterator

from library.errors import AlteredError, LibraryError
from library.marks import CHUNK_SIZE, Range
from vault import AuthenticationError, IntegrityError, PlaintextReader, VaultError

_ZEROS = bytes(192 * 1024)


class Holes:
    """What was met while a file was read in its parts.

    Attributes:
        first: The first damage that zeros were given for, None as long as there is none.
        failure: What ended a reading, so that the rest of the file was not given at all; None if nothing did.
    """

    def __init__(self) -> None:
        self.first: IntegrityError | None = None
        self.failure: VaultError | LibraryError | None = None

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note what ends a reading: whoever reads through a connection sees no more than its end."""
        try:
            yield
        except (VaultError, LibraryError) as error:
            self.failure = error
            raise


class PatchedReader:
    """Reads a file as the feed does, zeros in the place of what is damaged or altered.

    Args:
        opener: Opens the file; called anew after every hole.
        holes: Where damage is noted.

    Raises:
        VaultError: It cannot be opened.
    """

    def __init__(self, opener: Callable[[], PlaintextReader], holes: Holes) -> None:
        self._opener = opener
        self._holes = holes
        with holes.noting():
            self._reader = opener()
        self.size = self._reader.size

    def iter_range(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in pieces.

        Raises:
            VaultError: Locked, gone, cut short meanwhile: nothing that zeros could stand for.
        """
        with self._holes.noting():
            yield from self._pieces(start, stop)

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        at, until = start, stop
        while at < stop:
            hole: Range = (until, until)
            try:
                for piece in self._reader.iter_range(at, until):
                    yield piece
                    at += len(piece)
            except (AuthenticationError, AlteredError) as error:
                self._holes.first = self._holes.first or error
                hole = _hole_of(error)
                self._reopen()
                if at < hole[0] < until:
                    until = hole[0]  # what lies before it is whole, but came in one piece with it
                    continue
            zeros_until = max(at, min(stop, hole[1]))
            yield from _zeros(zeros_until - at)
            at, until = zeros_until, stop

    def close(self) -> None:
        """Close the file. Safe twice."""
        self._reader.close()

    def _reopen(self) -> None:
        """Open the file anew: a reader that met an altered part says so for ever."""
        self._reader.close()
        self._reader = self._opener()


def _hole_of(error: AuthenticationError | AlteredError) -> Range:
    if isinstance(error, AlteredError):
        return error.start, error.stop
    chunk_index = error.chunk_index or 0
    return chunk_index * CHUNK_SIZE, (chunk_index + 1) * CHUNK_SIZE


def _zeros(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _ZEROS[:size]
        size -= len(_ZEROS)
