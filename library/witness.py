"""Compares what is read of a file with its seal record, while it is read."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter

from library.errors import AlteredError
from library.marks import Passage, Range, mark_at, overlap, range_of


class SealWitness:
    """A `vault.Witness` that lets no block end (see `marks`) that is not what was stored.

    It can tell of blocks that are read from their first chunk to their last, in order, by one reader.

    Args:
        item_id: Of the item.
        size: Plaintext bytes of the file.
        known_marks: Returns the marks that were kept, None if nobody knows. Asked when a block was read through:
            most who read a little never get there.
        on_altered: Told which bytes are altered, once.
        known: What is known to be altered, and not given out anyway: of that nothing is said.
    """

    def __init__(
        self,
        item_id: str,
        size: int,
        known_marks: Callable[[], bytes | None],
        on_altered: Callable[[Range], None],
        known: Sequence[Range] = (),
    ) -> None:
        self._item_id = item_id
        self._size = size
        self._known_marks = known_marks
        self._on_altered = on_altered
        self._known = known
        self._passage: Passage | None = Passage(size)
        self._marks: bytes | None = None
        self._altered: Range | None = None

    def see(self, first: int, nonces: Sequence[bytes]) -> None:
        """Look at the chunks from `first` on.

        Raises:
            AlteredError: A block ends in them that is another than was stored; from then on, always.
        """
        if self._altered is None and self._passage is not None:
            for block, mark in self._passage.see(first, nonces):
                if self._marks is None:
                    self._marks = self._known_marks()
                if self._marks is None:
                    self._passage = None
                    break
                if mark != mark_at(self._marks, block) and not self._is_known(range_of(block, self._size)):
                    self._altered = range_of(block, self._size)
                    self._on_altered(self._altered)
                    break
        if self._altered is not None:
            raise AlteredError(self._item_id, self._altered)

    def _is_known(self, block: Range) -> bool:
        return any(overlap(block, one) for one in self._known)


class Barred:
    """What is known to be altered in a file, and is given to nobody.

    Args:
        item_id: Of the item.
        ranges: In order, apart from one another.
    """

    def __init__(self, item_id: str, ranges: Sequence[Range]) -> None:
        self._item_id = item_id
        self._ranges = ranges

    def open_until(self, start: int, stop: int) -> int:
        """Return how far from `start` towards `stop` bytes may be given; a `vault.Limit`.

        Raises:
            AlteredError: None; `start` is altered.
        """
        at = bisect_right(self._ranges, start, key=itemgetter(1))
        if at == len(self._ranges):
            return stop
        barred = self._ranges[at]
        if barred[0] <= start:
            raise AlteredError(self._item_id, barred)
        return min(stop, barred[0])
