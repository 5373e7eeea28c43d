"""Which sizes are offered, and what the playlist says of them."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from transcoder import PROFILES, AudioStream, MediaInfo, Source, VideoStream
from transcoder.jobs import stop_for
from transcoder.ladder import exceeds, rung_at, rungs_of
from transcoder.playlist import SubtitleRendition, parse_media, parse_multivariant
from transcoder.session import SPARED_S, PresentationKey, Session, make_presentation
from transcoder.stream import Stream
from transcoder.variants import variant_of

FILM = VideoStream(index=0, codec="hevc", width=1920, height=1080, fps=24.0, end_s=20.0)
SOUND = AudioStream(index=1, codec="aac", codec_string="mp4a.40.2")
BASELINE, LEGACY = PROFILES["baseline"], PROFILES["legacy"]


def qualities(video, profile=BASELINE):
    return [rung.quality for rung in rungs_of(video, profile)]


@pytest.mark.parametrize(
    ("size", "rungs"),
    [
        ((3840, 2160), [1080, 720, 480]),
        ((1920, 1080), [1080, 720, 480]),
        ((1920, 800), [1080, 720, 480]),
        ((1280, 536), [720, 480]),
        ((1080, 1920), [1080, 720, 480]),
        ((768, 576), [720, 480]),
        ((320, 180), [480]),
    ],
)
def test_no_rung_is_above_the_source(size, rungs):
    assert qualities(replace(FILM, width=size[0], height=size[1])) == rungs


def test_no_rung_is_above_the_screen():
    assert qualities(FILM, PROFILES["legacy"]) == [720, 480]


def test_a_wish_is_met_by_the_nearest_rung_below():
    rungs = rungs_of(FILM, BASELINE)
    assert [rung_at(rungs, quality).quality for quality in (2160, 1080, 900, 480, 100)] == [
        1080,
        1080,
        720,
        480,
        480,
    ]


@pytest.mark.parametrize(
    ("size", "quality", "larger"),
    [
        ((1920, 1080), 1080, False),
        ((1080, 1920), 1080, False),
        ((1920, 800), 720, True),
        ((1088, 1920), 1080, True),
    ],
)
def test_what_is_larger_than_a_rung(size, quality, larger):
    assert exceeds(replace(FILM, width=size[0], height=size[1]), quality) is larger


def made(
    quality=None,
    *,
    video=FILM,
    burn=None,
    keeps_up=lambda video, rung: True,
    size=None,
    screen=BASELINE,
    seconds=20,
    sound=SOUND,
    peak_bitrate=None,
):
    info = MediaInfo(
        format_name="matroska",
        mime="video/x-matroska",
        duration_s=float(seconds),
        video=(replace(video, end_s=float(seconds)),),
        audio=(sound,),
        peak_bitrate=peak_bitrate,
        keyframes_s=tuple(float(at_s) for at_s in range(0, seconds, 5)),
    )
    source = Source("film", info, nullcontext, size)
    return make_presentation(
        PresentationKey("film", screen.name, burn=burn, quality=quality), source, screen, 0.0, keeps_up
    )


def test_all_rungs_are_cut_at_the_same_places():
    plans = {made(quality)[0].plan for quality in (1080, 720, 480)}
    assert len(plans) == 1


def test_without_a_wish_the_best_that_is_made_in_time_comes_first():
    presentation, rungs = made(keeps_up=lambda _video, rung: rung.quality <= 720)
    assert presentation.key.quality == 720
    assert [rung.quality for rung in rungs] == [720, 480]


def test_where_nothing_is_made_in_time_the_lowest_is_offered():
    _, rungs = made(keeps_up=lambda _video, _rung: False)
    assert [rung.quality for rung in rungs] == [480]


def test_a_wish_is_the_only_offer_even_if_it_is_slow():
    presentation, rungs = made(1080, keeps_up=lambda _video, _rung: False)
    assert presentation.key.quality == 1080
    assert [rung.quality for rung in rungs] == [1080]


def test_what_was_slow_for_a_while_is_not_spared_work_for_ever():
    presentation, _ = made()
    presentation.use(1000.0)
    assert presentation.spare_work()
    presentation.use(1000.0 + SPARED_S - 1)
    assert presentation.savings == 1
    presentation.use(1000.0 + SPARED_S)
    assert presentation.savings == 0


def test_a_run_that_is_spared_work_ends_when_the_whole_work_may_be_tried_again():
    presentation, _ = made(seconds=3600)
    assert stop_for(presentation, 100) == presentation.plan.count
    assert presentation.spare_work()
    start_s, stop_s = (presentation.plan.start_s(index) for index in (100, stop_for(presentation, 100)))
    assert SPARED_S < stop_s - start_s < SPARED_S + 120
    assert stop_for(presentation, presentation.plan.count - 1) == presentation.plan.count


def test_a_size_that_was_too_much_comes_back_when_nobody_is_watching():
    presentation, _ = made(screen=LEGACY)
    full = presentation.rung
    presentation.use(1000.0)
    assert presentation.spare_work()
    assert presentation.spare_work()
    assert presentation.rung.quality < full.quality
    for now_s in range(1000, 3000, 10):
        presentation.use(float(now_s))
    assert presentation.rung.quality < full.quality  # who watches would see it
    presentation.use(3000.0 + SPARED_S)
    assert presentation.rung == full


H264 = replace(FILM, codec="h264", level=40, codec_string="avc1.640028")


@pytest.mark.parametrize(
    ("wish", "treatment", "quality"),
    [({}, "copy", None), ({"quality": 1080}, "copy", None), ({"quality": 720}, "encode", 720),
     ({"burn": 0}, "encode", 1080)],
)  # fmt: skip
def test_what_the_screen_plays_is_converted_only_for_a_wish(wish, treatment, quality):
    presentation, _ = made(video=H264, **wish)
    assert presentation.decision.video == treatment
    assert presentation.key.quality == quality


def test_what_is_said_of_a_converted_variant():
    presentation, rungs = made()
    variants = [variant_of(presentation, "x", rung) for rung in rungs]
    assert [one.resolution for one in variants] == [(1920, 1080), (1280, 720), (852, 480)]
    assert [one.codecs for one in variants] == [
        "avc1.640028,mp4a.40.2",
        "avc1.64001f,mp4a.40.2",
        "avc1.64001e,mp4a.40.2",
    ]
    assert all(one.average_bandwidth < one.bandwidth < 2 * one.average_bandwidth for one in variants)
    assert sorted((one.bandwidth for one in variants), reverse=True) == [one.bandwidth for one in variants]


def test_a_copied_variant_has_the_files_own_bit_rate():
    presentation, rungs = made(video=H264, size=20_000_000)
    assert rungs == ()
    variant = variant_of(presentation, "x", None)
    assert variant.average_bandwidth == pytest.approx(8_000_000, rel=0.05)
    assert variant.bandwidth > variant.average_bandwidth


AC3 = AudioStream(index=1, codec="ac3", channels=6, codec_string="ac-3")


@pytest.mark.parametrize(
    ("screen", "sound", "treatment", "bitrate"),
    [
        ("baseline", AC3, "encode", 192_000),
        ("tizen", replace(AC3, codec="dts"), "encode", 192_000),
        ("safari", replace(AC3, codec="dts"), "encode", 384_000),
        ("safari", AC3, "copy", 640_000),
        ("safari", replace(AC3, codec="eac3"), "copy", 1_024_000),
        ("safari", replace(AC3, codec="eac3", channels=8), "copy", 1_664_000),
    ],
)
def test_the_bandwidth_has_room_for_the_sound(screen, sound, treatment, bitrate):
    presentation, rungs = made(480, screen=PROFILES[screen], sound=sound)
    assert (presentation.decision.video, presentation.decision.audio) == ("encode", treatment)
    silent = replace(presentation, audio_stream=None)
    loud, still = variant_of(presentation, "x", rungs[0]), variant_of(silent, "x", rungs[0])
    assert loud.bandwidth - still.bandwidth == bitrate
    assert loud.average_bandwidth - still.average_bandwidth == bitrate


@pytest.mark.parametrize(("sound", "added"), [(AC3, 0), (replace(AC3, codec="dts"), 384_000)])
def test_a_peak_that_was_measured_has_the_sound_in_it_that_is_passed_on(sound, added):
    presentation, _ = made(
        video=H264, size=20_000_000, screen=PROFILES["safari"], sound=sound, peak_bitrate=9_000_000
    )
    assert presentation.decision.video == "copy"
    variant = variant_of(presentation, "x", None)
    assert variant.bandwidth == 9_100_000 + added
    assert variant.average_bandwidth == 8_100_000 + added


def test_what_is_passed_on_in_a_transport_stream_has_its_packets_around_it():
    presentation, _ = made(video=H264, size=20_000_000, screen=PROFILES["dlna"], peak_bitrate=9_000_000)
    assert presentation.decision.video == "copy"
    assert variant_of(presentation, "x", None).bandwidth > 9_400_000


HDR = replace(FILM, bit_depth=10, level=120, color_transfer="smpte2084")


@pytest.mark.parametrize(
    ("changes", "wish", "said"),
    [
        ({}, {}, "PQ"),
        ({"color_transfer": "arib-std-b67"}, {}, "HLG"),
        ({"color_transfer": None, "dolby_vision": 5}, {}, "PQ"),
        ({"color_transfer": "bt709"}, {}, None),
        ({"color_transfer": "bt709", "dolby_vision": 8}, {}, None),
        ({}, {"quality": 720}, None),  # converted, with the tones of SDR
    ],
)
def test_a_picture_of_hdr_is_called_so_where_it_is_passed_on(changes, wish, said):
    presentation, rungs = made(video=replace(HDR, **changes), screen=PROFILES["safari"], **wish)
    assert (presentation.decision.video == "copy") == (not wish)
    variant = variant_of(presentation, "x", rungs[0] if rungs else None)
    assert variant.video_range == said


@pytest.mark.parametrize(("profile", "version"), [("legacy", 3), ("dlna", 3), ("tizen", 3), ("baseline", 7)])
@pytest.mark.parametrize("subtitles", [(), (SubtitleRendition(uri="0.m3u8", name="Deutsch"),)])
def test_a_transport_streams_playlists_are_for_players_of_all_ages(profile, version, subtitles):
    presentation, rungs = made(screen=PROFILES[profile])
    stream = Stream(None, presentation, Session("tv", presentation, 0.0), rungs)
    master = parse_multivariant(stream.multivariant_playlist(lambda name, _quality=None: name, subtitles))
    media = parse_media(stream.media_playlist(lambda name: name))
    assert (master.version, media.version) == (version, version)
    assert (media.map_uri is not None) == (version == 7)
