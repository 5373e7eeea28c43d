"""The arithmetic of chunks against an oracle that lays files out in the format's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.vaults import pattern
from vault.content import CtrMacContent, GcmContent
from vault.errors import TruncatedError
from vault.layout import CHUNK_SIZE, Layout, span_for

layouts = st.sampled_from([GcmContent.layout, CtrMacContent.layout])
near_edge = st.builds(
    lambda count, off: max(0, count * CHUNK_SIZE + off), st.integers(0, 4), st.integers(-2, 2)
)
sizes = near_edge | st.integers(0, 5 * CHUNK_SIZE)


def cut(plaintext: bytes) -> list[bytes]:
    """Full chunks, then one shorter, never an empty tail."""
    return [plaintext[i : i + CHUNK_SIZE] for i in range(0, len(plaintext), CHUNK_SIZE)]


def laid_out(layout: Layout, plaintext_size: int) -> list[int]:
    """The sizes of what lies in a stored file: its header, then its chunks."""
    chunks = cut(bytes(plaintext_size))
    return [layout.header_size, *(len(chunk) + layout.chunk_overhead for chunk in chunks)]


@given(layouts, sizes)
def test_sizes_are_those_of_a_file_laid_out(layout: Layout, size: int) -> None:
    parts = laid_out(layout, size)
    assert layout.stored_size(size) == sum(parts)
    assert layout.plaintext_size(sum(parts)) == size
    assert layout.chunk_count(sum(parts)) == len(parts) - 1
    for chunk_index in range(len(parts) - 1):
        assert layout.chunk_offset(chunk_index) == sum(parts[: chunk_index + 1])


def whole_sizes(layout: Layout) -> dict[int, int]:
    """Stored size to plaintext size, of every file with up to three chunks, tolerated ones included."""
    full = {layout.header_size: 0}
    for count in range(3):
        start = layout.header_size + count * layout.stored_chunk_size
        for payload in range(CHUNK_SIZE + 1):
            full.setdefault(start + layout.chunk_overhead + payload, count * CHUNK_SIZE + payload)
    return full


@pytest.mark.parametrize("layout", [GcmContent.layout, CtrMacContent.layout])
def test_every_stored_size_is_a_whole_file_or_refused(layout: Layout) -> None:
    whole = whole_sizes(layout)
    for stored_size in range(layout.header_size + 3 * layout.stored_chunk_size + 1):
        if stored_size in whole:
            assert layout.plaintext_size(stored_size) == whole[stored_size]
        else:
            with pytest.raises(TruncatedError):
                layout.plaintext_size(stored_size)


@given(layouts, st.integers(0, 3))
def test_a_chunk_without_payload_counts_as_a_chunk(layout: Layout, full_chunks: int) -> None:
    stored = layout.header_size + full_chunks * layout.stored_chunk_size + layout.chunk_overhead
    assert layout.plaintext_size(stored) == full_chunks * CHUNK_SIZE
    assert layout.chunk_count(stored) == full_chunks + 1


@given(near_edge, near_edge)
def test_span_covers_the_range_and_no_chunk_more(a: int, b: int) -> None:
    start, stop = sorted((a, b))
    if start == stop:
        return
    plaintext = pattern(stop)
    span = span_for(start, stop)
    covered = b"".join(cut(plaintext)[span.first : span.stop])
    assert covered[span.skip : span.skip + stop - start] == plaintext[start:stop]
    assert span.skip < CHUNK_SIZE
    assert (span.stop - 1) * CHUNK_SIZE < stop
