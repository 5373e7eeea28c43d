"""How much memory the server takes when nobody watches."""

from pathlib import Path

from bench.measure import table
from bench.server import BenchServer

TEXT = (
    "Proportional (shared pages divided among their users) and private memory of every process, in MiB; discovery"
    " off. The helpers for videos and photos run only while there is something to read."
)


def report(folder: Path) -> str:
    """Return the section about memory.

    Args:
        folder: A temporary folder.
    """
    rows = []
    with BenchServer(folder / "home", []) as server:
        server.json("/api/v1/items")
        processes = _family(server.pid)
        for name, pid in zip(
            ("launcher", "gunicorn arbiter", "web worker, vault open"), processes, strict=False
        ):
            rows.append([name, f"{_memory_mib(pid, 'Pss'):.0f}", f"{_memory_mib(pid, 'Private_Dirty'):.0f}"])
    total = [f"{sum(float(row[column]) for row in rows):.0f}" for column in (1, 2)]
    return "\n\n".join(
        [
            "## Memory at rest",
            TEXT,
            table(["process", "proportional", "private"], [*rows, ["all", *total]]),
        ]
    )


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(inner for child in children for inner in _family(int(child)))]


def _memory_mib(pid: int, kind: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024
