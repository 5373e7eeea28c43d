"""Tickets: media addresses that a player may open without headers or cookies.

A TV's own player and a DLNA renderer send neither. A ticket is signed for one item and one device, lasts a
day, and dies with the device's pairing and with the lock: its key comes from the masterkey.
"""

import hashlib

from itsdangerous import BadSignature, TimestampSigner

MAX_AGE_S = 24 * 3600
KEY_INFO = "lanterne url signing"


class Tickets:
    """Signs and reads the tickets of one unlocked vault."""

    def __init__(self, signing_key: bytes) -> None:
        self._signing_key = signing_key

    def issue(self, item_id: str, device_id: str) -> str:
        """Return a ticket for this item and device."""
        return self._signer(item_id).sign(device_id).decode("ascii")

    def device_id(self, item_id: str, ticket: str) -> str | None:
        """Return whose ticket this is; None when it is forged, too old or for another item."""
        try:
            return self._signer(item_id).unsign(ticket, max_age=MAX_AGE_S).decode("ascii")
        except (BadSignature, ValueError):
            return None

    def _signer(self, item_id: str) -> TimestampSigner:
        return TimestampSigner(self._signing_key, salt=f"ticket {item_id}", digest_method=hashlib.sha256)
