"""Ciphertext of files far away, kept for a moment: what is read next is mostly beside what was read last.

Only ciphertext is ever kept here, and no more of it than a bound per file. Files are kept for a while after they
were closed: a player asks for one range after the other, each time anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

BLOCK_SIZE = 256 * 1024
MAX_FILE_SIZE = 4 << 20
"""Bytes of one file that are kept at most."""
MAX_FILES = 8
"""Files that are kept at most: with the size above, 32 MiB in all."""

_MAX_FETCH_BLOCKS = MAX_FILE_SIZE // BLOCK_SIZE // 2

Fetch = Callable[[int, int], bytes]
"""Returns the stored bytes from a start to a stop; fewer if the file is shorter than it was said to be."""


class SealedFile:
    """The stored bytes of one version of one file, fetched in blocks. Shared between threads."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self._size = size
        self._fetch = fetch
        self._guard = threading.Lock()
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._fetch_blocks = 1
        self._next_block = 0

    def read_into(self, offset: int, into: memoryview) -> int:
        """Fill `into` from `offset` on; return how many bytes there were."""
        stop = min(offset + len(into), self._size)
        done = 0
        with self._guard:
            while offset + done < stop:
                index, skip = divmod(offset + done, BLOCK_SIZE)
                piece = memoryview(self._block(index, stop))[skip : skip + stop - offset - done]
                if not piece:
                    break
                into[done : done + len(piece)] = piece
                done += len(piece)
        return done

    def forget(self) -> None:
        """Let go of what is kept."""
        with self._guard:
            self._blocks.clear()

    def _block(self, index: int, stop: int) -> bytes:
        block = self._blocks.get(index)
        if block is None:
            self._fetch_from(index, -(-stop // BLOCK_SIZE))
            block = self._blocks.get(index, b"")
        else:
            self._blocks.move_to_end(index)
        return block

    def _fetch_from(self, first: int, wanted_stop: int) -> None:
        """Fetch a block and those that are wanted after it; ahead of that, more each time that reads go on."""
        goes_on = first == self._next_block
        self._fetch_blocks = min(self._fetch_blocks * 2, _MAX_FETCH_BLOCKS) if goes_on else 1
        count = min(max(self._fetch_blocks, wanted_stop - first), _MAX_FETCH_BLOCKS)
        start = first * BLOCK_SIZE
        data = self._fetch(start, min(start + count * BLOCK_SIZE, self._size))
        for position in range(0, len(data), BLOCK_SIZE):
            self._blocks[first + position // BLOCK_SIZE] = data[position : position + BLOCK_SIZE]
        self._next_block = first + count
        while len(self._blocks) * BLOCK_SIZE > MAX_FILE_SIZE:
            self._blocks.popitem(last=False)


class SealedFiles:
    """The files that were read last. Shared between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._files: OrderedDict[tuple[object, ...], SealedFile] = OrderedDict()

    def file(self, version: tuple[object, ...], size: int, fetch: Fetch) -> SealedFile:
        """Return the file of that path and version, of which something may be kept already."""
        with self._guard:
            kept = self._files.pop(version, None) or SealedFile(size, fetch)
            self._files[version] = kept
            while len(self._files) > MAX_FILES:
                self._files.popitem(last=False)
            return kept

    def forget(self) -> None:
        """Let go of all that is kept."""
        with self._guard:
            files = list(self._files.values())
            self._files.clear()
        for file in files:
            file.forget()
