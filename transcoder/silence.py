"""Silence as AAC: the packets that stand where a film has pictures and no sound.

A player that is fed both stands still where one of them is missing.

Source: ISO/IEC 14496-3 (AAC-LC's raw data block, ADTS), ISO/IEC 13818-1 (the packet of a transport stream).
"""

from transcoder.media_info import AudioStream
from transcoder.mpegts import PACKET_SIZE, stamp
from transcoder.profiles import Packaging

_LC = 2  # audio object type
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_ONE, _PAIR, _BASS, _END = 0, 1, 3, 7  # elements
# Elements of each channel configuration, by how many channels it has.
_ELEMENTS = {
    1: (_ONE,),
    2: (_PAIR,),
    3: (_ONE, _PAIR),
    4: (_ONE, _PAIR, _ONE),
    5: (_ONE, _PAIR, _PAIR),
    6: (_ONE, _PAIR, _PAIR, _BASS),
}
_WINDOW = "0" + "00" + "0" + "000000" + "0"  # long, of the sine's shape, without a band that holds anything
_NOTHING = "000"  # no pulses, no noise shaping, no gain control; and no band has a spectrum
_GAIN = "00000000"
_CONTENTS = {
    _ONE: _GAIN + _WINDOW + _NOTHING,
    _BASS: _GAIN + _WINDOW + _NOTHING,
    _PAIR: "1" + _WINDOW + "00" + (_GAIN + _NOTHING) * 2,
}


def silence_in(packaging: Packaging, channels: int, sample_rate: int) -> bytes | None:
    """Return a packet of silence in AAC-LC as segments of this kind have it; None if it cannot be written."""
    packet = aac_silence(channels)
    if packet is None or sample_rate not in _RATES:
        return None
    return adts(packet, channels, sample_rate) if packaging == "ts" else packet


def silence_beside(packaging: Packaging, sound: AudioStream) -> bytes | None:
    """Return a packet of silence for a track that is passed on; None if it cannot be written."""
    # What comes late was not decoded by the probe: the profile is not known, the container's word is.
    plain = sound.codec_string == "mp4a.40.2" and sound.profile in ("LC", None)
    return silence_in(packaging, sound.channels, sound.sample_rate) if plain else None


def aac_silence(channels: int) -> bytes | None:
    """Return a packet of silence in AAC-LC, or None if it has more channels than are known here."""
    if channels not in _ELEMENTS:
        return None
    seen = dict.fromkeys(_CONTENTS, 0)
    bits = ""
    for element in _ELEMENTS[channels]:
        bits += f"{element:03b}{seen[element]:04b}{_CONTENTS[element]}"
        seen[element] += 1
    bits += f"{_END:03b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def adts(packet: bytes, channels: int, sample_rate: int) -> bytes:
    """Return an AAC-LC packet with the header that it has in a transport stream.

    Raises:
        ValueError: AAC has no such sample rate.
    """
    size = len(packet) + 7
    header = 0xFFF1 << 40  # no checksum
    header |= (_LC - 1) << 38 | _RATES.index(sample_rate) << 34 | channels << 30
    header |= size << 13 | 0x7FF << 2
    return header.to_bytes(7, "big") + packet


def transport_packet(pid: int, framed: bytes, time_s: float) -> bytes:
    """Return the one packet of a transport stream that holds a sound packet to be heard at `time_s`.

    Its number is 0. `framed` must be short enough for it: silence is.
    """
    payload = (
        b"\x00\x00\x01\xc0" + (len(framed) + 8).to_bytes(2, "big") + b"\x80\x80\x05" + stamp(time_s) + framed
    )
    filling = PACKET_SIZE - 6 - len(payload)
    if filling < 0:
        raise ValueError("too long for one packet")
    head = bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x30, filling + 1, 0x40])
    return head + b"\xff" * filling + payload
