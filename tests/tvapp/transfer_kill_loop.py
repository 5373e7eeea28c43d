"""An import killed again and again at random instants, and the vault looked through after each time.

    python -m tests.tvapp.transfer_kill_loop --kills 1000

A child process imports a tree and says through a pipe which file it comes to: those before it are stored. After
each SIGKILL these must be in the vault, every file that is shown must be whole, and nothing else may lie in the
vault or beside it. Then the same import goes on, until it is done and the next one begins. The sources must
look as they did at the start.
"""

import argparse
import contextlib
import multiprocessing
import random
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import click

from library import Library
from tests.tvapp.conftest import CHUNK_SIZE
from tests.tvapp.transfers import bring, contents_of, make_tree, new_vault, require_sound, traces
from tvapp.transfer import shown
from vault import Vault

SIZES = (0, 1, 700, CHUNK_SIZE - 1, CHUNK_SIZE, 9 * CHUNK_SIZE + 3, 40 * CHUNK_SIZE)


@dataclass
class Report:
    """What was seen."""

    kills: int = 0
    imports: int = 0
    whole_before_kill: int = 0
    half_way: int = 0
    found_staged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.imports} imports; {self.half_way} found some files stored and some not, "
            f"{self.whole_before_kill} came when all was done; "
            f"{self.found_staged} times something was left beside the vault, and swept"
        )


class Killer:
    """Owns the sources, the vault, and the processes that die."""

    def __init__(self, directory: Path, seed: int) -> None:
        self._rng = random.Random(seed)
        tree = {
            f"{'Folder/' * (number % 4)}{name * 60} {number}": self._rng.randbytes(SIZES[number % len(SIZES)])
            for number, name in enumerate("abcdéghijkl日")
        }
        self._source = make_tree(directory / "source", tree | {"Nothing in here": None})
        self._before = traces(self._source)
        self._contents = {f"source/{path}": content for path, content in tree.items()}
        self._state = directory / "state"
        self._vault_dir = directory / "vault"
        with new_vault(self._vault_dir) as vault:
            self._masterkey = vault.export_masterkey()
            with Library(vault, self._state) as library:
                began = time.monotonic()
                assert bring(vault, library, self._source, to="/0").is_whole
                # How long an import may live once it has begun: about as long as a whole one takes.
                self._max_life_s = time.monotonic() - began
            vault.remove(vault.find("/0"))
        self.report = Report()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.tvapp.transfer_kill_child"])

    def kill_one(self) -> None:
        """Let an import live for a moment, kill it, look at what it left; begin anew when all was stored."""
        from tests.tvapp.transfer_kill_child import work

        reading, writing = self._context.Pipe(duplex=False)
        to = f"/{self.report.imports}"
        arguments = (self._vault_dir, self._masterkey, self._state, self._source, to, writing)
        child = self._context.Process(target=work, args=arguments)
        with reading:
            child.start()
            writing.close()
            assert reading.recv() == "began"
            said = self._watch(reading, self._rng.random() * self._max_life_s)
            child.kill()
            with contextlib.suppress(EOFError):
                while True:
                    said.append(reading.recv())
        child.join()
        child.close()
        self.report.kills += 1
        if self._look(to, said):
            self.finish()

    def finish(self) -> None:
        """Bring the import at hand to its end: all is there once, and comes out of the vault as it was."""
        to = f"/{self.report.imports}"
        with self._unlocked() as vault, Library(vault, self._state) as library:
            report = bring(vault, library, self._source, to=to)
            assert report.is_whole
            assert report.stored_count + report.skipped_count == len(self._contents)
            shown_now = self._files(vault, to)
            assert shown_now == self._contents
            again = bring(vault, library, self._source, to=to)
            assert (again.stored_count, again.skipped_count) == (0, len(self._contents))
            assert vault.find(f"{to}/source/Nothing in here").problem is None
            require_sound(vault)
            vault.remove(vault.find(to))
        assert traces(self._source) == self._before
        self.report.imports += 1

    @staticmethod
    def _watch(reading: Connection, life_s: float) -> list[str]:
        """Read what the import says for `life_s` seconds."""
        said: list[str] = []
        end = time.monotonic() + life_s
        while (left := end - time.monotonic()) > 0 and reading.poll(left):
            try:
                said.append(reading.recv())
            except EOFError:
                break
        return said

    def _look(self, to: str, said: list[str]) -> bool:
        """Look through the vault; tell whether all is stored."""
        beside = self._vault_dir.with_name("vault.lanterne-tmp")
        self.report.found_staged += beside.exists()
        with self._unlocked() as vault:
            assert not beside.exists()
            require_sound(vault)
            found = self._files(vault, to)
        for path, content in found.items():
            assert content == self._contents[path], f"{shown(path)} is not whole"
        by_name = {path.rpartition("/")[2]: path for path in self._contents}
        reported = [by_name[name] for name in said[:-1] if name != "done"]
        assert set(reported) <= found.keys()
        assert traces(self._source) == self._before
        self.report.half_way += 0 < len(found) < len(self._contents)
        self.report.whole_before_kill += len(found) == len(self._contents)
        return len(found) == len(self._contents)

    def _unlocked(self) -> Vault:
        return Vault.unlock_with_masterkey(self._vault_dir, self._masterkey)

    @staticmethod
    def _files(vault: Vault, to: str) -> dict[str, bytes]:
        return {
            path.removeprefix(f"{to}/"): content
            for path, content in contents_of(vault).items()
            if content is not None and path.startswith(f"{to}/")
        }


def main() -> None:
    """Kill as often as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="default: another each time")
    parser.add_argument("--directory", type=Path, default=None, help="where to make the vault")
    arguments = parser.parse_args()
    seed = random.randrange(2**32) if arguments.seed is None else arguments.seed
    click.echo(f"seed {seed}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        killer = Killer(Path(directory), seed)
        for number in range(arguments.kills):
            killer.kill_one()
            if (number + 1) % 100 == 0:
                click.echo(f"{time.monotonic() - started:6.1f} s: {killer.report}")
        killer.finish()
    click.echo(f"{killer.report}\n{time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
