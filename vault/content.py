"""Headers and chunks sealed and opened, one class per cipher combo; the only module that calls the AEAD.

* SIV_GCM, what new vaults have: header nonce(12) | sealed(40) | tag(16), chunk nonce(12) | payload | tag(16),
  AES-256-GCM throughout; a chunk is bound to its index and to its file's header nonce.
* SIV_CTRMAC, older vaults: header nonce(16) | sealed(40) | mac(32), chunk nonce(16) | payload | mac(32),
  AES-256-CTR with HMAC-SHA256 over it.

Source: Cryptomator vault format 8, file header and file content.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from vault.errors import AuthenticationError
from vault.layout import Layout
from vault.masterkey import Masterkey

# Written as ones; readers ignore them, and other programs have written other values.
_RESERVED = b"\xff" * 8
_CONTENT_KEY_SIZE = 32
_SEALED_SIZE = len(_RESERVED) + _CONTENT_KEY_SIZE
_TAG_SIZE = 16
_MAC_SIZE = 32


@dataclass(frozen=True, slots=True)
class Header:
    """What the head of a vault file says: the key of its contents, and the nonce that its chunks are bound to."""

    nonce: bytes
    content_key: bytes = field(repr=False)


class ChunkCipher(Protocol):
    """Seals and opens the chunks of one file."""

    def seal_into(self, chunk_index: int, nonce: bytes, plaintext: memoryview, into: memoryview) -> None:
        """Seal a chunk into `into`, which has the size of the plaintext and the overhead."""

    def open_into(self, chunk_index: int, stored: memoryview, into: memoryview) -> None:
        """Open a stored chunk into `into`, which has exactly the size of its plaintext.

        Raises:
            AuthenticationError: The chunk is not the one that was written; `into` is zeroed.
        """


class ContentCipher(Protocol):
    """Seals and opens the headers of a vault, and makes the cipher of each file's chunks."""

    layout: ClassVar[Layout]
    nonce_size: ClassVar[int]

    def seal_header(self, header: Header) -> bytes:
        """Return the header as it is stored."""

    def open_header(self, header_bytes: bytes, node_id: str) -> Header:
        """Return what a stored header says.

        Raises:
            AuthenticationError: It is not a header of this vault.
        """

    def chunks(self, header: Header, node_id: str) -> ChunkCipher:
        """Return the cipher of the chunks of the file with this header."""


def new_header(content: ContentCipher) -> Header:
    """Return a header with a fresh content key and a fresh nonce."""
    return Header(nonce=os.urandom(content.nonce_size), content_key=os.urandom(_CONTENT_KEY_SIZE))


class GcmChunks:
    """The chunks of one SIV_GCM file."""

    def __init__(self, header: Header, node_id: str) -> None:
        self._aead = AESGCM(header.content_key)
        self._associated = struct.Struct(f">Q{len(header.nonce)}s")
        self._header_nonce = header.nonce
        self._node_id = node_id

    def seal_into(self, chunk_index: int, nonce: bytes, plaintext: memoryview, into: memoryview) -> None:
        """Seal a chunk; see `ChunkCipher`."""
        associated = self._associated.pack(chunk_index, self._header_nonce)
        into[: len(nonce)] = nonce
        self._aead.encrypt_into(nonce, plaintext, associated, into[len(nonce) :])

    def open_into(self, chunk_index: int, stored: memoryview, into: memoryview) -> None:
        """Open a chunk; see `ChunkCipher`."""
        associated = self._associated.pack(chunk_index, self._header_nonce)
        try:
            self._aead.decrypt_into(stored[:12], stored[12:], associated, into)
        except InvalidTag:
            # decrypt_into has written before it checks: what it wrote must not survive.
            into[:] = bytes(len(into))
            raise AuthenticationError(self._node_id, chunk_index) from None


