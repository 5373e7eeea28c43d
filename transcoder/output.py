"""What a converted picture is like: size, frame rate, bit rate, level. Known before anything is converted.

And sound: how many channels and bits it has, converted or passed on.
"""

from transcoder.decision import Treatment
from transcoder.media_info import AudioStream, VideoStream

MAX_FPS = 61.0  # a clip of 60 is 60.05 on average, if its first or last picture is short
BUFFER_S = 1.0  # of the encoder: how much of the greatest bit rate may come at once
SHORTEST_S = 1.5  # of a segment that is not the last
_BITS_PER_PIXEL = 0.12
_LEAST_FPS = 12.0  # what a film of stills needs for a whole picture at the beginning of every segment
_AAC_BITRATE, _SURROUND_AAC_BITRATE = 192_000, 384_000  # of two channels, of six
# The greatest that each has in films: nothing has measured what is passed on. By its format E-AC-3 may have more.
_COPIED_AC3_BITRATE = 640_000
_COPIED_EAC3_BITRATE, _COPIED_EAC3_71_BITRATE = 1_024_000, 1_664_000
_COPIED_MP3_BITRATE = 320_000
_COPIED_CHANNEL_BITRATE = 160_000  # of AAC, for each of its channels
# H.264 levels: greatest macroblocks per second and per frame (ITU-T H.264, table A-1).
_H264_LEVELS = (
    (30, 40_500, 1_620),
    (31, 108_000, 3_600),
    (32, 216_000, 5_120),
    (40, 245_760, 8_192),
    (42, 522_240, 8_704),
    (51, 983_040, 36_864),
)


def output_size(video: VideoStream, max_width: int, max_height: int) -> tuple[int, int]:
    """Return width and height of a converted picture: upright, square pixels, even, never enlarged."""
    width, height = max(video.upright_width, 2), max(video.upright_height, 2)
    scale = min(1.0, max_width / width, max_height / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def output_fps(video: VideoStream) -> float:
    """Return the frame rate of a converted picture: slow motion is thinned out by a whole number."""
    fps = video.fps or 30.0
    return fps / -int(-fps // MAX_FPS)


def output_bitrate(video: VideoStream, max_width: int, max_height: int) -> int:
    """Return the greatest bit rate of a converted picture, in bits per second."""
    width, height = output_size(video, max_width, max_height)
    return max(600_000, int(width * height * max(output_fps(video), _LEAST_FPS) * _BITS_PER_PIXEL))


def output_peak_bitrate(video: VideoStream, max_width: int, max_height: int) -> int:
    """Return the greatest bit rate of one segment, in bits per second: the encoder's buffer may run out in it."""
    bitrate = output_bitrate(video, max_width, max_height)
    return bitrate + int(bitrate * BUFFER_S / SHORTEST_S)


def output_level(video: VideoStream, max_width: int, max_height: int) -> int:
    """Return the H.264 level of a converted picture: 40 is 4.0."""
    width, height = output_size(video, max_width, max_height)
    blocks = -(-width // 16) * -(-height // 16)
    for level, max_rate, max_blocks in _H264_LEVELS:
        if blocks <= max_blocks and blocks * output_fps(video) <= max_rate:
            return level
    return 52


def output_codec_string(video: VideoStream, max_width: int, max_height: int) -> str:
    """Return the codec string of a converted picture: High profile, and its level."""
    return f"avc1.6400{output_level(video, max_width, max_height):02x}"


def output_channels(audio: AudioStream, *, surround: bool) -> int:
    """Return how many channels converted sound has: six where the track has them and the screen wants them."""
    return 6 if surround and audio.channels >= 6 else 2


def audio_bitrate(audio: AudioStream, treatment: Treatment, channels: int) -> int:
    """Return the greatest bit rate of sound as a screen gets it, in bits per second.

    Args:
        audio: The track.
        treatment: Whether it is converted.
        channels: How many it has when it is, see `output_channels`.
    """
    if treatment == "encode":
        return _SURROUND_AAC_BITRATE if channels > 2 else _AAC_BITRATE
    if audio.codec == "eac3":
        return _COPIED_EAC3_71_BITRATE if audio.channels > 6 else _COPIED_EAC3_BITRATE
    if audio.codec == "ac3":
        return _COPIED_AC3_BITRATE
    return _COPIED_MP3_BITRATE if audio.codec == "mp3" else audio.channels * _COPIED_CHANNEL_BITRATE
