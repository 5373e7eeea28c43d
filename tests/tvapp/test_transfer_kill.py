"""The short version of `python -m tests.tvapp.transfer_kill_loop --kills 1000`."""

import random
import tempfile
from pathlib import Path

import click

from tests.tvapp.transfer_kill_loop import Killer

KILLS = 30
MEMORY = Path("/dev/shm")


def test_an_import_killed_at_any_instant_goes_on_where_it_was() -> None:
    seed = random.randrange(2**32)
    click.echo(f"seed {seed}")  # shown where the test fails
    # In memory, where there is, many instants of an import fit into a short time.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        killer = Killer(Path(directory), seed)
        for _ in range(KILLS):
            killer.kill_one()
        killer.finish()
    assert killer.report.kills == KILLS
