"""Problems as columns of the index hold them."""

import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.problems import Kind, Problem

KINDS = typing.get_args(Kind)


@given(st.builds(Problem, st.sampled_from(KINDS), st.text()))
def test_a_problem_comes_back_as_it_was_kept(problem):
    assert Problem.from_text(str(problem)) == problem


@pytest.mark.parametrize("text", ["the disk refuses: I/O error", "it is not there any more"])
def test_what_an_earlier_version_kept_without_a_word_is_unreadable(text):
    assert Problem.from_text(text) == Problem("unreadable", text)


def test_the_kinds_are_those_of_the_table():
    page = (Path(__file__).parents[2] / "docs" / "checking.md").read_text(encoding="utf-8")
    table = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert set(KINDS) <= table
