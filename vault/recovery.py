"""The recovery key: the masterkey as text that people write down on paper and type in again.

Eight lines of four groups of four symbols, in Crockford's base32: none of I, L, O and U is among them, and a
typed I or L counts as 1, an O as 0. A line is fourteen symbols of payload and two that check it, so that a
mistake is found and told by its line. The payload of all lines is a version, the 64 bytes of the masterkey, and
a checksum over both.

Why these checks: a line's check is its payload, as a number, and its place, modulo 1021, the greatest prime
below 32 * 32. A prime lets no changed symbol pass. And 32 has the order 68 modulo 1021, more than a line is long,
so that no two symbols pass that changed places, neighbours or not. Lines that changed places fail by their place.
Several mistakes in one line pass once in 1021 times, and lines of two keys always: those the checksum of the
whole catches, and at last the signature of the vault's config.

The Cryptomator apps have another recovery key, of words. It is the same masterkey; only the text differs.

Source: Crockford, Base 32 (the alphabet; its check symbol is not used).
"""

import hashlib
import hmac

from vault.errors import RecoveryKeyError
from vault.masterkey import MASTERKEY_SIZE

RECOVERY_KEY_LINE_COUNT = 8

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS = 5
_VALUES = {
    **{symbol: value for value, symbol in enumerate(_ALPHABET)},
    **{symbol.lower(): value for value, symbol in enumerate(_ALPHABET)},
    **dict.fromkeys("Oo", 0),
    **dict.fromkeys("IiLl", 1),
}
_SEPARATORS = str.maketrans("", "", " -\t")
_GROUP_SIZE = 4
_PAYLOAD_SYMBOLS = 14
_CHECK_SYMBOLS = 2
_PRIME = 1021

# Its first five bits are K, for key: every recovery key of version 1 begins so.
_VERSION = bytes([_ALPHABET.index("K") << 3 | 1])
_DIGEST_SIZE = 5
_PAYLOAD_SIZE = len(_VERSION) + MASTERKEY_SIZE + _DIGEST_SIZE
_DIGEST_INFO = b"lanterne recovery key"


def format_recovery_key(masterkey: bytes) -> str:
    """Return a raw masterkey, 64 bytes, as eight lines of text."""
    if len(masterkey) != MASTERKEY_SIZE:
        raise ValueError(f"a masterkey has {MASTERKEY_SIZE} bytes, not {len(masterkey)}")
    symbols = _symbols(
        int.from_bytes(_VERSION + masterkey + _digest(_VERSION + masterkey)),
        RECOVERY_KEY_LINE_COUNT * _PAYLOAD_SYMBOLS,
    )
    return "".join(
        _format_line(number, symbols[(number - 1) * _PAYLOAD_SYMBOLS : number * _PAYLOAD_SYMBOLS])
        for number in range(1, RECOVERY_KEY_LINE_COUNT + 1)
    )


def parse_recovery_key(text: str) -> bytes:
    """Return the raw masterkey, 64 bytes, that a recovery key stands for.

    Blank lines, and spaces and hyphens within lines, do not matter; nor does the case.

    Raises:
        RecoveryKeyError: Not a recovery key; `line` tells where the first mistake is.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != RECOVERY_KEY_LINE_COUNT:
        raise RecoveryKeyError(
            f"a recovery key has {RECOVERY_KEY_LINE_COUNT} lines, this text has {len(lines)}"
        )
    number = 0
    for line_number, line in enumerate(lines, start=1):
        number = number << _PAYLOAD_SYMBOLS * _BITS | parse_recovery_line(line_number, line)
    payload = number.to_bytes(_PAYLOAD_SIZE)
    signed, digest = payload[:-_DIGEST_SIZE], payload[-_DIGEST_SIZE:]
    if not hmac.compare_digest(digest, _digest(signed)):
        raise RecoveryKeyError("the lines do not belong together, or one has more than one mistake")
    if not signed.startswith(_VERSION):
        raise RecoveryKeyError("this recovery key is of a kind that this version does not know")
    return signed[len(_VERSION) :]


def parse_recovery_line(line_number: int, line: str) -> int:
    """Return the payload of one line, checked for itself.

    Args:
        line_number: Its place, 1 to 8.
        line: What was typed.

    Raises:
        RecoveryKeyError: It has a mistake, or is not that line.
    """
    mistake = RecoveryKeyError(f"line {line_number} has a mistake", line_number)
    symbols = line.translate(_SEPARATORS)
    if len(symbols) != _PAYLOAD_SYMBOLS + _CHECK_SYMBOLS:
        raise mistake
    number = 0
    for symbol in symbols:
        if symbol not in _VALUES:
            raise mistake
        number = number << _BITS | _VALUES[symbol]
    payload, check = divmod(number, 1 << _CHECK_SYMBOLS * _BITS)
    if check != _check(line_number, payload):
        raise mistake
    return payload


def _check(line_number: int, payload: int) -> int:
    return (payload + line_number) % _PRIME


def _format_line(line_number: int, payload_symbols: str) -> str:
    payload = 0
    for symbol in payload_symbols:
        payload = payload << _BITS | _VALUES[symbol]
    symbols = payload_symbols + _symbols(_check(line_number, payload), _CHECK_SYMBOLS)
    groups = [symbols[start : start + _GROUP_SIZE] for start in range(0, len(symbols), _GROUP_SIZE)]
    return " ".join(groups) + "\n"


def _symbols(number: int, count: int) -> str:
    """Return a number as `count` symbols, the most significant first."""
    return "".join(_ALPHABET[number >> position * _BITS & 31] for position in reversed(range(count)))


def _digest(signed: bytes) -> bytes:
    return hashlib.sha256(_DIGEST_INFO + signed).digest()[:_DIGEST_SIZE]
