"""What the tests of the vault share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vault.vaults import PASSPHRASE, SCRYPT_COST
from vault import Vault


@pytest.fixture
def vault_dir(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(vault_dir: Path) -> Iterator[Vault]:
    with Vault.create(vault_dir, PASSPHRASE, scrypt_cost=SCRYPT_COST) as created:
        yield created
