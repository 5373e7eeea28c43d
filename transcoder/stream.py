"""One viewer's stream: playlists, init segment, segments."""

import threading
from collections.abc import Callable, Generator
from typing import Protocol, Self

from transcoder.cache import Segment
from transcoder.decision import Decision
from transcoder.errors import BusyError, EncodeError, SegmentNotFoundError
from transcoder.ladder import Rung
from transcoder.playlist import (
    MediaPlaylist,
    MediaSegment,
    MultivariantPlaylist,
    SubtitleRendition,
    format_media,
    format_multivariant,
)
from transcoder.run import Run
from transcoder.segments import SegmentPlan
from transcoder.session import Presentation, Session
from transcoder.variants import variant_of

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
STALL_LIMIT_S = 20.0
_TYPES = {"fmp4": "video/mp4", "ts": "video/mp2t"}
# What is in a transport stream is for players of all ages: no more than RFC 8216, section 7, asks for.
_VERSIONS = {"fmp4": 7, "ts": 3}
_SUFFIXES = {"fmp4": "m4s", "ts": "ts"}

Link = Callable[[str], str]


class VariantLink(Protocol):
    """Makes an address of a file's name, and of a rung of the ladder where there are several."""

    def __call__(self, name: str, quality: int | None = None, /) -> str:
        """Return the address."""


class Segments(Protocol):
    """What a stream needs from the pool."""

    def begin(self, session: Session) -> None:
        """Start making what the viewer will ask for first."""

    def init_segment(self, session: Session) -> bytes:
        """Return the init segment."""

    def segment(self, session: Session, index: int) -> "SegmentBody":
        """Return a segment whose first bytes are there."""


class SegmentBody:
    """The bytes of one segment, piece by piece, while they are made.

    `size` is known when the segment was complete already. Mid-way the iteration raises `EncodeError` if the encoder
    dies and `BusyError` if it stalls: the player asks again, and a new run makes the segment whole.
    """

    def __init__(self, segment: Segment, lock: threading.Condition, run: Run | None) -> None:
        self.size = segment.size if segment.complete else None
        self._pieces = _pieces(segment, lock, run)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Read no further."""
        self._pieces.close()


def _pieces(segment: Segment, lock: threading.Condition, run: Run | None) -> Generator[bytes, None, None]:
    if run is None:
        yield from segment.pieces
        return
    given = 0
    while pieces := _next_pieces(segment, lock, run, given):
        given += len(pieces)
        yield from pieces
    if not segment.complete:
        raise EncodeError("the encoder ended in the middle of a segment")


def _next_pieces(segment: Segment, lock: threading.Condition, run: Run, given: int) -> list[bytes]:
    """Wait for what follows the first `given` pieces; nothing when there will be no more.

    Only who waits here holds the run: one whose screen takes no more bytes, because it is gone, does not.
    """
    with lock:
        run.waiting += 1
        try:
            moved = lock.wait_for(
                lambda: len(segment.pieces) > given or segment.complete or segment.abandoned, STALL_LIMIT_S
            )
        finally:
            run.waiting -= 1
        if not moved:
            raise BusyError("the encoder has stalled", STALL_LIMIT_S)
        return segment.pieces[given:]


class Stream:
    """One item for one viewer, as HLS: picture and sound in the same segments, in one size or several."""

    def __init__(
        self, segments: Segments, presentation: Presentation, session: Session, rungs: tuple[Rung, ...]
    ) -> None:
        self._segments = segments
        self._presentation = presentation
        self._session = session
        self._rungs = rungs

    @property
    def decision(self) -> Decision:
        """What is copied and what is converted."""
        return self._presentation.decision

    @property
    def plan(self) -> SegmentPlan:
        """Where it is cut."""
        return self._presentation.plan

    @property
    def quality(self) -> int | None:
        """The rung of the ladder that its segments are of; None where the picture is passed on."""
        return self._presentation.key.quality

    @property
    def has_one_variant(self) -> bool:
        """Whether its multivariant playlist leaves nothing to choose."""
        return len(self._rungs) <= 1

    @property
    def segment_type(self) -> str:
        """Media type of the segments."""
        return _TYPES[self._presentation.profile.packaging]

    @property
    def segment_suffix(self) -> str:
        """What segments' names end in: "m4s" or "ts"."""
        return _SUFFIXES[self._presentation.profile.packaging]

    def multivariant_playlist(self, link: VariantLink, subtitles: tuple[SubtitleRendition, ...] = ()) -> str:
        """Return the playlist that names the variants, the best that is made in time first.

        `link` makes an address of "media.m3u8", and of the rung's height where the picture is converted;
        `subtitles` are the tracks of text that a player may show over any of them.
        """
        presentation = self._presentation
        if self._rungs:
            variants = tuple(
                variant_of(presentation, link("media.m3u8", rung.quality), rung) for rung in self._rungs
            )
        else:
            variants = (variant_of(presentation, link("media.m3u8"), None),)
        version = _VERSIONS[presentation.profile.packaging]
        return format_multivariant(MultivariantPlaylist(variants, version, subtitles))

    def media_playlist(self, link: Link) -> str:
        """Return the playlist of all segments; `link` makes addresses of "init.mp4", "0.m4s" or "0.ts", ..."""
        suffix = self.segment_suffix
        segments = tuple(
            MediaSegment(link(f"{index}.{suffix}"), duration_s)
            for index, duration_s in enumerate(self.plan.durations_s)
        )
        packaging = self._presentation.profile.packaging
        map_uri = link("init.mp4") if packaging == "fmp4" else None
        return format_media(MediaPlaylist(segments=segments, map_uri=map_uri, version=_VERSIONS[packaging]))

    def begin(self) -> None:
        """Start making what the viewer will ask for first, if an encoder is free; only the first call does.

        Whoever has been told of the segments asks for them soon: by then the encoder is under way.

        Raises:
            PoolClosedError: The pool is closed. Whatever the source's lease raises.
        """
        self._segments.begin(self._session)

    def init_segment(self) -> bytes:
        """Return the init segment (fMP4 only).

        Raises:
            SegmentNotFoundError: A transport stream has none.
            BusyError: No encoder is free; ask again later.
            EncodeError: ffmpeg cannot read the file.
            PoolClosedError: The pool is closed.
        """
        if self._presentation.profile.packaging == "ts":
            raise SegmentNotFoundError(-1)
        return self._segments.init_segment(self._session)

    def segment(self, index: int) -> SegmentBody:
        """Return segment `index` as soon as its first bytes are there.

        Raises:
            SegmentNotFoundError: There is none, or the file ends before it.
            BusyError: No encoder is free; ask again later.
            EncodeError: ffmpeg failed on it, twice.
            PoolClosedError: The pool is closed.
        """
        if not 0 <= index < self.plan.count:
            raise SegmentNotFoundError(index)
        return self._segments.segment(self._session, index)
