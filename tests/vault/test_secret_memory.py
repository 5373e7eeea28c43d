"""The masterkey's memory: wiped when the vault is locked, kept out of swap, and never taken for a key after."""

import re
import threading
from pathlib import Path

import pytest

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST
from vault import Vault, VaultLockedError
from vault.masterkey import Masterkey
from vault.secret_memory import SecretMemory

RAW = bytes(range(64))


def mapping_of(address: int) -> dict[str, str]:
    """What the system says of the memory at an address."""
    fields: dict[str, str] = {}
    for line in Path("/proc/self/smaps").read_text(encoding="ascii", errors="replace").splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
        if head:
            if fields:
                return fields
            is_it = int(head[1], 16) <= address < int(head[2], 16)
        elif is_it:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    return fields


def test_a_masterkey_that_is_wiped_is_gone_and_says_so() -> None:
    masterkey = Masterkey(RAW)
    page = masterkey._memory._page
    assert page[:64] == RAW
    masterkey.wipe()
    masterkey.wipe()
    assert not any(page[:])
    for use in (
        lambda: masterkey.raw,
        lambda: masterkey.enc,
        lambda: masterkey.mac,
        lambda: masterkey.derive_key("index", 32),
        lambda: masterkey.sign(b"x", "sha256"),
    ):
        with pytest.raises(VaultLockedError):
            use()


def test_locking_wipes_the_masterkey(vault_dir: Path) -> None:
    for opened in (
        Vault.create(vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST),
        Vault.unlock(vault_dir, PASSPHRASE),
    ):
        page = opened._keyring.keys().masterkey._memory._page
        assert any(page[:])
        opened.close()
        assert not any(page[:])


def test_a_masterkey_that_nobody_wipes_is_wiped_with_the_garbage() -> None:
    masterkey = Masterkey(RAW)
    page = masterkey._memory._page
    del masterkey
    assert not any(page[:])


def test_the_masterkey_stays_out_of_swap_and_core_dumps() -> None:
    import ctypes

    memory = SecretMemory(RAW)
    first = ctypes.c_char.from_buffer(memory._page)
    fields = mapping_of(ctypes.addressof(first))
    assert {"lo", "dd"} <= set(fields["VmFlags"].split())
    assert fields["Locked"] != "0 kB"


def test_memory_that_may_not_be_locked_does(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    def no_library(name: str | None, **options: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    assert Masterkey(RAW).raw == RAW


def test_what_is_lent_is_not_wiped_under_the_borrower() -> None:
    memory, wiped = SecretMemory(RAW), threading.Event()

    def wipe() -> None:
        memory.wipe()
        wiped.set()

    wiper = threading.Thread(target=wipe)
    with memory.lend() as lent:
        assert lent.readonly
        wiper.start()
        assert not wiped.wait(0.05)
        assert bytes(lent) == RAW
    wiper.join()
    assert memory.is_wiped
    with pytest.raises(ValueError, match="released"):
        bytes(lent)


def test_a_secret_fits_on_a_page() -> None:
    with pytest.raises(ValueError, match="page"):
        SecretMemory(bytes(1 << 20))


def test_keys_derived_while_another_locks_are_right_or_refused(vault: Vault) -> None:
    """Never a key made of zeros: what it sealed could not be opened again."""
    right = vault.derive_key("index")
    seen: list[bytes] = []
    started = threading.Barrier(4)

    def derive() -> None:
        started.wait()
        try:
            while True:
                seen.append(vault.derive_key("index"))
        except VaultLockedError:
            pass

    threads = [threading.Thread(target=derive) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait()
    vault.close()
    for thread in threads:
        thread.join()
    assert set(seen) <= {right}
