"""What a run of a rendition is: its encoders' argument lists, and what puts their output together."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from transcoder import command
from transcoder.assembly import Assembly, Fmp4Assembly
from transcoder.drawn_texts import TextLease
from transcoder.packet_grid import ANYWHERE, PacketGrid
from transcoder.run import Commands, Lease, Run
from transcoder.segments import EPOCH_S
from transcoder.session import SPARED_RUN_S, Rendition
from transcoder.silence import silence_in
from transcoder.stretches import on_own_clock, stop_of_run, stretch_at
from transcoder.transport_assembly import TransportAssembly


def commands_for(ffmpeg: Path, rendition: Rendition, index: int, encoder: command.PictureEncoder) -> Commands:
    """Return what to run for `rendition` from segment `index` on, once the address of its bytes is known."""
    return lambda lease: command.commands(_job(ffmpeg, rendition, index, encoder, lease))


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
def leased(rendition: Rendition, text: TextLease | None) -> Iterator[Lease]:
    """Lend what a run of `rendition` reads; `text` is what it draws, and its own from now on."""
    with ExitStack() as leases:
        if text is not None:
            leases.enter_context(text.taken())
        film = leases.enter_context(rendition.source.lease())
        yield film if text is None else DrawnLease(film, text.drawn)


def stop_for(rendition: Rendition, index: int) -> int:
    """Return the segment before which a run from segment `index` on ends."""
    stop = min(
        stop_of_run(rendition.source.info, rendition.plan, index), index + command.MAX_SEGMENTS_PER_RUN
    )
    if rendition.savings:
        spared_until = rendition.plan.index_at(rendition.plan.start_s(index) + SPARED_RUN_S)
        stop = min(stop, max(spared_until, index + 1))
    return stop


def assembly_for(rendition: Rendition, index: int, run: Run) -> Assembly:
    """Return what makes segments of `rendition` from `index` on out of the encoders' output."""
    decision = rendition.decision
    tracks = {name for name, treatment in (("video", decision.video), ("audio", decision.audio)) if treatment}
    kind: Callable[..., Assembly] = TransportAssembly if rendition.profile.packaging == "ts" else Fmp4Assembly
    return kind(rendition.plan, index, tracks, run, sound_grid(rendition, index))


def sound_grid(rendition: Rendition, index: int) -> PacketGrid:
    """Return where the sound packets of a run from segment `index` on lie, and what stands for silence."""
    sound, info = rendition.audio_stream, rendition.source.info
    if sound is None or rendition.decision.audio is None:
        return ANYWHERE
    packaging = rendition.profile.packaging
    if rendition.decision.audio == "encode":
        stretch = stretch_at(info, rendition.plan.start_s(index))
        origin_s = EPOCH_S - on_own_clock(info, stretch).start_s
        channels, rate = rendition.audio_channels, command.SAMPLE_RATE
        return PacketGrid(origin_s, "aac", rate, silence_in(packaging, channels, rate), converted=True)
    if sound.start_s is None:
        return ANYWHERE
    # What comes late was not decoded by the probe: the profile is not known, the container's word is.
    plain = sound.codec_string == "mp4a.40.2" and sound.profile in ("LC", None)
    silence = silence_in(packaging, sound.channels, sound.sample_rate) if plain else None
    return PacketGrid(sound.start_s - info.start_s + EPOCH_S, sound.codec, sound.sample_rate, silence)


def _job(
    ffmpeg: Path, rendition: Rendition, index: int, encoder: command.PictureEncoder, lease: Lease
) -> command.EncodeJob:
    info = rendition.source.info
    stretch = stretch_at(info, rendition.plan.start_s(index))
    drawn = lease.drawn if isinstance(lease, DrawnLease) else None
    vobsub = drawn if isinstance(drawn, command.VobSub) else None
    profile, box, sound = rendition.profile, rendition.rung or rendition.profile, rendition.audio_stream
    return command.EncodeJob(
        ffmpeg=ffmpeg,
        url=lease.url,
        drawn_url=drawn.url if drawn is not None and vobsub is None else None,
        vobsub=vobsub,
        info=on_own_clock(info, stretch),
        plan=rendition.plan,
        first=index,
        packaging=profile.packaging,
        video=rendition.decision.video,
        audio=rendition.decision.audio,
        audio_stream=sound,
        burn=rendition.key.burn,
        audio_channels=rendition.audio_channels,
        max_width=box.max_width,
        max_height=box.max_height,
        encoder=encoder,
        savings=rendition.savings,
        stretch=stretch,
    )
