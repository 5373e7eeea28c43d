"""Ids of items: opaque, URL-safe, the same after every scan and after the index is rebuilt.

A folder's id comes from its own id in the vault, which no renaming changes. A file has none, so its id
comes from the folder it lay in and the name it had when it was first seen. Keyed, so that nobody can try
names against an id.
"""

import base64
import hashlib
import hmac

from vault import ROOT_ID

_ID_SIZE = 15  # bytes: 24 characters of base32, no two alike by chance


class ItemIds:
    """Makes item ids.

    Args:
        id_key: 32 bytes, for this purpose only.
    """

    def __init__(self, id_key: bytes) -> None:
        self._id_key = id_key
        self.root = self.of_folder(ROOT_ID)

    def of_folder(self, own_id: str) -> str:
        """Return the id of the folder with this id in the vault."""
        return self._digest("folder", own_id)

    def of_lost_folder(self, stored_path: str) -> str:
        """Return the id of a folder whose own id cannot be read."""
        return self._digest("lost folder", stored_path)

    def of_file(self, folder_id: str, name: str, attempt: int) -> str:
        """Return the id of a file first seen under this name; `attempt` counts up while ids are taken."""
        return self._digest("file", folder_id, name, str(attempt))

    def _digest(self, *parts: str) -> str:
        # NUL cannot be in a name or an id.
        digest = hmac.digest(self._id_key, "\0".join(parts).encode(), hashlib.sha256)
        return base64.b32encode(digest[:_ID_SIZE]).decode().lower()
