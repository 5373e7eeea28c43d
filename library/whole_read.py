"""One file read whole: every chunk authenticated, and compared with its seal record where there is one."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from library.checks import ALTERED, Check
from library.errors import CheckCancelledError
from library.marks import MarkMaker, Range, changed_blocks, changed_ranges, joined, overlap, united
from library.problems import Problem
from library.seals import Seal, Seals
from vault import AuthenticationError, Node, StorageError, TruncatedError, Vault, Verification

DAMAGED_HEADER = Problem("damaged", "its header")
CUT = Problem("incomplete", "the file was cut short")
REFUSED = Problem("unreadable", "the disk refuses to read it")
_SHOWN_RANGES = 3

OnBytes = Callable[[int], bool]
"""Called with how many stored bytes were read; false ends the reading."""


@dataclass(frozen=True, slots=True)
class WholeRead:
    """What was found in a file, and its seal if it is whole."""

    check: Check
    seal: Seal | None


def read_whole(
    vault: Vault, node: Node, seals: Seals | None, on_bytes: OnBytes, checked_ns: int | None = None
) -> WholeRead:
    """Read a file or link from its first chunk to its last, whatever lies between.

    Args:
        vault: Unlocked.
        node: What to read.
        seals: To compare with; None where there are none.
        on_bytes: See `OnBytes`.
        checked_ns: The time to note, nanoseconds since the epoch; now by default.

    Raises:
        CheckCancelledError: `on_bytes` said so.
        NodeNotFoundError: It is gone.
        VaultLockedError
    """
    reading = _Reading(node, on_bytes, time.time_ns() if checked_ns is None else checked_ns)
    try:
        with vault.verify(node) as verification:
            reading.run(verification)
            return reading.result(seals)
    except AuthenticationError:
        size = node.size or 0
        return WholeRead(reading.check(DAMAGED_HEADER, ((0, size),)), None)
    except TruncatedError:
        return WholeRead(reading.check(CUT), None)
    except StorageError:
        return WholeRead(reading.check(REFUSED), None)


class _Reading:
    """One pass over one file."""

    def __init__(self, node: Node, on_bytes: OnBytes, checked_ns: int) -> None:
        self._node = node
        self._on_bytes = on_bytes
        self._checked_ns = checked_ns
        self._stored_size, self._mtime_ns = node.stored_size, node.mtime_ns
        self._sha256 = hashlib.sha256()
        self._marks = MarkMaker(0)
        self._damaged: list[Range] = []
        self._header_nonce = b""
        self._size = 0

    def run(self, verification: Verification) -> None:
        self._stored_size, self._mtime_ns = verification.stored_size, verification.mtime_ns
        self._header_nonce, self._size = verification.header_nonce, verification.size
        self._marks = MarkMaker(self._size)
        reported = 0
        for stretch in verification.stretches():
            if stretch.plaintext is None:
                self._damaged.append((stretch.start, stretch.stop))
            else:
                self._sha256.update(stretch.plaintext)
            self._marks.see(stretch.first_chunk, stretch.chunk_nonces)
            if not self._on_bytes(stretch.stored_stop - reported):
                raise CheckCancelledError
            reported = stretch.stored_stop

    def result(self, seals: Seals | None) -> WholeRead:
        sha256, marks = self._sha256.digest(), self._marks.finish()
        assert self._stored_size is not None
        known = None if seals is None else seals.get(self._header_nonce, self._stored_size)
        if self._damaged:
            return WholeRead(self._damage(known, marks), None)
        if known is not None and known.sha256 != sha256:
            return WholeRead(self.check(ALTERED, tuple(changed_ranges(known.marks, marks, self._size))), None)
        seal = Seal(
            header_nonce=self._header_nonce, stored_size=self._stored_size, sha256=sha256, marks=marks
        )
        return WholeRead(self.check(None), seal)

    def _damage(self, known: Seal | None, marks: bytes) -> Check:
        ranges = tuple(joined(iter(self._damaged)))
        altered = [] if known is None else self._altered_elsewhere(known.marks, marks, ranges)
        if altered:
            # What is damaged is refused all the same; what is altered would not be.
            return self.check(ALTERED, tuple(united([*ranges, *altered])))
        return self.check(damage_at(ranges), ranges)

    def _altered_elsewhere(self, before: bytes | None, now: bytes, damaged: tuple[Range, ...]) -> list[Range]:
        """Return the blocks that are others though none of their chunks is damaged."""
        if before is None or len(before) != len(now):
            return []
        blocks = changed_blocks(before, now, self._size)
        return [block for block in blocks if not any(overlap(block, one) for one in damaged)]

    def check(self, problem: Problem | None, ranges: tuple[Range, ...] = ()) -> Check:
        return Check(
            stored_path=self._node.stored_path,
            stored_size=self._stored_size,
            mtime_ns=self._mtime_ns,
            checked_ns=self._checked_ns,
            problem=problem,
            ranges=ranges,
        )


def damage_at(ranges: tuple[Range, ...]) -> Problem:
    """Return the problem of a file of which these plaintext bytes are damaged."""
    shown = ", ".join(f"bytes {start} to {stop - 1}" for start, stop in ranges[:_SHOWN_RANGES])
    further = len(ranges) - _SHOWN_RANGES
    return Problem("damaged", shown + (f" and {further} more places" if further > 0 else ""))
