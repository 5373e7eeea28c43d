"""Soft music for the films, written as expressions that ffmpeg's `aevalsrc` plays.

A pad breathes through a few chords, a plucked melody walks over them. One round is computed at a low sample rate
and repeated: there is nothing above a few kilohertz in it, and computing it costs little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SYNTHESIS_RATE = 24000
"""Sample rate at which a round is computed, in hertz."""
OUTPUT_RATE = 48000
FADE_S = 2.5


@dataclass(frozen=True, slots=True)
class Tune:
    """Chords and a melody, in hertz, and how long each lasts, in seconds."""

    chords: Sequence[Sequence[float]]
    chord_s: float
    melody: Sequence[float]
    note_s: float
    sea: float = 0.0
    """Loudness of waves on a beach beneath the tune, from 0 to 1."""

    @property
    def round_s(self) -> float:
        """How long it takes until the chords begin again."""
        return self.chord_s * len(self.chords)


def pad(tune: Tune, detune: float = 1.0, loudness: float = 0.07) -> str:
    """Return the expression of the chords, each swelling and fading, their pitch multiplied by `detune`."""
    chords = [
        "+".join(
            f"sin({6.2831853 * note * detune:.4f}*t)+0.25*sin({12.5663706 * note * detune:.4f}*t)"
            for note in chord
        )
        for chord in tune.chords
    ]
    swell = f"pow(sin(PI*mod(t,{tune.chord_s:g})/{tune.chord_s:g}),0.6)"
    return f"{loudness:g}*{swell}*({_choose(chords, tune.chord_s, tune.round_s)})"


def pluck(tune: Tune, loudness: float = 0.16, octave: float = 1.0) -> str:
    """Return the expression of the melody: every note struck softly and left to ring."""
    notes = [f"{6.2831853 * note * octave:.4f}" for note in tune.melody]
    frequency = _choose(notes, tune.note_s, tune.note_s * len(notes))
    ring = "exp(-3.2*ld(1))*min(1,ld(1)*90)"
    return (
        f"st(1,mod(t,{tune.note_s:g}));st(2,{frequency});"
        f"{loudness:g}*{ring}*(sin(ld(2)*ld(1))+0.3*sin(2*ld(2)*ld(1))+0.12*sin(3*ld(2)*ld(1)))"
    )


def _choose(values: Sequence[str], each_s: float, round_s: float) -> str:
    """Return the expression that is `values[n]` during the nth stretch of every round."""
    expression = f"({values[-1]})"
    for index in reversed(range(len(values) - 1)):
        expression = f"if(lt(mod(t,{round_s:g}),{(index + 1) * each_s:g}),({values[index]}),{expression})"
    return expression


def stereo(tune: Tune, seconds: float) -> str:
    """Return the filter graph that plays `tune` for `seconds`, left and right a little apart in pitch."""
    channels = [f"{pluck(tune, 0.15)}+{pad(tune)}", f"{pluck(tune, 0.11)}+{pad(tune, 1.0025)}"]
    return _graph(tune, channels, "stereo", seconds)


def surround(tune: Tune, seconds: float) -> str:
    """Return the filter graph that plays `tune` for `seconds` on six channels, the chords all around."""
    front = [pad(tune), pad(tune, 1.0025)]
    middle = pluck(tune, 0.14, 0.5)
    low = pad(tune, 0.25, 0.05)
    back = [pad(tune, 2.0, 0.025), pad(tune, 1.995, 0.025)]
    return _graph(tune, [*front, middle, low, *back], "5.1", seconds)


def _graph(tune: Tune, channels: Sequence[str], layout: str, seconds: float) -> str:
    samples = round(tune.round_s * SYNTHESIS_RATE)
    music = (
        f"aevalsrc=exprs='{'|'.join(channels)}':channel_layout={layout}:sample_rate={SYNTHESIS_RATE}"
        f":duration={tune.round_s:g},aloop=loop=-1:size={samples},aresample={OUTPUT_RATE}"
    )
    fade_s = min(FADE_S, seconds / 4)
    fades = f"afade=t=in:d={fade_s:g},afade=t=out:st={seconds - fade_s:g}:d={fade_s:g}"
    if not tune.sea:
        return f"{music},{fades}"
    waves = (
        f"anoisesrc=color=brown:amplitude={tune.sea:g}:sample_rate={OUTPUT_RATE}:seed=7,lowpass=f=700,"
        "volume='0.5+0.45*sin(2*PI*t/7.5)':eval=frame"
    )
    return f"{music}[music];{waves}[waves];[music][waves]amix=inputs=2:normalize=0,{fades}"


LIGHTHOUSE_TUNE = Tune(
    chords=(
        (146.83, 220.0, 293.66),
        (116.54, 174.61, 293.66),
        (130.81, 196.0, 329.63),
        (110.0, 164.81, 261.63),
    ),
    chord_s=4,
    melody=(587.33, 440.0, 698.46, 440.0, 587.33, 466.16, 698.46, 466.16),
    note_s=0.5,
    sea=0.22,
)
AURORA_TUNE = Tune(
    chords=(
        (130.81, 196.0, 311.13),
        (103.83, 155.56, 261.63),
        (116.54, 174.61, 293.66),
        (98.0, 146.83, 233.08),
    ),
    chord_s=4,
    melody=(523.25, 622.25, 783.99, 932.33),
    note_s=1,
)
MUSIC_BOX_TUNE = Tune(
    chords=((392.0, 493.88), (329.63, 523.25), (369.99, 440.0), (392.0, 493.88)),
    chord_s=1.8,
    melody=(
        783.99,
        987.77,
        1174.66,
        659.25,
        1046.5,
        1318.51,
        739.99,
        880.0,
        1174.66,
        783.99,
        987.77,
        1567.98,
    ),
    note_s=0.6,
)
DUNES_TUNE = Tune(
    chords=(
        (146.83, 220.0, 311.13),
        (146.83, 196.0, 293.66),
        (155.56, 233.08, 293.66),
        (146.83, 220.0, 277.18),
    ),
    chord_s=4,
    melody=(293.66, 311.13, 369.99, 392.0, 440.0, 392.0, 369.99, 311.13),
    note_s=0.5,
)
HARBOUR_TUNE = Tune(
    chords=(
        (196.0, 246.94, 293.66),
        (164.81, 196.0, 246.94),
        (130.81, 164.81, 196.0),
        (146.83, 220.0, 261.63),
    ),
    chord_s=3,
    melody=(587.33, 493.88, 587.33, 783.99, 659.25, 587.33),
    note_s=0.5,
    sea=0.12,
)
