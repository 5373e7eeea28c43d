"""What is done to the sound."""

import ffmpeg

from transcoder.command.inputs import open_input
from transcoder.command.job import EncodeJob, Node, Options
from transcoder.media_info import BROADCAST_FORMATS, AudioStream
from transcoder.output import audio_bitrate
from transcoder.seeks import EXACT_SOUND_EARLY_S, SOUND_EARLY_S

SAMPLE_RATE = 48000
AAC_FRAME_SIZE = 1024  # samples per packet: the grid on which all runs of one film's sound lie
STEREO = 2
SURROUND = 6
_HARD_COMPENSATION_S = 0.02
# To look for more sound in them is to read the rest of the film. Their packets said when it ends.
_SEARCHED = BROADCAST_FORMATS | {"matroska"}
_SURELY_OVER_S = 2.0  # behind the end that the probe found
_PRE_ROLL_PACKETS = 4  # AAC needs them to be itself again; they are dropped
_IMPRECISE_SOUND = frozenset({"avi", "flv", "asf", "mpeg", "ogg"})
# A track of theirs has the same channels throughout. Seeks may land behind the sample that is wanted first.
_NEVER_CHANGING = frozenset({"avi", "flv", "asf", "ogg"})
_MOST_NAMED = 8  # channels; more have no layout that everybody agrees on

# Speech is in the centre: it keeps the weight of the fronts, where ITU-R BS.775 takes 3 dB from it, and all are
# lowered so that the film is about as loud as a stereo one. Channels that a track does not have count as silence.
_DOWNMIX = "|".join(
    f"F{side}=0.6*F{side}+0.6*FC+0.6*F{side}C+0.42*S{side}+0.42*B{side}+0.3*BC+0.2*LFE" for side in "LR"
)
# Both sides, as loud as it is: left alone it would come out 3 dB quieter. By numbers, for one that calls itself left;
# in broadcasts by names, for what comes later may be stereo or more.
_SPREAD = "c0=c0|c1=c0"
_SPREAD_BY_NAMES = "|".join(f"F{side}=F{side}+FC+0.7*S{side}+0.7*B{side}" for side in "LR")
# What the matrix would let clip in an explosion is turned down for a moment. `level` would raise everything else;
# `latency` takes back the 5 ms that the filter looks ahead.
_LIMITER = {"limit": 0.94, "level": 0, "attack": 5, "release": 50, "latency": 1}


def sound_seek_s(job: EncodeJob) -> float:
    """Return where to seek for the sound, from `origin_s`: early enough to be exact at the run's start."""
    sound = job.audio_stream
    imprecise = job.info.format_name in _IMPRECISE_SOUND or (sound is not None and sound.codec == "truehd")
    early_s = SOUND_EARLY_S if imprecise or job.audio == "copy" else EXACT_SOUND_EARLY_S
    return _first_sample(job) / SAMPLE_RATE - early_s - job.origin_s


def _first_sample(job: EncodeJob) -> int:
    """Return the number of the first sample of the run: on the grid, a few packets early."""
    return (int(job.start_s * SAMPLE_RATE) // AAC_FRAME_SIZE - _PRE_ROLL_PACKETS) * AAC_FRAME_SIZE


def _first_sample_heard(job: EncodeJob, sound: AudioStream) -> int:
    """Return the first sample on the grid that the track has at the run's start, as far as is known.

    A filter that fills up from a given sample would be simpler. But where sound goes from stereo to 5.1 and back,
    ffmpeg makes all filters anew, and that one would bring the sound from the run's start on a second time, silent.
    What this gets wrong is less than a packet; silence comes where the segments are put together.
    """
    if job.stretch is not None or sound.start_s is None:
        return _first_sample(job)
    begins = -int(-sound.start_s * SAMPLE_RATE // AAC_FRAME_SIZE) * AAC_FRAME_SIZE
    return max(_first_sample(job), begins)


def _is_over(job: EncodeJob, sound: AudioStream) -> bool:
    """Return whether all of the sound is surely before the run's start, and to look for more would be slow."""
    if job.audio != "encode" or job.info.format_name not in _SEARCHED or job.stretch is not None:
        return False
    return sound.end_s is not None and sound.end_s + _SURELY_OVER_S < job.start_s


def sound_input(job: EncodeJob, options: Options | None = None) -> Node:
    """Return the sound track, read from a little before the run's start."""
    sound = job.audio_stream
    if sound is None:
        raise ValueError("a job without sound")
    if job.mute or _is_over(job, sound):
        return ffmpeg.input(f"anullsrc=r={SAMPLE_RATE}", f="lavfi").filter("atrim", end_sample=0)
    return open_input(job, seek_s=sound_seek_s(job), options=options)[job.sound_specifier]


def sound_track(job: EncodeJob, stream: Node) -> tuple[Node, Options]:
    """Return the sound and how it is converted or passed on."""
    if job.audio_stream is None:
        raise ValueError("a job without sound")
    if job.audio == "copy":
        options: Options = {"c:a": "copy"}
        if job.audio_stream.codec == "aac" and job.info.format_name == "mpegts" and job.packaging == "fmp4":
            options["bsf:a"] = "aac_adtstoasc"
        return stream, options
    # Two filters: one alone gives nothing at all when it also has to change the rate.
    stream = stream.filter("aresample", SAMPLE_RATE)
    # Left alone it lets sound that is less than 0.1 s off stay off, and mends that a sample a second.
    times: Options = {"async": 1, "min_hard_comp": _HARD_COMPENSATION_S}
    if job.info.format_name in _NEVER_CHANGING:
        times["first_pts"] = _first_sample(job)
    else:
        stream = stream.filter("atrim", start_pts=_first_sample_heard(job, job.audio_stream))
    stream = stream.filter("aresample", **times)
    bitrate = audio_bitrate(job.audio_stream, "encode", job.audio_channels)
    return _mixed(job, stream), {"c:a": "aac", "ac": job.audio_channels, "b:a": bitrate}


def _mixed(job: EncodeJob, stream: Node) -> Node:
    """Return the sound with as many channels as the screen gets."""
    assert job.audio_stream is not None
    have, want = job.audio_stream.channels, job.audio_channels
    if have == 1 and job.info.format_name not in BROADCAST_FORMATS:
        return stream.filter("pan", args=f"stereo|{_SPREAD}")
    if have == 1:
        stream = stream.filter("pan", args=f"stereo|{_SPREAD_BY_NAMES}")
    elif have <= want:
        return stream
    elif have > _MOST_NAMED:
        stream = stream.filter("pan", args=_numbered_mix(have, want))
    elif want == STEREO:
        stream = stream.filter("pan", args=f"stereo|{_DOWNMIX}")
    else:
        stream = stream.filter("aformat", channel_layouts="5.1")
    return stream.filter("alimiter", **_LIMITER)


def _numbered_mix(have: int, want: int) -> str:
    """Return how channels are mixed that may have no layout: by their numbers.

    Where there is one, the first six are left, right, centre, bass, back left, back right, and what follows is in
    pairs. Where there is none, each is heard.
    """
    pairs = {side: [f"0.42*c{number}" for number in range(4 + side, have, 2)] for side in (0, 1)}
    if want == SURROUND:
        fronts = [f"c{number}=c{number}" for number in range(4)]
        return "|".join(["5.1", *fronts, *(f"c{4 + side}={'+'.join(pairs[side])}" for side in (0, 1))])
    sides = (f"c{side}=0.6*c{side}+0.6*c2+0.42*c3+{'+'.join(pairs[side])}" for side in (0, 1))
    return "|".join(["stereo", *sides])
