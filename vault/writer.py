"""A plaintext file to write once: header and chunks, sealed as they come."""

import os
from typing import BinaryIO

from vault.content import ContentCipher, new_header
from vault.keyring import Keyring
from vault.layout import CHUNK_SIZE
from vault.storage import Upload

_BATCH_CHUNKS = 8


def seal_file(source: BinaryIO, upload: Upload, keyring: Keyring) -> None:
    """Seal all that `source` gives, and nothing where it gives nothing, into `upload`.

    Raises:
        VaultLockedError: The vault was locked meanwhile.
        StorageError: The disk refused.
    """
    content = keyring.content
    header = new_header(content)
    chunks = content.chunks(header, node_id="(new)")
    upload.write(content.seal_header(header))
    plaintext = memoryview(bytearray(_BATCH_CHUNKS * CHUNK_SIZE))
    sealed = memoryview(bytearray(_BATCH_CHUNKS * content.layout.stored_chunk_size))
    next_chunk = 0
    while filled := _fill(source, plaintext):
        keyring.keys()
        used = 0
        # Never an empty chunk at the end: the official apps take such a file for empty.
        for start in range(0, filled, CHUNK_SIZE):
            chunk = plaintext[start : min(start + CHUNK_SIZE, filled)]
            into = sealed[used : used + len(chunk) + content.layout.chunk_overhead]
            chunks.seal_into(next_chunk, os.urandom(content.nonce_size), chunk, into)
            used += len(into)
            next_chunk += 1
        upload.write(sealed[:used])


def seal_bytes(data: bytes, content: ContentCipher) -> bytes:
    """Return a whole small file (at most one chunk of plaintext) sealed: a folder id, the target of a link."""
    header = new_header(content)
    if not data:
        return content.seal_header(header)
    sealed = bytearray(len(data) + content.layout.chunk_overhead)
    chunks = content.chunks(header, node_id="(new)")
    chunks.seal_into(0, os.urandom(content.nonce_size), memoryview(data), memoryview(sealed))
    return content.seal_header(header) + bytes(sealed)


def _fill(source: BinaryIO, into: memoryview) -> int:
    """Read until `into` is full or the source ends, whatever sizes the source likes to give."""
    done = 0
    while done < len(into):
        piece = source.read(len(into) - done)
        if not piece:
            break
        into[done : done + len(piece)] = piece
        done += len(piece)
    return done
