"""Sidecars for tests."""

import contextlib
import uuid

import pytest

from discovery import Advertisement, sidecar_command
from tests.lan import HomeLan, Process


@pytest.fixture
def lan():
    """A home network of this test's own."""
    with HomeLan() as network:
        yield network


@pytest.fixture
def quiet_sidecar():
    """Start sidecars on this machine itself, of a server that only loopback reaches: they send nothing."""
    with contextlib.ExitStack() as stack:

        def start(install_id=None):
            process = Process(sidecar_command())
            stack.callback(process.close)
            asked = Advertisement(port=8080, install_id=install_id or uuid.uuid4(), addresses=("127.0.0.1",))
            process.write(asked.format())
            return process

        yield start
