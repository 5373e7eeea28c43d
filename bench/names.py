"""How long it takes to list a large folder, and to unlock."""

import base64
import contextlib
import io
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bench.measure import in_turn, median, table
from vault import Vault

NAMES = 10_000
ROUNDS = 7
SCRYPT_COST = 2**17  # of a new vault


def report() -> str:
    """Return the section about names and unlocking."""
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as temporary:
        folder = Path(temporary)
        with contextlib.ExitStack() as vaults:
            vault = vaults.enter_context(Vault.create(folder / "vault", "bench"))
            _fill(vault, folder / "plain")
            fresh = [vaults.enter_context(_unlocked_anew(vault)) for _ in range(ROUNDS + 1)]
            costs = in_turn(
                {
                    "plain folder, `scandir` and `stat`": lambda: _list_plain(folder / "plain"),
                    "the vault's own folder, `scandir` and `stat`": lambda: _list_plain(
                        _sealed_folder(vault)
                    ),
                    "vault, names opened, sizes known: first time after unlocking": lambda: (
                        fresh.pop().list_folder("")
                    ),
                    "vault, names opened, sizes known: again": lambda: vault.list_folder(""),
                },
                ROUNDS,
            )
        unlocks = in_turn(
            {"scrypt alone": _scrypt, "unlock": lambda: Vault.unlock(folder / "vault", "bench").close()},
            ROUNDS,
        )
    walls = {name: median([cost.wall_s for cost in runs]) * 1e3 for name, runs in (costs | unlocks).items()}
    plain, scrypt = next(iter(walls.values())), walls["scrypt alone"]
    return "\n\n".join(
        [
            "## Names and unlocking",
            f"A folder of {NAMES} files, medians of {ROUNDS} rounds taken in turn:",
            table(
                ["what", "ms", "times plain"],
                [[n, f"{walls[n]:.0f}", f"{walls[n] / plain:.2f}"] for n in costs],
            ),
            "Unlocking a new vault, against its key derivation alone:",
            table(
                ["what", "ms", "times scrypt"],
                [[n, f"{walls[n]:.0f}", f"{walls[n] / scrypt:.2f}"] for n in unlocks],
            ),
        ]
    )


def _fill(vault: Vault, plain: Path) -> None:
    """Make the same files in a plain folder and in the vault's root.

    The vault's are copies of one sealed file under sealed names: listing looks at names and sizes only, and to
    write each of them safely, synced to the disk, would take minutes.
    """
    plain.mkdir()
    sealed = _sealed_folder(vault)
    for number in range(NAMES):
        name = f"holiday picture {number:05}.jpg"
        (plain / name).write_bytes(b"x" * 100)
    vault.write_file("", "model", io.BytesIO(b"x" * 100))
    model = next(path for path in sealed.iterdir() if path.name != "dirid.c9r")
    content = model.read_bytes()
    model.unlink()
    for number in range(NAMES):
        (sealed / _sealed_name(vault, f"holiday picture {number:05}.jpg")).write_bytes(content)


def _unlocked_anew(vault: Vault) -> Vault:
    """The same vault, which remembers nothing."""
    return Vault.unlock_with_masterkey(vault.location, vault.export_masterkey())


def _sealed_folder(vault: Vault) -> Path:
    return Path(vault.directory) / Path(vault.find("/").stored_path)


def _sealed_name(vault: Vault, name: str) -> str:
    masterkey = vault.export_masterkey()
    sealed = AESSIV(masterkey[32:] + masterkey[:32]).encrypt(name.encode(), [b""])
    return base64.urlsafe_b64encode(sealed).decode("ascii") + ".c9r"


def _list_plain(folder: Path) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            entry.stat()


def _scrypt() -> None:
    Scrypt(salt=bytes(8), length=32, n=SCRYPT_COST, r=8, p=1).derive(b"bench")
