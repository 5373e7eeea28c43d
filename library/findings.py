"""What a check has to say: one finding for every file and folder that is not as it should be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from library.arriving import ARRIVING
from library.checks import JOIN, NOT_READ_WHOLE, ranges_from
from library.database import Database
from library.history import Vanished
from library.marks import Range
from library.problems import Problem, problem_from
from library.records import SHRUNK, iso_time
from vault import PROBLEM_LEFTOVER, PROBLEM_NAME, PROBLEM_UNLINKED
from vault import Finding as StructureFinding

HARMLESS = frozenset({PROBLEM_LEFTOVER, ARRIVING.kind})
_DATE_SIZE = len("2026-11-22")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        problem: A word or two that do not change: "damaged", "altered", "incomplete", "missing" ... The table is
            in docs/checking.md.
        path: Plaintext path, or that of the folder it lies in where its own name cannot be read; empty for
            what lies in no folder. For the person who asked, not for logs.
        stored_path: Where it is in the vault.
        detail: More in words, if there is more to say.
        ranges: The plaintext bytes concerned, half-open, in order.
    """

    problem: str
    path: str
    stored_path: str
    detail: str = ""
    ranges: tuple[Range, ...] = ()

    @property
    def is_harmless(self) -> bool:
        """Whether nothing is lost or in danger by it."""
        return self.problem in HARMLESS


def of_structure(finding: StructureFinding) -> Finding:
    """Return what the vault alone finds in the words of a check."""
    nameless = finding.problem in {PROBLEM_NAME, PROBLEM_UNLINKED, PROBLEM_LEFTOVER}
    return Finding(
        problem=finding.problem,
        path=finding.path,
        stored_path=finding.node_id,
        detail=finding.node_id if nameless else "",
    )


def of_item(
    problem: Problem, path: str, stored_path: str, ranges: tuple[Range, ...] = (), when: str = ""
) -> Finding:
    """Return the finding that an item's problem is."""
    said = "" if ranges else problem.detail
    return Finding(
        problem=problem.kind,
        path=path,
        stored_path=stored_path,
        detail=", ".join(part for part in (said, when) if part),
        ranges=ranges,
    )


def of_vanished(gone: Vanished) -> Finding:
    """Return the finding of a file that is not there any more."""
    return Finding(
        problem="missing",
        path=gone.path,
        stored_path=gone.stored_path,
        detail=f"since {iso_time(gone.since_ns)[:_DATE_SIZE]}",
    )


def standing(database: Database, *, with_damage: bool) -> Iterator[Finding]:
    """Yield what the index has against its items, by path.

    Args:
        database: The index's.
        with_damage: Whether to tell damage that was found earlier: not before all is read anew.
    """
    # In a folder's way is what the structure of the vault tells, too.
    sql = (
        "SELECT path, items.stored_path, CASE kind WHEN 'folder' THEN NULL ELSE node_problem END, suspicion,"  # noqa: S608
        f" whole_size > items.stored_size, checks.problem, ranges, checked_ns FROM items LEFT JOIN {JOIN}"
        " WHERE node_problem IS NOT NULL OR suspicion IS NOT NULL OR checks.problem IS NOT NULL"
        " OR whole_size > items.stored_size ORDER BY path"
    )
    with database.reading() as connection:
        rows: Sequence[Sequence[Any]] = connection.execute(sql).fetchall()
    for path, stored_path, *texts, shrunk, damage_text, ranges, checked_ns in rows:
        node_problem, suspicion, damage = map(problem_from, (*texts, damage_text))
        if node_problem is not None and (with_damage or node_problem.kind != "damaged"):
            yield of_item(node_problem, path, stored_path)
        elif shrunk:
            yield of_item(SHRUNK, path, stored_path)
        if suspicion is not None:
            yield of_item(suspicion, path, stored_path)
        if damage is not None and with_damage and node_problem != ARRIVING:
            when = f"found on {iso_time(checked_ns)[:_DATE_SIZE]}" if checked_ns != NOT_READ_WHOLE else ""
            yield of_item(damage, path, stored_path, ranges_from(ranges), when)
