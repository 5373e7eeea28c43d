"""Paths that are longer than the system takes in one piece (4096 bytes): reached folder by folder."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

# PATH_MAX of Linux, with its closing zero byte.
_MAX_PATH_SIZE = 4096 - 1


@contextlib.contextmanager
def reached(path: Path) -> Iterator[tuple[str, int | None]]:
    """Yield what the calls of `os` take: a path that is short enough, and the `dir_fd` that it starts from."""
    if _size(str(path)) <= _MAX_PATH_SIZE:
        yield str(path), None
        return
    folder_fd: int | None = None
    try:
        for piece in _pieces(path.parent):
            inner_fd = os.open(piece, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder_fd)
            if folder_fd is not None:
                os.close(folder_fd)
            folder_fd = inner_fd
        yield path.name, folder_fd
    finally:
        if folder_fd is not None:
            os.close(folder_fd)


def _pieces(folder: Path) -> Iterator[str]:
    """Yield the path in pieces that are short enough, one below the other."""
    piece = ""
    for part in folder.parts:
        longer = os.path.join(piece, part)  # noqa: PTH118 - pieces of a path, not yet one
        if piece and _size(longer) > _MAX_PATH_SIZE:
            yield piece
            longer = part
        piece = longer
    yield piece


def _size(path: str) -> int:
    return len(os.fsencode(path))
