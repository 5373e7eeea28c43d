"""The file from which text is drawn: a Matroska file in two parts, fonts and script. Pure.

A film's fonts are many times larger than a script and the same for all of them, so they are kept once: a file is the
one after the other.

Source: RFC 8794 (EBML), RFC 9559 (Matroska), sections 5.1.6 and 27.
"""

from collections.abc import Sequence

_EBML, _DOC_TYPE = 0x1A45DFA3, 0x4282
_SEGMENT, _ATTACHMENTS = 0x18538067, 0x1941A469
_FILE, _FILE_NAME, _FILE_TYPE, _FILE_DATA, _FILE_ID = 0x61A7, 0x466E, 0x4660, 0x465C, 0x46AE
_SIZE_SIZE = 8
_LARGEST = (1 << 56) - 2
_UNKNOWN_SIZE = b"\x01" + b"\xff" * 7  # up to the end of the file


def fonts_part(fonts: Sequence[bytes]) -> bytes:
    """Return the beginning of a file, with these fonts in it."""
    beginning = _element(_EBML, _element(_DOC_TYPE, b"matroska")) + _id(_SEGMENT) + _UNKNOWN_SIZE
    if not fonts:
        return beginning
    return beginning + _element(_ATTACHMENTS, *(_font(number, one) for number, one in enumerate(fonts)))


def script_part(matroska: bytes) -> bytes:
    """Return what comes behind the beginning of a Matroska file with one track, written without going back in it.

    Raises:
        ValueError: It has no beginning that is known.
    """
    beginning = _id(_SEGMENT) + _UNKNOWN_SIZE
    at = matroska.find(beginning)
    if at < 0:
        raise ValueError("no Matroska segment of unknown size")
    return matroska[at + len(beginning) :]


def _font(number: int, font: bytes) -> bytes:
    return _element(
        _FILE,
        _element(_FILE_NAME, f"{number}.ttf".encode()),
        _element(_FILE_TYPE, b"font/ttf"),
        _element(_FILE_ID, (number + 1).to_bytes(4, "big")),
        _element(_FILE_DATA, font),
    )


def _element(element_id: int, *contents: bytes) -> bytes:
    size = sum(map(len, contents))
    if size > _LARGEST:
        raise ValueError("too large for an element")
    return b"".join((_id(element_id), (1 << 56 | size).to_bytes(_SIZE_SIZE, "big"), *contents))


def _id(element_id: int) -> bytes:
    return element_id.to_bytes((element_id.bit_length() + 7) // 8, "big")
