"""RFC 6381 codec strings from what a decoder is configured with."""

import re

_NAL_START = re.compile(rb"\x00\x00\x01")
_FIXED = {
    "ac3": "ac-3",
    "eac3": "ec-3",
    "opus": "opus",
    "vorbis": "vorbis",
    "flac": "flac",
    "alac": "alac",
    "mp3": "mp4a.40.34",
    "vp8": "vp8",
    "dts": "dtsc",
    "truehd": "mlpa",
}
_AAC_OBJECT_TYPES = {"LC": 2, "HE-AAC": 5, "HE-AACv2": 29, "Main": 1, "LTP": 4, "xHE-AAC": 42}
_VP9_PROFILES = {"Profile 0": 0, "Profile 1": 1, "Profile 2": 2, "Profile 3": 3}
# Level and the greatest luma picture size and luma sample rate it allows (VP9 levels, webmproject.org).
_VP9_LEVELS = (
    (10, 36_864, 829_440),
    (11, 73_728, 2_764_800),
    (20, 122_880, 4_608_000),
    (21, 245_760, 9_216_000),
    (30, 552_960, 20_736_000),
    (31, 983_040, 36_864_000),
    (40, 2_228_224, 83_558_400),
    (41, 2_228_224, 160_432_128),
    (50, 8_912_896, 311_951_360),
    (51, 8_912_896, 588_251_136),
    (52, 8_912_896, 1_176_502_272),
)


def video_codec_string(
    codec: str,
    extradata: bytes,
    profile: str | None,
    *,
    bit_depth: int,
    width: int,
    height: int,
    fps: float | None,
) -> str | None:
    """Return the codec string of a picture track, or None where there is no certain one.

    Args:
        codec: libavcodec's name.
        extradata: What configures the decoder: avcC, hvcC, av1C, or NAL units after start codes.
        profile: libavcodec's name of the profile.
        bit_depth: Bits per sample.
        width: Stored width in pixels.
        height: Stored height in pixels.
        fps: Frames per second, where known.
    """
    if codec == "h264":
        return _avc(extradata)
    if codec == "hevc":
        return _hevc(extradata)
    if codec == "av1":
        return _av1(extradata)
    if codec == "vp9":
        number = _VP9_PROFILES.get(profile or "", 0)
        return f"vp09.{number:02}.{_vp9_level(width, height, fps or 30.0)}.{bit_depth:02}"
    return _FIXED.get(codec)


def audio_codec_string(codec: str, extradata: bytes, profile: str | None) -> str | None:
    """Return the codec string of a sound track, or None where there is none."""
    if codec == "aac":
        return f"mp4a.40.{_aac_object_type(extradata, profile)}"
    return _FIXED.get(codec)


def _aac_object_type(extradata: bytes, profile: str | None) -> int:
    if profile in _AAC_OBJECT_TYPES:
        return _AAC_OBJECT_TYPES[profile]
    if len(extradata) < 2:
        return 2
    object_type = extradata[0] >> 3
    if object_type == 31:  # escape: six more bits (ISO/IEC 14496-3, 1.6.2.1)
        object_type = 32 + ((extradata[0] & 7) << 3 | extradata[1] >> 5)
    return object_type


def _avc(extradata: bytes) -> str | None:
    if len(extradata) >= 4 and extradata[0] == 1:  # avcC
        return f"avc1.{extradata[1:4].hex()}"
    for unit in _nal_units(extradata):
        if len(unit) >= 4 and unit[0] & 0x1F == 7:  # sequence parameter set
            return f"avc1.{unit[1:4].hex()}"
    return None


def _hevc(extradata: bytes) -> str | None:
    if len(extradata) >= 13 and extradata[0] == 1:  # hvcC
        return _hevc_from_tier_and_level(extradata[1:13])
    for unit in _nal_units(extradata):
        if len(unit) > 2 and unit[0] >> 1 & 0x3F == 33:  # sequence parameter set
            plain = unit.replace(b"\x00\x00\x03", b"\x00\x00")
            if len(plain) >= 15:
                return _hevc_from_tier_and_level(plain[3:15])
    return None


def _hevc_from_tier_and_level(field: bytes) -> str:
    """Format profile_tier_level's 12 general bytes (ISO/IEC 14496-15, annex E)."""
    space = ("", "A", "B", "C")[field[0] >> 6]
    tier = "H" if field[0] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(field[1:5], 'big'):032b}"[::-1], 2)
    constraints = field[5:11].rstrip(b"\x00")
    parts = [f"hvc1.{space}{field[0] & 0x1F}", f"{compatibility:X}", f"{tier}{field[11]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])


def _av1(extradata: bytes) -> str | None:
    if len(extradata) < 4 or extradata[0] != 0x81:  # av1C: marker and version
        return None
    profile, level = extradata[1] >> 5, extradata[1] & 0x1F
    tier = "H" if extradata[2] & 0x80 else "M"
    depth = (12 if extradata[2] & 0x20 else 10) if extradata[2] & 0x40 else 8
    return f"av01.{profile}.{level:02}{tier}.{depth:02}"


def _vp9_level(width: int, height: int, fps: float) -> int:
    for level, picture_size, sample_rate in _VP9_LEVELS:
        if width * height <= picture_size and width * height * fps <= sample_rate:
            return level
    return 60


def _nal_units(data: bytes) -> list[bytes]:
    """Return the NAL units that start codes separate (ITU-T H.264, annex B)."""
    return [unit.rstrip(b"\x00") for unit in _NAL_START.split(data)[1:]]
