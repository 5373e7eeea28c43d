"""The short version of `kill_loop`, which has the long one: `python -m tests.vault.kill_loop --kills 1000`."""

import random
from pathlib import Path

from tests.vault.kill_loop import Killer

KILLS = 25


def test_a_writer_killed_at_any_instant_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    killer = Killer(tmp_path, seed)
    for _ in range(KILLS):
        killer.kill_one()
    assert killer.report.kills == KILLS
    assert killer.report.done
