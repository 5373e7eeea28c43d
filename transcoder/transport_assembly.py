"""An encoder's transport stream put into segments, by time, with silence where the film has no sound."""

from collections import deque
from itertools import pairwise

from transcoder.frontiers import Frontiers, Output
from transcoder.mpegts import Track, TransportReader, discontinuity, numbered, stamped
from transcoder.packet_grid import ANYWHERE, PacketGrid
from transcoder.segments import EPOCH_S, SegmentPlan
from transcoder.silence import transport_packet
from transcoder.sound_line import SoundLine

# Of the pictures that ffmpeg lets through while it waits for sound; sound that is later than that has ended.
_SOUND_LATE_S = 1.5
_PICTURES_REORDERED = 16  # as many as any codec does


class _PictureClock:
    """Until when there are pictures: a transport stream does not say how long one is shown."""

    def __init__(self) -> None:
        self._shown_s: deque[float] = deque(maxlen=_PICTURES_REORDERED)

    def take(self, time_s: float) -> None:
        """Note when a picture is shown."""
        self._shown_s.append(time_s)

    @property
    def stop_s(self) -> float:
        """When the last one ends: it is shown as long as the others."""
        shown_s = sorted(self._shown_s)
        if not shown_s:
            return float("-inf")
        return shown_s[-1] + min((after - before for before, after in pairwise(shown_s)), default=0.0)


class TransportAssembly:
    """Cuts one transport stream at the pictures that players can start from; sound goes by its own times."""

    def __init__(
        self, plan: SegmentPlan, first: int, tracks: set[str], output: Output, grid: PacketGrid = ANYWHERE
    ) -> None:
        self.frontiers = Frontiers(tracks, first, output)
        self._plan = plan
        self._tracks = tracks
        self._output = output
        self._grid = grid
        self._line = SoundLine(grid, plan.start_s(first) + EPOCH_S)
        self._pictures = _PictureClock()
        self._sound_at_s: float | None = None  # when the packet before was
        self._sound_count = 0  # transport packets of sound
        self._reader = TransportReader()
        self._index: dict[Track, int] = {}  # where the packets of each track go at present; -1: nowhere
        self._begun: set[int] = set()
        self._joined: set[Track] = set()

    def is_early(self, _track: str) -> bool:
        """Return whether what comes next is of no use yet: never, it is all in one stream."""
        return False

    def feed(self, _track: str, data: bytes) -> None:
        """Take the next bytes of the encoder.

        Raises:
            ValueError: They are no transport stream.
        """
        pieces: dict[int, list[bytes]] = {}
        for unit in self._reader.feed(data):
            if unit.track not in self._tracks:
                continue
            data = unit.data
            if unit.time_s is not None and unit.track == "audio":
                data = self._begin_sound(data, unit.time_s, pieces)
            elif unit.time_s is not None:
                self._begin_picture(unit.time_s, random_access=unit.random_access, pieces=pieces)
            if self._index.get(unit.track, -1) >= 0:
                self._put(unit.track, data, pieces)
        self._hand_on(pieces)

    def finish(self, _track: str) -> None:
        """Take the end of the encoder's output."""
        pieces: dict[int, list[bytes]] = {}
        self._fill(self._pictures.stop_s, None, pieces)
        self._hand_on(pieces)
        for track in self._tracks:
            self.frontiers.finish(track)

    def _put(self, track: Track, packet: bytes, pieces: dict[int, list[bytes]]) -> None:
        """Put a transport packet where its track goes at present."""
        self.frontiers.pictured |= track == "video"
        own = pieces.setdefault(self._index[track], [])
        if track == "audio":  # with silence between them their numbers are others
            packet = numbered(packet, self._sound_count)
            self._sound_count += 1
        if track not in self._joined and self.frontiers.first:
            own.append(discontinuity(packet))  # the segment before is another run's
        self._joined.add(track)
        own.append(packet)

    def _fill(self, until_s: float, next_s: float | None, pieces: dict[int, list[bytes]]) -> None:
        """Put silence where there is no sound up to `until_s`."""
        pid = self._reader.aac_pid
        if self._grid.silence is None or pid is None or "video" not in self._tracks:
            return
        for time_s in self._line.silence(until_s, next_s):
            self._go_on("audio", max(self._plan.index_at(time_s - EPOCH_S), self.frontiers.first), pieces)
            self._put("audio", transport_packet(pid, self._grid.silence, time_s), pieces)

    def _begin_sound(self, data: bytes, said_s: float, pieces: dict[int, list[bytes]]) -> bytes:
        """Decide where a sound packet that starts now goes; return its beginning as it goes there."""
        self._index["audio"] = -1
        step_s = self._step_s(said_s)
        time_s = self._line.settled(said_s, step_s)
        if time_s is None:
            return data
        self._fill(time_s, time_s, pieces)
        self._line.passed(time_s + step_s)
        index = self._plan.index_at(time_s - EPOCH_S)
        if index >= self.frontiers.first:
            self._go_on("audio", index, pieces)
        return stamped(data, time_s) if self._grid.converted else data

    def _step_s(self, time_s: float) -> float:
        """Return how long a sound packet is; the one before tells."""
        before_s, self._sound_at_s = self._sound_at_s, time_s
        return self._line.length_s(0.0 if before_s is None else time_s - before_s)

    def _begin_picture(self, time_s: float, *, random_access: bool, pieces: dict[int, list[bytes]]) -> None:
        """Decide where a picture that starts now goes."""
        self._pictures.take(time_s)
        self._fill(time_s - _SOUND_LATE_S, None, pieces)
        if not random_access:
            return  # it needs the pictures before it, and goes where they go
        index = self._plan.index_at(time_s - EPOCH_S)
        if index >= self.frontiers.first:
            self._go_on("video", index, pieces)
        else:
            self._index["video"] = -1

    def _go_on(self, track: Track, index: int, pieces: dict[int, list[bytes]]) -> None:
        """Let what follows of a track go into segment `index`, or a later one where it is already."""
        index = max(index, self.frontiers.of(track))
        self._index[track] = index
        if index > self.frontiers.of(track):
            self._hand_on(pieces)  # before others learn that it is complete
            pieces.clear()
            if track == "video":  # where the picture has a hole, a segment of nothing is better than none
                self._hand_on(
                    {at: [] for at in range(self.frontiers.of(track), index) if at not in self._begun}
                )
            self.frontiers.reach(track, index)

    def _hand_on(self, pieces: dict[int, list[bytes]]) -> None:
        for index, data in pieces.items():
            if index not in self._begun:
                self._begun.add(index)
                data.insert(0, self._reader.tables())
            self._output.append(index, b"".join(data))
