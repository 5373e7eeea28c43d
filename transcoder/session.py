"""What is watched, and by whom: a presentation is one way to play one item, a session is one viewer on one item.

Nothing here has a lock or a thread of its own; the pool's lock guards it all.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from transcoder.command import MAX_SAVINGS, VobSub
from transcoder.decision import Decision, chosen_audio, chosen_video, decide_stream
from transcoder.errors import EncodeError, NoSoundTrackError, SegmentNotFoundError, UnreadablePartError
from transcoder.ladder import Rung, exceeds, rung_at, rungs_of
from transcoder.lease import Lease
from transcoder.media_info import AudioStream, MediaInfo, VideoStream
from transcoder.output import output_channels
from transcoder.profiles import ScreenProfile
from transcoder.run import Run
from transcoder.segments import SegmentPlan, plan_segments
from transcoder.skipping import playable_again_s

WINDOW = 3  # segments: so near ahead of an encoder that waiting is quicker than starting another
MAX_FAILURES = 2  # the first, and the one retry
FAILURE_KEPT_S = 30.0  # then a viewer who comes back is given another try
# What makes a conversion slow is mostly something else that goes on beside it, for minutes: another film, a scan.
# Where it is the machine itself, to try the whole work again costs ten seconds that are slower than the film,
# which the segments ahead make up for; never to try it costs the picture's quality for the rest of the evening.
SPARED_S = 480.0
# Of the film: how long a run that is spared work is, as only the next one tries again.
SPARED_RUN_S = SPARED_S + 60.0


@dataclass(frozen=True, slots=True)
class PresentationKey:
    """What tells one way to play an item from another.

    `audio` and `burn` are indexes among the item's sound and subtitle tracks; `quality` is a rung of the ladder. It
    is None where the picture is passed on, and in what a viewer asks for without a wish. With `convert` nothing is
    passed on.
    """

    source_id: str
    profile: str
    audio: int | None = None
    burn: int | None = None
    quality: int | None = None
    convert: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One item to play.

    `lease` gives a loopback URL of its bytes that works inside the context and not longer. `size` is how many there
    are, where that is known. `drawn` gives the same of a file with one subtitle track of text, to be drawn, or a pair
    of files with pictures: for its number among the item's tracks, those in files beside it included.
    """

    source_id: str
    info: MediaInfo
    lease: Callable[[], AbstractContextManager[Lease]]
    size: int | None = None
    drawn: Callable[[int], AbstractContextManager[Lease | VobSub]] | None = None


@dataclass(slots=True)
class _Failure:
    count: int
    at_s: float
    lines: tuple[str, ...] | None  # None: ffmpeg ended well, and there was nothing
    damage: Exception | None


