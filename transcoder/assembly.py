"""Encoders' output put into segments, by time: two fMP4 streams into one film, or one transport stream.

An `Assembly` is fed by one thread per track. It says what goes into which segment (`Output`); it keeps no segment.
"""

from dataclasses import replace
from typing import Protocol

from transcoder import fmp4
from transcoder.errors import BoxError
from transcoder.mpegts import Track, TransportReader, discontinuity
from transcoder.packet_grid import ANYWHERE, PacketGrid
from transcoder.segments import EPOCH_S, SegmentPlan

_NEVER = 1 << 60
_TRACK_IDS = (("video", fmp4.VIDEO_TRACK), ("audio", fmp4.AUDIO_TRACK))
_SOUND_ONLY_FLUSH_S = 0.5
HOLE_S = 0.5  # pictures that are away for longer are missed
_SEQUENCE_STEP = 1000  # fragments of one segment have numbers of their own, whichever run makes them


class Output(Protocol):
    """What takes the segments."""

    def set_init(self, init: bytes) -> None:
        """Take the init segment."""

    def append(self, index: int, data: bytes) -> None:
        """Take the next bytes of segment `index`."""

    def complete(self, stop: int) -> None:
        """Learn that all segments before `stop` have all their bytes."""


class Frontiers:
    """How far each track has come, and so which segments are complete."""

    def __init__(self, tracks: set[str], first: int, output: Output) -> None:
        self.first = first
        self.pictured = False  # whether a picture of what was asked for has come
        self._reached = dict.fromkeys(tracks, first)
        self._output = output

    def reach(self, track: str, index: int) -> None:
        """Note that `track` will bring nothing more for segments before `index`."""
        before = min(self._reached.values())
        self._reached[track] = max(self._reached[track], index)
        after = min(self._reached.values())
        if after > before:
            self._output.complete(after)

    def finish(self, track: str) -> None:
        """Note that `track` has come to its end."""
        self.reach(track, _NEVER)

    def has(self, track: str) -> bool:
        """Return whether there is such a track."""
        return track in self._reached

    def of(self, track: str) -> int:
        """Return the segment that `track` is in."""
        return self._reached[track]


