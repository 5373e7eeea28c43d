"""Films that were cut without being written anew: an edit list leaves out what is still in the file."""

import struct

import pytest

from tests.media.measure import packets_of
from tests.transcoder.conftest import AAC, FFMPEGS, H264
from transcoder import PROFILES, Pool
from transcoder.boxes import build, build_full, require, walk
from transcoder.segments import EPOCH_S

FRAME_S = 1 / 24
SEAM_S = 2.1 * FRAME_S  # ffmpeg puts the second part later, by the reordering of its first pictures
KEYS = ("-g", "999", "-sc_threshold", "0", "-force_key_frames", "0,1.5,2.25,5,6.5,9")


def edited(film: bytes, *parts: tuple[float, float]) -> bytes:
    """Return a film, its index behind its pictures, of which only these parts are shown: (from, how long) in s."""
    moov = require(film, b"moov")
    contents = [_edited_track(film[box.start : box.stop], parts) for box in walk(film, moov.body, moov.stop)]
    return film[: moov.start] + build(b"moov", *contents)


def _edited_track(box: bytes, parts: tuple[tuple[float, float], ...]) -> bytes:
    kind = box[4:8]
    if kind != b"trak":
        return box
    old = require(box, b"trak", b"edts", b"elst")
    delay = struct.unpack_from(">i", box, old.body + 12)[0]  # of the first picture, by its reordering
    header = require(box, b"trak", b"mdia", b"mdhd")
    scale = struct.unpack_from(">I", box, header.body + 12)[0]
    entries = [
        struct.pack(">IiI", round(length_s * 1000), delay + round(start_s * scale), 0x10000)
        for start_s, length_s in parts
    ]
    edts = build(b"edts", build_full(b"elst", 0, 0, struct.pack(">I", len(parts)), *entries))
    inside = [edts if one.kind == b"edts" else box[one.start : one.stop] for one in walk(box, 8, len(box))]
    return build(b"trak", *inside)


@pytest.fixture(scope="session")
def uncut(clips) -> bytes:
    """Keyframes at uneven distances, pictures in another order than they are shown in."""
    return clips.make("uncut.mp4", *H264, "-bf", "2", *KEYS, *AAC)


def played(source, order=None, profile="chromium"):
    """Return the decision, the plan and each segment's packets: (kind, shown) in playing time."""
    with Pool(FFMPEGS[0]) as pool:
        stream = pool.stream(source, PROFILES[profile], session_id="tv")
        segments = {index: b"".join(stream.segment(index)) for index in order or range(stream.plan.count)}
        return stream.decision, stream.plan, stream.init_segment(), segments


def shown(init: bytes, segment: bytes, folder) -> dict[str, list[float]]:
    path = folder / "segment"
    path.write_bytes(init + segment)
    return {kind: [one.shown_s - EPOCH_S for one in own] for kind, own in packets_of(path).items()}


def test_a_cut_end_is_not_played(uncut, source_of, tmp_path):
    source = source_of("cut.mp4", edited(uncut, (0.0, 6.0)))
    assert source.info.duration_s == pytest.approx(6.0, abs=0.01)
    assert source.info.video[0].end_s == pytest.approx(6.0, abs=0.01)
    assert source.info.keyframes_s == pytest.approx((0.0, 1.5, 2.25, 5.0), abs=0.001)
    decision, plan, init, segments = played(source)
    assert decision.video == "encode"
    assert plan.boundaries_s[-1] == pytest.approx(6.0, abs=0.01)
    times = shown(init, b"".join(segments.values()), tmp_path)
    assert max(times["video"]) == pytest.approx(6.0 - FRAME_S, abs=0.01)
    assert max(times["audio"]) < 6.0


def test_a_film_put_together_of_parts_plays_alike_from_anywhere(uncut, source_of, tmp_path):
    source = source_of("parts.mp4", edited(uncut, (0.0, 2.0), (6.0, 4.0)))
    assert source.info.duration_s == pytest.approx(6.0, abs=SEAM_S)
    decision, plan, init, straight = played(source)
    assert (decision.video, decision.audio) == ("encode", "encode")
    times = shown(init, b"".join(straight.values()), tmp_path)["video"]
    assert times == pytest.approx([FRAME_S * number for number in range(144)], abs=SEAM_S)
    *_, sought = played(source, reversed(range(plan.count)))
    for index, segment in straight.items():
        for kind, own in shown(init, segment, tmp_path).items():
            assert shown(init, sought[index], tmp_path)[kind] == pytest.approx(own, abs=0.002), (index, kind)


@pytest.mark.parametrize("length_s", [9.9, 10.0])
def test_what_is_hardly_cut_is_passed_on(length_s, uncut, source_of):
    source = source_of(f"{length_s}.mp4", edited(uncut, (0.0, length_s)))
    decision, plan, *_ = played(source)
    assert (decision.mode, decision.video, decision.audio) == ("remux", "copy", "copy")
    assert plan.boundaries_s[-1] == pytest.approx(length_s, abs=0.02)
    assert source.info.keyframes_s == pytest.approx((0.0, 1.5, 2.25, 5.0, 6.5, 9.0), abs=0.001)
