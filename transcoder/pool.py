"""The owner of all sessions, runs and their threads, and of the segments in memory.

One lock guards it all. Requests wait on it for segments; encoders' readers wait on it for demand.
"""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from transcoder import command
from transcoder.assembly import Assembly, Fmp4Assembly, TransportAssembly
from transcoder.cache import Segment, SegmentCache
from transcoder.errors import BusyError, PoolClosedError
from transcoder.profiles import ScreenProfile
from transcoder.run import Run
from transcoder.session import Rendition, RenditionKey, Session, Source, make_rendition
from transcoder.stream import SegmentBody, Stream

logger = logging.getLogger(__name__)

RUN_IDLE_S = 15.0
SESSION_IDLE_S = 60.0
RENDITION_IDLE_S = 3600.0
WAIT_LIMIT_S = 20.0  # for the next bytes of a segment
SLOT_WAIT_S = 10.0
PREEMPT_AFTER_S = 6.0  # a run unasked for so long gives its slot to one who waits
RETRY_AFTER_S = 2.0
TIDY_EVERY_S = 1.0
BURST_S = 0.3  # starts of one session closer together than this...
DEBOUNCE_S = 0.12  # ...wait so long, and only the newest is made
COPY_LIMIT = 8  # runs that convert no picture cost next to nothing
DEFAULT_CACHE_SIZE = 256 * 1024 * 1024


