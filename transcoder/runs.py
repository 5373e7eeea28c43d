"""All runs: which one brings a segment, which are started and when, and how many at a time."""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from transcoder import command
from transcoder.assembly import Assembly, Fmp4Assembly, TransportAssembly
from transcoder.cache import Segment, SegmentCache
from transcoder.errors import BusyError, PoolClosedError
from transcoder.output import output_channels
from transcoder.run import Run
from transcoder.session import Rendition, Session
from transcoder.stream import SegmentBody

logger = logging.getLogger(__name__)

RUN_IDLE_S = 15.0
WAIT_LIMIT_S = 20.0  # for the first bytes of a segment
SLOT_WAIT_S = 10.0
PREEMPT_AFTER_S = 6.0  # a run unasked for so long gives its slot to one who waits
RETRY_AFTER_S = 2.0
BURST_S = 0.3  # starts of one session closer together than this...
DEBOUNCE_S = 0.12  # ...wait so long, and only the newest is made
COPY_LIMIT = 8  # runs that convert no picture cost next to nothing


class Runs:
    """Finds, starts and ends runs. All but `end_unwanted` and `end_all` is called with `lock` held.

    Args:
        ffmpeg: The program.
        encoder_limit: How many pictures are converted at the same time.
        lock: The pool's.
        cache: Where complete segments go.
        now: A clock in seconds, for idle times.
        wake: Called when there is something to end.
    """

    def __init__(
        self,
        ffmpeg: Path,
        encoder_limit: int,
        lock: threading.Condition,
        cache: SegmentCache,
        now: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self._ffmpeg = ffmpeg
        self._limits = {True: encoder_limit, False: COPY_LIMIT}
        self._lock = lock
        self._cache = cache
        self._now = now
        self._wake = wake
        self._rendition_of: dict[Run, Rendition] = {}  # every run whose processes are not ended yet
        self._queues: dict[bool, deque[object]] = {True: deque(), False: deque()}
        self._numbers = itertools.count(1)
        self._ending = threading.Lock()
        self._closed = False

    def init_segment(self, session: Session) -> bytes:
        """Return the init segment, from a run at the viewer's place if none has made it yet."""
        rendition = session.rendition
        deadline_s = time.monotonic() + WAIT_LIMIT_S
        while rendition.init is None:
            self.check_open()
            run = self._run_for(session, session.start_index)
            self._wait(run, deadline_s, partial(_init_settled, rendition, run))
        return rendition.init

    def segment(self, session: Session, index: int) -> SegmentBody:
        """Return segment `index`; its first bytes are there."""
        key = (session.rendition.key, index)
        deadline_s = time.monotonic() + WAIT_LIMIT_S
        while True:
            self.check_open()
            segment = self._cache.get(key)
            if segment is not None:
                return SegmentBody(segment, self._lock, None)
            run = self._run_for(session, index)
            self._wait(run, deadline_s, partial(_settled, run, index))
            if index in run.segments:
                return SegmentBody(run.segments[index], self._lock, run)

    def check_open(self) -> None:
        """Refuse to go on after the end.

        Raises:
            PoolClosedError: The pool is closed.
        """
        if self._closed:
            raise PoolClosedError("the pool is closed")

    def forget_session(self, session_id: str) -> None:
        """Take a viewer's interest from every run."""
        for run in self._rendition_of:
            run.wanted_by.discard(session_id)

    def end_unwanted(self) -> None:
        """End runs that nobody waits for or has asked for a while. The lock is not held."""
        with self._ending:
            with self._lock:
                now_s = self._now()
                for run in self._rendition_of:
                    unwanted = not run.wanted_by or now_s - run.asked_at_s > RUN_IDLE_S
                    if run.alive and not run.waiting and unwanted:
                        run.give_up()
                ended = [run for run in self._rendition_of if not run.alive and not run.starting]
            for run in ended:
                run.close()
                with self._lock:
                    self._rendition_of.pop(run).runs.remove(run)
                    self._lock.notify_all()

    def end_all(self) -> None:
        """End every run and start no other. The lock is not held."""
        with self._lock:
            self._closed = True
            for run in self._rendition_of:
                run.give_up()
            self._lock.notify_all()
            self._lock.wait_for(lambda: not any(run.starting for run in self._rendition_of))
        self.end_unwanted()

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

    def note_missing(
        self, run: Run, index: int, lines: tuple[str, ...] | None, damage: Exception | None
    ) -> None:
        """Remember that a run did not make a segment."""
        self._rendition_of[run].note_failure(index, self._now(), lines, damage)

    # Inside, with the lock held.

    def _wait(self, run: Run, deadline_s: float, done: Callable[[], bool]) -> None:
        """Wait on `run` until `done`."""
        run.waiting += 1
        try:
            arrived = self._lock.wait_for(done, timeout=max(0.0, deadline_s - time.monotonic()))
        finally:
            run.waiting -= 1
        if not run.wanted_by and not run.waiting:
            self._wake()
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
        self.check_open()
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
        self._wake()  # what nobody wants any more is ended behind our back
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
        self.check_open()
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
        self._wake()
        return True

    def _commands(self, rendition: Rendition, index: int) -> Callable[[str], list[tuple[str, list[str]]]]:
        profile, box = rendition.profile, rendition.rung or rendition.profile

        def commands(url: str) -> list[tuple[str, list[str]]]:
            job = command.EncodeJob(
                ffmpeg=self._ffmpeg,
                url=url,
                info=rendition.source.info,
                plan=rendition.plan,
                first=index,
                packaging=profile.packaging,
                video=rendition.decision.video,
                audio=rendition.decision.audio,
                audio_stream=rendition.audio_stream,
                burn=rendition.key.burn,
                audio_channels=_channels(rendition),
                max_width=box.max_width,
                max_height=box.max_height,
            )
            return command.commands(job)

        return commands


def _settled(run: Run, index: int) -> bool:
    """Whether the first bytes of a segment are there, or will not come from this run any more."""
    return index in run.segments or run.position > index or not run.alive


def _init_settled(rendition: Rendition, run: Run) -> bool:
    return rendition.init is not None or not run.alive


def _channels(rendition: Rendition) -> int:
    sound = rendition.audio_stream
    return output_channels(sound, surround=rendition.profile.surround) if sound else 2


def _assembly(rendition: Rendition, index: int, run: Run) -> Assembly:
    decision = rendition.decision
    tracks = {name for name, treatment in (("video", decision.video), ("audio", decision.audio)) if treatment}
    kind = TransportAssembly if rendition.profile.packaging == "ts" else Fmp4Assembly
    return kind(rendition.plan, index, tracks, run)
