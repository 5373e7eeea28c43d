"""Who watches a reader sees the nonce of every chunk before a byte of it leaves."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, make_ctrmac_vault, pattern, stored, write
from vault import AuthenticationError, CipherCombo, Vault, VaultLockedError
from vault.content import CtrMacContent, GcmContent
from vault.layout import CHUNK_SIZE
from vault.reader import BATCH_CHUNKS

CONTENTS = {CipherCombo.SIV_GCM: GcmContent, CipherCombo.SIV_CTRMAC: CtrMacContent}
CHUNK_COUNT = 20
SIZE = (CHUNK_COUNT - 1) * CHUNK_SIZE + 77
DATA = pattern(SIZE)


class RefusedError(Exception):
    """What a witness raises."""


class Witness:
    """Notes what it is told; objects to some chunks."""

    def __init__(self, bad=()):
        self.told = []
        self.bad = set(bad)

    def __call__(self, first, nonces):
        told = list(enumerate(nonces, first))
        self.told += told
        if self.bad.intersection(index for index, _ in told):
            raise RefusedError


def nonces_of(vault, node):
    content, data = CONTENTS[vault.cipher_combo], stored(vault, node).read_bytes()
    count = content.layout.chunk_count(len(data))
    return [data[content.layout.chunk_offset(index) :][: content.nonce_size] for index in range(count)]


@pytest.fixture(params=["gcm", "ctrmac"])
def either(request, tmp_path: Path):
    if request.param == "ctrmac":
        vault = make_ctrmac_vault(tmp_path / "vault")
    else:
        vault = Vault.create(tmp_path / "vault", PASSPHRASE, scrypt_cost=SCRYPT_COST)
    with vault:
        yield vault


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, BATCH_CHUNKS * CHUNK_SIZE, SIZE])
def test_a_whole_reading_shows_every_chunk_once_and_in_order(either, size):
    node = write(either, "film", pattern(size))
    witness = Witness()
    with either.open(node) as reader:
        reader.watch(witness)
        assert b"".join(reader.iter_range(0, size)) == pattern(size)
    assert witness.told == list(enumerate(nonces_of(either, node)))


@pytest.mark.parametrize("buffer_size", [1000, CHUNK_SIZE + 1, 200_000, 1 << 20])
def test_so_does_one_in_pieces_of_any_size(vault, buffer_size):
    node = write(vault, "film", DATA)
    witness = Witness()
    with vault.open(node) as reader:
        reader.watch(witness)
        buffered = io.BufferedReader(reader, buffer_size)
        assert buffered.read(100) + buffered.read() == DATA
        assert witness.told == list(enumerate(nonces_of(vault, node)))
        witness.told.clear()
        reader.seek(0)
        into = bytearray(buffer_size)
        while reader.readinto(into):
            pass
    assert witness.told == list(enumerate(nonces_of(vault, node)))


@settings(max_examples=60, deadline=None)
@given(
    reads=st.lists(st.tuples(st.integers(0, SIZE), st.integers(0, 9 * CHUNK_SIZE)), min_size=1, max_size=8)
)
def test_no_byte_leaves_before_its_chunk_was_told_of(shared_film, reads):
    vault, node = shared_film
    nonces = nonces_of(vault, node)
    witness = Witness()
    with vault.open(node) as reader:
        reader.watch(witness)
        for start, size in reads:
            reader.seek(start)
            assert reader.read(size) == DATA[start : start + size]
            stop = min(start + size, SIZE)
            if start < stop:
                needed = set(range(start // CHUNK_SIZE, (stop - 1) // CHUNK_SIZE + 1))
                assert needed <= {index for index, _ in witness.told}
    assert all(nonces[index] == nonce for index, nonce in witness.told)


@pytest.fixture(scope="module")
def shared_film(tmp_path_factory):
    directory = tmp_path_factory.mktemp("witness") / "vault"
    with Vault.create(directory, PASSPHRASE, scrypt_cost=SCRYPT_COST) as vault:
        yield vault, write(vault, "film", DATA)


def test_what_was_opened_before_it_came_is_shown_to_it(vault):
    node = write(vault, "note", b"one chunk")
    witness = Witness()
    with vault.open(node) as reader:
        assert reader.read() == b"one chunk"
        reader.watch(witness)
        reader.seek(0)
        assert reader.read() == b"one chunk"
    assert [index for index, _ in witness.told] == [0]


def test_a_read_elsewhere_shows_no_more_than_it_reads(vault):
    node = write(vault, "film", DATA)
    witness = Witness()
    with vault.open(node) as reader:
        reader.watch(witness)
        for chunk_index in (0, 9, 4):
            reader.seek(chunk_index * CHUNK_SIZE)
            reader.read(10)
    assert [index for index, _ in witness.told] == [0, 9, 4]


def test_an_empty_chunk_at_the_end_is_shown_with_the_one_before_it(vault):
    data = pattern(BATCH_CHUNKS * CHUNK_SIZE)
    node = write(vault, "film", data)
    path = stored(vault, node)
    with vault.verify(node) as verification:
        empty = bytearray(28)
        verification._chunks.seal_into(BATCH_CHUNKS, os.urandom(12), memoryview(b""), memoryview(empty))
    path.write_bytes(path.read_bytes() + empty)
    for start in (0, len(data) - 1):
        witness = Witness()
        with vault.open(vault.find("/film")) as reader:
            reader.watch(witness)
            assert b"".join(reader.iter_range(start, reader.size)) == data[start:]
        assert witness.told == list(enumerate(nonces_of(vault, node)))[start // CHUNK_SIZE :]


def test_what_it_objects_to_never_leaves(vault):
    node = write(vault, "film", DATA)
    witness = Witness(bad={BATCH_CHUNKS + 2})
    with vault.open(node) as reader:
        reader.watch(witness)
        pieces = reader.iter_range(0, SIZE)
        assert next(pieces) == DATA[: BATCH_CHUNKS * CHUNK_SIZE]
        with pytest.raises(RefusedError):
            next(pieces)
        # Nor when it is asked for again, though it lies in the buffer.
        reader.seek(BATCH_CHUNKS * CHUNK_SIZE)
        for _ in range(2):
            with pytest.raises(RefusedError):
                reader.readinto(bytearray(10))
            assert reader.tell() == BATCH_CHUNKS * CHUNK_SIZE
        with pytest.raises(RefusedError):
            reader.iter_range(BATCH_CHUNKS * CHUNK_SIZE, SIZE)


def test_several_are_told_in_their_order(vault):
    node = write(vault, "note", b"one chunk")
    told = []
    with vault.open(node) as reader:
        reader.watch(lambda first, _nonces: told.append(("one", first)))
        reader.watch(lambda first, _nonces: told.append(("other", first)))
        reader.read()
    assert told == [("one", 0), ("other", 0)]


def test_damage_is_shown_to_nobody_and_what_lies_before_it_is(vault):
    node = write(vault, "film", DATA)
    path = stored(vault, node)
    data = bytearray(path.read_bytes())
    data[GcmContent.layout.chunk_offset(3) + 50] ^= 1
    path.write_bytes(data)
    witness = Witness()
    with vault.open(node) as reader:
        reader.watch(witness)
        with pytest.raises(AuthenticationError):
            reader.read()
        with pytest.raises(AuthenticationError):
            reader.read()
        reader.read(3 * CHUNK_SIZE)
        assert {index for index, _ in witness.told} == {0, 1, 2}


def test_a_witness_may_take_its_time_while_the_vault_is_locked(vault):
    node = write(vault, "film", DATA)
    with vault.open(node) as reader:
        reader.watch(lambda _first, _nonces: vault.close())  # waits for no lock that the reader holds
        assert next(reader.iter_range(0, SIZE)) == DATA[: BATCH_CHUNKS * CHUNK_SIZE]
        with pytest.raises(VaultLockedError):
            reader.iter_range(0, SIZE)
