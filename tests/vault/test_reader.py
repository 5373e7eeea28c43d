"""Reading anywhere, and never a byte that was not authenticated."""

import contextlib
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, make_ctrmac_vault, pattern, read, stored, write
from vault import AuthenticationError, LastChunkError, TruncatedError, Vault, VaultLockedError
from vault.config import CipherCombo
from vault.content import CtrMacContent, GcmContent, new_header
from vault.errors import IntegrityError, NodeNotFoundError
from vault.keyring import Keyring
from vault.layout import CHUNK_SIZE
from vault.masterkey import Masterkey
from vault.reader import BATCH_CHUNKS, PlaintextReader
from vault.writer import seal_file

MAKERS = {
    "gcm": lambda directory: Vault.create(directory, PASSPHRASE, scrypt_cost=SCRYPT_COST),
    "ctrmac": make_ctrmac_vault,
}
SIZES = [
    0,
    1,
    CHUNK_SIZE - 1,
    CHUNK_SIZE,
    CHUNK_SIZE + 1,
    8 * CHUNK_SIZE,
    8 * CHUNK_SIZE + 1,
    20 * CHUNK_SIZE + 77,
]


@pytest.fixture(params=MAKERS)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vault]:
    """A vault of either cipher combo."""
    with MAKERS[request.param](tmp_path / "vault") as vault:
        yield vault


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(either: Vault, size: int) -> None:
    data = pattern(size)
    node = write(either, "film.mkv", data)
    assert node.size == size
    assert node.stored_size == stored(either, node).stat().st_size == either.stored_size(size)
    with either.open(node) as reader:
        assert reader.size == size
        assert b"".join(reader.iter_range(0, size)) == data
        assert reader.tell() == 0
        assert reader.readall() == data
        assert reader.read(10) == b""


def test_ranges_come_in_pieces_of_a_batch_at_most(vault: Vault) -> None:
    data = pattern(20 * CHUNK_SIZE + 77)
    with vault.open(write(vault, "film.mkv", data)) as reader:
        for start, stop in [
            (0, len(data)),
            (5, 6),
            (CHUNK_SIZE - 1, 17 * CHUNK_SIZE + 1),
            (len(data), len(data)),
        ]:
            pieces = list(reader.iter_range(start, stop))
            assert b"".join(pieces) == data[start:stop]
            assert all(0 < len(piece) <= BATCH_CHUNKS * CHUNK_SIZE for piece in pieces)
        for start, stop in [(-1, 5), (6, 5), (0, len(data) + 1)]:
            with pytest.raises(ValueError, match="range"):
                reader.iter_range(start, stop)


def test_the_reader_is_a_file_like_any_other(vault: Vault) -> None:
    data = pattern(3 * CHUNK_SIZE)
    with io.BufferedReader(vault.open(write(vault, "film.mkv", data)), 1000) as file:
        assert file.seek(-10, io.SEEK_END) == len(data) - 10
        assert file.read() == data[-10:]
        file.seek(CHUNK_SIZE - 3)
        assert file.read(6) == data[CHUNK_SIZE - 3 : CHUNK_SIZE + 3]
    with vault.open(vault.find("/film.mkv")) as reader:
        assert reader.readable()
        assert reader.seekable()
        assert not reader.writable()
        with pytest.raises(ValueError, match="negative"):
            reader.seek(-1)
        with pytest.raises(ValueError, match="whence"):
            reader.seek(0, 7)
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)
    with pytest.raises(ValueError, match="closed"):
        reader.iter_range(0, 1)
    reader.close()


