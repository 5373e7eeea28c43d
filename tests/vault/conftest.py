"""What the tests of the vault share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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
