"""Segments in memory: made once, read by all, forgotten when the cap is reached or the vault is locked."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

Key = tuple[Hashable, int]  # (presentation, segment index)


@dataclass(eq=False, slots=True)
class Segment:
    """The bytes of one segment, there as soon as they are made. Guarded by the pool's lock."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    complete: bool = False
    abandoned: bool = False  # what made it has ended before it was complete

    def append(self, data: bytes) -> None:
        """Take the next bytes."""
        self.pieces.append(data)
        self.size += len(data)


class SegmentCache:
    """Complete segments, the least recently asked for forgotten first. Guarded by the pool's lock.

    One that is being read stays whole for its reader, who holds it. What is still being made counts too: for it
    old segments make room.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._unfinished_size = 0
        self._segments: OrderedDict[Key, Segment] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    @property
    def total_size(self) -> int:
        """Bytes held, and bytes of what is still being made."""
        return self._size + self._unfinished_size

    @property
    def crowded(self) -> bool:
        """Whether half of the memory is taken by what is still being made: nothing shall be made ahead."""
        return self._unfinished_size * 2 > self._max_size

    def note_unfinished(self, size: int) -> None:
        """Learn that segments that are being made have grown by `size`, or with a negative one that they are gone."""
        self._unfinished_size += size
        self._make_room()

    def get(self, key: Key) -> Segment | None:
        """Return a complete segment, or None."""
        segment = self._segments.get(key)
        if segment is not None:
            self._segments.move_to_end(key)
        return segment

    def add(self, key: Key, segment: Segment) -> None:
        """Keep a complete segment, and forget old ones beyond the cap."""
        self._forget(key)
        self._segments[key] = segment
        self._size += segment.size
        self._make_room()

    def drop_presentation(self, presentation: Hashable) -> None:
        """Forget everything of one presentation."""
        for key in [key for key in self._segments if key[0] == presentation]:
            self._forget(key)

    def wipe(self) -> None:
        """Forget everything."""
        self._segments.clear()
        self._size = 0

    def _forget(self, key: Key) -> None:
        segment = self._segments.pop(key, None)
        if segment is not None:
            self._size -= segment.size

    def _make_room(self) -> None:
        while self._size + self._unfinished_size > self._max_size and len(self._segments) > 1:
            self._forget(next(iter(self._segments)))
