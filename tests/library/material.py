"""Vaults, photos and videos made for the tests."""

import io
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from PIL import Image

from vault import Vault

PASSPHRASE = "correct horse"
CHEAP = 2**4  # scrypt's cost: these vaults hold nothing


def new_vault(directory: Path) -> Vault:
    return Vault.create(directory, PASSPHRASE, scrypt_cost=CHEAP)


def put(vault: Vault, path: str, contents: bytes, *, replace: bool = False) -> None:
    """Store a file at a path, its folders made as need be."""
    parent, _, name = path.rpartition("/")
    folder = vault.make_folders(parent) if parent else vault.find("/")
    vault.write_file(folder.own_id, name, io.BytesIO(contents), replace=replace)


def photo(size=(64, 48), color="teal", form="JPEG", exif=None, **options) -> bytes:
    target = io.BytesIO()
    image = Image.new("RGB", size, color)
    if exif is not None:
        options["exif"] = exif
    image.save(target, form, **options)
    return target.getvalue()


def exif_of(*, taken=None, offset=None, orientation=None, gps=None) -> Image.Exif:
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    details = exif.get_ifd(0x8769)
    if taken is not None:
        details[0x9003] = taken
    if offset is not None:
        details[0x9011] = offset
    if gps is not None:
        exif.get_ifd(0x8825).update(gps)
    return exif


@cache
def video(seconds=1, size="64x48", form="mp4", filters="null") -> bytes:
    """Return a tiny video; muxed into memory, matroska and MPEG-TS can be piped as they are."""
    flags = ["-movflags", "frag_keyframe+empty_moov"] if form == "mp4" else []
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s={size}:d={seconds}:r=10,{filters}",
    ]
    argv += [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "10",
        "-pix_fmt",
        "yuv420p",
        *flags,
        "-f",
        form,
        "pipe:1",
    ]
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout


def stored_file(vault: Vault, path: str) -> Path:
    """Return the ciphertext file of a node."""
    return vault.directory / vault.find(path).stored_path


def flip_byte(path: Path, offset: int) -> None:
    flip_bytes(path, [offset])


def flip_bytes(path: Path, offsets: Iterable[int]) -> None:
    contents = bytearray(path.read_bytes())
    for offset in offsets:
        contents[offset] ^= 1
    path.write_bytes(contents)


CHUNK_SIZE = 32 * 1024
CHUNK_OVERHEAD = 28
STORED_CHUNK_SIZE = CHUNK_SIZE + CHUNK_OVERHEAD
HEADER_SIZE = 68


def with_older_chunk(
    vault: Vault, path: str, whole: bytes, chunk_index: int, plaintext: bytes | None = None
) -> bytes:
    """Return a stored file, given whole, with a genuine chunk of other times in it: the same key, another nonce.

    Args:
        plaintext: What the chunk holds; zeros by default.
    """
    start = HEADER_SIZE + chunk_index * STORED_CHUNK_SIZE
    older = bytearray(whole[start : start + STORED_CHUNK_SIZE])
    contents = memoryview(plaintext or bytes(len(older) - CHUNK_OVERHEAD))
    with vault.verify(vault.find(path)) as verification:
        verification._chunks.seal_into(chunk_index, os.urandom(12), contents, memoryview(older))
    return whole[:start] + older + whole[start + len(older) :]


def put_older_chunk(vault: Vault, path: str, chunk_index: int, plaintext: bytes | None = None) -> bytes:
    """Put such a chunk into a file, as an app that wrote in place left it; its times stay. Return it as it was."""
    stored = stored_file(vault, path)
    times, whole = stored.stat(), stored.read_bytes()
    stored.write_bytes(with_older_chunk(vault, path, whole, chunk_index, plaintext))
    os.utime(stored, ns=(times.st_atime_ns, times.st_mtime_ns))
    return whole
