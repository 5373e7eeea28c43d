"""What a screen says of itself changes what it gets, and no more than that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcoder.test_decision import HEVC10, MKV, media
from transcoder import (
    ABILITIES,
    PROFILES,
    UnknownAbilityError,
    UnknownProfileError,
    decide,
    profile_for,
)
from transcoder.abilities import refined

WORDS = st.lists(
    st.sampled_from(sorted(ABILITIES)).flatmap(lambda word: st.sampled_from([word, f"-{word}"])), max_size=6
)
CASES = [
    # profile, can, file, mode
    ("chromium", "", media(**HEVC10), "transcode"),
    ("chromium", "hevc10", media(**HEVC10), "direct"),
    ("chromium", "hevc", media(**HEVC10), "transcode"),
    ("chromium", "hevc", media(video="hevc", level=120, **MKV), "direct"),
    ("chromium", "ac3", media(audio="ac3", channels=6, **MKV), "direct"),
    ("chromium", "-mkv", media(**MKV), "remux"),
    ("chromium", "-vp9", media(video="vp9", level=None, mime="video/webm", format_name="matroska"), "transcode"),
    ("chromium", "-h264uhd", media(width=3840, height=2160, level=51), "transcode"),
    ("baseline", "h264uhd,mkv", media(width=3840, height=2160, level=51, **MKV), "direct"),
    ("baseline", "aac51", media(channels=6), "direct"),
    ("chromium", "-aac51", media(channels=6), "transcode"),
    ("chromium", "hdr,av110", media(color_transfer="smpte2084", video="av1", bit_depth=10, level=9), "direct"),
    ("tizen", "-hdr", media(color_transfer="smpte2084"), "transcode"),
    ("webos", "opus", media(audio="opus", **MKV), "transcode"),
    ("everything", "-h264", media(), "direct"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "can", "info", "mode"), CASES)
def test_decisions(name, can, info, mode):
    assert decide(info, profile_for(name, can)).mode == mode


@given(kind=st.sampled_from(sorted(PROFILES)), words=WORDS, data=st.data())
def test_the_name_says_it_all(kind, words, data):
    profile = refined(PROFILES[kind], words)
    assert profile_for(profile.name) == profile
    assert refined(PROFILES[kind], data.draw(st.permutations(words))) == profile
    assert profile_for(kind, ",".join(words)) == profile


@given(kind=st.sampled_from(sorted(PROFILES)), words=WORDS)
def test_what_is_made_for_a_screen_stays_the_same(kind, words):
    profile, known = refined(PROFILES[kind], words), PROFILES[kind]
    assert (profile.packaging, profile.max_width, profile.max_height) == (
        known.packaging, known.max_width, known.max_height,
    )  # fmt: skip


def test_what_says_nothing_new_has_no_name_of_its_own():
    assert profile_for("chromium", "opus,vp9,webm,-hevc").name == "chromium"
    assert profile_for("chromium", "opus,,ac3,ac3,").name == "chromium.ac3"


@pytest.mark.parametrize(
    "name", ["toaster", "", "+ac3", "chromium+", "chromium+ac3/..", "chromium +ac3", "chromium+AC3"]
)
def test_names_that_are_none(name):
    with pytest.raises(UnknownProfileError):
        profile_for(name)


def test_words_that_are_none():
    with pytest.raises(UnknownAbilityError, match="smellovision"):
        profile_for("chromium", "ac3,smellovision")


def test_a_no_wins_over_a_yes():
    assert "hevc" not in profile_for("chromium", "hevc10,-hevc").video
    assert profile_for("chromium", "hevc10,-hevc10").video["hevc"].max_bit_depth == 8