class Pool:
    """Plays sources to screens. Leaving the context ends every process and thread and forgets every segment.

    Args:
        ffmpeg: The program.
        encoder_limit: How many pictures are converted at the same time.
        cache_size: Bytes of segments kept in memory.
        now: A clock in seconds, for idle times.
    """

    def __init__(
        self,
        ffmpeg: Path,
        *,
        encoder_limit: int = 2,
        cache_size: int = DEFAULT_CACHE_SIZE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._limits = {True: encoder_limit, False: COPY_LIMIT}
        self._now = now
        self._lock = threading.Condition()
        self._cache = SegmentCache(cache_size)
        self._renditions: dict[RenditionKey, Rendition] = {}
        self._sessions: dict[str, Session] = {}
        self._rendition_of: dict[Run, Rendition] = {}  # every run whose processes are not ended yet
        self._queues: dict[bool, deque[object]] = {True: deque(), False: deque()}
        self._numbers = itertools.count(1)
        self._closed = False
        self._closing = threading.Lock()
        self._tidying = threading.Lock()
        self._wake = threading.Event()
        self._reaper = threading.Thread(target=self._reap, name="transcoder-reaper")
        self._reaper.start()

    # What callers use.

    def stream(
        self,
        source: Source,
        profile: ScreenProfile,
        *,
        session_id: str,
        audio: int | None = None,
        start_s: float | None = None,
    ) -> Stream:
        """Return `source` as one viewer's stream; cheap, nothing is started.

        Args:
            source: The item.
            profile: The screen.
            session_id: The viewer: the same for every request of one play.
            audio: Index among the item's sound tracks; None for the default one.
            start_s: Where the viewer begins, if known: what is made first is made there.
        """
        key = (source.source_id, profile.name, audio)
        now_s = self._now()
        with self._lock:
            self._check_open()
            rendition = self._renditions.get(key)
            if rendition is None or rendition.source.info != source.info:
                self._drop_rendition(key)
                rendition = self._renditions[key] = make_rendition(key, source, profile, now_s)
            rendition.source = source
            rendition.used_at_s = now_s
            session = self._sessions.get(session_id)
            if session is None or session.rendition is not rendition:
                self._forget_session(session_id)
                session = self._sessions[session_id] = Session(session_id, rendition, now_s)
            session.used_at_s = now_s
            if start_s is not None:
                session.start_index = max(rendition.plan.index_at(start_s), 0)
            return Stream(self, rendition, session)

    def end_source(self, source_id: str) -> None:
        """End what plays of one item and forget its segments."""
        with self._lock:
            for key in [key for key in self._renditions if key[0] == source_id]:
                self._drop_rendition(key)
        self._wake.set()

    def tidy(self) -> None:
        """End runs and sessions that nobody needs any more. Done once a second; here for whoever cannot wait."""
        with self._tidying:
            self._tidy()

    def _tidy(self) -> None:
        with self._lock:
            now_s = self._now()
            for session_id in [
                one.session_id for one in self._sessions.values() if now_s - one.used_at_s > SESSION_IDLE_S
            ]:
                self._forget_session(session_id)
            for key, rendition in list(self._renditions.items()):
                if not rendition.runs and now_s - rendition.used_at_s > RENDITION_IDLE_S:
                    self._drop_rendition(key)
            for run in self._rendition_of:
                unwanted = not run.wanted_by or now_s - run.asked_at_s > RUN_IDLE_S
                if run.alive and not run.waiting and unwanted:
                    run.give_up()
            ended = [run for run in self._rendition_of if not run.alive and not run.starting]
        for run in ended:
            run.close()
            with self._lock:
                rendition = self._rendition_of.pop(run)
                if run in rendition.runs:
                    rendition.runs.remove(run)
                self._lock.notify_all()

    def close(self) -> None:
        """End every process and thread and forget every segment. Safe twice."""
        with self._closing:
            with self._lock:
                self._closed = True
                for run in self._rendition_of:
                    run.give_up()
                self._sessions.clear()
                self._renditions.clear()
                self._cache.wipe()
                self._lock.notify_all()
            self._wake.set()
            self._reaper.join()
            with self._lock:
                self._lock.wait_for(lambda: not any(run.starting for run in self._rendition_of))
            self.tidy()
            self._cache.wipe()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What streams use.

    def init_segment(self, session: Session) -> bytes:
        """Return the init segment, from a run at the viewer's place if none has made it yet."""
        rendition = session.rendition
        deadline_s = time.monotonic() + WAIT_LIMIT_S
        with self._lock:
            while rendition.init is None:
                run = self._run_for(session, session.start_index)
                self._wait(run, deadline_s, partial(_init_settled, rendition, run))
            self._touch(session)
            return rendition.init

    def segment(self, session: Session, index: int) -> SegmentBody:
        """Return segment `index`; its first bytes are there."""
        key = (session.rendition.key, index)
        deadline_s = time.monotonic() + WAIT_LIMIT_S
        with self._lock:
            session.start_index = index
            while True:
                self._check_open()
                self._touch(session)
                segment = self._cache.get(key)
                if segment is not None:
                    return SegmentBody(segment, self._lock, None)
                run = self._run_for(session, index)
                self._wait(run, deadline_s, partial(_settled, run, index))
                if index in run.segments:
                    return SegmentBody(run.segments[index], self._lock, run)

    # What runs say, with the lock held.

    def take_init(self, run: Run, init: bytes) -> None:
        """Take the init segment."""
        rendition = self._rendition_of[run]
        if rendition.init is not None and rendition.init != init:
            logger.warning("run %s: another init segment than the runs before", run.run_id)
        rendition.init = rendition.init or init

    def take_segment(self, run: Run, index: int, segment: Segment) -> None:
        """Keep a complete segment."""
        if not self._closed:
            self._cache.add((self._rendition_of[run].key, index), segment)

    def note_missing(self, run: Run, index: int, lines: tuple[str, ...] | None) -> None:
        """Remember that a run did not make a segment."""
        self._rendition_of[run].note_failure(index, self._now(), lines)

    # Inside, with the lock held.

    def _check_open(self) -> None:
        if self._closed:
            raise PoolClosedError("the pool is closed")

    def _touch(self, session: Session) -> None:
        session.used_at_s = session.rendition.used_at_s = self._now()

    def _wait(self, run: Run, deadline_s: float, done: Callable[[], bool]) -> None:
        """Wait on `run` until `done`."""
        run.waiting += 1
        try:
            arrived = self._lock.wait_for(done, timeout=max(0.0, deadline_s - time.monotonic()))
        finally:
            run.waiting -= 1
        if not run.wanted_by and not run.waiting:
            self._wake.set()
        if not arrived:
            run.give_up()  # it hangs: the next request shall find another
            raise BusyError("the encoder does not answer in time", RETRY_AFTER_S)

    def _run_for(self, session: Session, index: int) -> Run:
        """Return the run that brings segment `index`: one that is near, or a new one. May let go of the lock."""
        rendition = session.rendition
        run = rendition.run_for(index)
        if run is None:
            rendition.raise_failure(index, self._now())
            self._await_burst(session, index)
            run = rendition.run_for(index) or self._start(session, index)
        run.ask(index, session.session_id, self._now())
        return run

    def _await_burst(self, session: Session, index: int) -> None:
        """Let a burst of seeks pass: of starts that follow each other closely only the newest is made."""
        session.starts += 1
        session.starting_index = index
        mine = session.starts
        if self._now() - session.started_at_s > BURST_S:
            session.started_at_s = self._now()
            return
        newer = self._lock.wait_for(lambda: session.starts != mine or self._closed, timeout=DEBOUNCE_S)
        self._check_open()
        if newer and abs(session.starting_index - index) > 1:
            raise BusyError("the viewer has gone on to another place", RETRY_AFTER_S)
        session.started_at_s = self._now()

    def _start(self, session: Session, index: int) -> Run:
        """Start a run for `session` at segment `index`. Lets go of the lock."""
        rendition = session.rendition
        for other in self._rendition_of:
            other.wanted_by.discard(session.session_id)  # what it waited for it has left behind
        encodes = rendition.decision.video == "encode"
        self._await_slot(encodes=encodes)
        found = rendition.run_for(index)
        if found is not None:
            return found  # meanwhile somebody else started it
        stop = min(rendition.plan.count, index + command.MAX_SEGMENTS_PER_RUN)
        run = Run(f"run-{next(self._numbers)}", index, stop, self._lock, self)
        run.ask(index, session.session_id, self._now())
        run.waiting += 1
        rendition.runs.append(run)
        self._rendition_of[run] = rendition
        self._wake.set()  # what nobody wants any more is ended behind our back
        self._lock.release()
        try:
            run.start(
                rendition.source.lease(), self._commands(rendition, index), _assembly(rendition, index, run)
            )
        finally:
            self._lock.acquire()
            run.waiting -= 1
        return run

    def _await_slot(self, *, encodes: bool) -> None:
        """Wait for a free encoder, first come, first served.

        Raises:
            BusyError: None became free in time.
        """
        queue, place = self._queues[encodes], object()
        queue.append(place)
        try:
            free = self._lock.wait_for(
                lambda: self._closed or (queue[0] is place and self._has_slot(encodes=encodes)),
                timeout=SLOT_WAIT_S,
            )
        finally:
            queue.remove(place)
            self._lock.notify_all()
        self._check_open()
        if not free:
            raise BusyError("all encoders are taken", RETRY_AFTER_S)

    def _has_slot(self, *, encodes: bool) -> bool:
        taken = [
            run
            for run, rendition in self._rendition_of.items()
            if run.alive and (rendition.decision.video == "encode") == encodes
        ]
        if len(taken) < self._limits[encodes]:
            return True
        now_s = self._now()
        spare = [
            run
            for run in taken
            if not run.waiting and (not run.wanted_by or now_s - run.asked_at_s > PREEMPT_AFTER_S)
        ]
        if not spare:
            return False
        min(spare, key=lambda run: run.asked_at_s).give_up()
        self._wake.set()
        return True

    def _commands(self, rendition: Rendition, index: int) -> Callable[[str], list[tuple[str, list[str]]]]:
        profile = rendition.profile

        def commands(url: str) -> list[tuple[str, list[str]]]:
            job = command.EncodeJob(
                ffmpeg=self._ffmpeg,
                url=url,
                info=rendition.source.info,
                plan=rendition.plan,
                first=index,
                video=rendition.decision.video,
                audio=rendition.decision.audio,
                audio_stream=rendition.audio_stream,
                max_width=profile.max_width,
                max_height=profile.max_height,
            )
            return command.commands(job, profile.packaging)

        return commands

    def _forget_session(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)
        for run in self._rendition_of:
            run.wanted_by.discard(session_id)

    def _drop_rendition(self, key: RenditionKey) -> None:
        rendition = self._renditions.pop(key, None)
        if rendition is not None:
            for run in rendition.runs:
                run.give_up()
            self._cache.drop_rendition(key)

    def _reap(self) -> None:
        while not self._closed:
            self._wake.wait(TIDY_EVERY_S)
            self._wake.clear()
            self.tidy()


def _settled(run: Run, index: int) -> bool:
    """Whether the first bytes of a segment are there, or will not come from this run any more."""
    return index in run.segments or run.position > index or not run.alive


def _init_settled(rendition: Rendition, run: Run) -> bool:
    return rendition.init is not None or not run.alive


def _assembly(rendition: Rendition, index: int, run: Run) -> Assembly:
    decision = rendition.decision
    tracks = {name for name, treatment in (("video", decision.video), ("audio", decision.audio)) if treatment}
    kind = TransportAssembly if rendition.profile.packaging == "ts" else Fmp4Assembly
    return kind(rendition.plan, index, tracks, run)
