"""All packets of a broadcast recording read once: its clock's jumps, its keyframes, the holes in its sound.

Runs in the media helper only: it drives PyAV objects that it is given.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transcoder.media_info import Stretch

if TYPE_CHECKING:
    from av import Packet

SCAN_LIMIT_S = 90.0
BACK_S = 1.0  # times that go back by more are another clock's...
AHEAD_S = 10.0  # ...or forward
SHORTEST_S = 0.5  # a stretch below this is damage
MAX_STRETCHES = 100  # each is opened once more
GAP_S = 0.15  # sound that is away for longer must be filled with silence
_CLOSE_S = 2.0  # a clock that comes back so near to where it was left was never gone


@dataclass(slots=True)
class Piece:
    """What was read under one clock. Times in seconds of that clock, positions in bytes."""

    position: int | None = None  # of the first packet
    before: int = 0  # the last packet of the piece before
    start_s: float = float("inf")
    end_s: float = float("-inf")
    picture_start_s: float = float("inf")
    picture_end_s: float = float("-inf")
    last_s: float = 0.0  # the newest decoding time
    keys: list[tuple[float, int]] = field(default_factory=list)  # when shown, where
    shapes: list[tuple[float, float]] = field(default_factory=list)  # when shown, width divided by height

    def take(self, times: tuple[float, float, float], position: int, *, picture: bool, key: bool) -> None:
        """Add a packet: when it is shown, when decoded, and how long."""
        shown_s, self.last_s, duration_s = times
        self.position = position if self.position is None else min(self.position, position)
        self.start_s = min(self.start_s, shown_s)
        self.end_s = max(self.end_s, shown_s + duration_s)
        if picture:
            self.picture_start_s = min(self.picture_start_s, shown_s)
            self.picture_end_s = max(self.picture_end_s, shown_s + duration_s)
        if key:
            self.keys.append((shown_s, position))

    def join(self, other: "Piece") -> None:
        """Add a later piece of the same clock."""
        self.end_s = max(self.end_s, other.end_s)
        self.picture_end_s = max(self.picture_end_s, other.picture_end_s)
        self.last_s = other.last_s
        self.keys += other.keys
        self.shapes += other.shapes


@dataclass(slots=True)
class Scan:
    """What was found: pieces in the order of the file, and which streams have holes in their sound."""

    pieces: list[Piece]
    with_gaps: set[int]  # stream indexes
    sound_ends_s: dict[int, float]  # by stream index, on the clock of the last piece that has its sound


class _Reader:
    def __init__(self, picture: int, shape_of: Callable[[bytes], float | None] | None) -> None:
        self._shape_of = shape_of
        self.pieces = [Piece()]
        self.with_gaps: set[int] = set()
        self._picture = picture
        self._piece_of: dict[int, int] = {}
        self._last_s: dict[int, float] = {}
        self.sound_ends_s: dict[int, float] = {}
        self._position = 0

    def take(self, packet: "Packet[Any]") -> None:
        unit, stream = packet.time_base, packet.stream_index
        decoded = packet.pts if packet.dts is None else packet.dts
        if decoded is None:
            return  # a decoder's own business: the end of a track
        decoded_s = float(decoded * unit)
        shown_s = decoded_s if packet.pts is None else float(packet.pts * unit)
        if _jumps(decoded_s, shown_s):
            # libavformat gives a program stream's last picture the time of the next clock.
            shown_s = decoded_s
        duration_s = float((packet.duration or 0) * unit)
        number = self._piece_for(stream, decoded_s)
        if packet.pos is not None and packet.pos >= 0:
            self._position = packet.pos
        picture = stream == self._picture
        self.pieces[number].take(
            (shown_s, decoded_s, duration_s),
            self._position,
            picture=picture,
            key=picture and packet.is_keyframe,
        )
        if picture and packet.is_keyframe:
            self._note_shape(number, shown_s, packet)
        if not picture:
            if shown_s - self.sound_ends_s.get(stream, shown_s) > GAP_S:
                self.with_gaps.add(stream)
            self.sound_ends_s[stream] = shown_s + duration_s

    def _note_shape(self, number: int, shown_s: float, packet: "Packet[Any]") -> None:
        shape = None if self._shape_of is None else self._shape_of(bytes(packet))
        if shape is not None:
            self.pieces[number].shapes.append((shown_s, shape))

    def _piece_for(self, stream: int, decoded_s: float) -> int:
        """Return under which clock a packet is: tracks change clocks one after the other."""
        number = self._piece_of.get(stream, len(self.pieces) - 1)
        if stream in self._last_s and _jumps(self._last_s[stream], decoded_s):
            self.sound_ends_s.pop(stream, None)
            newer = range(number + 1, len(self.pieces))
            number = next(
                (n for n in newer if abs(self.pieces[n].last_s - decoded_s) < AHEAD_S), len(self.pieces)
            )
            if number == len(self.pieces):
                self.pieces.append(Piece(before=self._position))
        self._piece_of[stream], self._last_s[stream] = number, decoded_s
        return number


def scan_packets(
    packets: "Iterable[Packet[Any]]", picture: int, shape_of: Callable[[bytes], float | None] | None = None
) -> Scan | None:
    """Read packets to the end; None if that takes too long.

    Args:
        packets: Of the picture track and all sound tracks.
        picture: The picture track's stream index.
        shape_of: A keyframe's packet -> width divided by height as shown, None where it does not say.
    """
    give_up = time.monotonic() + SCAN_LIMIT_S
    reader = _Reader(picture, shape_of)
    for count, packet in enumerate(packets):
        reader.take(packet)
        if count % 1000 == 0 and (time.monotonic() > give_up or len(reader.pieces) > 4 * MAX_STRETCHES):
            return None
    pieces = _whole_pieces(reader.pieces)
    return (
        Scan(pieces, reader.with_gaps, reader.sound_ends_s)
        if pieces and len(pieces) <= MAX_STRETCHES
        else None
    )


def _jumps(before_s: float, after_s: float) -> bool:
    return not -BACK_S <= after_s - before_s <= AHEAD_S


def _whole_pieces(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces that are worth playing; where damage looked like a jump, the halves are one again."""
    whole: list[Piece] = []
    for piece in pieces:
        if piece.picture_end_s - piece.picture_start_s < SHORTEST_S:
            continue
        if whole and abs(piece.picture_start_s - whole[-1].picture_end_s) < _CLOSE_S:
            whole[-1].join(piece)
        else:
            whole.append(piece)
    return whole


def cut_stretches(
    pieces: list[Piece],
    size: int,
    start_of: Callable[[int, int], float],
    table_before: Callable[[int, int], int],
) -> tuple[Stretch, ...]:
    """Return the stretches of a file of `size` bytes, each with what a reader needs to begin there.

    Args:
        pieces: Two or more.
        size: The file's.
        start_of: Bytes from, to -> the first timestamp that a reader of these alone sees.
        table_before: Lowest, highest position -> where to cut between them.
    """
    cuts = [0]
    for piece in pieces[1:]:
        assert piece.position is not None
        cuts.append(table_before(min(piece.before + 1, piece.position), piece.position))
    found: list[Stretch] = []
    at_s = 0.0
    for piece, start, stop in zip(pieces, cuts, [*cuts[1:], size], strict=True):
        found.append(Stretch(start=start, stop=stop, start_s=start_of(start, stop), at_s=round(at_s, 6)))
        at_s += piece.end_s - piece.start_s
    return tuple(found)
