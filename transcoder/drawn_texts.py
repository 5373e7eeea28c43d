"""Text that is drawn into pictures: read before an encoder is asked for, so that nobody else waits for it.

To read it out of a film without an index of it takes minutes. Pictures that lie beside a film are lent like it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial

from transcoder.command import VobSub
from transcoder.errors import BusyError
from transcoder.lease import Lease
from transcoder.session import Presentation
from transcoder.slots import RETRY_AFTER_S

WAIT_LIMIT_S = 20.0  # for a text that somebody else has begun to read

_Track = tuple[str, int]


class TextLease:
    """What is to be drawn: its addresses are good until it is closed, or until whoever took them over is done."""

    def __init__(self, drawn: Lease | VobSub, leasing: ExitStack) -> None:
        self.drawn = drawn
        self._leasing = leasing

    def taken(self) -> ExitStack:
        """Return the context in which the addresses are good from now on."""
        return self._leasing.pop_all()

    def close(self) -> None:
        """Give the addresses back, if nobody took them over. Safe twice."""
        self._leasing.close()


class DrawnTexts:
    """Has texts read, each by one viewer at a time. Guarded by the pool's lock.

    Args:
        lock: The pool's.
        closed: Whether there is nothing to wait for any more.
    """

    def __init__(self, lock: threading.Condition, closed: Callable[[], bool]) -> None:
        self._lock = lock
        self._closed = closed
        self._under_way: set[_Track] = set()

    @property
    def reading(self) -> bool:
        """Whether some text is being read."""
        return bool(self._under_way)

    @contextmanager
    def read(self, presentation: Presentation) -> Iterator[TextLease | None]:
        """Lend the text that runs of a presentation draw, None if there is none. Lets go of the lock to read it.

        Raises:
            BusyError: Somebody else is reading it, and it takes long. Whatever the source raises.
        """
        drawn, burn = presentation.source.drawn, presentation.key.burn
        if drawn is None or burn is None or not draws_text(presentation):
            yield None
            return
        with closing(self._read(partial(drawn, burn), (presentation.key.source_id, burn))) as text:
            yield text

    def _read(self, lend: Callable[[], AbstractContextManager[Lease | VobSub]], track: _Track) -> TextLease:
        free = self._lock.wait_for(lambda: self._closed() or track not in self._under_way, WAIT_LIMIT_S)
        if not free:
            raise BusyError("the subtitles are still being read", RETRY_AFTER_S)
        self._under_way.add(track)
        self._lock.release()
        try:
            with ExitStack() as leasing:
                drawn = leasing.enter_context(lend())
                return TextLease(drawn, leasing.pop_all())
        finally:
            self._lock.acquire()
            self._under_way.discard(track)
            self._lock.notify_all()


def draws_text(presentation: Presentation) -> bool:
    """Return whether text is drawn into the pictures of a presentation, or what lies beside the film."""
    burn, tracks = presentation.key.burn, presentation.source.info.subtitles
    if burn is None or presentation.decision.video != "encode":
        return False
    return burn >= len(tracks) or tracks[burn].is_text  # behind the film's own are files beside it
