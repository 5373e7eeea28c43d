import pytest

from library import Library
from tests.library.material import new_vault


@pytest.fixture
def vault(tmp_path):
    with new_vault(tmp_path / "vault") as vault:
        yield vault


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def library(vault, state):
    with Library(vault, state) as library:
        yield library
