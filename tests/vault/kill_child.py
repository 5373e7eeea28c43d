"""A writer that changes a vault for ever, and says what it is about to do and what it has done. See `kill_loop`."""

import io
import json
import random
from multiprocessing.connection import Connection
from pathlib import Path

from vault import Node, NodeKind, Vault

LONG = "A very long name " * 13
SIZES = [0, 1, 5_000, 32_768, 100_000, 400_000]
MAX_NODES = 24


def contents(number: int, size: int) -> bytes:
    """What is written: known from two numbers, so that they can be told through a pipe."""
    return random.Random(number).randbytes(size)


def work(vault_dir: Path, masterkey: bytes, seed: int, pipe: Connection) -> None:
    """Change a vault at random until somebody kills this process."""
    with Vault.unlock_with_masterkey(vault_dir, masterkey) as vault:
        pipe.send_bytes(b"{}")
        writer = Writer(vault, random.Random(seed), pipe)
        while True:
            writer.change_something()


class Writer:
    """Makes one change after the other."""

    def __init__(self, vault: Vault, rng: random.Random, pipe: Connection) -> None:
        self._vault = vault
        self._rng = rng
        self._pipe = pipe

    def change_something(self) -> None:
        nodes = list(self._vault.walk())
        changes = [self.write, self.write, self.make_folder]
        if nodes:
            changes += [self.rename, self.rename, self.replace, self.remove]
        change = self.remove if len(nodes) > MAX_NODES else self._rng.choice(changes)
        change(nodes)
        self._say({"did": "done"})

    def _say(self, message: dict[str, object]) -> None:
        data = json.dumps(message).encode()
        assert len(data) < 4000  # a pipe takes that much whole, or nothing of it
        self._pipe.send_bytes(data)

    def _folder(self, nodes: list[tuple[str, Node]]) -> tuple[str, str]:
        folders = [(path, node.own_id) for path, node in nodes if node.own_id is not None]
        path, own_id = self._rng.choice([("", ""), *folders])
        return path, own_id or ""

    def _new_name(self) -> str:
        number = str(self._rng.getrandbits(48))
        return number if self._rng.random() < 0.6 else LONG + number

    def write(self, nodes: list[tuple[str, Node]]) -> None:
        parent, folder_id = self._folder(nodes)
        name = self._new_name()
        self._write(f"{parent}/{name}", folder_id, name, replace=False)

    def _write(self, path: str, folder_id: str, name: str, *, replace: bool) -> None:
        number, size = self._rng.getrandbits(48), self._rng.choice(SIZES)
        self._say({"did": "write", "path": path, "number": number, "size": size})
        source = io.BytesIO(contents(number, size))
        self._vault.write_file(folder_id, name, source, replace=replace)

    def replace(self, nodes: list[tuple[str, Node]]) -> None:
        files = [(path, node) for path, node in nodes if node.kind is NodeKind.FILE]
        if files:
            path, node = self._rng.choice(files)
            self._write(path, node.folder_id, node.name, replace=True)

    def make_folder(self, nodes: list[tuple[str, Node]]) -> None:
        parent, folder_id = self._folder(nodes)
        name = self._new_name()
        self._say({"did": "make", "path": f"{parent}/{name}"})
        self._vault.make_folder(folder_id, name)

    def rename(self, nodes: list[tuple[str, Node]]) -> None:
        path, node = self._rng.choice(nodes)
        outside = [each for each in nodes if not f"{each[0]}/".startswith(f"{path}/")]
        parent, folder_id = self._folder(outside)
        name = self._new_name()
        self._say({"did": "rename", "path": path, "new": f"{parent}/{name}"})
        self._vault.rename(node, folder_id, name)

    def remove(self, nodes: list[tuple[str, Node]]) -> None:
        path, node = self._rng.choice(nodes)
        self._say({"did": "remove", "path": path})
        self._vault.remove(node)
