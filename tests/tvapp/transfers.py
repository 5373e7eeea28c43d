"""Trees of files to bring into a vault and out again, and how to tell whether they are the same."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from tests.tvapp.conftest import FAST_SCRYPT, PASSPHRASE
from tvapp.transfer import Exporter, Importer, TransferReport, plan_export, plan_import, survey
from vault import CipherCombo, NodeKind, Vault, check_vault
from vault.content import GcmContent
from vault.masterkey import Masterkey
from vault.names import NameCipher
from vault.writer import seal_bytes

OLD_NS = 1_234_567_890_123_456_789


def make_tree(root: Path, tree: Mapping[str, bytes | None]) -> Path:
    """Make files with these contents, and folders where there are none; all with a time of long ago."""
    root.mkdir(parents=True, exist_ok=True)
    for number, (path, content) in enumerate(tree.items()):
        place = root / path
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            os.utime(place, ns=(OLD_NS, OLD_NS + number * 1_001_001_001))
    return root


def look(root: Path) -> dict[str, object]:
    """All that can be seen of a tree: kinds, contents, times of files, targets of links."""
    seen: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        name = path.relative_to(root).as_posix()
        if stat.S_ISREG(status.st_mode):
            seen[name] = (path.read_bytes(), status.st_mtime_ns)
        elif stat.S_ISLNK(status.st_mode):
            seen[name] = ("link", str(path.readlink()))
        else:
            seen[name] = stat.S_IFMT(status.st_mode)
    return seen


def traces(root: Path) -> dict[str, tuple[object, ...]]:
    """What would show that somebody was at a tree: all times, owners and modes, and the contents."""
    found = {}
    for path in [root, *sorted(root.rglob("*"))]:
        status = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).digest() if stat.S_ISREG(status.st_mode) else b""
        found[str(path)] = (
            status.st_mtime_ns, status.st_ctime_ns, status.st_mode, status.st_ino, status.st_nlink, digest
        )  # fmt: skip
    return found


def new_vault(directory: Path) -> Vault:
    return Vault.create(directory, PASSPHRASE, scrypt_cost=FAST_SCRYPT)


def bring(
    vault, library, *sources: Path, to: str = "/", everything: bool = False, **options
) -> TransferReport:
    """Import, as the command does."""
    plan = plan_import(sources, to, vault.location, everything=everything)
    return Importer(vault, library, **options).run(plan, survey(vault, plan))


def take(vault, library, to: Path, *paths: str, **options) -> TransferReport:
    """Export, as the command does."""
    return Exporter(vault, library, to, **options).run(plan_export(vault, paths or ("/",)))


def put_link(vault: Vault, folder_id: str, name: str, target: str) -> None:
    """Put a link into a vault, as other programs do: ours makes none."""
    assert vault.cipher_combo is CipherCombo.SIV_GCM
    masterkey = Masterkey(vault.export_masterkey())
    names = NameCipher(masterkey)
    shell = vault.location / names.content_path(folder_id) / names.seal_name(name, folder_id)
    shell.mkdir()
    (shell / "symlink.c9r").write_bytes(seal_bytes(target.encode(), GcmContent(masterkey)))


def contents_of(vault: Vault) -> dict[str, bytes | None]:
    """All that the vault shows: contents by path, None for folders."""
    shown = {}
    for path, node in vault.walk():
        if node.kind is NodeKind.FILE:
            with vault.open(node) as reader:
                shown[path] = reader.read()
        else:
            shown[path] = None
    return shown


def require_sound(vault: Vault) -> None:
    """The vault is whole, and nothing lies in it or beside it that belongs to nothing."""
    assert list(check_vault(vault, deep=True)) == []
    assert not list(vault.location.parent.glob("*.lanterne-tmp/*/*"))


def failures_of(report: TransferReport, root: Path) -> dict[str, str]:
    """What failed, by names below `root`, with the kinds of the errors."""
    names = {
        failure.name.removeprefix(f"{root}/"): type(failure.error).__name__ for failure in report.failures
    }
    assert len(names) == len(report.failures)
    return names
