"""Encoders' output put into segments, by time: two fMP4 streams into one film, or one transport stream.

An `Assembly` is fed by one thread per track. It says what goes into which segment (`Output`); it keeps no segment.
"""

from transcoder import fmp4
from transcoder.errors import BoxError
from transcoder.frontiers import Frontiers, Output
from transcoder.packet_grid import ANYWHERE, PacketGrid
from transcoder.segments import EPOCH_S, SegmentPlan
from transcoder.sound_line import SoundQueue
from transcoder.transport_assembly import TransportAssembly

_TRACK_IDS = (("video", fmp4.VIDEO_TRACK), ("audio", fmp4.AUDIO_TRACK))
_SOUND_ONLY_FLUSH_S = 0.5
_GAP_S = 0.004  # more than a clock that ticks in milliseconds makes between packets
HOLE_S = 0.5  # pictures that are away for longer are missed
_SEQUENCE_STEP = 1000  # fragments of one segment have numbers of their own, whichever run makes them


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
        self._sound = SoundQueue(grid, plan.start_s(first) + EPOCH_S)
        self._picture_stop_s = 0.0
        self._pictured_s = 0.0  # sound that begins before it has its picture
        self._pictures_over = "video" not in tracks
        self._sound_index = first  # the segment that sound went to last
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

    def is_early(self, track: str) -> bool:
        """Return whether what `track` would bring next is of no use yet: sound waits for the first picture.

        Whoever makes it, and puts it together, takes the processor from the picture that somebody waits for.
        """
        waits = track == "audio" and track in self._scales and not self._pictures_over
        return waits and not self.frontiers.pictured

    def finish(self, track: str) -> None:
        """Take the end of one encoder's output."""
        if track == "audio":
            self._sound.end()
        else:
            self._pictures_over = True
        self._flush()
        self.frontiers.finish(track)

    def _take_moov(self, track: str, moov: bytes) -> None:
        self._scales[track] = fmp4.time_scale(moov)
        self._moovs[track] = moov
        if track == "audio":
            self._sound.scale = self._scales[track]
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
        self._pictured_s = max(self._picture_stop_s, self._plan.start_s(index) + EPOCH_S)
        self._flush()
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
        for told in fmp4.samples(fragment, mdat):
            packet = self._sound.settled(told)
            index = -1 if packet is None else self._plan.index_at(packet.time / scale - EPOCH_S)
            # What is before the first is priming, or what the seek landed on.
            if packet is not None and index >= self.frontiers.first:
                self._sound.take(packet)
                reached = max(index, reached)
        if reached > self.frontiers.of("audio"):
            self._flush()
            self.frontiers.reach("audio", reached)
        elif self._pictures_over and self._sound.length_s >= _SOUND_ONLY_FLUSH_S:
            self._flush()

    def _flush(self) -> None:
        """Hand on the sound whose pictures are there: beside them, and before their segment is complete."""
        self._hand_on(self._sound.before(self._pictured_s))
        if self._pictures_over:
            self._hand_on(self._sound.before(float("inf")))

    def _hand_on(self, packets: list[fmp4.Sample]) -> None:
        """Make fragments of packets: each of one segment, and without a gap."""
        own: list[fmp4.Sample] = []
        scale = self._scales.get("audio", 1)
        for packet in packets:
            index = max(self._plan.index_at(packet.time / scale - EPOCH_S), self._sound_index)
            if own and (index > self._sound_index or packet.time - own[-1].stop > scale * _GAP_S):
                self._append_sound(own)
                own = []
            self._sound_index = index
            own.append(packet)
        if own:
            self._append_sound(own)

    def _append_sound(self, packets: list[fmp4.Sample]) -> None:
        number = self._next_number(self._sound_index)
        self._output.append(self._sound_index, fmp4.build_fragment(fmp4.AUDIO_TRACK, number, packets))

    def _next_number(self, index: int) -> int:
        self._made[index] = self._made.get(index, 0) + 1
        return index * _SEQUENCE_STEP + self._made[index]


Assembly = Fmp4Assembly | TransportAssembly
