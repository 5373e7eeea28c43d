"""Every chunk looked at, however many of them are damaged."""

import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared_media import VECTORS, needs_vectors
from tests.vault.vaults import pattern, stored, write
from vault import AuthenticationError, NodeKind, TruncatedError, Vault, VaultLockedError
from vault.content import GcmContent
from vault.layout import CHUNK_SIZE

LAYOUT = GcmContent.layout


def looked_through(vault, node):
    """The good plaintext by place, and the damaged ranges, each stretch beginning where the last ended."""
    good, damaged, at = {}, [], 0
    with vault.verify(node) as verification:
        for stretch in verification.stretches():
            assert stretch.start == at
            at = stretch.stop
            if stretch.plaintext is None:
                damaged.append((stretch.start, stretch.stop))
            else:
                assert len(stretch.plaintext) == stretch.stop - stretch.start
                good[stretch.start] = bytes(stretch.plaintext)
        assert at == verification.size
    return good, damaged


def test_a_whole_file_is_one_pass_of_its_bytes(vault):
    contents = pattern(20 * CHUNK_SIZE + 5)
    node = write(vault, "film", contents)
    good, damaged = looked_through(vault, node)
    assert b"".join(good.values()) == contents
    assert damaged == []


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1])
def test_small_files(vault, size):
    contents = pattern(size)
    node = write(vault, "film", contents)
    good, damaged = looked_through(vault, node)
    assert (b"".join(good.values()), damaged) == (contents, [])
    with vault.open(node) as reader, vault.verify(node) as verification:
        for name in ("size", "stored_size", "mtime_ns", "header_nonce"):
            assert getattr(verification, name) == getattr(reader, name)


CHUNK_COUNT = 19


@settings(max_examples=40, deadline=None)
@given(bad=st.sets(st.integers(0, CHUNK_COUNT - 1)), tail=st.integers(1, CHUNK_SIZE))
def test_every_damaged_chunk_is_found_and_every_other_is_read(tmp_path_factory, bad, tail):
    contents = pattern((CHUNK_COUNT - 1) * CHUNK_SIZE + tail)
    directory = tmp_path_factory.mktemp("vaults") / "vault"
    with Vault.create(directory, "x", scrypt_cost=2) as vault:
        node = write(vault, "film", contents)
        path = stored(vault, node)
        ciphertext = bytearray(path.read_bytes())
        for chunk_index in bad:
            ciphertext[LAYOUT.chunk_offset(chunk_index) + 12] ^= 1
        path.write_bytes(ciphertext)
        good, damaged = looked_through(vault, node)
    assert damaged == [
        (index * CHUNK_SIZE, min((index + 1) * CHUNK_SIZE, len(contents))) for index in sorted(bad)
    ]
    for start, part in good.items():
        assert part == contents[start : start + len(part)]


def test_a_chunk_sealed_anew_has_another_nonce(vault):
    node = write(vault, "film", pattern(3 * CHUNK_SIZE))
    path = stored(vault, node)
    ciphertext = path.read_bytes()
    nonces = [ciphertext[LAYOUT.chunk_offset(index) :][:12] for index in range(3)]
    with vault.verify(node) as verification:
        found = [(stretch.first_chunk, *stretch.chunk_nonces) for stretch in verification.stretches()]
    assert found == [(0, *nonces)]


def test_a_file_without_a_header_or_with_an_impossible_size_is_refused(vault):
    node = write(vault, "film", pattern(100))
    path = stored(vault, node)
    ciphertext = path.read_bytes()
    path.write_bytes(b"\0" + ciphertext[1:])
    with pytest.raises(AuthenticationError):
        vault.verify(node)
    path.write_bytes(ciphertext[:75])
    with pytest.raises(TruncatedError):
        vault.verify(node)


def test_a_file_cut_meanwhile(vault):
    node = write(vault, "film", pattern(30 * CHUNK_SIZE))
    with vault.verify(node) as verification:
        stretches = verification.stretches()
        next(stretches)
        os.truncate(stored(vault, node), 1000)
        with pytest.raises(TruncatedError):
            list(stretches)


def test_a_lock_ends_the_pass_and_close_wipes_what_was_read(vault):
    node = write(vault, "film", pattern(30 * CHUNK_SIZE))
    verification = vault.verify(node)
    stretches = verification.stretches()
    plaintext = next(stretches).plaintext
    vault.close()
    with pytest.raises(VaultLockedError):
        next(stretches)
    verification.close()
    verification.close()
    assert bytes(plaintext) == bytes(len(plaintext))


def test_a_folder_has_no_chunks(vault):
    with pytest.raises(ValueError, match="no chunks"):
        vault.verify(vault.make_folder("", "folder"))


@needs_vectors
@pytest.mark.parametrize("name", ["vault-cryptofs-2.9.0-gcm", "vault-cryptofs-2.9.0-ctrmac"])
def test_vaults_of_the_official_library_are_whole(name):
    with Vault.unlock(VECTORS / name, "correct horse – Zürich") as vault:
        seen = 0
        for _, node in vault.walk():
            if node.kind is NodeKind.FOLDER:
                continue
            good, damaged = looked_through(vault, node)
            assert damaged == []
            if node.kind is NodeKind.FILE:
                with vault.open(node) as reader:
                    expected = hashlib.sha256(reader.read()).digest()
                assert hashlib.sha256(b"".join(good.values())).digest() == expected
            seen += 1
    assert seen >= 10
