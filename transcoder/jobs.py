"""What a run of a presentation is: its encoders' argument lists, and what puts their output together."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from transcoder import command
from transcoder.assembly import Assembly, Fmp4Assembly
from transcoder.drawn_texts import TextLease
from transcoder.lease import Commands, Lease
from transcoder.packet_grid import ANYWHERE, PacketGrid
from transcoder.run import Run
from transcoder.segments import EPOCH_S
from transcoder.session import SPARED_RUN_S, Presentation
from transcoder.silence import silence_beside, silence_in
from transcoder.stretches import on_own_clock, stop_of_run, stretch_at
from transcoder.transport_assembly import TransportAssembly


def commands_for(
    ffmpeg: Path, presentation: Presentation, index: int, encoder: command.PictureEncoder
) -> Commands:
    """Return what to run for `presentation` from segment `index` on, once the address of its bytes is known."""
    return lambda lease: command.commands(_job(ffmpeg, presentation, index, encoder, lease))


def muted_for(
    ffmpeg: Path, presentation: Presentation, index: int, encoder: command.PictureEncoder
) -> Commands:
    """Return what to run in place of programs that fail before they bring anything, for the sound may be at fault.

    Silence is written where their outputs are put together. Where one program makes both, the picture may be at
    fault as well: that is for the second try.
    """
    decision = presentation.decision
    tried = presentation.profile.packaging != "ts" or presentation.has_failed(index)

    def muted(lease: Lease) -> list[tuple[str, list[str]]]:
        if decision.video is None or decision.audio != "encode" or not tried:
            return []
        job = replace(_job(ffmpeg, presentation, index, encoder, lease), mute=True)
        return [(track, argv) for track, argv in command.commands(job) if track != "video"]

    return muted


@dataclass(frozen=True, slots=True)
class DrawnLease:
    """The address of a film, and what is drawn into its picture."""

    film: Lease
    drawn: Lease | command.VobSub

    @property
    def url(self) -> str:
        """The film's address."""
        return self.film.url

    @property
    def damage(self) -> Exception | None:
        """Why bytes of the film could not be given."""
        return self.film.damage


@contextmanager
def leased(presentation: Presentation, text: TextLease | None) -> Iterator[Lease]:
    """Lend what a run of `presentation` reads; `text` is what it draws, and its own from now on."""
    with ExitStack() as leases:
        if text is not None:
            leases.enter_context(text.taken())
        film = leases.enter_context(presentation.source.lease())
        yield film if text is None else DrawnLease(film, text.drawn)


def stop_for(presentation: Presentation, index: int) -> int:
    """Return the segment before which a run from segment `index` on ends."""
    stop = min(
        stop_of_run(presentation.source.info, presentation.plan, index), index + command.MAX_SEGMENTS_PER_RUN
    )
    if presentation.savings:
        spared_until = presentation.plan.index_at(presentation.plan.start_s(index) + SPARED_RUN_S)
        stop = min(stop, max(spared_until, index + 1))
    return stop


def assembly_for(presentation: Presentation, index: int, run: Run) -> Assembly:
    """Return what makes segments of `presentation` from `index` on out of the encoders' output."""
    decision = presentation.decision
    tracks = {name for name, treatment in (("video", decision.video), ("audio", decision.audio)) if treatment}
    kind: Callable[..., Assembly] = (
        TransportAssembly if presentation.profile.packaging == "ts" else Fmp4Assembly
    )
    return kind(presentation.plan, index, tracks, run, sound_grid(presentation, index))


def sound_grid(presentation: Presentation, index: int) -> PacketGrid:
    """Return where the sound packets of a run from segment `index` on lie, and what stands for silence."""
    sound, info = presentation.audio_stream, presentation.source.info
    if sound is None or presentation.decision.audio is None:
        return ANYWHERE
    packaging = presentation.profile.packaging
    if presentation.decision.audio == "encode":
        stretch = stretch_at(info, presentation.plan.start_s(index))
        origin_s = EPOCH_S - on_own_clock(info, stretch).start_s
        channels, rate = presentation.audio_channels, command.SAMPLE_RATE
        return PacketGrid(origin_s, "aac", rate, silence_in(packaging, channels, rate), converted=True)
    if sound.start_s is None:
        return ANYWHERE
    silence = silence_beside(packaging, sound)
    return PacketGrid(sound.start_s - info.start_s + EPOCH_S, sound.codec, sound.sample_rate, silence)


def _job(
    ffmpeg: Path, presentation: Presentation, index: int, encoder: command.PictureEncoder, lease: Lease
) -> command.EncodeJob:
    info = presentation.source.info
    stretch = stretch_at(info, presentation.plan.start_s(index))
    drawn = lease.drawn if isinstance(lease, DrawnLease) else None
    vobsub = drawn if isinstance(drawn, command.VobSub) else None
    profile, box, sound = (
        presentation.profile,
        presentation.rung or presentation.profile,
        presentation.audio_stream,
    )
    return command.EncodeJob(
        ffmpeg=ffmpeg,
        url=lease.url,
        drawn_url=drawn.url if drawn is not None and vobsub is None else None,
        vobsub=vobsub,
        info=on_own_clock(info, stretch),
        plan=presentation.plan,
        first=index,
        packaging=profile.packaging,
        video=presentation.decision.video,
        audio=presentation.decision.audio,
        audio_stream=sound,
        burn=presentation.key.burn,
        audio_channels=presentation.audio_channels,
        max_width=box.max_width,
        max_height=box.max_height,
        encoder=encoder,
        savings=presentation.savings,
        stretch=stretch,
    )
