import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvapp.devices import INVITATION_LIFE_S, Devices, DevicesError, UnknownDeviceError
from tvapp.roles import Role

NAMES_KEY = bytes(range(32))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def devices(tmp_path):
    devices = Devices(tmp_path / "state")
    devices.seal_names_to(NAMES_KEY)
    return devices


def test_a_token_finds_its_device_and_no_other(devices):
    tv, tv_token = devices.add("Living room", Role.TV)
    phone, phone_token = devices.add("Zoë’s phone", Role.PHONE)
    assert devices.by_token(tv_token) == tv
    assert devices.by_token(phone_token) == phone
    assert devices.by_token(tv_token[:-1]) is None
    assert devices.by_token("") is None


def test_neither_token_nor_name_is_on_disk(devices, tmp_path):
    _, token = devices.add("Zoë’s phone", Role.PHONE)
    invitation = devices.invite(Role.OWNER)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"phone" in kept  # the role
    for secret in (token, invitation, "Zoë", "Zo\\u00eb"):
        assert secret.encode() not in kept


def test_names_are_read_with_the_key_of_the_vault_only(devices):
    device, _ = devices.add("Living room", Role.TV)
    assert Devices.read_name(device, NAMES_KEY) == "Living room"
    assert Devices.read_name(device, bytes(32)) is None


def test_a_device_is_paired_before_any_vault_was_open(tmp_path):
    devices = Devices(tmp_path)
    device, token = devices.add("Early bird", Role.OWNER)
    assert devices.by_token(token) == device
    assert Devices.read_name(device, NAMES_KEY) is None


def test_a_revoked_token_opens_nothing(devices):
    device, token = devices.add("Lost phone", Role.PHONE)
    devices.revoke(device.device_id)
    assert devices.by_token(token) is None
    assert devices.by_id(device.device_id) is None
    with pytest.raises(UnknownDeviceError):
        devices.revoke(device.device_id)


def test_another_process_sees_the_change(devices, tmp_path):
    server = Devices(tmp_path / "state")
    assert server.all() == ()
    device, token = devices.add("New TV", Role.TV)
    assert server.by_token(token) == device


def test_an_invitation_is_good_once(devices):
    secret = devices.invite(Role.OWNER)
    accepted = devices.accept(secret, "Browser")
    assert accepted is not None
    assert accepted[0].role is Role.OWNER
    assert devices.accept(secret, "Thief") is None
    assert len(devices.all()) == 1


def test_an_invitation_grows_old(tmp_path):
    clock = Clock()
    devices = Devices(tmp_path, now=clock)
    secret = devices.invite(Role.OWNER)
    clock.now += INVITATION_LIFE_S + 1
    assert devices.accept(secret, "Too late") is None


def test_two_that_pair_at_once_are_both_kept(devices):
    threads = [threading.Thread(target=devices.add, args=(f"TV {n}", Role.TV)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({device.device_id for device in devices.all()}) == 12


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(
            lambda value: json.dumps(
                {"version": 1, "devices": value, "names_key": 1, "invitations": []}
            ).encode()
        ),
    )
)
def test_a_damaged_file_says_so(tmp_path_factory, content):
    state = tmp_path_factory.mktemp("state")
    (state / "devices.json").write_bytes(content)
    complaint = ""
    try:
        assert Devices(state).all() == ()
    except DevicesError as error:
        complaint = str(error)
    assert complaint == "" or "devices.json" in complaint
