"""What the tests of the vault share."""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import settings

from tests.vault.places import Places
from tests.vault.servers import running
from tests.vault.vaults import PASSPHRASE, SCRYPT_COST
from vault import Vault

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk, thousands of times; `test_crash.py` sees to it that we would."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)


@pytest.fixture
def vault_dir(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(vault_dir: Path) -> Iterator[Vault]:
    with Vault.create(vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST) as created:
        yield created


@pytest.fixture(scope="session")
def port_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], int]]:
    """The port of a store's server of some kind: started once, when it is needed first."""
    from fsspec.asyn import get_loop

    # The threads that fsspec runs all its asynchronous file systems in, from here to the end.
    loop = get_loop()
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as servers:
        resolver = servers.enter_context(ThreadPoolExecutor(1))
        resolver.submit(int).result()
        loop.call_soon_threadsafe(loop.set_default_executor, resolver)

        def port_of(kind: str) -> int:
            if kind not in ports:
                directory = tmp_path_factory.mktemp(kind)
                ports[kind] = servers.enter_context(running(kind, directory))
            return ports[kind]

        yield port_of


@pytest.fixture
def places(port_of: Callable[[str], int], tmp_path: Path) -> Places:
    return Places(port_of, tmp_path)
