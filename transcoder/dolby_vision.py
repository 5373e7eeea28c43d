"""Which Dolby Vision profile a file is of, by the configuration record in its header.

Profiles 7 and 8 have an HDR10 or HLG picture that any HDR screen shows; profile 5 has not: without a Dolby Vision
screen its colours come out green and purple.

Source: "Dolby Vision Streams Within the ISO Base Media File Format" 2.1.2, 3.2; Matroska's codec mapping, for
`BlockAdditionMapping`.
"""

from transcoder.boxes import find_top_level
from transcoder.errors import BoxError
from transcoder.http_range import RangeReader, Ranges

_RECORDS = (b"dvcC", b"dvvC", b"dvwC")
_MATROSKA_RECORD = b"\x41\xed"  # BlockAddIDExtraData, near the type that names it
_NEAR = 128
_HEADER_SIZE = 1 << 20
_MAX_MOOV_SIZE = 64 << 20


def read_profile(url: str, format_name: str) -> int | None:
    """Return the profile of the file behind a loopback URL, None if it is no Dolby Vision.

    Raises:
        OSError: It cannot be read.
    """
    with RangeReader(url) as reader:
        if format_name == "mov":
            return profile_in_moov(_moov(reader))
        return profile_in_matroska(reader.read(0, _HEADER_SIZE)) if format_name == "matroska" else None


def profile_in_moov(moov: bytes) -> int | None:
    """Return the profile in the boxes of an mp4 file."""
    for kind in _RECORDS:
        at = moov.find(kind)
        if at >= 0 and (profile := _profile(moov[at + 4 : at + 9])) is not None:
            return profile
    return None


def profile_in_matroska(header: bytes) -> int | None:
    """Return the profile in the tracks of a Matroska file."""
    for kind in _RECORDS:
        at = header.find(b"\x41\xe7\x84" + kind)  # BlockAddIDType, four bytes
        if at < 0:
            continue
        near = header[max(0, at - _NEAR) : at + _NEAR]
        record = near.find(_MATROSKA_RECORD)
        if record >= 0 and (profile := _profile(near[record + 3 : record + 8])) is not None:
            return profile
    return None


def _profile(record: bytes) -> int | None:
    """Return the profile in a configuration record: major version, minor version, 7 bits of profile."""
    if len(record) < 5 or record[0] not in (1, 2):
        return None
    return record[2] >> 1


def _moov(reader: Ranges) -> bytes:
    """Return the box that describes the film, empty if it is not found."""
    try:
        moov = find_top_level(reader, b"moov")
    except BoxError:
        return b""
    return moov.read(reader, _MAX_MOOV_SIZE) if moov else b""
