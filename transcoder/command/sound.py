"""What is done to the sound."""

from transcoder.command.job import EncodeJob, Node, Options
from transcoder.media_info import AudioStream

SAMPLE_RATE = 48000
AAC_FRAME_SIZE = 1024  # samples per packet: the grid on which all runs of one film's sound lie
AUDIO_BITRATE = 192_000
SURROUND_BITRATE = 384_000
STEREO = 2
SURROUND = 6
_HARD_COMPENSATION_S = 0.02
_PRE_ROLL_PACKETS = 4  # AAC needs them to be itself again; they are dropped
_IMPRECISE_SOUND = frozenset({"avi", "flv", "asf", "mpeg", "ogg"})
_BROADCASTS = frozenset({"mpegts", "mpeg"})
_MOST_NAMED = 8  # channels; more have no layout that everybody agrees on

# Speech is in the centre: it keeps the weight of the fronts, where ITU-R BS.775 takes 3 dB from it, and all are
# lowered so that the film is about as loud as a stereo one. Channels that a track does not have count as silence.
_DOWNMIX = "|".join(
    f"F{side}=0.6*F{side}+0.6*FC+0.6*F{side}C+0.42*S{side}+0.42*B{side}+0.3*BC+0.2*LFE" for side in "LR"
)
# What the matrix would let clip in an explosion is turned down for a moment. `level` would raise everything else;
# `latency` takes back the 5 ms that the filter looks ahead.
_LIMITER = {"limit": 0.94, "level": 0, "attack": 5, "release": 50, "latency": 1}


def sound_seek_s(job: EncodeJob) -> float:
    """Return where to seek for the sound, from `origin_s`: early enough to be exact at the run's start."""
    sound = job.audio_stream
    imprecise = job.info.format_name in _IMPRECISE_SOUND or (sound is not None and sound.codec == "truehd")
    early_s = 3.0 if imprecise or job.audio == "copy" else 0.25
    return _first_sample(job) / SAMPLE_RATE - early_s - job.origin_s


def _first_sample(job: EncodeJob) -> int:
    """Return the number of the first sample of the run: on the grid, a few packets early."""
    return (int(job.start_s * SAMPLE_RATE) // AAC_FRAME_SIZE - _PRE_ROLL_PACKETS) * AAC_FRAME_SIZE


def _first_sample_heard(job: EncodeJob, sound: AudioStream) -> int | None:
    """Return the first sample on the grid that the track has, or None if it need not have all from then on.

    A broadcast goes from stereo to 5.1 and back, and ffmpeg then makes all filters anew: one that fills up from a
    given sample would do so again, and bring the sound from the run's start on a second time, silent.
    """
    if job.info.format_name not in _BROADCASTS or job.stretch is not None or sound.has_gaps:
        return None
    if sound.start_s is None:
        return None
    begins = -int(-sound.start_s * SAMPLE_RATE // AAC_FRAME_SIZE) * AAC_FRAME_SIZE
    return max(_first_sample(job), begins)


def sound_track(job: EncodeJob, source: Node) -> tuple[Node, Options]:
    """Return the sound and how it is converted or passed on."""
    if job.audio_stream is None:
        raise ValueError("a job without sound")
    stream = source[job.sound_specifier]
    if job.audio == "copy":
        options: Options = {"c:a": "copy"}
        if job.audio_stream.codec == "aac" and job.info.format_name == "mpegts" and job.packaging == "fmp4":
            options["bsf:a"] = "aac_adtstoasc"
        return stream, options
    # Two filters: one alone gives nothing at all when it also has to change the rate.
    stream = stream.filter("aresample", SAMPLE_RATE)
    # Left alone it lets sound that is less than 0.1 s off stay off, and mends that a sample a second.
    times: Options = {"async": 1, "min_hard_comp": _HARD_COMPENSATION_S}
    if (heard := _first_sample_heard(job, job.audio_stream)) is not None:
        stream = stream.filter("atrim", start_pts=heard)
    else:
        times["first_pts"] = _first_sample(job)
    stream = stream.filter("aresample", **times)
    bitrate = SURROUND_BITRATE if job.audio_channels == SURROUND else AUDIO_BITRATE
    return _mixed(job, stream), {"c:a": "aac", "ac": job.audio_channels, "b:a": bitrate}


def _mixed(job: EncodeJob, stream: Node) -> Node:
    """Return the sound with as many channels as the screen gets."""
    assert job.audio_stream is not None
    have, want = job.audio_stream.channels, job.audio_channels
    if have <= want:
        return stream
    if want == STEREO and have <= _MOST_NAMED:
        stream = stream.filter("pan", args=f"stereo|{_DOWNMIX}")
    else:
        stream = stream.filter("aformat", channel_layouts="5.1" if want == SURROUND else "stereo")
    return stream.filter("alimiter", **_LIMITER)
