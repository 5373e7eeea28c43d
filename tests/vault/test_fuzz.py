"""Whatever lies on the disk: an answer or an error of ours, no other, and no more memory than it is worth."""

import itertools
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.vault.test_reader import StoredBytes, sealed
from tests.vault.vaults import PASSPHRASE, content_dir, pattern, snapshot, write
from vault import IntegrityError, NodeKind, Vault, VaultError, check_vault
from vault.config import CipherCombo
from vault.layout import CHUNK_SIZE
from vault.leftovers import (
    FolderMade,
    FolderRemoved,
    ForeignNoteError,
    NodeRelocated,
    format_note,
    parse_note,
)
from vault.reader import PlaintextReader
from vault.writer import seal_bytes

LONG = "A very long name " * 14
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
anything = st.binary(max_size=200) | st.binary(min_size=60, max_size=120)


def look_at_all(vault: Vault) -> None:
    """Ask a vault for everything that it can be asked for."""
    for _, node in vault.walk():
        try:
            if node.kind is NodeKind.SYMLINK:
                vault.read_symlink(node)
            elif node.kind is NodeKind.FILE:
                with vault.open(node) as reader:
                    reader.read()
        except VaultError:
            pass
    list(check_vault(vault, deep=True))


PLACES: dict[str, Callable[[Vault], Path]] = {
    "name.c9s": lambda vault: vault.directory / vault.find(f"/{LONG}").shell_path / "name.c9s",
    "contents.c9r": lambda vault: vault.directory / vault.find(f"/{LONG}").shell_path / "contents.c9r",
    "dir.c9r": lambda vault: vault.directory / vault.find("/folder").stored_path / "dir.c9r",
    "symlink.c9r": lambda vault: vault.directory / vault.find("/folder").stored_path / "symlink.c9r",
    "dirid.c9r": lambda vault: content_dir(vault) / "dirid.c9r",
    "a file": lambda vault: vault.directory / vault.find("/film").stored_path,
}


@pytest.fixture
def filled(vault: Vault) -> Vault:
    write(vault, "film", b"film")
    write(vault, LONG, b"long")
    vault.make_folder("", "folder")
    return vault


@pytest.mark.parametrize("name", PLACES)
def test_any_bytes_in_any_file_are_read_or_refused(filled: Vault, name: str) -> None:
    path = PLACES[name](filled)
    if name == "symlink.c9r":
        (path.parent / "dir.c9r").unlink()

    @MANY
    @given(anything)
    @example(b"")
    @example(b"\xff" * 68)
    def check(data: bytes) -> None:
        path.write_bytes(data)
        look_at_all(filled)
        assert "/film" in dict(filled.walk())

    check()


def test_any_sealed_target_of_a_link_is_text_or_refused(filled: Vault) -> None:
    path = PLACES["symlink.c9r"](filled)
    (path.parent / "dir.c9r").unlink()

    @MANY
    @given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
    def check(target: bytes) -> None:
        path.write_bytes(seal_bytes(target, filled._keyring.content))
        try:
            assert filled.read_symlink(filled.find("/folder")).encode() == target
        except VaultError:
            with pytest.raises(UnicodeDecodeError):
                target.decode()

    check()


@pytest.mark.parametrize("name", [*PLACES, "vault.cryptomator", "masterkey.cryptomator"])
def test_a_gibibyte_is_not_read_to_find_that_it_is_wrong(filled: Vault, name: str) -> None:
    path = PLACES[name](filled) if name in PLACES else filled.directory / name
    if name == "symlink.c9r":
        (path.parent / "dir.c9r").unlink()
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        if name in PLACES:
            look_at_all(filled)
        else:
            with pytest.raises(VaultError):
                Vault.unlock(filled.directory, PASSPHRASE)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200), st.sampled_from(CipherCombo))
def test_any_bytes_are_no_file_of_ours(data: bytes, combo: CipherCombo) -> None:
    _, keyring = sealed(b"", combo)
    with pytest.raises(IntegrityError):
        PlaintextReader(StoredBytes(data), keyring, "node")


