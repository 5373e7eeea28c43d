import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transcoder import MediaInfo, VideoStream
from transcoder.segments import HOLD_S, MAX_S, MIN_S, TARGET_S, SegmentPlan, is_outlasted, plan_segments

gaps = st.lists(st.floats(0.02, 20), min_size=0, max_size=60)
starts = st.sampled_from([0.0, 1.4, -5.339, 1000.0])


def info_of(gap_list, start_s=0.0, tail_s=1.0, known=True):
    keyframes_s = tuple(start_s + time for time in itertools.accumulate(gap_list, initial=0.0))
    end_s = keyframes_s[-1] + tail_s
    return MediaInfo(
        format_name="mov",
        mime="video/mp4",
        duration_s=end_s - start_s + 0.02,
        start_s=start_s,
        video=(VideoStream(index=0, codec="h264", width=2, height=2, end_s=end_s if known else None),),
        keyframes_s=keyframes_s if known else (),
    )


@given(gaps, starts, st.floats(0.05, 30), st.sampled_from(["copy", "encode"]))
@example([], 0.0, 0.05, "copy")
def test_a_plan_covers_the_film_once(gap_list, start_s, tail_s, video):
    info = info_of(gap_list, start_s, tail_s)
    plan = plan_segments(info, video)
    assert plan.boundaries_s[0] == 0.0
    assert plan.boundaries_s[-1] == pytest.approx(max(info.duration_s, 0.1), abs=0.11)
    assert sum(plan.durations_s) == pytest.approx(plan.boundaries_s[-1])
    # Every segment has a picture: none starts after the video has ended.
    assert plan.boundaries_s[-2] < info.video[0].end_s - start_s


@given(gaps, starts, st.floats(0.05, 30))
def test_what_is_copied_is_cut_at_keyframes_only(gap_list, start_s, tail_s):
    info = info_of(gap_list, start_s, tail_s)
    plan = plan_segments(info, "copy")
    keyframes_s = [round(time - start_s, 6) for time in info.keyframes_s]
    for cut in plan.boundaries_s[1:-1]:
        assert min(abs(cut - time) for time in keyframes_s) < 2e-6
    assert all(length >= TARGET_S - 1e-5 for length in plan.durations_s[:-1])


@given(gaps, starts, st.floats(0.05, 30))
def test_what_is_converted_has_short_segments(gap_list, start_s, tail_s):
    plan = plan_segments(info_of(gap_list, start_s, tail_s), "encode")
    assert all(MIN_S - 1e-5 <= length <= MAX_S + HOLD_S + 1e-5 for length in plan.durations_s[:-1])
    assert plan.durations_s[-1] <= MAX_S + 1.0


def test_cuts_fall_on_keyframes_where_they_can():
    assert plan_segments(info_of([2.5] * 4), "encode").boundaries_s[:5] == (0.0, 2.5, 5.0, 7.5, 10.0)
    assert plan_segments(info_of([10.0]), "encode").boundaries_s[:5] == (0.0, 2.5, 5.0, 7.5, 10.0)
    assert plan_segments(info_of([0.5] * 20), "encode").boundaries_s[:4] == (0.0, 2.0, 4.0, 6.0)


@given(gaps, starts, st.floats(0.05, 30))
def test_where_no_keyframe_is_pictures_that_stay_are_shown_again(gap_list, start_s, tail_s):
    info = info_of(gap_list, start_s, tail_s)
    keyframes_s = [time - start_s for time in info.keyframes_s]
    for cut in plan_segments(info, "encode").boundaries_s[:-1]:
        assert cut % HOLD_S == 0.0 or min(abs(cut - time) for time in keyframes_s) < 2e-6


@pytest.mark.parametrize(
    ("picture", "stays"),
    [
        ({"end_s": 10.0, "last_s": 9.96}, False),
        ({"end_s": 10.0}, False),
        ({"end_s": 2.0, "last_s": 1.96}, True),
        ({"end_s": 2.0}, True),
        ({"end_s": 10.4, "last_s": 2.0}, True),
        ({"fps": 0.2}, True),
        ({"fps": 25.0}, False),
    ],
)
def test_segments_go_on_to_the_end_behind_the_last_picture(picture, stays):
    info = MediaInfo(
        format_name="mov",
        mime="video/mp4",
        duration_s=10.4,
        video=(VideoStream(index=0, codec="h264", width=2, height=2, **picture),),
        keyframes_s=(0.0,),
    )
    assert is_outlasted(info) == stays
    plan = plan_segments(info, "encode")
    assert plan.boundaries_s[-1] == 10.4
    assert max(plan.durations_s) <= MAX_S + HOLD_S


def test_without_an_index_the_grid_is_fixed():
    assert plan_segments(info_of([9.0], known=False), "encode").boundaries_s[:3] == (0.0, 2.0, 4.0)


def test_sound_alone_is_cut_evenly():
    info = MediaInfo(format_name="mp3", mime="audio/mpeg", duration_s=10.0)
    assert plan_segments(info, None).boundaries_s == (0.0, 4.0, 8.0, 10.0)


plans = st.lists(st.floats(0.5, 20), min_size=1, max_size=50).map(
    lambda lengths: SegmentPlan(tuple(itertools.accumulate(lengths, initial=0.0)))
)


@given(plans, st.data())
def test_every_moment_lies_in_one_segment(plan, data):
    index = data.draw(st.integers(0, plan.count - 1))
    inside = data.draw(st.floats(0, 0.99))
    moment = plan.start_s(index) + inside * (plan.durations_s[index] - 0.005)
    assert plan.index_at(moment) == index


@given(plans)
def test_moments_just_before_a_boundary_count_as_behind_it(plan):
    for index in range(plan.count):
        assert plan.index_at(plan.start_s(index) - 0.002) == index
    assert plan.index_at(-1.0) == -1
    assert plan.index_at(plan.boundaries_s[-1] + 10) == plan.count - 1


@given(plans)
def test_what_goes_on_for_ever_is_in_no_segment(plan):
    """A container that says less than it has shall not make a segment of all the rest."""
    assert plan.index_at(plan.boundaries_s[-1] + 100) == plan.count


@pytest.mark.parametrize("boundaries_s", [(), (0.0,), (0.0, 0.0), (0.0, 2.0, 1.0)])
def test_a_plan_that_is_none_is_refused(boundaries_s):
    with pytest.raises(ValueError, match="ascend"):
        SegmentPlan(boundaries_s)
