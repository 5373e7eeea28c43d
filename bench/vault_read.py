"""How fast plaintext comes out of the vault, against the cipher alone and against a plain file."""

import os
import random
import re
import subprocess
import tempfile
from pathlib import Path

from bench.measure import in_turn, median, table
from vault import Vault

SIZE = 512 << 20
ROUNDS = 5
BATCH = 256 << 10
RANDOM_READS = 2000
RANDOM_SIZE = 64 << 10


def report() -> str:
    """Return the section about reading."""
    with tempfile.TemporaryDirectory(prefix="lanterne-bench-") as folder:
        plain = Path(folder) / "plain"
        with plain.open("wb") as file:
            for _ in range(SIZE >> 20):
                file.write(random.randbytes(1 << 20))
        with Vault.create(Path(folder) / "vault", "bench", scrypt_cost=2**12) as vault:
            with plain.open("rb") as source:
                node = vault.write_file("", "film", source)
            offsets = [random.randrange(SIZE - RANDOM_SIZE) for _ in range(RANDOM_READS)]
            costs = in_turn(
                {
                    "plain file, one reused buffer": lambda: _read_plain(plain),
                    "vault, `readinto` one buffer": lambda: _read_into(vault, node),
                    "vault, `iter_range` (an HTTP body)": lambda: _iterate(vault, node),
                    "plain file, random": lambda: _random_plain(plain, offsets),
                    "vault, random": lambda: _random_vault(vault, node, offsets),
                },
                ROUNDS,
            )
    gigabytes = SIZE / 1e9
    floor = openssl_gigabytes_per_second()
    rows = [["`openssl speed` aes-256-gcm, 32 KiB, one thread", f"{floor:.2f}", "", "1.00"]]
    for name in list(costs)[:3]:
        rate = gigabytes / median([cost.wall_s for cost in costs[name]])
        per_cpu = gigabytes / median([cost.cpu_s for cost in costs[name]])
        rows.append([name, f"{rate:.2f}", f"{per_cpu:.2f}", f"{rate / floor:.2f}"])
    randoms = [
        [name.partition(",")[0], f"{median([cost.wall_s for cost in costs[name]]) / RANDOM_READS * 1e6:.0f}"]
        for name in list(costs)[3:]
    ]
    return "\n\n".join(
        [
            "## Reading the vault",
            f"{SIZE >> 20} MiB from the page cache, one thread, medians of {ROUNDS} rounds taken in turn.",
            table(["what", "GB/s", "GB per CPU-second", "against openssl"], rows),
            f"{RANDOM_READS} reads of {RANDOM_SIZE >> 10} KiB at random places, each decrypted and authenticated:",
            table(["what", "µs a read"], randoms),
        ]
    )


def openssl_gigabytes_per_second() -> float:
    """What OpenSSL itself says that the cipher does on this machine, decrypting."""
    output = subprocess.run(
        ["openssl", "speed", "-decrypt", "-evp", "aes-256-gcm", "-bytes", "32768", "-seconds", "3"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.findall(r"([\d.]+)k", output)[-1]) * 1000 / 1e9


def _read_plain(path: Path) -> None:
    buffer = bytearray(BATCH)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        offset = 0
        while size := os.preadv(descriptor, [buffer], offset):
            offset += size
    finally:
        os.close(descriptor)


def _read_into(vault: Vault, node: object) -> None:
    buffer = bytearray(BATCH)
    with vault.open(node) as reader:
        while reader.readinto(buffer):
            pass


def _iterate(vault: Vault, node: object) -> None:
    with vault.open(node) as reader:
        for _ in reader.iter_range(0, reader.size):
            pass


def _random_plain(path: Path, offsets: list[int]) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        for offset in offsets:
            os.pread(descriptor, RANDOM_SIZE, offset)
    finally:
        os.close(descriptor)


def _random_vault(vault: Vault, node: object, offsets: list[int]) -> None:
    with vault.open(node) as reader:
        for offset in offsets:
            reader.seek(offset)
            reader.read(RANDOM_SIZE)
