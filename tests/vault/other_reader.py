# ruff: noqa: T201
"""A program that is not ours, kept running: reads vaults that it is told about, one a line."""

import hashlib
import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Self


class OtherReader:
    """Owner of a process in which pycryptomator reads vaults."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.vault.other_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def read(self, vault_dir: Path, passphrase: str) -> dict[str, str | None]:
        """What a vault holds: digests of the files by path, None for folders."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(vault_dir), passphrase]) + "\n")
        self._process.stdin.flush()
        found: dict[str, str | None] = json.loads(self._process.stdout.readline())
        return found


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    from pycryptomator.cryptomator import Vault

    for line in sys.stdin:
        vault_dir, passphrase = json.loads(line)
        found: dict[str, str | None] = {}
        with redirect_stdout(sys.stderr):
            vault = Vault(vault_dir, passphrase)
            for root, folders, files in vault.walk("/"):
                here = root.rstrip("/")
                found |= {f"{here}/{name}": None for name in folders}
                for name in files:
                    with open(vault.getInfo(f"{here}/{name}").contentsC9, "rb") as source:  # noqa: PTH123
                        plaintext = io.BytesIO()
                        Vault._decryptf(vault.pk, source, plaintext)
                    found[f"{here}/{name}"] = digest(plaintext.getvalue())
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