@pytest.mark.parametrize("combo", CipherCombo)
def test_every_flipped_bit_is_seen(combo: CipherCombo) -> None:
    """All bits of the header, of every nonce and every tag, and a sample of the rest, of three chunks."""
    plaintext = pattern(2 * CHUNK_SIZE + 100)
    stored_file, keyring = sealed(plaintext, combo)
    whole, layout = stored_file.data, keyring.content.layout
    nonce_size = keyring.content.nonce_size
    tag_size = layout.chunk_overhead - nonce_size
    edges = [min(layout.chunk_offset(index), len(whole)) for index in range(4)]
    places = set(range(layout.header_size))
    for start, stop in itertools.pairwise(edges):
        places |= set(range(start, start + nonce_size)) | set(range(stop - tag_size, stop))
    bits = {place * 8 + bit for place in places for bit in range(8)}
    bits |= set(range(0, len(whole) * 8, 1009))
    assert len(bits) > 1500
    for bit in bits:
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(IntegrityError):
            PlaintextReader(StoredBytes(bytes(damaged)), keyring, "node").read()
    assert PlaintextReader(StoredBytes(whole), keyring, "node").read() == plaintext


def test_a_cut_at_a_chunk_is_what_the_format_cannot_tell() -> None:
    """Stated, so that nobody relies on the contrary: who knows the size can tell, nobody else."""
    plaintext = pattern(3 * CHUNK_SIZE)
    stored_file, keyring = sealed(plaintext, CipherCombo.SIV_GCM)
    cut = stored_file.data[: keyring.content.layout.chunk_offset(2)]
    assert PlaintextReader(StoredBytes(cut), keyring, "node").read() == plaintext[: 2 * CHUNK_SIZE]


# --- notes of changes that were cut short

CONTENTS = "d/AA/" + "B" * 30
NOTES = [
    FolderMade(CONTENTS, f"{CONTENTS}/x.c9r"),
    NodeRelocated(f"{CONTENTS}/x.c9r", f"{CONTENTS}/y.c9s/contents.c9r"),
    FolderRemoved(f"{CONTENTS}/x.c9r", "0" * 16, [CONTENTS]),
]


@pytest.mark.parametrize("note", NOTES)
def test_a_note_says_what_was_put_into_it(note: FolderMade | NodeRelocated | FolderRemoved) -> None:
    assert parse_note(format_note(note)) == note


@given(
    st.binary(max_size=100)
    | st.dictionaries(
        st.sampled_from(["kind", "contents", "link", "source", "target", "staged"]),
        st.sampled_from(["made", "relocated", "removed"]) | st.lists(st.integers() | st.text()) | st.none(),
    ).map(lambda said: json.dumps(said).encode())
)
@example(b"[" * 100_000)
def test_any_bytes_are_a_note_or_none(data: bytes) -> None:
    try:
        note = parse_note(data)
    except ForeignNoteError:
        return
    assert parse_note(format_note(note)) == note


OUTSIDE = ["../../precious", "/precious", "d/AA/../../precious", f"{CONTENTS}/../../../../precious", ""]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_forged_note_leads_nowhere(vault: Vault, tmp_path: Path, path: str) -> None:
    write(vault, "film", b"film")
    vault.close()
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "dirid.c9r").touch()
    node = f"{CONTENTS}/x.c9r"
    own = tmp_path / "vault.lanterne-tmp" / "dead"
    own.mkdir(parents=True)
    (own / ("0" * 16)).mkdir()
    for number, note in enumerate(
        [
            FolderMade(path, node),
            FolderMade(CONTENTS, path),
            NodeRelocated(path, node),
            NodeRelocated(node, path),
            FolderRemoved(node, "0" * 16, [path]),
            FolderRemoved(path, "0" * 16, [CONTENTS]),
            FolderRemoved(node, f"../../{path}", [CONTENTS]),
        ]
    ):
        (own / f"note-{number}").write_bytes(format_note(note))
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert snapshot(again) == {"/film": b"film"}
    assert (tmp_path / "precious" / "dirid.c9r").exists()
    assert not own.exists()


def test_a_removal_that_somebody_undid_is_not_gone_on_with(vault: Vault) -> None:
    """The folder came back (out of a sync program's bin, say) between the crash and the next unlock."""
    folder = vault.make_folder("", "folder")
    write(vault, "film", b"film", folder.own_id)
    contents = content_dir(vault, folder.own_id).relative_to(vault.directory).as_posix()
    vault.close()
    own = vault.directory.with_name("vault.lanterne-tmp") / "dead"
    (own / ("0" * 16)).mkdir(parents=True)
    (own / "note-1").write_bytes(format_note(FolderRemoved(folder.stored_path, "0" * 16, [contents])))
    with Vault.unlock(vault.directory, PASSPHRASE) as again:
        assert snapshot(again) == {"/folder": None, "/folder/film": b"film"}
