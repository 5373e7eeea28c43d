# ruff: noqa: T201
"""A writer killed again and again at random instants, and the vault looked through after each time.

    python -m tests.vault.kill_loop --kills 1000

A child process changes a vault and says through a pipe what it begins and what it has done. After each SIGKILL
the vault must show exactly what was reported done, the change under way either done or not; every byte must be
there; nothing else may lie in the vault or beside it.
"""

import argparse
import contextlib
import json
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.vault.kill_child import contents, work
from tests.vault.vaults import PASSPHRASE, SCRYPT_COST, snapshot
from vault import Vault, check_vault

# How long a writer lives once it is at work: some changes take less than a millisecond, some a few.
MAX_LIFE_S = 0.04

Tree = dict[str, tuple[int, int] | None]
"""What a vault should show: (number, size) of files' contents by path, None for folders."""


@dataclass
class Report:
    """What was seen."""

    kills: int = 0
    done: Counter[str] = field(default_factory=Counter)
    cut_short: Counter[str] = field(default_factory=Counter)
    cut_short_and_done: Counter[str] = field(default_factory=Counter)
    found_staged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills; {sum(self.done.values())} changes were reported done {dict(self.done)}; "
            f"{sum(self.cut_short.values())} were cut short {dict(self.cut_short)}, "
            f"of which {sum(self.cut_short_and_done.values())} had been done; "
            f"{self.found_staged} times something was left beside the vault, and swept"
        )


def applied(tree: Tree, change: dict[str, object]) -> Tree:
    """What a vault shows after a change."""
    path = str(change["path"])
    if change["did"] == "write":
        return tree | {path: (int(change["number"]), int(change["size"]))}
    if change["did"] == "make":
        return tree | {path: None}
    moved = {old: data for old, data in tree.items() if f"{old}/".startswith(f"{path}/")}
    kept = {old: data for old, data in tree.items() if old not in moved}
    if change["did"] == "remove":
        return kept
    return kept | {f"{change['new']}{old[len(path) :]}": data for old, data in moved.items()}


class Killer:
    """Owns the vault, the model of it, and the processes that die."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.vault_dir = directory / "vault"
        with Vault.create(self.vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST) as vault:
            self._masterkey = vault.export_masterkey()
        self._rng = random.Random(seed)
        self._tree: Tree = {}
        self.report = Report()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.vault.kill_child"])

    def kill_one(self) -> None:
        """Let a writer live for a moment, kill it, and look at what it left."""
        reading, writing = self._context.Pipe(duplex=False)
        arguments = (self.vault_dir, self._masterkey, self._rng.getrandbits(32), writing)
        writer = self._context.Process(target=work, args=arguments)
        with reading:
            writer.start()
            writing.close()
            assert reading.recv_bytes() == b"{}"
            messages = self._watch(reading, self._rng.random() * MAX_LIFE_S)
            writer.kill()
            with contextlib.suppress(EOFError):
                while True:
                    messages.append(json.loads(reading.recv_bytes()))
        writer.join()
        writer.close()
        self.report.kills += 1
        self._look(self._follow(messages))

    @staticmethod
    def _watch(reading: multiprocessing.connection.Connection, life_s: float) -> list[dict[str, object]]:
        """Read what the writer says for `life_s` seconds."""
        messages: list[dict[str, object]] = []
        end = time.monotonic() + life_s
        while (left := end - time.monotonic()) > 0 and reading.poll(left):
            messages.append(json.loads(reading.recv_bytes()))
        return messages

    def _follow(self, messages: list[dict[str, object]]) -> dict[str, object] | None:
        """Bring the model to what was reported done; return the change that was under way."""
        under_way = None
        for message in messages:
            if message["did"] != "done":
                under_way = message
            elif under_way is not None:
                self._tree = applied(self._tree, under_way)
                self.report.done[str(under_way["did"])] += 1
                under_way = None
        return under_way

    def _look(self, under_way: dict[str, object] | None) -> None:
        """Look through the vault, which was not unlocked since the kill."""
        beside = self.vault_dir.with_name("vault.lanterne-tmp")
        self.report.found_staged += beside.exists()
        with Vault.unlock(self.vault_dir, PASSPHRASE) as vault:
            assert list(check_vault(vault, deep=True)) == []
            shown = snapshot(vault)
            assert all(node.problem is None and not node.conflict for _, node in vault.walk())
        assert not beside.exists()
        self._require_no_debris(shown)
        if under_way is not None:
            kind = str(under_way["did"])
            self.report.cut_short[kind] += 1
            after = applied(self._tree, under_way)
            if shown.keys() == after.keys() and _is_as_written(shown, after):
                self.report.cut_short_and_done[kind] += 1
                self._tree = after
        assert shown.keys() == self._tree.keys()
        assert _is_as_written(shown, self._tree)

    def _require_no_debris(self, shown: dict[str, bytes | None]) -> None:
        """Every stored file belongs to something that is shown."""
        assert sorted(path.name for path in self.vault_dir.iterdir()) == [
            "d",
            "masterkey.cryptomator",
            "vault.cryptomator",
        ]
        folders = 1 + sum(data is None for data in shown.values())
        assert len(list(self.vault_dir.glob("d/*/*"))) == folders
        long_names = sum(len(path.rpartition("/")[2]) > 146 for path in shown)
        files = sum(path.is_file() for path in self.vault_dir.glob("d/**/*"))
        assert files == len(shown) + folders + long_names


def _is_as_written(shown: dict[str, bytes | None], tree: Tree) -> bool:
    return all(shown[path] == (None if data is None else contents(*data)) for path, data in tree.items())


def main() -> None:
    """Kill as often as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="default: another each time")
    parser.add_argument("--directory", type=Path, default=None, help="where to make the vault")
    arguments = parser.parse_args()
    seed = random.randrange(2**32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        killer = Killer(Path(directory), seed)
        for number in range(arguments.kills):
            killer.kill_one()
            if (number + 1) % 100 == 0:
                print(f"{time.monotonic() - started:6.1f} s: {killer.report}", flush=True)
    print(f"{killer.report}\n{time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