class Fmp4Assembly:
    """Merges a picture stream and a sound stream, each a fragmented mp4 of one track, into one of two tracks."""

    def __init__(
        self, plan: SegmentPlan, first: int, tracks: set[str], output: Output, grid: PacketGrid = ANYWHERE
    ) -> None:
        self.frontiers = Frontiers(tracks, first, output)
        self._plan = plan
        self._tracks = tracks
        self._output = output
        self._grid = grid
        self._readers = {track: fmp4.BoxReader() for track in tracks}
        self._moovs: dict[str, bytes] = {}
        self._scales: dict[str, int] = {}
        self._moofs: dict[str, bytes] = {}
        self._sound: list[tuple[int, fmp4.Sample]] = []  # (segment, packet), not yet handed on
        self._picture_stop_s = 0.0
        self._made: dict[int, int] = {}

    def feed(self, track: str, data: bytes) -> None:
        """Take the next bytes of one encoder.

        Raises:
            BoxError: They are no fragmented mp4.
        """
        for kind, box in self._readers[track].feed(data):
            if kind == b"moov":
                self._take_moov(track, box)
            elif kind == b"moof":
                self._moofs[track] = box
            elif kind == b"mdat":
                self._take_fragment(track, self._moofs.pop(track, b""), box)

    def finish(self, track: str) -> None:
        """Take the end of one encoder's output."""
        if track == "audio" or "audio" not in self._tracks:
            self._flush(_NEVER)
        self.frontiers.finish(track)

    def _take_moov(self, track: str, moov: bytes) -> None:
        self._scales[track] = fmp4.time_scale(moov)
        self._moovs[track] = moov
        if self._moovs.keys() == self._tracks:
            ids = [(one, number) for one, number in _TRACK_IDS if one in self._tracks]
            self._output.set_init(fmp4.merge_inits([(number, self._moovs[one]) for one, number in ids]))

    def _take_fragment(self, track: str, moof: bytes, mdat: bytes) -> None:
        if track not in self._scales:
            raise BoxError("a fragment before its init segment")
        fragment = fmp4.parse_fragment(moof)
        if track == "video":
            self._take_picture(fragment, moof, mdat)
        else:
            self._take_sound(fragment, mdat)

    def _take_picture(self, fragment: fmp4.Fragment, moof: bytes, mdat: bytes) -> None:
        scale = self._scales["video"]
        index = self._plan.index_at(fragment.first_shown / scale - EPOCH_S)
        if index < self.frontiers.first:
            return  # where the seek landed, before what was asked for
        self.frontiers.pictured = True
        self._fill_hole(fragment, mdat, index)
        self._output.append(index, fmp4.numbered(moof, self._next_number(index)) + mdat)
        self._picture_stop_s = fragment.stop / scale
        self._flush(self._picture_stop_s)
        self.frontiers.reach("video", index)

    def _fill_hole(self, fragment: fmp4.Fragment, mdat: bytes, index: int) -> None:
        """Show the picture that follows a hole in it: damage must not leave segments without pictures."""
        scale = self._scales["video"]
        from_s = self._picture_stop_s or self._plan.start_s(self.frontiers.first) + EPOCH_S
        to_s = fragment.decode_time / scale
        begun = self._plan.index_at(from_s - EPOCH_S)
        inside = self._picture_stop_s and begun == index  # then it may need the pictures before it
        if inside or to_s - from_s < HOLE_S:
            return
        still = fmp4.samples(fragment, mdat)[0].data
        for at in range(max(begun, self.frontiers.first), index + 1):
            start_s = max(from_s, self._plan.start_s(at) + EPOCH_S)
            time, stop = round(start_s * scale), round(min(to_s, self._plan.stop_s(at) + EPOCH_S) * scale)
            if stop > time:
                sample = fmp4.Sample(time, stop - time, still)
                self._output.append(
                    at, fmp4.build_fragment(fmp4.VIDEO_TRACK, self._next_number(at), [sample])
                )

    def _take_sound(self, fragment: fmp4.Fragment, mdat: bytes) -> None:
        scale = self._scales["audio"]
        reached = self.frontiers.of("audio")
        for packet in fmp4.samples(fragment, mdat):
            time_s = self._grid.settled(packet.time / scale, packet.duration / scale)
            packet = replace(packet, time=round(time_s * scale))
            index = self._plan.index_at(time_s - EPOCH_S)
            if index >= self.frontiers.first:  # else priming, or what the seek landed on
                self._sound.append((max(index, reached), packet))
                reached = max(index, reached)
        if reached > self.frontiers.of("audio"):
            self._flush_before(reached)
            self.frontiers.reach("audio", reached)
        elif self._sound:
            waiting_s = (self._sound[-1][1].time - self._sound[0][1].time) / scale
            if "video" not in self._tracks and waiting_s >= _SOUND_ONLY_FLUSH_S:
                self._flush(_NEVER)

    def _flush(self, until_s: float) -> None:
        """Hand on the sound that starts before `until_s`: beside the picture that it belongs to."""
        scale = self._scales.get("audio", 1)
        self._hand_on([one for one in self._sound if one[1].time < until_s * scale])

    def _flush_before(self, index: int) -> None:
        self._hand_on([one for one in self._sound if one[0] < index])

    def _hand_on(self, packets: list[tuple[int, fmp4.Sample]]) -> None:
        self._sound = self._sound[len(packets) :]
        for index in sorted({one[0] for one in packets}):
            own = [packet for at, packet in packets if at == index]
            self._output.append(index, fmp4.build_fragment(fmp4.AUDIO_TRACK, self._next_number(index), own))

    def _next_number(self, index: int) -> int:
        self._made[index] = self._made.get(index, 0) + 1
        return index * _SEQUENCE_STEP + self._made[index]


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
        self._sound_at_s: float | None = None  # when the packet before was
        self._reader = TransportReader()
        self._index: dict[Track, int] = {}  # where the packets of each track go at present; -1: nowhere
        self._begun: set[int] = set()
        self._joined: set[Track] = set()

    def feed(self, _track: str, data: bytes) -> None:
        """Take the next bytes of the encoder.

        Raises:
            ValueError: They are no transport stream.
        """
        pieces: dict[int, list[bytes]] = {}
        for unit in self._reader.feed(data):
            if unit.track not in self._tracks:
                continue
            if unit.time_s is not None:
                self._turn_to(unit.track, unit.time_s, random_access=unit.random_access, pieces=pieces)
            index = self._index.get(unit.track, -1)
            if index >= 0:
                self.frontiers.pictured |= unit.track == "video"
                own = pieces.setdefault(index, [])
                if unit.track not in self._joined and self.frontiers.first:
                    own.append(discontinuity(unit.data))  # the segment before is another run's
                self._joined.add(unit.track)
                own.append(unit.data)
        self._hand_on(pieces)

    def finish(self, _track: str) -> None:
        """Take the end of the encoder's output."""
        for track in self._tracks:
            self.frontiers.finish(track)

    def _turn_to(
        self, track: Track, time_s: float, *, random_access: bool, pieces: dict[int, list[bytes]]
    ) -> None:
        """Decide where a picture or a sound packet that starts now goes."""
        if track == "audio":
            time_s = self._settled(time_s)
        index = self._plan.index_at(time_s - EPOCH_S)
        if track == "video" and not random_access:
            return  # it needs the pictures before it, and goes where they go
        if index < self.frontiers.first:
            self._index[track] = -1
            return
        self._index[track] = max(index, self._index.get(track, 0))
        if index > self.frontiers.of(track):
            self._hand_on(pieces)  # before others learn that it is complete
            pieces.clear()
            if track == "video":  # where the picture has a hole, a segment of nothing is better than none
                self._hand_on(
                    {at: [] for at in range(self.frontiers.of(track), index) if at not in self._begun}
                )
            self.frontiers.reach(track, index)

    def _settled(self, time_s: float) -> float:
        """Return when a sound packet really is; how long packets are, the one before tells."""
        before_s, self._sound_at_s = self._sound_at_s, time_s
        return time_s if before_s is None else self._grid.settled(time_s, time_s - before_s)

    def _hand_on(self, pieces: dict[int, list[bytes]]) -> None:
        for index, data in pieces.items():
            if index not in self._begun:
                self._begun.add(index)
                data.insert(0, self._reader.tables())
            self._output.append(index, b"".join(data))


Assembly = Fmp4Assembly | TransportAssembly