class StoredBytes:
    """A stored file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.mtime_ns = 0
        self.read_sizes: list[int] = []

    def read_into(self, offset: int, into: memoryview) -> int:
        piece = self.data[offset : offset + len(into)]
        into[: len(piece)] = piece
        self.read_sizes.append(len(piece))
        return len(piece)

    def write(self, data: bytes | memoryview) -> None:
        self.data += bytes(data)
        self.size = len(self.data)

    def discard(self) -> None:
        self.data = b""

    def close(self) -> None:
        pass


def sealed(data: bytes, combo: CipherCombo) -> tuple[StoredBytes, Keyring]:
    keyring, upload = Keyring(Masterkey.generate(), combo), StoredBytes(b"")
    seal_file(io.BytesIO(data), upload, keyring)
    return upload, keyring


class ReaderMachine(RuleBasedStateMachine):
    """The reader does what io.BytesIO does, whatever the order."""

    near_edge = st.builds(
        lambda count, off: max(0, count * CHUNK_SIZE + off), st.integers(0, 20), st.integers(-2, 2)
    )

    @initialize(size=near_edge, combo=st.sampled_from(CipherCombo))
    def start(self, size: int, combo: CipherCombo) -> None:
        self.data = random.Random(size).randbytes(size)
        stored_file, keyring = sealed(self.data, combo)
        self.reader = PlaintextReader(stored_file, keyring, "node")
        self.model = io.BytesIO(self.data)

    @rule(position=near_edge)
    def seek(self, position: int) -> None:
        assert self.reader.seek(position) == self.model.seek(position)

    @rule(offset=st.integers(-3 * CHUNK_SIZE, 3 * CHUNK_SIZE))
    def seek_from_here(self, offset: int) -> None:
        offset = max(offset, -self.model.tell())
        assert self.reader.seek(offset, io.SEEK_CUR) == self.model.seek(offset, io.SEEK_CUR)

    @rule(back=st.integers(0, 3 * CHUNK_SIZE))
    def seek_from_end(self, back: int) -> None:
        back = min(back, len(self.data))
        assert self.reader.seek(-back, io.SEEK_END) == self.model.seek(-back, io.SEEK_END)

    @rule(size=near_edge | st.integers(0, 100_000) | st.just(-1))
    def read(self, size: int) -> None:
        assert self.reader.read(size) == self.model.read(size)

    @rule(size=near_edge)
    def readinto(self, size: int) -> None:
        into, expected = bytearray(size), bytearray(size)
        assert self.reader.readinto(into) == self.model.readinto(expected)
        assert into == expected

    @rule(a=near_edge, b=near_edge)
    def iter_range(self, a: int, b: int) -> None:
        start, stop = sorted((min(a, len(self.data)), min(b, len(self.data))))
        assert b"".join(self.reader.iter_range(start, stop)) == self.data[start:stop]

    @invariant()
    def same_position(self) -> None:
        assert self.reader.tell() == self.model.tell()


TestReaderMachine = ReaderMachine.TestCase


def test_small_reads_stay_in_the_last_chunks() -> None:
    stored_file, keyring = sealed(pattern(6 * CHUNK_SIZE), CipherCombo.SIV_GCM)
    reader = PlaintextReader(stored_file, keyring, "node")
    reader.seek(CHUNK_SIZE + 5)
    stored_file.read_sizes.clear()
    for _ in range(100):
        reader.read(10)
        reader.seek(-7, io.SEEK_CUR)
    assert len(stored_file.read_sizes) == 1


def test_a_reader_that_goes_on_reads_ahead_and_one_that_jumps_does_not() -> None:
    stored_file, keyring = sealed(pattern(30 * CHUNK_SIZE), CipherCombo.SIV_GCM)
    reader = PlaintextReader(stored_file, keyring, "node")
    stored_file.read_sizes.clear()
    chunk = GcmContent.layout.stored_chunk_size
    for position in (20, 10, 15):
        reader.seek(position * CHUNK_SIZE)
        reader.read(100)
    assert stored_file.read_sizes == [chunk] * 3
    reader.seek(16 * CHUNK_SIZE)
    reader.read(100)
    assert stored_file.read_sizes[3:] == [BATCH_CHUNKS * chunk]


# --- damage


def damage(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def flip(position: int) -> Callable[[bytearray], object]:
    def change(data: bytearray) -> None:
        data[position] ^= 0x10

    return change


@pytest.mark.parametrize("chunk_index", [0, 1, 3])
@pytest.mark.parametrize("within", [0, 40, -1])
def test_a_flipped_bit_is_seen_and_its_chunk_named(either: Vault, chunk_index: int, within: int) -> None:
    data = pattern(5 * CHUNK_SIZE + 9)
    node = write(either, "film.mkv", data)
    layout = GcmContent.layout if either.cipher_combo is CipherCombo.SIV_GCM else CtrMacContent.layout
    edge = layout.chunk_offset(chunk_index + (within < 0))
    damage(stored(either, node), flip(edge + within))
    with either.open(node) as reader:
        before = chunk_index * CHUNK_SIZE
        assert reader.read(before) == data[:before]
        with pytest.raises(AuthenticationError) as caught:
            reader.read(1)
        assert caught.value.chunk_index == chunk_index
        assert caught.value.node_id == node.stored_path
        into = bytearray(b"untouched" * 2)
        with pytest.raises(AuthenticationError):
            reader.readinto(into)
        assert into == b"untouched" * 2
        # What lies behind it is still whole.
        reader.seek(before + CHUNK_SIZE)
        assert reader.read() == data[before + CHUNK_SIZE :]


@pytest.mark.parametrize("damaged", [2, 3, 8])
def test_reading_ahead_into_damage_costs_nothing_before_it(vault: Vault, damaged: int) -> None:
    data = pattern(12 * CHUNK_SIZE)
    node = write(vault, "film.mkv", data)
    damage(stored(vault, node), flip(GcmContent.layout.chunk_offset(damaged) + 50))
    with vault.open(node) as reader:
        for chunk_index in range(damaged):
            assert reader.read(CHUNK_SIZE) == data[chunk_index * CHUNK_SIZE :][:CHUNK_SIZE]
        with pytest.raises(AuthenticationError, match=f"chunk {damaged} "):
            reader.read(CHUNK_SIZE)


def test_a_range_that_starts_in_damage_fails_before_its_first_piece(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(12 * CHUNK_SIZE))
    damage(stored(vault, node), flip(GcmContent.layout.chunk_offset(3) + 50))
    with vault.open(node) as reader, pytest.raises(AuthenticationError):
        reader.iter_range(3 * CHUNK_SIZE, 12 * CHUNK_SIZE)


def test_a_range_that_runs_into_damage_ends_in_an_error(vault: Vault) -> None:
    data = pattern(20 * CHUNK_SIZE)
    node = write(vault, "film.mkv", data)
    damage(stored(vault, node), flip(GcmContent.layout.chunk_offset(BATCH_CHUNKS + 3) + 50))
    with vault.open(node) as reader:
        pieces = reader.iter_range(0, len(data))
        assert next(pieces) == data[: BATCH_CHUNKS * CHUNK_SIZE]
        with pytest.raises(AuthenticationError, match=f"chunk {BATCH_CHUNKS + 3}"):
            next(pieces)


def swap(layout_first: int, layout_second: int) -> Callable[[bytearray], object]:
    def change(data: bytearray) -> None:
        size = GcmContent.layout.stored_chunk_size
        first, second = (GcmContent.layout.chunk_offset(index) for index in (layout_first, layout_second))
        data[first : first + size], data[second : second + size] = (
            data[second : second + size],
            data[first : first + size],
        )

    return change


def test_swapped_and_dropped_chunks_are_seen(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(5 * CHUNK_SIZE))
    damage(stored(vault, node), swap(1, 2))
    with vault.open(node) as reader, pytest.raises(AuthenticationError, match="chunk 1"):
        reader.read()

    def drop(data: bytearray) -> None:
        del data[GcmContent.layout.chunk_offset(1) : GcmContent.layout.chunk_offset(2)]

    node = write(vault, "film 2.mkv", pattern(5 * CHUNK_SIZE))
    damage(stored(vault, node), drop)
    with pytest.raises(LastChunkError), vault.open(node):
        pass


def test_a_chunk_of_another_file_is_seen(vault: Vault) -> None:
    first, second = (write(vault, name, pattern(3 * CHUNK_SIZE)) for name in ("a", "b"))
    start, stop = GcmContent.layout.chunk_offset(1), GcmContent.layout.chunk_offset(2)
    other = stored(vault, second).read_bytes()[start:stop]

    def splice(data: bytearray) -> None:
        data[start:stop] = other

    damage(stored(vault, first), splice)
    with vault.open(first) as reader, pytest.raises(AuthenticationError, match="chunk 1"):
        reader.read()


@pytest.mark.parametrize("kept", [0, 1, 30, 67, 69, 95, 96, 136, -1, -40, -CHUNK_SIZE // 2, -CHUNK_SIZE + 1])
def test_a_cut_inside_a_chunk_or_the_header_is_seen_at_once(either: Vault, kept: int) -> None:
    node = write(either, "film.mkv", pattern(3 * CHUNK_SIZE))
    path = stored(either, node)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(TruncatedError):
        either.open(either.find("/film.mkv"))


def test_a_file_cut_while_it_is_open_is_seen(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(30 * CHUNK_SIZE))
    with vault.open(node) as reader:
        with stored(vault, node).open("r+b") as file:
            file.truncate(GcmContent.layout.chunk_offset(3))
        reader.seek(29 * CHUNK_SIZE)
        cached = reader.read()
        reader.seek(0)
        with pytest.raises(TruncatedError):
            reader.read()
        # Whatever is still said after that is true.
        reader.seek(29 * CHUNK_SIZE)
        with contextlib.suppress(TruncatedError):
            assert reader.read() == cached == pattern(30 * CHUNK_SIZE)[29 * CHUNK_SIZE :]


def test_a_flipped_bit_in_the_header_is_seen(either: Vault) -> None:
    for position in range(0, 88, 3):
        node = write(either, "film.mkv", b"contents", replace=True)
        if position < GcmContent.layout.header_size:
            damage(stored(either, node), flip(position))
            with pytest.raises(AuthenticationError) as caught:
                either.open(node)
            assert caught.value.chunk_index is None


def test_the_reserved_bytes_of_a_header_are_not_looked_at() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    masterkey = Masterkey.generate()
    content = GcmContent(masterkey)
    header = new_header(content)
    for reserved in (bytes(8), b"\x0f" * 8):
        stored_header = header.nonce + AESGCM(masterkey.enc).encrypt(
            header.nonce, reserved + header.content_key, None
        )
        assert content.open_header(stored_header, "node") == header


@pytest.mark.parametrize("combo", CipherCombo)
@pytest.mark.parametrize("size", [0, CHUNK_SIZE, 8 * CHUNK_SIZE])
def test_an_empty_last_chunk_is_checked_and_holds_nothing(combo: CipherCombo, size: int) -> None:
    """Some writers end a file of whole chunks with one that is empty."""
    data = pattern(size)
    stored_file, keyring = sealed(data, combo)
    content = keyring.content
    header = content.open_header(stored_file.data[: content.layout.header_size], "node")
    empty = bytearray(content.layout.chunk_overhead)
    nonce = bytes(content.nonce_size)
    content.chunks(header, "node").seal_into(size // CHUNK_SIZE, nonce, memoryview(b""), memoryview(empty))
    stored_file.write(empty)
    reader = PlaintextReader(stored_file, keyring, "node")
    assert reader.size == size
    assert reader.read() == data
    damaged = StoredBytes(stored_file.data[:-1] + b"!")
    with pytest.raises(LastChunkError):
        PlaintextReader(damaged, keyring, "node")


def test_we_never_write_an_empty_last_chunk(vault: Vault) -> None:
    for size in (0, CHUNK_SIZE, 8 * CHUNK_SIZE):
        node = write(vault, "film.mkv", pattern(size), replace=True)
        rest = (node.stored_size - GcmContent.layout.header_size) % GcmContent.layout.stored_chunk_size
        assert rest == 0


def test_a_failed_chunk_leaves_no_plaintext_in_the_buffer() -> None:
    """`decrypt_into` writes before it checks the tag."""
    for content in (GcmContent(Masterkey(bytes(64))), CtrMacContent(Masterkey(bytes(64)))):
        chunks = content.chunks(new_header(content), "node")
        chunk, into = bytearray(100 + content.layout.chunk_overhead), bytearray(b"x" * 100)
        nonce = bytes(content.nonce_size)
        chunks.seal_into(0, nonce, memoryview(b"secret" * 20)[:100], memoryview(chunk))
        chunk[-1] ^= 1
        with pytest.raises(IntegrityError):
            chunks.open_into(0, memoryview(chunk), memoryview(into))
        assert into == bytes(100)


# --- the file that was opened


def test_a_reader_stays_with_the_file_that_it_opened(vault: Vault) -> None:
    old, new = pattern(20 * CHUNK_SIZE), b"new" * 100_000
    node = write(vault, "film.mkv", old)
    with vault.open(node) as reader:
        assert reader.read(10) == old[:10]
        node = write(vault, "film.mkv", new, replace=True)
        assert reader.read() == old[10:]
        with vault.open(node) as second:
            assert second.read() == new
            assert second.header_nonce != reader.header_nonce
        vault.remove(node)
        reader.seek(0)
        assert reader.read() == old
    with pytest.raises(NodeNotFoundError):
        vault.open(node)


def test_locking_stops_open_readers(vault: Vault) -> None:
    node = write(vault, "film.mkv", pattern(20 * CHUNK_SIZE))
    reader, other = vault.open(node), vault.open(node)
    pieces = other.iter_range(0, other.size)
    reader.read(5)
    next(pieces)
    vault.close()
    for use in (reader.read, reader.tell, lambda: reader.seek(0), lambda: reader.readinto(bytearray(1))):
        with pytest.raises(VaultLockedError):
            use()
    with pytest.raises(VaultLockedError):
        next(pieces)
    assert not any(reader._plaintext)
    reader.close()
    other.close()


def test_a_reader_that_is_closed_is_forgotten(vault: Vault) -> None:
    node = write(vault, "film.mkv", b"x")
    assert read(vault, node) == b"x"
    assert not list(vault._readers)
