"""All runs: which one brings a segment, which are started and when, and how many at a time."""

import itertools
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from transcoder.bursts import Bursts
from transcoder.cache import Segment, SegmentCache
from transcoder.command import SOFTWARE
from transcoder.drawn_texts import DrawnTexts, TextLease, draws_text
from transcoder.errors import BusyError, PoolClosedError
from transcoder.jobs import assembly_for, commands_for, leased, muted_for, stop_for
from transcoder.machine import Machine
from transcoder.run import AHEAD, Run
from transcoder.session import Presentation, Session
from transcoder.slots import RETRY_AFTER_S, PoolState, Slots
from transcoder.stream import SegmentBody
from transcoder.waiting import Patience, init_settled, settled

logger = logging.getLogger(__name__)

RUN_IDLE_S = 15.0
DEVICE_LIMIT_S = 8.0  # for a device's first bytes: as long as a disk takes to wake up, and players still wait
_AHEAD_WHILE_OTHERS_WAIT = 1  # segments, while another viewer waits for the first picture
COPY_LIMIT = 8  # runs that convert no picture cost next to nothing


class Runs:
    """Finds, starts and ends runs. All methods but `end_unwanted` and `end_all` are called with `lock` held.

    Args:
        ffmpeg: The program.
        machine: What this computer can do.
        encoder_limit: How many pictures are converted at the same time.
        lock: The pool's.
        cache: Where complete segments go.
        now: A clock in seconds, for idle times.
        wake: Called when there is something to end.
    """

    def __init__(
        self,
        ffmpeg: Path,
        machine: Machine,
        encoder_limit: int,
        lock: threading.Condition,
        cache: SegmentCache,
        now: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self.patience = Patience()
        self._ffmpeg = ffmpeg
        self._machine = machine
        self._slots = {
            encodes: Slots(limit, lock, now, wake)
            for encodes, limit in ((True, encoder_limit), (False, COPY_LIMIT))
        }
        self._lock = lock
        self._cache = cache
        self._now = now
        self._wake = wake
        self._bursts = Bursts(lock, now, lambda: self._closed)
        self._texts = DrawnTexts(lock, lambda: self._closed)
        self._presentation_of: dict[Run, Presentation] = {}  # every run whose processes are not ended yet
        self._numbers = itertools.count(1)
        self._ending = threading.Lock()
        self._closed = False

    def init_segment(self, session: Session) -> bytes:
        """Return the init segment, from a run at the viewer's place if none has made it yet."""
        presentation = session.presentation
        while presentation.init is None:
            self.check_open()
            run = self._run_for(session, session.start_index)
            self._wait(run, partial(init_settled, presentation, run))
        return presentation.init

    def segment(self, session: Session, index: int) -> SegmentBody:
        """Return segment `index`; its first bytes are there."""
        key = (session.presentation.key, index)
        while True:
            self.check_open()
            segment = self._cache.get(key)
            if segment is not None:
                return SegmentBody(segment, self._lock, None)
            run = self._run_for(session, index)
            self._wait(run, partial(settled, run, index))
            if index in run.segments:
                return SegmentBody(run.segments[index], self._lock, run)

    def begin(self, session: Session) -> None:
        """Start making what the viewer will ask for first, if an encoder is free. May let go of the lock."""
        presentation, index = session.presentation, session.start_index
        encodes = presentation.decision.video == "encode"
        slots = self._slots[encodes]
        kept = self._cache.get((presentation.key, index)) is not None
        # Text has to be read first, and only who asks for pictures can be told to wait.
        ready = kept or presentation.run_for(index) is not None or draws_text(presentation)
        if not ready and slots.has_room(session.session_id, self._taken(encodes=encodes)):
            self._started(session, index, None)

    def check_open(self) -> None:
        """Refuse to go on after the end.

        Raises:
            PoolClosedError: The pool is closed.
        """
        if self._closed:
            raise PoolClosedError("the pool is closed")

    def state(self, viewers: int) -> PoolState:
        """Return how much is going on."""
        return PoolState(
            len(self._taken(encodes=True)),
            self._slots[True].limit,
            len(self._taken(encodes=False)),
            self._slots[True].waiting,
            viewers,
            self._cache.total_size,
        )

    def forget_session(self, session_id: str) -> None:
        """Take a viewer's interest from every run."""
        for run in self._presentation_of:
            run.wanted_by.discard(session_id)

    def leave_others(self, session: Session) -> None:
        """Take a viewer's interest from the runs of what was watched before: another size, another sound track."""
        for run, presentation in self._presentation_of.items():
            if presentation is not session.presentation and session.session_id in run.wanted_by:
                run.wanted_by.discard(session.session_id)
                self._wake()

    def end_unwanted(self) -> None:
        """End runs that nobody waits for or has asked for a while. The lock is not held."""
        with self._ending:
            with self._lock:
                now_s = self._now()
                for run in self._presentation_of:
                    unwanted = not run.wanted_by or now_s - run.asked_at_s > RUN_IDLE_S
                    if run.alive and not run.waiting and unwanted:
                        run.give_up()
                ended = [run for run in self._presentation_of if not run.alive and not run.starting]
            for run in ended:
                run.close()
                with self._lock:
                    self._presentation_of.pop(run).runs.remove(run)
                    self._lock.notify_all()

    def end_all(self) -> None:
        """End every run and start no other. The lock is not held."""
        with self._lock:
            self._closed = True
            for run in self._presentation_of:
                run.give_up()
            self._lock.notify_all()
            self._lock.wait_for(lambda: not any(run.starting for run in self._presentation_of))
            self._lock.wait_for(lambda: not self._texts.reading)
        self.end_unwanted()

    # What runs say, with the lock held.

    def take_init(self, run: Run, init: bytes) -> None:
        """Take the init segment."""
        presentation = self._presentation_of[run]
        if presentation.init is not None and presentation.init != init:
            logger.warning("run %s: another init segment than the runs before", run.run_id)
        presentation.init = presentation.init or init

    def take_segment(self, run: Run, index: int, segment: Segment) -> None:
        """Keep a complete segment."""
        if not self._closed:
            self._cache.add((self._presentation_of[run].key, index), segment)

    def note_missing(
        self, run: Run, index: int, lines: tuple[str, ...] | None, damage: Exception | None
    ) -> None:
        """Remember that a run did not make a segment."""
        presentation = self._presentation_of[run]
        if lines is not None and damage is None and self._refused(run):
            return  # not the file's fault: it is tried without the device
        presentation.note_failure(index, self._now(), lines, damage)

    def note_unfinished(self, size: int) -> None:
        """Count what is being made as memory."""
        self._cache.note_unfinished(size)

    def note_pace(self, run: Run, worked_s: float) -> None:
        """Spare a run that is slower than the film the dearer part of its work."""
        run.pace.work(worked_s)
        if run.encoder is None or run.encoder.is_hardware or run.position == run.first:
            return  # a device has no cheaper way
        presentation = self._presentation_of[run]
        pace = run.pace.reach(presentation.plan.start_s(run.position))
        if pace >= 1.0 or presentation.rung is None or presentation.picture is None:
            return
        logger.info("run %s: %.2f seconds per second; from now on with less work", run.run_id, pace)
        if presentation.spare_work():
            run.retire()
        else:
            self._machine.note_slow(presentation.picture, presentation.rung)

    def allowance(self, run: Run) -> int:
        """Return how many segments beyond the furthest one asked for `run` may make now."""
        if self._cache.crowded:
            return 0
        if any(other.hurried for other in self._presentation_of if other is not run):
            return _AHEAD_WHILE_OTHERS_WAIT
        return AHEAD

    # Inside, with the lock held.

    def _wait(self, run: Run, done: Callable[[], bool]) -> None:
        """Wait on `run` until `done`, or until its device hangs: then another run has to be found."""
        run.waiting += 1
        worked_s = run.worked_s
        try:
            if self._hangs(run, done):
                run.give_up()
                return
            arrived = self._lock.wait_for(done, timeout=self.patience.wait_s)
        finally:
            run.waiting -= 1
        if not run.wanted_by and not run.waiting:
            self._wake()
        if not arrived:
            if self.patience.keeps(run, run.worked_s - worked_s):
                run.asked_at_s = self._now()
            else:
                self._refused(run)
                run.give_up()  # it hangs: the next request shall find another
            raise BusyError("the encoder does not answer in time", RETRY_AFTER_S)

    def _hangs(self, run: Run, done: Callable[[], bool]) -> bool:
        """Return whether a device gives nothing at all, and remember that; nothing else is waited for."""
        if run.encoder is None or not run.encoder.is_hardware:
            return False
        answers = self._lock.wait_for(lambda: done() or not run.fruitless, timeout=DEVICE_LIMIT_S)
        return not answers and not run.starting and self._refused(run)

    def _refused(self, run: Run) -> bool:
        """Return whether a run was of a device that made nothing of the picture, and remember that."""
        picture = self._presentation_of[run].picture
        if run.encoder is None or not run.encoder.is_hardware or not run.fruitless or picture is None:
            return False
        self._machine.refuse(run.encoder, picture)
        return True

    def _run_for(self, session: Session, index: int) -> Run:
        """Return the run that brings segment `index`: one that is near, or a new one. May let go of the lock."""
        presentation = session.presentation
        run = presentation.run_for(index)
        if run is None:
            presentation.raise_failure(index, self._now())
            self._bursts.let_pass(session, index)
            self.check_open()
            run = presentation.run_for(index) or self._start(session, index)
        run.ask(index, session.session_id, self._now())
        return run

    def _start(self, session: Session, index: int) -> Run:
        """Start a run for `session` at segment `index`. Lets go of the lock."""
        with self._texts.read(session.presentation) as text:  # it may take minutes: nobody else waits for it
            self._wait_for_turn(session, index)
            # Meanwhile somebody else may have started it.
            return session.presentation.run_for(index) or self._started(session, index, text)

    def _wait_for_turn(self, session: Session, index: int) -> None:
        presentation = session.presentation
        holder = False
        for other in self._presentation_of:
            if session.session_id in other.wanted_by:  # what it waited for it has left behind
                other.wanted_by.discard(session.session_id)
                holder = holder or other.alive
        encodes = presentation.decision.video == "encode"
        self._slots[encodes].wait(
            session.session_id,
            lambda: self._taken(encodes=encodes),
            lambda: self._closed or presentation.run_for(index) is not None,
            holder=holder,
        )
        self.check_open()

    def _taken(self, *, encodes: bool) -> list[Run]:
        return [
            run
            for run, presentation in self._presentation_of.items()
            if run.alive and (presentation.decision.video == "encode") == encodes
        ]

    def _started(self, session: Session, index: int, text: TextLease | None) -> Run:
        presentation = session.presentation
        encodes = presentation.decision.video == "encode"
        encoder = self._machine.encoder_for(presentation.picture) if encodes else None
        stop = stop_for(presentation, index)
        run = Run(f"run-{next(self._numbers)}", index, stop, self._lock, self, encoder)
        run.ask(index, session.session_id, self._now())
        run.waiting += 1
        presentation.runs.append(run)
        self._presentation_of[run] = presentation
        self._wake()  # what nobody wants any more is ended behind our back
        self._lock.release()
        try:
            run.start(
                leased(presentation, text),
                commands_for(self._ffmpeg, presentation, index, encoder or SOFTWARE),
                assembly_for(presentation, index, run),
                muted_for(self._ffmpeg, presentation, index, encoder or SOFTWARE),
            )
        finally:
            self._lock.acquire()
            run.waiting -= 1
        return run
