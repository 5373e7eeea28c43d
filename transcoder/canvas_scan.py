"""How large the screen is that subtitles of pictures were made for. For the media helper only.

libavformat learns it from the first subtitle, which may come minutes after what it looks at; but where they are laid
over the picture has to be known before.

Source: US patent application 2009/0185789 (PGS); ETSI EN 300 743, 7.2.1 (DVB).
"""

import re
import struct

import av

from transcoder.media_opening import PyavStream, open_media

Size = tuple[int, int]

_MAX_READ_SIZE = 64 * 1024 * 1024  # bytes of packets
_PGS, _DVB, _VOBSUB = "hdmv_pgs_subtitle", "dvb_subtitle", "dvd_subtitle"
_PGS_COMPOSITION = 0x16
_DVB_SYNC, _DVB_DISPLAY, _DVB_END = 0x0F, 0x14, 0x80
_DVB_DEFAULT = (720, 576)
_VOBSUB_SIZE = re.compile(rb"^size:\s*(\d{2,5})x(\d{2,5})", re.MULTILINE)


def find_canvases(url: str) -> dict[int, Size]:
    """Return width and height of the screen of each subtitle track of pictures, by stream index, where found."""
    with open_media(url) as container:
        streams = {one.index: one for one in container.streams.subtitles if one.codec_context is not None}
        found = {index: size for index, one in streams.items() if (size := _in_header(one)) is not None}
        waiting = {index: one for index, one in streams.items() if _name(one) in (_PGS, _DVB)}
        for index, stream in waiting.items():
            if index not in found and (size := _first_size(container, stream)) is not None:
                found[index] = size
    return found


def _name(stream: PyavStream) -> str:
    return str(stream.codec_context.codec.canonical_name)


def _in_header(stream: PyavStream) -> Size | None:
    match = (
        _VOBSUB_SIZE.search(bytes(stream.codec_context.extradata or b""))
        if _name(stream) == _VOBSUB
        else None
    )
    return (int(match[1]), int(match[2])) if match else None


def _first_size(container: "av.container.InputContainer", stream: PyavStream) -> Size | None:
    """Return what the first subtitles say that can be found without reading all of the film."""
    parse = pgs_size if _name(stream) == _PGS else dvb_size
    read_size = 0
    try:
        container.seek(0)  # the index of a Matroska file is read when it is first needed
        first = next(iter(stream.index_entries), None)
        if first is not None:
            container.seek(first.timestamp, stream=stream)
        for packet in container.demux():
            read_size += packet.size
            if packet.stream_index == stream.index and (size := parse(bytes(packet))) is not None:
                return size
            if read_size > _MAX_READ_SIZE:
                break
    except av.error.FFmpegError:
        return None
    return None


def pgs_size(packet: bytes) -> Size | None:
    """Return the size in the composition of a PGS display set."""
    at = 0
    while at + 3 <= len(packet):
        kind, length = struct.unpack_from(">BH", packet, at)
        if kind == _PGS_COMPOSITION and at + 7 <= len(packet):
            width, height = struct.unpack_from(">HH", packet, at + 3)
            return _plausible(width, height)
        at += 3 + length
    return None


def dvb_size(packet: bytes) -> Size | None:
    """Return the size in the display definition of a DVB subtitle; without one it is that of old sets."""
    at = 0
    while at + 6 <= len(packet) and packet[at] == _DVB_SYNC:
        kind, _, length = struct.unpack_from(">BHH", packet, at + 1)
        if kind == _DVB_DISPLAY and at + 11 <= len(packet):
            width, height = struct.unpack_from(">HH", packet, at + 7)
            return _plausible(width + 1, height + 1)
        if kind == _DVB_END:
            break
        at += 6 + length
    return _DVB_DEFAULT if at else None


def _plausible(width: int, height: int) -> Size | None:
    return (width, height) if 16 <= width <= 8192 and 16 <= height <= 8192 else None
