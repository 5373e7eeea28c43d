import struct

import pytest

from transcoder.boxes import build, build_full
from transcoder.errors import BoxError
from transcoder.mp4_index import parse_sample_times, samples_at


def table(kind, layout, entries):
    return build_full(
        kind, 0, 0, struct.pack(">I", len(entries)), *(struct.pack(layout, *one) for one in entries)
    )


def moov(*tables, track_id=1):
    header = build_full(b"tkhd", 0, 0, struct.pack(">III", 0, 0, track_id))
    return build(b"moov", build(b"trak", header, build(b"mdia", build(b"minf", build(b"stbl", *tables)))))


def test_times_offsets_and_keys():
    times = parse_sample_times(
        moov(
            table(b"stts", ">II", [(3, 10), (2, 20)]),
            table(b"ctts", ">Ii", [(1, 20), (4, -5)]),
            table(b"stss", ">I", [(1,), (4,)]),
        ),
        1,
    )
    assert times.decoding == [0, 10, 20, 30, 50]
    assert times.offsets == [20, -5, -5, -5, -5]
    assert times.keys == [0, 3]
    assert times.last_duration == 20


def test_without_a_table_of_keys_every_sample_is_one():
    assert parse_sample_times(moov(table(b"stts", ">II", [(2, 1)])), 1).keys == [0, 1]


def test_another_track_and_a_fragmented_file_have_no_times():
    assert parse_sample_times(moov(table(b"stts", ">II", [(2, 1)]), track_id=3), 1) is None
    assert parse_sample_times(moov(table(b"stts", ">II", [])), 1) is None


@pytest.mark.parametrize(
    "tables",
    [
        [table(b"stts", ">II", [(2**32 - 1, 1)])],
        [table(b"stts", ">II", [(2, 1)]), table(b"stss", ">I", [(9,)])],
        [table(b"stts", ">II", [(2, 1)]), table(b"stss", ">I", [(0,)])],
        [build_full(b"stts", 0, 0, struct.pack(">I", 5))],
        [],
    ],
)
def test_tables_that_lie_are_refused(tables):
    with pytest.raises(BoxError):
        parse_sample_times(moov(*tables), 1)


def lying(*chunks, sizes=(5, 6, 7), runs=((1, 2, 1), (2, 1, 1))):
    """A film of three samples in two chunks at these positions."""
    return moov(
        table(b"stts", ">II", [(3, 10)]),
        build_full(
            b"stsz", 0, 0, struct.pack(">II", 0, len(sizes)), *(struct.pack(">I", one) for one in sizes)
        ),
        table(b"stsc", ">III", runs),
        table(b"stco", ">I", [(one,) for one in chunks]),
    )


def test_positions_of_samples():
    assert parse_sample_times(lying(1000, 500), 1).positions == [1000, 1005, 500]
    assert parse_sample_times(lying(1000, 500, runs=((1, 3, 1),)), 1).positions == [1000, 1005, 1011]
    assert parse_sample_times(lying(1000), 1).positions == [1000, 1005]
    assert parse_sample_times(lying(1000, 500, sizes=(0, 0, 0)), 1).positions == [1000, 1000, 500]


def test_an_index_is_matched_with_the_table_by_where_samples_lie():
    times = parse_sample_times(lying(1000, 500), 1)
    assert samples_at(times, [1000, 1005, 500]) == [0, 1, 2]
    assert samples_at(times, [1005, 500, 1005]) == [1, 2, 1]
    assert samples_at(times, [1005, 501]) is None
    empty = parse_sample_times(lying(1000, 500, sizes=(0, 0, 0)), 1)
    assert samples_at(empty, [1000, 1000, 500]) == [0, 1, 2]
