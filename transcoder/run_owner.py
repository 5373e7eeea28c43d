"""What a run tells its pool, and asks it."""

from typing import TYPE_CHECKING, Protocol

from transcoder.cache import Segment

if TYPE_CHECKING:
    from transcoder.run import Run


class RunOwner(Protocol):
    """What a run tells its pool; called with the lock held."""

    def take_init(self, run: "Run", init: bytes) -> None:
        """Take the init segment."""

    def take_segment(self, run: "Run", index: int, segment: Segment) -> None:
        """Take a complete segment."""

    def note_unfinished(self, size: int) -> None:
        """Learn how many bytes have come to unfinished segments, or have left them."""

    def note_pace(self, run: "Run", worked_s: float) -> None:
        """Learn that the run was let work for so long."""

    def allowance(self, run: "Run") -> int:
        """Return how many segments beyond the furthest one asked for the run may make now."""

    def note_missing(
        self, run: "Run", index: int, lines: tuple[str, ...] | None, damage: Exception | None
    ) -> None:
        """Learn that the run is past `index`, or dead, without having made it."""
