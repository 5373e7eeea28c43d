"""What people call codecs and containers, for the reasons that are shown to them."""

_CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg4": "MPEG-4 (DivX)",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "mjpeg": "Motion JPEG",
    "vc1": "VC-1",
    "wmv2": "Windows Media",
    "wmv3": "Windows Media",
    "prores": "ProRes",
    "aac": "AAC",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "dts": "DTS",
    "truehd": "TrueHD",
    "mp2": "MP2",
    "mp3": "MP3",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "flac": "FLAC",
    "alac": "Apple Lossless",
}
_CONTAINER_NAMES = {
    "matroska": "Matroska",
    "mov": "MP4",
    "mpegts": "MPEG transport stream",
    "mpeg": "MPEG program stream",
    "avi": "AVI",
    "asf": "Windows Media",
    "flv": "Flash video",
    "ogg": "Ogg",
}


def codec_name(codec: str) -> str:
    """Return what people call a codec."""
    return _CODEC_NAMES.get(codec, codec.upper().replace("_", " "))


def container_name(format_name: str) -> str:
    """Return what people call a container, by the name of its demuxer."""
    return _CONTAINER_NAMES.get(format_name, format_name)
