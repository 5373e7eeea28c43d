"""Cursors: where a page ended, for the next one to begin, sealed.

A cursor travels in addresses, which end in logs and histories; what it says of names may not be
readable there. So it is encrypted, and for the same price nobody can make one up.
"""

import base64
import binascii
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from library.errors import BadCursorError

_NONCE_SIZE = 12

Position = tuple[str | int | float, str]  # value of the sort expression, item id


class CursorSealer:
    """Seals and opens positions.

    Args:
        cursor_key: 32 bytes, for this purpose only.
    """

    def __init__(self, cursor_key: bytes) -> None:
        self._cipher = AESGCM(cursor_key)

    def seal(self, sort: str, position: Position) -> str:
        """Return the URL-safe cursor for the items after `position` in the order `sort`."""
        nonce = os.urandom(_NONCE_SIZE)
        ciphertext = self._cipher.encrypt(nonce, json.dumps(position).encode(), sort.encode())
        return base64.urlsafe_b64encode(nonce + ciphertext).rstrip(b"=").decode()

    def open(self, sort: str, cursor: str) -> Position:
        """Return the position in `cursor`.

        Raises:
            BadCursorError: Not sealed by this key, or for another order.
        """
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
            plaintext = self._cipher.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], sort.encode())
        except (InvalidTag, ValueError, binascii.Error, UnicodeEncodeError):
            raise BadCursorError("not a cursor of this library and sort order") from None
        value, item_id = json.loads(plaintext)
        return value, item_id
