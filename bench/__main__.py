"""Measure everything and write docs/performance.md."""

import tempfile
from pathlib import Path

from bench import http_peers, idle_memory, names, playback, vault_read
from bench.measure import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"

HEAD = f"""# Performance

Made by `make bench` on {machine()}.
Absolute figures are this machine's, on a noisy day perhaps; the ratios, taken in the same run, are what to compare.
"""


def main() -> None:
    """Run every measurement and write the page."""
    sections = [
        HEAD.strip(),
        vault_read.report(),
        names.report(),
        http_peers.report(),
        playback.report(),
    ]
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as folder:
        sections.append(idle_memory.report(Path(folder)))
    PAGE.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
