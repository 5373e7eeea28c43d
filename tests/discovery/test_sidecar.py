"""The sidecar as a process: its configuration, its ends, its lock. Nothing here sends a packet."""

import json
import signal
import subprocess
import uuid

import pytest

from discovery import sidecar_command
from discovery.lock import InstallationLock
from tests.lan import PROJECT

NO_ADDRESS = {"state": "waiting", "reason": "no address on a home network"}
DOUBLED = {"state": "waiting", "reason": "another sidecar of this installation is running"}
WITHDRAWN = {"state": "withdrawn"}


def says(state):
    return lambda line: json.loads(line) == state


def run_sidecar(data, **redirections):
    given = redirections or {"input": data}
    return subprocess.run(
        sidecar_command(), cwd=PROJECT, capture_output=True, timeout=20, check=False, **given
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"name": "x", "prot": 1}\n', "unknown key 'prot'; known are name, port, install_id, addresses"),
        (b"", "the configuration is not one line of JSON"),
        (b" " * 100_000, "the configuration is longer than 16384 bytes"),
    ],
)
def test_a_bad_configuration_is_one_line_and_status_2(data, message):
    done = run_sidecar(data)
    assert done.returncode == 2
    assert done.stderr.decode() == f"lanterne: discovery: {message}\n"
    assert done.stdout == b""


def test_an_input_without_an_end_to_wait_for_is_refused():
    done = run_sidecar(b"", stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert b"not a pipe" in done.stderr


def test_a_server_for_loopback_alone_is_not_announced(quiet_sidecar):
    sidecar = quiet_sidecar()
    sidecar.wait_for(says(NO_ADDRESS))
    assert sidecar.wait_for_error() == (
        "lanterne: discovery: not announced on the network for now: no address on a home network\n"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_status_0(quiet_sidecar, number):
    sidecar = quiet_sidecar()
    sidecar.wait_for(says(NO_ADDRESS))
    sidecar.signal(number)
    sidecar.wait_for(says(WITHDRAWN))
    assert sidecar.wait() == 0


def test_the_end_of_the_launcher_ends_it_with_status_0(quiet_sidecar):
    sidecar = quiet_sidecar()
    sidecar.wait_for(says(NO_ADDRESS))
    sidecar.end_input()
    sidecar.wait_for(says(WITHDRAWN))
    assert sidecar.wait() == 0


def test_a_doubled_sidecar_waits_for_the_first_to_end(quiet_sidecar):
    install_id = uuid.uuid4()
    first = quiet_sidecar(install_id)
    first.wait_for(says(NO_ADDRESS))
    second = quiet_sidecar(install_id)
    second.wait_for(says(DOUBLED))
    quiet_sidecar().wait_for(says(NO_ADDRESS))  # another installation is not held up
    first.signal(signal.SIGKILL)
    first.wait()
    second.wait_for(says(NO_ADDRESS))


def test_a_sidecar_that_waits_for_its_turn_can_be_ended(quiet_sidecar):
    install_id = uuid.uuid4()
    quiet_sidecar(install_id).wait_for(says(NO_ADDRESS))
    second = quiet_sidecar(install_id)
    second.wait_for(says(DOUBLED))
    second.signal(signal.SIGTERM)
    assert second.wait() == 0


def test_the_lock_is_one_per_installation_and_can_be_taken_again():
    install_id = uuid.uuid4()
    with InstallationLock(install_id) as first, InstallationLock(install_id) as second:
        assert first.take()
        assert first.take()
        assert not second.take()
        first.close()
        first.close()
        assert second.take()
    with InstallationLock(install_id) as third:
        assert third.take()
