"""An import in a process of its own, to be killed."""

from multiprocessing.connection import Connection
from pathlib import Path

from library import Library
from tests.tvapp.transfers import bring
from tvapp.transfer import Watcher
from vault import Vault


def work(vault_dir: Path, masterkey: bytes, state: Path, source: Path, to: str, say: Connection) -> None:
    """Import, and say when it begins, what each file is called that it comes to, and when all is done."""
    with Vault.unlock_with_masterkey(vault_dir, masterkey) as vault, Library(vault, state) as library:
        say.send("began")
        report = bring(vault, library, source, to=to, watcher=Watcher(on_file=say.send))
    assert report.is_whole, report
    say.send("done")
