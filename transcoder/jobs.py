"""What a run of a rendition is: its encoders' argument lists, and what puts their output together."""

from collections.abc import Callable
from pathlib import Path

from transcoder import command
from transcoder.assembly import Assembly, Fmp4Assembly, TransportAssembly
from transcoder.output import output_channels
from transcoder.run import Commands, Run
from transcoder.session import Rendition
from transcoder.stretches import on_own_clock, stop_of_run, stretch_at


def commands_for(ffmpeg: Path, rendition: Rendition, index: int, encoder: command.PictureEncoder) -> Commands:
    """Return what to run for `rendition` from segment `index` on, once the address of its bytes is known."""
    return lambda url: command.commands(_job(ffmpeg, rendition, index, encoder, url))


def stop_for(rendition: Rendition, index: int) -> int:
    """Return the segment before which a run from segment `index` on ends."""
    stop = stop_of_run(rendition.source.info, rendition.plan, index)
    return min(stop, index + command.MAX_SEGMENTS_PER_RUN)


def assembly_for(rendition: Rendition, index: int, run: Run) -> Assembly:
    """Return what makes segments of `rendition` from `index` on out of the encoders' output."""
    decision = rendition.decision
    tracks = {name for name, treatment in (("video", decision.video), ("audio", decision.audio)) if treatment}
    kind: Callable[..., Assembly] = TransportAssembly if rendition.profile.packaging == "ts" else Fmp4Assembly
    return kind(rendition.plan, index, tracks, run)


def _job(
    ffmpeg: Path, rendition: Rendition, index: int, encoder: command.PictureEncoder, url: str
) -> command.EncodeJob:
    info = rendition.source.info
    stretch = stretch_at(info, rendition.plan.start_s(index))
    profile, box, sound = rendition.profile, rendition.rung or rendition.profile, rendition.audio_stream
    return command.EncodeJob(
        ffmpeg=ffmpeg,
        url=url,
        info=on_own_clock(info, stretch),
        plan=rendition.plan,
        first=index,
        packaging=profile.packaging,
        video=rendition.decision.video,
        audio=rendition.decision.audio,
        audio_stream=sound,
        burn=rendition.key.burn,
        audio_channels=output_channels(sound, surround=profile.surround) if sound else 2,
        max_width=box.max_width,
        max_height=box.max_height,
        encoder=encoder,
        savings=rendition.savings,
        stretch=stretch,
    )
