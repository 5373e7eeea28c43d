"""One run of ffmpeg over one presentation, from one segment on: its encoders, their readers, how far they are."""

import logging
import threading
import time
from contextlib import AbstractContextManager, ExitStack

from transcoder.assembly import Assembly
from transcoder.cache import Segment
from transcoder.command import PictureEncoder
from transcoder.errors import BoxError, FfmpegMissingError
from transcoder.lease import Commands, Lease
from transcoder.pace import Pace
from transcoder.process import Encoder
from transcoder.run_owner import RunOwner

logger = logging.getLogger(__name__)

AHEAD = 3  # segments made beyond the furthest one asked for; then the pipe is left unread
_READ_SIZE = 1 << 16
_STOPPED = 255  # what ffmpeg says when somebody ended it


class Run:
    """One or two encoders writing into segments. Its public attributes are guarded by `lock`.

    Reading stops a few segments beyond what was asked for; the full pipe then stops ffmpeg, at no cost.
    """

    def __init__(
        self,
        run_id: str,
        first: int,
        stop: int,
        lock: threading.Condition,
        owner: RunOwner,
        encoder: PictureEncoder | None = None,
    ) -> None:
        self.run_id = run_id
        self.encoder = encoder  # None where no picture is converted
        self.pace = Pace()
        self.first = first
        self.stop = stop  # the run ends before this segment
        self.position = first  # segments before this one are complete, or will not come
        self.furthest = first  # the furthest asked for
        self.segments: dict[int, Segment] = {}  # begun
        self.waiting = 0  # requests that need it now
        self.wanted_by: set[str] = set()  # session ids
        self.asked_at_s = 0.0
        self.alive = True  # may still bring segments
        self.starting = True  # its processes are being started: not yet to be closed
        self._lock = lock
        self._owner = owner
        self._assembling = threading.Lock()
        self._assembly: Assembly | None = None
        self._encoders: list[Encoder] = []
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._heard_at_s = time.monotonic()
        self._muted: dict[str, list[str]] = {}
        self._leasing = ExitStack()
        self._lease: Lease | None = None

    @property
    def hurried(self) -> bool:
        """Whether somebody waits for its first bytes."""
        return self.alive and self.waiting > 0 and self.fruitless

    @property
    def fruitless(self) -> bool:
        """Whether it has brought nothing that one could see; sound alone comes early and proves little."""
        if self.position > self.first:
            return False
        frontiers = self._assembly.frontiers if self._assembly is not None else None
        if frontiers is not None and frontiers.has("video"):
            return not frontiers.pictured
        return not self.segments

    @property
    def silent_s(self) -> float:
        """How long ago it brought something, or was started."""
        return time.monotonic() - self._heard_at_s

    @property
    def worked_s(self) -> float:
        """How long its encoders have kept a processor busy."""
        return sum(encoder.worked_s for encoder in self._encoders)

    @property
    def pids(self) -> list[int]:
        """Process ids of its encoders."""
        return [encoder.pid for encoder in self._encoders]

    def start(
        self,
        lease: AbstractContextManager[Lease],
        commands: Commands,
        assembly: Assembly,
        muted: Commands = lambda _lease: (),
    ) -> None:
        """Start the encoders and their readers. The lock is not held.

        Args:
            lease: The source's bytes.
            commands: What to run.
            assembly: What takes their output.
            muted: What to run, without the source's sound, for a track whose encoder fails before it brings anything.

        Raises:
            FfmpegMissingError: It cannot be started. Whatever `lease` raises.
        """
        self._assembly = assembly
        started: list[tuple[str, Encoder]] = []
        try:
            self._lease = self._leasing.enter_context(lease)
            self._muted = dict(muted(self._lease))
            for track, argv in commands(self._lease):
                encoder = Encoder(argv)
                self._encoders.append(encoder)
                started.append((track, encoder))
            self._unfinished = len(started)
            for track, encoder in started:
                thread = threading.Thread(
                    target=self._read, args=(track, encoder), name=f"{self.run_id}-{track}"
                )
                self._threads.append(thread)
                thread.start()
        except BaseException:
            with self._lock:
                self.give_up()
            raise
        finally:
            with self._lock:
                self.starting = False
                self._lock.notify_all()
        logger.debug("run %s starts at segment %d", self.run_id, self.first)

    def ask(self, index: int, session_id: str, now_s: float) -> None:
        """Note that a session asks for segment `index`. The lock is held."""
        self.wanted_by.add(session_id)
        self.asked_at_s = now_s
        if index > self.furthest:
            self.furthest = index
            self._lock.notify_all()

    def give_up(self) -> None:
        """Bring nothing more. The lock is held; `close` ends the processes."""
        self.alive = False
        for segment in self.segments.values():
            segment.abandoned = True
            self._owner.note_unfinished(-segment.size)
        self.segments.clear()
        self._lock.notify_all()

    def retire(self) -> None:
        """Finish what was asked for and the segment that is begun, and make no other. The lock is held."""
        self.stop = min(self.stop, max(self.position, self.furthest) + 1)
        self._lock.notify_all()

    def close(self) -> None:
        """End processes and threads, then the lease. The lock is not held."""
        with self._lock:
            self.give_up()
        for encoder in self._encoders:
            encoder.terminate()
        for thread in self._threads:
            thread.join()
        for encoder in self._encoders:
            encoder.close()
        self._leasing.close()

    # What the assembly says.

    def set_init(self, init: bytes) -> None:
        """Take the init segment."""
        with self._lock:
            self._owner.take_init(self, init)
            self._lock.notify_all()

    def append(self, index: int, data: bytes) -> None:
        """Take the next bytes of segment `index`."""
        with self._lock:
            self._heard_at_s = time.monotonic()
            if self.alive and self.position <= index < self.stop:
                self.segments.setdefault(index, Segment()).append(data)
                self._owner.note_unfinished(len(data))
                self._lock.notify_all()

    def complete(self, stop: int) -> None:
        """Learn that all segments before `stop` have all their bytes."""
        with self._lock:
            if not self.alive:
                return
            if self._damage is not None:  # a gap would be taken for the film
                self._give_up_at_position(())
                return
            for index in range(self.position, min(stop, self.stop)):
                segment = self.segments.pop(index, None)
                if segment is None:
                    self._owner.note_missing(self, index, None, None)
                else:
                    segment.complete = True
                    self._owner.note_unfinished(-segment.size)
                    self._owner.take_segment(self, index, segment)
            self.position = min(stop, self.stop)
            self._lock.notify_all()

    # The readers' threads.

    def _read(self, track: str, encoder: Encoder) -> None:
        assert self._assembly is not None
        begun = False
        try:
            while self._wait_for_demand(track):
                begun_s = time.monotonic()
                data = encoder.read(_READ_SIZE)
                if not data:
                    following = self._end_of_track(track, encoder, begun=begun)
                    if following is None:
                        return
                    encoder = following
                    continue
                begun = True
                with self._assembling:
                    self._assembly.feed(track, data)
                if track != "audio":
                    self._note_pace(time.monotonic() - begun_s)
            self._finish(track)  # the end of the run's range, or nobody wants it any more
        except (BoxError, ValueError, OSError, FfmpegMissingError):
            self._fail(encoder)

    def _wait_for_demand(self, track: str) -> bool:
        """Wait until what `track` would bring next is wanted; False when nothing of it is."""
        assert self._assembly is not None
        tracks = ("video", "audio") if track == "both" else (track,)
        frontiers = self._assembly.frontiers
        with self._lock:
            while self.alive:
                at = min(frontiers.of(one) for one in tracks if frontiers.has(one))
                if at >= self.stop:
                    return False
                early = self._assembly.is_early(track)
                if not early and at <= self.furthest + self._owner.allowance(self):
                    return True
                self._lock.wait()
        return False

    def _note_pace(self, worked_s: float) -> None:
        with self._lock:
            if self.alive:
                self._owner.note_pace(self, worked_s)

    @property
    def _damage(self) -> Exception | None:
        return self._lease.damage if self._lease is not None else None

    def _end_of_track(self, track: str, encoder: Encoder, *, begun: bool) -> Encoder | None:
        """Take the end of an encoder's output; return one that goes on in its place, if there is one."""
        assert self._assembly is not None
        status = encoder.wait()
        if status == 0 and self._damage is None:
            self._finish(track)
            return None
        if self._damage is None and 0 < status < _STOPPED:  # by itself, and it read all that it wanted
            if not begun and track in self._muted:
                return self._without_sound(track, encoder)
            if track == "audio" and begun and self._assembly.frontiers.has("video"):
                logger.warning("run %s: the sound's encoder failed", self.run_id)
                with self._lock:
                    self.retire()  # the next run tries it again
                self._finish(track)
                return None
        self._fail(encoder)
        return None

    def _without_sound(self, track: str, failed: Encoder) -> Encoder | None:
        """Return an encoder that brings what `failed` should have, but no sound; None if nobody waits for it."""
        logger.warning("run %s: the sound cannot be converted; it is silent", self.run_id)
        encoder = Encoder(self._muted.pop(track))
        with self._lock:
            wanted = self.alive
            if wanted:
                self._encoders[self._encoders.index(failed)] = encoder
        (failed if wanted else encoder).close()
        return encoder if wanted else None

    def _finish(self, track: str) -> None:
        assert self._assembly is not None
        with self._assembling:
            self._assembly.finish(track)
        with self._lock:
            self._unfinished -= 1
            self._lock.notify_all()  # the other track may have waited for this one's pictures
            if self._unfinished == 0:
                self.give_up()

    def _fail(self, encoder: Encoder) -> None:
        with self._lock:
            if self.alive:
                self._give_up_at_position(encoder.last_lines)

    def _give_up_at_position(self, lines: tuple[str, ...]) -> None:
        what = "an encoder failed" if self._damage is None else "the source is damaged"
        logger.warning("run %s: %s in segment %d", self.run_id, what, self.position)
        self._owner.note_missing(self, self.position, lines, self._damage)
        self.give_up()
