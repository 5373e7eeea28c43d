"""Which of a file's tracks are the film's: not those of another programme, none that never comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcoder.conftest import AAC, FFMPEGS, H264
from transcoder import PROFILES, Pool
from transcoder.broadcast import scan_broadcast
from transcoder.transport_programs import parse_programs

_OTHER_SOUND = ("-f", "lavfi", "-i", "sine=f=880:r=44100:d=4")
_MPEG2 = ("-c:v", "mpeg2video", "-g", "12", "-c:a", "mp2")
_PACKET_SIZE = 188
_NOTHING = 0x1FFF  # the PID of packets without contents


@pytest.fixture
def probe(media_server, media_helper):
    return lambda name, data: media_helper.probe(media_server.offer(name, data))


def without(film: bytes, lost: int) -> bytes:
    """Return a transport stream whose track of PID `lost` is announced, and never comes."""
    data = bytearray(film)
    for at in range(0, len(data), _PACKET_SIZE):
        if (data[at + 1] & 0x1F) << 8 | data[at + 2] == lost:
            data[at + 1 : at + 3] = _NOTHING.to_bytes(2)
    return bytes(data)


@pytest.fixture
def announced(clips):
    """A recording whose first sound track, of two, never comes."""
    tracks = ("-map", "0", "-map", "1", "-map", "2")
    return without(clips.make("offered_both.ts", *_OTHER_SOUND, *tracks, *_MPEG2, seconds="4"), 0x101)


def test_sound_that_never_comes_is_not_offered(announced, probe):
    (sound,) = probe("announced.ts", announced).audio
    assert (sound.index, sound.number, sound.sample_rate) == (2, 1, 44100)


def test_a_film_without_its_only_sound_is_silent(clips, probe):
    film = without(clips.make("offered_one.ts", *_MPEG2, seconds="4"), 0x101)
    info = probe("silent.ts", film)
    assert info.audio == ()
    assert len(info.video) == 1


def test_it_is_not_offered_where_the_clock_jumps(clips, announced, source_of):
    clips.make("offered_both.ts", *_OTHER_SOUND, "-map", "0", "-map", "1", "-map", "2", *_MPEG2, seconds="4")
    later = clips.remake(
        "offered_later.ts", "offered_both.ts", "-map", "0", "-c", "copy", "-output_ts_offset", "5000"
    )
    source = source_of("jump.ts", announced + without(later, 0x101))
    assert len(source.info.stretches) == 2
    (sound,) = source.info.audio
    assert sound.number == 1
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES["baseline"], session_id="tv")
        assert all(b"".join(stream.segment(index)) for index in (0, stream.plan.count - 1))


def programmes(clips, *order: str) -> bytes:
    """Return a recording of a radio and a television programme."""
    return clips.make(
        f"multiplex{''.join(order)}.ts", *_OTHER_SOUND, "-map", "2", "-map", "0", "-map", "1", *_MPEG2, *order,
        "-program", "program_num=1:title=Radio:st=0", "-program", "program_num=2:title=TV:st=1:st=2", seconds="4",
    )  # fmt: skip


def test_the_radio_in_a_recording_is_not_the_films_sound(clips, probe):
    (sound,) = probe("multiplex.ts", programmes(clips)).audio
    assert (sound.index, sound.sample_rate) == (2, 48000)


def test_all_sound_of_a_single_programme_is_offered(clips, probe):
    film = clips.make(
        "offered_both.ts", *_OTHER_SOUND, "-map", "0", "-map", "1", "-map", "2", *_MPEG2, seconds="4"
    )
    assert [one.index for one in probe("offered_both.ts", film).audio] == [1, 2]


def test_holes_in_another_programmes_sound_are_not_looked_for(clips, media_server):
    film = without(programmes(clips), 0x100)
    url = media_server.offer("multiplex.ts", film)
    assert scan_broadcast(url, 1).never_sent == {0}
    assert scan_broadcast(url, 1, frozenset({0})).never_sent == frozenset()


@pytest.mark.parametrize("layout", ["plain", "timed", "padded", "cut"])
def test_programmes_by_their_tables(clips, layout):
    film = programmes(clips)
    packets = [film[at : at + _PACKET_SIZE] for at in range(0, len(film), _PACKET_SIZE)]
    data = {
        "plain": film,
        "timed": b"".join(b"\0\0\0\0" + one for one in packets),
        "padded": b"".join(one + bytes(16) for one in packets),
        "cut": film[100:] + film,
    }[layout]
    found, is_whole = parse_programs(data)
    assert is_whole
    assert found == {1: frozenset({0x100}), 2: frozenset({0x101, 0x102})}


def test_a_table_over_several_packets():
    tracks = b"".join(b"\x03" + (0xE000 | pid).to_bytes(2) + b"\xf0\x00" for pid in range(256, 306))
    body = b"\0\x07\xc1\0\0\xe1\0\xf0\0" + tracks + bytes(4)
    table = b"\0\x02" + (0xB000 | len(body)).to_bytes(2) + body
    pat = (
        b"\0\0"
        + (0xB000 | 13).to_bytes(2)
        + b"\0\1\xc1\0\0"
        + b"\0\x07"
        + (0xE000 | 99).to_bytes(2)
        + bytes(4)
    )
    first, rest = table[:184], table[184:]
    data = b"".join(
        (b"\x47" + (flags << 8 | pid).to_bytes(2) + b"\x10" + payload).ljust(_PACKET_SIZE, b"\xff")
        for flags, pid, payload in ((0x40, 0, pat), (0x40, 99, first), (0, 99, rest), (0, _NOTHING, b""))
    )
    assert parse_programs(data) == ({7: frozenset(range(256, 306))}, True)


_packet = st.builds(
    lambda flags, pid, control, body: (
        b"\x47" + (flags << 13 | pid).to_bytes(2) + bytes([control]) + body.ljust(184, b"\xff")[:184]
    ),
    st.integers(0, 7), st.sampled_from((0, 1, 16, 8191)), st.integers(0, 255), st.binary(max_size=184),
)  # fmt: skip


@given(st.lists(_packet, max_size=12).map(b"".join))
def test_any_tables_are_read(data):
    programs, _ = parse_programs(data)
    assert all(isinstance(pid, int) for tracks in programs.values() for pid in tracks)


def test_a_preview_in_front_is_not_the_film(clips, probe):
    preview = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=1:d=1", "-map", "2", "-map", "0", "-map", "1")
    coded = ("-c:v:0", "mjpeg", "-pix_fmt:v:0", "yuvj420p", "-c:v:1", "libx264", "-preset:v:1", "ultrafast")
    marks = ("-disposition:v:0", "0", "-disposition:v:1", "default")
    for name, more in (
        ("offered_marked.mkv", marks),
        ("offered_unmarked.mkv", ("-disposition:v:0", "default", *marks[2:])),
    ):
        film = clips.make(name, *preview, *coded, "-pix_fmt:v:1", "yuv420p", *AAC, *more, seconds="4")
        info = probe(name, film)
        assert [(one.index, one.codec) for one in info.video] == [(1, "h264"), (0, "mjpeg")]
        assert info.video[0].end_s == pytest.approx(4.0, abs=0.1)


def test_of_equals_the_first_is_the_film(clips, probe):
    second = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=24:d=4", "-map", "0", "-map", "2")
    info = probe("offered_two.ts", clips.make("offered_two.ts", *second, *H264, seconds="4"))
    assert [one.width for one in info.video] == [320, 160]
