"""Wall and CPU seconds, medians, and how the machine is called."""

import platform
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of something took, in seconds; children that were waited for count as CPU too."""

    wall_s: float
    cpu_s: float


def cpu_s() -> float:
    """CPU seconds of this process and of its ended children."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def cost_of(action: Callable[[], object]) -> Cost:
    """Run `action` once and return what it took."""
    wall, cpu = time.perf_counter(), cpu_s()
    action()
    return Cost(time.perf_counter() - wall, cpu_s() - cpu)


def in_turn(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[Cost]]:
    """Run the actions one after the other, `rounds` times over, after one round that does not count.

    Taking turns lets a drifting machine slow all of them alike.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in actions}
    for turn in range(rounds + 1):
        for name, action in actions.items():
            cost = cost_of(action)
            if turn:
                costs[name].append(cost)
    return costs


def median(values: list[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """One line about the machine."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{len(names)} x {names[0] if names else platform.machine()}, Python {platform.python_version()}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
