"""Any tree that goes into a vault comes out as it was."""

import itertools
import os
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library import Library
from tests.tvapp.conftest import CHUNK_SIZE
from tests.tvapp.transfers import bring, look, new_vault, take, traces

MEMORY = Path("/dev/shm")
LATEST_NS = 2**32 * 10**9  # in 2106

letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/")
texts = st.one_of(
    st.text(letters, min_size=1, max_size=8),
    st.text(st.sampled_from(". -~$%\\:*?'\"<>|"), min_size=1, max_size=6),
    st.sampled_from(
        ["...", ".hidden", "a.", " ", "-rf", "CON", "film.mkv", "film.lanterne.part", "Thumbs.db"]
    ),
    st.sampled_from(["Zürich", "Å", "가", "ﬁ", "İ", "👨‍👩‍👧"]).map(
        lambda text: unicodedata.normalize("NFD", text)
    ),
    st.builds(lambda letter, count: letter * count, st.sampled_from("xé日"), st.integers(60, 255)),
)
names = texts.filter(
    lambda name: (
        name not in {".", ".."}
        and len(name.encode()) <= 255
        and len(unicodedata.normalize("NFC", name).encode()) <= 255
    )
)
sizes = st.one_of(
    st.just(0),
    st.integers(1, 300),
    st.builds(lambda n, off: max(0, n * CHUNK_SIZE + off), st.integers(0, 9), st.integers(-2, 2)),
)
files = st.tuples(sizes, st.integers(0, 255), st.integers(-(10**18), LATEST_NS))


def folders(inside):
    """Folders whose names are different ones for a vault, too."""
    return st.dictionaries(names, inside, max_size=5).filter(
        lambda tree: len({unicodedata.normalize("NFC", name) for name in tree}) == len(tree)
    )


trees = folders(st.recursive(files, folders, max_leaves=12))


def make(root: Path, tree) -> None:
    root.mkdir()
    for name, inside in tree.items():
        if isinstance(inside, dict):
            make(root / name, inside)
        else:
            size, seed, mtime_ns = inside
            (root / name).write_bytes(bytes((i * 7 + i // CHUNK_SIZE + seed) % 256 for i in range(size)))
            os.utime(root / name, ns=(0, mtime_ns))


@pytest.fixture(scope="module")
def place():
    """Memory, where there is: every file that is stored waits for the disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def opened(place):
    with new_vault(place / "vault") as vault, Library(vault, place / "state") as library:
        yield vault, library


numbers = itertools.count()


@given(tree=trees)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_comes_out_is_what_went_in(place, opened, tree):
    vault, library = opened
    number = str(next(numbers))
    source, out = place / f"in {number}", place / f"out {number}"
    make(source, tree)
    before, asked = look(source), traces(source)

    report = bring(vault, library, source, to=number, everything=True)
    assert report.is_whole
    assert traces(source) == asked
    assert take(vault, library, out, f"/{number}/{source.name}").is_whole
    after = look(out / source.name)
    assert after == {unicodedata.normalize("NFC", name): seen for name, seen in before.items()}

    again = bring(vault, library, source, to=number, everything=True)
    assert (again.stored_count, again.skipped_count) == (0, report.stored_count)
    assert again.is_whole
    over = take(vault, library, out, f"/{number}/{source.name}", skip_existing=True)
    assert (over.stored_count, over.skipped_count) == (0, report.stored_count)
    assert over.is_whole
    assert look(out / source.name) == after
