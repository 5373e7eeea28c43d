"""Subtitles drawn into recordings whose clock jumps: at the right moment before the break and behind it."""

import contextlib
import subprocess
from dataclasses import replace

import pytest

from tests.transcoder.conftest import FFMPEGS, read_back
from tests.transcoder.test_burning import ASS, SECONDS, SHOWN_S, from_the_middle, sup, white_times
from tests.transcoder.test_playing import played
from transcoder import NO_FONTS, PROFILES, Pool, SubtitleHelper
from transcoder.broadcast import SubtitleId, known_again

pytestmark = pytest.mark.ffmpeg

ALIKE = ("-map", "0", "-map", "1", "-map", "2")
MORE_SOUND = ("-map", "0", "-map", "1", "-map", "1", "-map", "2")
ANOTHER_PID = (*ALIKE, "-streamid", "2:999")
WITHOUT = ("-map", "0", "-map", "1")
FORMS = {
    "dvb": (".ts", ("-c:s", "dvbsub"), ("-fix_sub_duration",)),
    "pgs": (".m2ts", ("-c:s", "copy", "-mpegts_m2ts_mode", "1"), ()),
    "dvd": (".vob", ("-c:v", "mpeg2video", "-c:a", "ac3", "-c:s", "dvdsub"), ("-fix_sub_duration",)),
}


@pytest.fixture
def joined(tmp_path):
    """Return a function that makes two recordings into one file: the clock of the second is 5000 s ahead."""

    def make(form, second):
        suffix, coded, reading = FORMS[form]
        (tmp_path / "boxes.sup").write_bytes(sup((720, 576), (200, 480, 320, 40)))
        made = b""
        for layout, offset in ((ALIKE, "0"), (second, "5000")):
            part = tmp_path / f"part{suffix}"
            argv = ["ffmpeg", "-y", "-v", "error", "-nostdin"]
            argv += ["-f", "lavfi", "-i", f"color=black:s=720x576:r=24:d={SECONDS}"]
            argv += [
                "-f",
                "lavfi",
                "-i",
                f"anullsrc=d={SECONDS}",
                *reading,
                "-i",
                str(tmp_path / "boxes.sup"),
            ]
            argv += [*layout, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48"]
            argv += ["-c:a", "aac", *coded, "-output_ts_offset", offset, str(part)]
            subprocess.run(argv, check=True)
            made += part.read_bytes()
        return made

    return make


def shown(source, ffmpeg, folder):
    """Return when something white is seen, in playing time: but for what keeps times in their places."""
    assert len(source.info.stretches) == 2
    with Pool(ffmpeg) as pool:
        data = played(pool.stream(source, PROFILES["baseline"], session_id="tv", burn=0), from_the_middle)
    assert len(read_back(data, folder)["video"].shown_s) == 2 * SECONDS * 24
    return [span for span in white_times(data, folder) if span[1] - span[0] > 0.5]


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("second", [ALIKE, MORE_SOUND, ANOTHER_PID, WITHOUT])
def test_pictures_are_laid_over_both_sides_of_a_break(joined, source_of, ffmpeg, form, second, tmp_path):
    source = source_of("joined.ts", joined(form, second))
    break_s = source.info.stretches[1].at_s
    assert break_s == pytest.approx(SECONDS, abs=0.1)
    parts = (0.0,) if second == WITHOUT else (0.0, break_s)
    wanted = [(part + start, part + stop) for part in parts for start, stop in SHOWN_S]
    found = shown(source, ffmpeg, tmp_path)
    assert len(found) == len(wanted), found
    for (start, stop), (wanted_start, wanted_stop) in zip(found, wanted, strict=True):
        assert -0.05 < start - wanted_start < 0.3
        assert -0.05 < stop - wanted_stop < 0.3


@pytest.mark.parametrize("ffmpeg", FFMPEGS, ids=["system", "bundled"])
def test_text_is_drawn_on_both_sides_of_a_break(joined, source_of, media_server, ffmpeg, tmp_path):
    """Of a file beside the film: its times are playing times."""
    script = ASS + "Dialogue: 0,0:00:14.00,0:00:20.00,Default,Hello\n"
    source = source_of("joined.ts", joined("dvb", WITHOUT))

    @contextlib.contextmanager
    def drawn(number):
        with SubtitleHelper() as helper:
            media_server.offer("drawn", NO_FONTS + helper.drawable(script.encode()))
        with media_server.lease("drawn")() as lease:
            yield lease

    source = replace(source, info=replace(source.info, subtitles=()), drawn=drawn)
    found = shown(source, ffmpeg, tmp_path)
    assert [(round(start, 1), round(stop, 1)) for start, stop in found] == [(2, 8), (9, 10), (14, 20)]


def test_a_track_is_known_again_by_its_number_or_else_by_its_language():
    german, french = SubtitleId(0x20, "dvb_subtitle", "ger"), SubtitleId(0x21, "dvb_subtitle", "fre")
    later = SubtitleId(0x30, "dvb_subtitle", "ger")
    assert known_again([german, french], [[german, french], [french, german]]) == [(0x20, 0x21)] * 2
    assert known_again([german, french], [[german, french], [french]]) == [(0x20, 0x21), (None, 0x21)]
    assert known_again([german, french], [[german, french], [later]]) == [(0x20, 0x21), (0x30, None)]
    # Reading the end of a file, libavformat finds the tracks of the last recording, too.
    assert known_again([german, later], [[german], [later]]) == [(0x20, 0x20), (0x30, 0x30)]
    assert known_again([german], [[german], []]) == [(0x20,), (None,)]
    assert known_again([german], [[german], [SubtitleId(0x20, "hdmv_pgs_subtitle", "ger")]])[1] == (None,)


def test_one_of_two_without_a_language_does_not_stand_for_the_other():
    one, other = SubtitleId(0x20, "dvb_subtitle", None), SubtitleId(0x21, "dvb_subtitle", None)
    assert known_again([one, other], [[one, other], [other]]) == [(0x20, 0x21), (None, 0x21)]
