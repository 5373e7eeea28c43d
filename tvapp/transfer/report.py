"""What a transfer says: while it runs, and when it is done."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class Failure(NamedTuple):
    """What went wrong with one file or folder, by the name that the person knows it by."""

    name: str
    error: Exception


class Remark(NamedTuple):
    """What a person should know of one file or folder, though nothing went wrong."""

    name: str
    words: str


@dataclass(slots=True)
class TransferReport:
    """What happened to the files.

    Attributes:
        stored_count, stored_size: Files written, and verified where that is promised; their bytes.
        skipped_count: Files that were there already, the same.
        unreached_count: Files that were not tried: below a folder that failed, or after the end.
        left_out_count: Hidden and system files and folders that were not asked for.
        failures: What failed; the rest went on.
        remarks: What else is to be said.
        stopped: A person stopped it.
        ended_by: The error after which nothing more could be done: a full disk, say.
    """

    stored_count: int = 0
    stored_size: int = 0
    skipped_count: int = 0
    unreached_count: int = 0
    left_out_count: int = 0
    failures: list[Failure] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    stopped: bool = False
    ended_by: Exception | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that was asked for is done."""
        return not (self.failures or self.stopped or self.ended_by or self.unreached_count)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how a transfer goes on: the file that it is at, and how many bytes more are done."""

    on_file: Callable[[str], None] = lambda _name: None
    on_bytes: Callable[[float], None] = lambda _size: None


class Meter:
    """The bytes of one file as they are done: no more and no less than its size, whatever happens to it."""

    def __init__(self, size: int, watcher: Watcher) -> None:
        self._size = size
        self._watcher = watcher
        self._done = 0.0

    def count(self, size: float) -> None:
        """Count bytes as done; a file that grows meanwhile counts no more for that."""
        size = min(size, self._size - self._done)
        self._done += size
        self._watcher.on_bytes(size)

    def count_half(self, size: float) -> None:
        """Count bytes of work of which every byte takes two: written and read back, say."""
        self.count(size / 2)

    def restart(self) -> None:
        """Take back what was counted: the file is done anew."""
        self._watcher.on_bytes(-self._done)
        self._done = 0.0

    def settle(self) -> None:
        """Count what is left: the file is done with, one way or the other."""
        self.count(self._size - self._done)


def shown(name: str) -> str:
    """Return a name as a terminal may show it: what would control the terminal is spelled out."""
    return "".join(
        each if unicodedata.category(each) not in {"Cc", "Cs"} else each.encode("unicode_escape").decode()
        for each in name
    )
