"""Behind damage: the first place that is shown without reading it again."""

from dataclasses import replace

import pytest

from tests.transcoder.test_command import H264_MKV, OLD_AVI
from transcoder.segments import SegmentPlan, plan_segments
from transcoder.skipping import playable_again_s

PLAN = SegmentPlan((0.0, 2.5, 3.75, 5.0, 7.5, 12.0))


def test_an_index_leads_to_the_next_keyframe():
    silent = replace(H264_MKV, audio=())
    assert playable_again_s(silent, PLAN, 0) == 2.5
    assert playable_again_s(silent, PLAN, 1) == 5.0  # 3.75 is made of what is behind 2.5
    assert playable_again_s(silent, PLAN, 4) is None


def test_sound_is_read_from_earlier():
    """Matroska's from the keyframe before it, mp4's from where it is."""
    assert playable_again_s(H264_MKV, PLAN, 0) == 7.5  # 4.5, so from 2.5
    assert playable_again_s(replace(H264_MKV, format_name="mov"), PLAN, 0) == 7.5
    finer = SegmentPlan((0.0, 1.0, 5.0, 7.5, 12.0))
    assert playable_again_s(H264_MKV, finer, 0) == 7.5
    assert playable_again_s(replace(H264_MKV, format_name="mov"), finer, 0) == 5.0


def test_without_an_index_what_is_searched_through_must_be_whole():
    long = replace(OLD_AVI, duration_s=30.0)
    plan = plan_segments(long, "encode")
    assert playable_again_s(long, plan, 1) == pytest.approx(
        12.0
    )  # the first from which 7 s back is 4.0 or later


def test_sound_alone_has_no_keyframes():
    plan = SegmentPlan((0.0, 4.0, 8.0, 12.0))
    assert playable_again_s(replace(H264_MKV, video=()), plan, 0) == 8.0
