"""What is wrong with a file or folder: a word that does not change, and more in words. Pure."""

import typing
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "altered",
    "arriving",
    "changed places",
    "damaged",
    "incomplete",
    "rolled back",
    "rolled back?",
    "unreadable",
]
"""The table is in docs/checking.md."""

_KINDS: dict[str, Kind] = {kind: kind for kind in typing.get_args(Kind)}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as the index keeps it; its text is what a person is shown of it."""

    kind: Kind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind

    @classmethod
    def from_text(cls, text: str) -> "Problem":
        """Return the problem that a column of the index holds. Earlier versions left "unreadable" out."""
        word, _, detail = text.partition(": ")
        kind = _KINDS.get(word)
        return cls("unreadable", text) if kind is None else cls(kind, detail)


def problem_from(text: str | None) -> Problem | None:
    """Return the problem that a column of the index holds, if it holds any."""
    return None if text is None else Problem.from_text(text)


def text_of(problem: Problem | None) -> str | None:
    """Return a problem as a column of the index holds it."""
    return None if problem is None else str(problem)
