"""NAL units of H.264, and what a sequence parameter set says: may pictures be of two fields, of what shape are they.

Pure: bytes in, numbers out. They may be hostile, or cut off.

Source:
    ITU-T H.264, 7.3.2.1.1 (sequence parameter set), 9.1 (ue(v), se(v)), E.1.1 and table E-1 (sample aspect ratio);
    ISO/IEC 14496-15, 5.3.3.1 (avcC).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

_SPS = 7
_TYPE_MASK = 0x1F
_COUNT_MASK = 0x1F
_AVCC = b"\1"
_START_CODE = b"\0\0\1"
_MOST_BYTES = 1024  # of a set; more is damage
_MOST_ZEROS = 32
# Profiles whose sets say how colours are coded.
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_CHROMA_420 = 1
_EXTENDED_SAR = 255
_SARS = (
    (1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11),
    (80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What one set says."""

    width: int  # of what is seen
    height: int
    sar: float  # width of a stored pixel divided by its height
    may_have_fields: bool  # pictures may be of two fields, each by itself or macroblock by macroblock


def sequence_parameters(units: Iterable[bytes]) -> Iterator[SequenceParameters]:
    """Yield what the sets among some NAL units say; what is damaged or cut off says nothing."""
    for unit in units:
        if unit[:1] and unit[0] & _TYPE_MASK == _SPS:
            with suppress(IndexError):
                yield _parsed(_Bits(unit[1:_MOST_BYTES].replace(b"\0\0\3", b"\0\0")))


def configured_units(extradata: bytes) -> Iterator[bytes]:
    """Yield the sequence parameter sets of what configures a decoder: an avcC box, or units after start codes."""
    if extradata[:1] != _AVCC:
        yield from nal_units(extradata, b"")
        return
    at = 6
    for _ in range(extradata[5] & _COUNT_MASK if len(extradata) > at else 0):
        size = int.from_bytes(extradata[at : at + 2], "big")
        yield extradata[at + 2 : at + 2 + size]
        at += 2 + size


def nal_units(packet: bytes, extradata: bytes) -> Iterator[bytes]:
    """Yield a packet's NAL units, which have lengths before them where there is an avcC box."""
    if extradata[:1] != _AVCC:
        at = packet.find(_START_CODE)
        while 0 <= at < len(packet) - len(_START_CODE):
            at += len(_START_CODE)
            following = packet.find(_START_CODE, at)
            yield packet[at : following if following >= 0 else len(packet)]
            at = following
        return
    size_of_length, at = (extradata[4] & 3) + 1, 0
    while at + size_of_length < len(packet):
        size = int.from_bytes(packet[at : at + size_of_length], "big")
        at += size_of_length
        yield packet[at : at + size]
        at += size


class _Bits:
    """Reads bits, the first of a byte first.

    Raises:
        IndexError: There are no more, or a number is longer than any.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        """Return the next bits as a number."""
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def number(self) -> int:
        """Return the next Exp-Golomb number: ue(v)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise IndexError("a number of too many bits")
        return (1 << zeros) - 1 + self.take(zeros)

    def skip_numbers(self, count: int) -> None:
        """Pass over Exp-Golomb numbers; those with a sign are as long."""
        for _ in range(count):
            self.number()

    def signed(self) -> int:
        """Return the next Exp-Golomb number with a sign: se(v)."""
        number = self.number()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def _parsed(bits: _Bits) -> SequenceParameters:
    profile = bits.take(8)
    bits.take(16)  # constraints, level
    bits.skip_numbers(1)
    chroma = _skip_colours(bits) if profile in _HIGH_PROFILES else _CHROMA_420
    bits.skip_numbers(1)
    _skip_order(bits)
    bits.skip_numbers(1)
    bits.take(1)
    width = 16 * (bits.number() + 1)
    units = bits.number() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    height = 16 * units * (2 - frames_only)
    if bits.take(1):  # what is cropped: left, right, top, bottom
        width -= (bits.number() + bits.number()) * (2 if chroma in (1, 2) else 1)
        height -= (bits.number() + bits.number()) * (2 if chroma == _CHROMA_420 else 1) * (2 - frames_only)
    sar = _sar(bits) if bits.take(1) else 1.0
    return SequenceParameters(width, height, sar, may_have_fields=not frames_only)


def _skip_colours(bits: _Bits) -> int:
    """Pass over bit depths and scaling matrices; return the chroma format before them."""
    chroma = bits.number()
    if chroma == 3:
        bits.take(1)
    bits.skip_numbers(2)
    bits.take(1)
    has_matrices = bits.take(1)
    for matrix in range((12 if chroma == 3 else 8) if has_matrices else 0):
        if bits.take(1):
            _skip_scaling(bits, 16 if matrix < 6 else 64)
    return chroma


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: _Bits) -> None:
    """Pass over how the order of pictures is told."""
    kind = bits.number()
    if kind == 0:
        bits.skip_numbers(1)
    elif kind == 1:
        bits.take(1)
        bits.skip_numbers(2)
        bits.skip_numbers(min(bits.number(), 255))


def _sar(bits: _Bits) -> float:
    if not bits.take(1):
        return 1.0
    kind = bits.take(8)
    if kind == _EXTENDED_SAR:
        width, height = bits.take(16), bits.take(16)
    else:
        width, height = _SARS[kind] if kind < len(_SARS) else (1, 1)
    return width / height if width and height else 1.0