@dataclass(eq=False, slots=True)
class Presentation:
    """One item for one kind of screen with one sound track in one size: shared by all who watch it so."""

    key: PresentationKey
    source: Source
    profile: ScreenProfile
    decision: Decision
    plan: SegmentPlan
    rung: Rung | None  # the size; None where no picture is converted
    audio_stream: AudioStream | None
    used_at_s: float
    init: bytes | None = None
    savings: int = 0  # how much work its encoders are spared
    slow_at_s: float = float("-inf")  # when that was last found to be necessary
    best_rung: Rung | None = field(init=False)
    runs: list[Run] = field(default_factory=list)
    _failures: dict[int, _Failure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.best_rung = self.rung

    @property
    def picture(self) -> VideoStream | None:
        """The picture track of its source."""
        return chosen_video(self.source.info)

    @property
    def audio_channels(self) -> int:
        """How many channels its sound has, where it is converted."""
        return output_channels(self.audio_stream, surround=self.profile.surround) if self.audio_stream else 2

    def spare_work(self) -> bool:
        """Have the encoders of later runs work less; return whether that is possible.

        Only a transport stream may become smaller on the way: others say the size once for all, and what plays them
        takes another variant by itself when segments come slowly.
        """
        self.slow_at_s = self.used_at_s
        if self.savings < MAX_SAVINGS:
            self.savings += 1
            return True
        if self.rung is None or self.picture is None or self.profile.packaging != "ts":
            return False
        smaller = rung_at(rungs_of(self.picture, self.profile), self.rung.quality - 1)
        if smaller.quality >= self.rung.quality:
            return False
        self.rung = smaller
        return True

    def use(self, now_s: float) -> None:
        """Note that somebody asks for it; that it was slow is forgotten after a while.

        The size of the picture comes back only when nobody has watched for that long: one sees it change.
        """
        if now_s - self.slow_at_s >= SPARED_S:
            self.savings = 0
        if now_s - self.used_at_s >= SPARED_S:
            self.rung = self.best_rung
        self.used_at_s = now_s

    def run_for(self, index: int) -> Run | None:
        """Return the run that will bring segment `index` soon, or None."""
        near = [run for run in self.runs if run.alive and covers(run.position, run.furthest, index, run.stop)]
        return max(near, key=lambda run: run.position, default=None)

    def note_failure(
        self, index: int, now_s: float, lines: tuple[str, ...] | None, damage: Exception | None
    ) -> None:
        """Remember that a run ended without making segment `index`."""
        before = self._failures.get(index)
        count = before.count if before and now_s - before.at_s < FAILURE_KEPT_S else 0
        self._failures[index] = _Failure(count + 1, now_s, lines, damage)

    def has_failed(self, index: int) -> bool:
        """Return whether segment `index` has been tried in vain."""
        return index in self._failures

    def raise_failure(self, index: int, now_s: float) -> None:
        """Give up on segment `index` if it has failed often enough, not long ago.

        Raises:
            EncodeError: ffmpeg failed there.
            SegmentNotFoundError: The file ends before it.
            UnreadablePartError: The source cannot be read there.
        """
        failure = self._failures.get(index)
        if failure is None or now_s - failure.at_s >= FAILURE_KEPT_S:
            return
        if failure.count < MAX_FAILURES and failure.damage is None:  # to read damage again mends nothing
            return
        if failure.damage is not None:
            raise UnreadablePartError(failure.damage, self._playable_again_s(index))
        if failure.lines is None:
            raise SegmentNotFoundError(index)
        raise EncodeError(
            f"ffmpeg failed twice on segment {index}", failure.lines, self._playable_again_s(index)
        )

    def _playable_again_s(self, index: int) -> float | None:
        return playable_again_s(self.source.info, self.plan, index)


def covers(position: int, furthest: int, index: int, stop: int) -> bool:
    """Return whether a run at `position`, asked for up to `furthest`, should be waited for with `index`.

    `furthest` counts because a player asks for two segments at once: the second must not end the run on which
    the first waits.
    """
    return position <= index <= max(position, furthest) + WINDOW and index < stop


KeepsUp = Callable[[VideoStream, Rung], bool]


def make_presentation(
    asked: PresentationKey, source: Source, profile: ScreenProfile, now_s: float, keeps_up: KeepsUp
) -> tuple[Presentation, tuple[Rung, ...]]:
    """Return the presentation of `source` for `profile`, and the sizes to choose from; cheap, nothing is started.

    Args:
        asked: What the viewer wants; the presentation's own key says what comes of it.
        source: The item.
        profile: The screen.
        now_s: The clock.
        keeps_up: Whether this machine converts a picture to a rung in the time it takes to watch it.

    Raises:
        NoSoundTrackError: The viewer wants a sound track that the item does not have.
    """
    _check_audio(asked.audio, source.info)
    decision = _decide(asked, source.info, profile)
    picture = chosen_video(source.info)
    rungs: tuple[Rung, ...] = ()
    if picture is not None and decision.video == "encode":
        rungs = rungs_of(picture, profile)
        if asked.quality is None:
            rungs = tuple(rung for rung in rungs if keeps_up(picture, rung)) or rungs[-1:]
        else:
            rungs = (rung_at(rungs, asked.quality),)
    presentation = Presentation(
        key=replace(asked, quality=rungs[0].quality if rungs else None),
        source=source,
        profile=profile,
        decision=decision,
        plan=plan_segments(source.info, decision.video),
        rung=rungs[0] if rungs else None,
        audio_stream=chosen_audio(source.info, asked.audio),
        used_at_s=now_s,
    )
    return presentation, rungs


def _check_audio(audio: int | None, info: MediaInfo) -> None:
    """Refuse a sound track that there is none of; the first is what a silent film's player may ask for too."""
    if audio is not None and audio >= max(len(info.audio), 1):
        raise NoSoundTrackError(audio, len(info.audio))


def _decide(asked: PresentationKey, info: MediaInfo, profile: ScreenProfile) -> Decision:
    """Return what a screen and its viewer's wishes come to."""
    decision = decide_stream(info, profile, asked.audio, convert=asked.convert)
    picture = chosen_video(info)
    if picture is None:
        return decision
    if asked.burn is not None:
        before = f"{decision.reason}; " if decision.mode == "transcode" else ""
        reason = f"{before}subtitles are drawn into the picture"
        return replace(decision, mode="transcode", video="encode", reason=reason)
    if decision.video == "encode":
        return decision
    if asked.quality is not None and exceeds(picture, asked.quality):
        return replace(decision, mode="transcode", video="encode", reason="a smaller picture is asked for")
    return decision


@dataclass(eq=False, slots=True)
class Session:
    """One viewer on one item."""

    session_id: str
    presentation: Presentation
    used_at_s: float
    start_index: int = 0  # where the viewer begins, or last was
    started_at_s: float = float("-inf")  # when a run was last started for it
    starts: int = 0  # how often one was asked for: the newest wins
    starting_index: int = 0

    def place_in(self, presentation: Presentation) -> int:
        """Return the segment of another presentation where the viewer goes on: 0 of another item."""
        if presentation.source.source_id != self.presentation.source.source_id:
            return 0
        return max(presentation.plan.index_at(self.presentation.plan.start_s(self.start_index)), 0)
