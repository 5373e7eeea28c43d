"""The owner of all sessions and runs, of their threads, and of the segments in memory.

One lock guards it all. Requests wait on it for segments; encoders' readers wait on it for demand.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from transcoder.cache import SegmentCache
from transcoder.closing import Closing
from transcoder.ladder import Rung
from transcoder.machine import EncoderReport, Machine
from transcoder.profiles import ScreenProfile
from transcoder.runs import Runs
from transcoder.session import Presentation, PresentationKey, Session, Source, make_presentation
from transcoder.slots import PoolState
from transcoder.stream import SegmentBody, Stream

SESSION_IDLE_S = 60.0
PRESENTATION_IDLE_S = 3600.0
TIDY_EVERY_S = 1.0
DEFAULT_CACHE_SIZE = 256 * 1024 * 1024


class Pool(Closing):
    """Plays sources to screens. Leaving the context ends every process and thread and forgets every segment.

    Args:
        ffmpeg: The program.
        encoder_limit: How many pictures are converted at the same time.
        cache_size: Bytes of segments kept in memory, finished or not.
        machine: What this computer can do, started and ended with the pool; without it, what ffmpeg brings along.
        now: A clock in seconds, for idle times.
    """

    def __init__(
        self,
        ffmpeg: Path,
        *,
        encoder_limit: int = 2,
        cache_size: int = DEFAULT_CACHE_SIZE,
        machine: Machine | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._machine = machine or Machine(ffmpeg)
        self._lock = threading.Condition()
        self._cache = SegmentCache(cache_size)
        self._wake = threading.Event()
        self._runs = Runs(ffmpeg, self._machine, encoder_limit, self._lock, self._cache, now, self._wake.set)
        self._presentations: dict[PresentationKey, Presentation] = {}
        self._sessions: dict[str, Session] = {}
        self._begun: set[str] = set()  # session ids
        self._stopped = threading.Event()
        self._reaper = threading.Thread(target=self._reap, name="transcoder-reaper")
        self._reaper.start()
        if machine is not None:
            machine.start()

    def stream(
        self,
        source: Source,
        profile: ScreenProfile,
        *,
        session_id: str,
        audio: int | None = None,
        burn: int | None = None,
        quality: int | None = None,
        convert: bool = False,
        start_s: float | None = None,
    ) -> Stream:
        """Return `source` as one viewer's stream; cheap, nothing is started.

        Args:
            source: The item.
            profile: The screen.
            session_id: The viewer: the same for every request of one play.
            audio: Index among the item's sound tracks; None for the default one.
            burn: Index among the item's subtitle tracks of the one to draw into the picture.
            quality: Height of the picture: a rung of the ladder; None for the best that this machine makes in time.
            convert: Pass nothing on, whatever the screen plays.
            start_s: Where the viewer begins, if known: what is made first is made there.

        Raises:
            NoSoundTrackError: The item has no such sound track.
            PoolClosedError: The pool is closed.
        """
        asked = PresentationKey(source.source_id, profile.name, audio, burn, quality, convert)
        now_s = self._now()
        with self._lock:
            self._runs.check_open()
            presentation, rungs = self._presentation(asked, source, profile)
            presentation.source = source
            session = self._sessions.get(session_id)
            if session is None or session.presentation is not presentation:
                place = session.place_in(presentation) if session else 0
                session = self._sessions[session_id] = Session(session_id, presentation, now_s, place)
            self._touch(session)
            if start_s is not None:
                session.start_index = max(presentation.plan.index_at(start_s), 0)
            return Stream(self, presentation, session, rungs)

    def begin(self, session: Session) -> None:
        """Start making what a viewer will ask for first (for `Stream`), once per viewer."""
        with self._lock:
            self._runs.check_open()
            if session.session_id not in self._begun:
                self._begun.add(session.session_id)
                self._runs.begin(session)

    def init_segment(self, session: Session) -> bytes:
        """Return the init segment of what a session watches (for `Stream`)."""
        with self._lock:
            self._touch(session)
            self._runs.leave_others(session)
            return self._runs.init_segment(session)

    def segment(self, session: Session, index: int) -> SegmentBody:
        """Return a segment of what a session watches (for `Stream`)."""
        with self._lock:
            self._touch(session)
            session.start_index = index
            self._runs.leave_others(session)
            return self._runs.segment(session, index)

    @property
    def state(self) -> PoolState:
        """How much is going on."""
        with self._lock:
            return self._runs.state(len(self._sessions))

    def encoders(self) -> tuple[EncoderReport, ...]:
        """Return what is known of this machine's encoders, the chosen one first."""
        return self._machine.report()

    def tidy(self) -> None:
        """End what nobody needs any more. Done once a second; here for whoever cannot wait."""
        with self._lock:
            now_s = self._now()
            for session in list(self._sessions.values()):
                if now_s - session.used_at_s > SESSION_IDLE_S:
                    del self._sessions[session.session_id]
                    self._begun.discard(session.session_id)
                    self._runs.forget_session(session.session_id)
            for key, presentation in list(self._presentations.items()):
                if not presentation.runs and now_s - presentation.used_at_s > PRESENTATION_IDLE_S:
                    self._drop_presentation(key)
        self._runs.end_unwanted()

    def close(self) -> None:
        """End every process and thread and forget every segment. Safe twice."""
        self._stopped.set()
        self._wake.set()
        self._runs.end_all()
        self._machine.close()
        self._reaper.join()
        with self._lock:
            self._sessions.clear()
            self._presentations.clear()
            self._cache.wipe()

    def _presentation(
        self, asked: PresentationKey, source: Source, profile: ScreenProfile
    ) -> tuple[Presentation, tuple[Rung, ...]]:
        """Return the presentation that there is already, or a new one, and the sizes to choose from."""
        known = self._presentations.get(asked)
        if known is not None and known.source.info == source.info:
            return known, (known.rung,) if known.rung else ()
        made, rungs = make_presentation(asked, source, profile, self._now(), self._machine.keeps_up)
        known = self._presentations.get(made.key)
        if known is None or known.source.info != source.info:
            self._drop_presentation(made.key)
            known = self._presentations[made.key] = made
        return known, rungs

    def _touch(self, session: Session) -> None:
        session.used_at_s = self._now()
        session.presentation.use(session.used_at_s)

    def _drop_presentation(self, key: PresentationKey) -> None:
        presentation = self._presentations.pop(key, None)
        if presentation is not None:
            for run in presentation.runs:
                run.give_up()
            self._cache.drop_presentation(key)

    def _reap(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(TIDY_EVERY_S)
            self._wake.clear()
            self.tidy()