class GcmContent:
    """SIV_GCM."""

    layout: ClassVar[Layout] = Layout(header_size=68, chunk_overhead=28)
    nonce_size: ClassVar[int] = 12

    def __init__(self, masterkey: Masterkey) -> None:
        self._aead = AESGCM(masterkey.enc)

    def seal_header(self, header: Header) -> bytes:
        """Return the header as it is stored."""
        return header.nonce + self._aead.encrypt(header.nonce, _RESERVED + header.content_key, None)

    def open_header(self, header_bytes: bytes, node_id: str) -> Header:
        """Return what a stored header says; see `ContentCipher`."""
        nonce, sealed = header_bytes[: self.nonce_size], header_bytes[self.nonce_size :]
        if len(sealed) != _SEALED_SIZE + _TAG_SIZE:
            raise AuthenticationError(node_id, None)
        try:
            payload = self._aead.decrypt(nonce, sealed, None)
        except InvalidTag:
            raise AuthenticationError(node_id, None) from None
        return Header(nonce=nonce, content_key=payload[len(_RESERVED) :])

    def chunks(self, header: Header, node_id: str) -> GcmChunks:
        """Return the cipher of the file's chunks."""
        return GcmChunks(header, node_id)


def _mac(mac_key: bytes, *parts: bytes | memoryview) -> bytes:
    mac = hmac.new(mac_key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(part)
    return mac.digest()


class CtrMacChunks:
    """The chunks of one SIV_CTRMAC file."""

    def __init__(self, header: Header, mac_key: bytes, node_id: str) -> None:
        self._algorithm = AES256(header.content_key)
        self._header_nonce = header.nonce
        self._mac_key = mac_key
        self._node_id = node_id

    def _chunk_mac(self, chunk_index: int, sealed: memoryview) -> bytes:
        return _mac(self._mac_key, self._header_nonce, struct.pack(">Q", chunk_index), sealed)

    def seal_into(self, chunk_index: int, nonce: bytes, plaintext: memoryview, into: memoryview) -> None:
        """Seal a chunk; see `ChunkCipher`."""
        into[: len(nonce)] = nonce
        encryptor = Cipher(self._algorithm, CTR(nonce)).encryptor()
        encryptor.update_into(plaintext, into[len(nonce) : -_MAC_SIZE])
        into[-_MAC_SIZE:] = self._chunk_mac(chunk_index, into[:-_MAC_SIZE])

    def open_into(self, chunk_index: int, stored: memoryview, into: memoryview) -> None:
        """Open a chunk; see `ChunkCipher`."""
        sealed, mac = stored[:-_MAC_SIZE], bytes(stored[-_MAC_SIZE:])
        if not hmac.compare_digest(mac, self._chunk_mac(chunk_index, sealed)):
            into[:] = bytes(len(into))
            raise AuthenticationError(self._node_id, chunk_index)
        decryptor = Cipher(self._algorithm, CTR(bytes(sealed[:16]))).decryptor()
        decryptor.update_into(sealed[16:], into)


class CtrMacContent:
    """SIV_CTRMAC."""

    layout: ClassVar[Layout] = Layout(header_size=88, chunk_overhead=48)
    nonce_size: ClassVar[int] = 16

    def __init__(self, masterkey: Masterkey) -> None:
        self._algorithm = AES256(masterkey.enc)
        self._mac_key = masterkey.mac

    def seal_header(self, header: Header) -> bytes:
        """Return the header as it is stored."""
        encryptor = Cipher(self._algorithm, CTR(header.nonce)).encryptor()
        sealed = header.nonce + encryptor.update(_RESERVED + header.content_key)
        return sealed + _mac(self._mac_key, sealed)

    def open_header(self, header_bytes: bytes, node_id: str) -> Header:
        """Return what a stored header says; see `ContentCipher`."""
        sealed, mac = header_bytes[:-_MAC_SIZE], header_bytes[-_MAC_SIZE:]
        if len(sealed) != self.nonce_size + _SEALED_SIZE or not hmac.compare_digest(
            mac, _mac(self._mac_key, sealed)
        ):
            raise AuthenticationError(node_id, None)
        nonce = sealed[: self.nonce_size]
        payload = Cipher(self._algorithm, CTR(nonce)).decryptor().update(sealed[self.nonce_size :])
        return Header(nonce=nonce, content_key=payload[len(_RESERVED) :])

    def chunks(self, header: Header, node_id: str) -> CtrMacChunks:
        """Return the cipher of the file's chunks."""
        return CtrMacChunks(header, self._mac_key, node_id)
