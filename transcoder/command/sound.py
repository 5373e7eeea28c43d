"""What is done to the sound."""

from transcoder.command.job import EncodeJob, Node, Options

SAMPLE_RATE = 48000
AAC_FRAME_SIZE = 1024  # samples per packet: the grid on which all runs of one film's sound lie
AUDIO_BITRATE = 192_000
_PRE_ROLL_PACKETS = 4  # AAC needs them to be itself again; they are dropped
_IMPRECISE_SOUND = frozenset({"avi", "flv", "asf", "mpeg", "ogg"})


def sound_seek_s(job: EncodeJob) -> float:
    """Return where to seek for the sound, in playing time: early enough to be exact at the run's start."""
    sound = job.audio_stream
    imprecise = job.info.format_name in _IMPRECISE_SOUND or (sound is not None and sound.codec == "truehd")
    early_s = 3.0 if imprecise or job.audio == "copy" else 0.25
    return _first_sample(job) / SAMPLE_RATE - early_s - job.info.start_s


def _first_sample(job: EncodeJob) -> int:
    """Return the number of the first sample of the run: on the grid, a few packets early."""
    return (int(job.start_s * SAMPLE_RATE) // AAC_FRAME_SIZE - _PRE_ROLL_PACKETS) * AAC_FRAME_SIZE


def sound_track(job: EncodeJob, source: Node) -> tuple[Node, Options]:
    """Return the sound and how it is converted or passed on."""
    if job.audio_stream is None:
        raise ValueError("a job without sound")
    stream = source[str(job.audio_stream.index)]
    if job.audio == "copy":
        options: Options = {"c:a": "copy"}
        if job.audio_stream.codec == "aac" and job.info.format_name == "mpegts" and job.packaging == "fmp4":
            options["bsf:a"] = "aac_adtstoasc"
        return stream, options
    # Two filters: one alone gives nothing at all when it also has to change the rate.
    stream = stream.filter("aresample", SAMPLE_RATE)
    stream = stream.filter("aresample", **{"async": 1, "first_pts": _first_sample(job)})
    return stream, {"c:a": "aac", "ac": 2, "b:a": AUDIO_BITRATE}
