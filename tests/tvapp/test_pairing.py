import pytest

from tvapp.devices import Devices
from tvapp.pairing import (
    CODE_ALPHABET,
    EXPIRES_IN_S,
    INTERVAL_S,
    PENDING_LIMIT,
    Pairing,
    PairingError,
    TooManyPairingsError,
)
from tvapp.roles import Role


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def devices(tmp_path):
    return Devices(tmp_path)


@pytest.fixture
def pairing(devices, clock):
    return Pairing(devices, now=clock)


def collect_error(pairing, device_code):
    with pytest.raises(PairingError) as caught:
        pairing.collect(device_code)
    return caught.value.code


def test_a_screen_waits_until_somebody_says_yes(pairing, devices, clock):
    pending = pairing.start("Living room", "192.168.1.20")
    clock.now += INTERVAL_S
    assert collect_error(pairing, pending.device_code) == "authorization_pending"
    assert pairing.approve(pending.user_code)
    paired = pairing.collect(pending.device_code)
    assert paired.role is Role.TV
    assert devices.by_token(paired.token).device_id == paired.device_id


def test_a_device_code_is_good_once(pairing):
    pending = pairing.start("TV", "")
    pairing.approve(pending.user_code)
    pairing.collect(pending.device_code)
    assert collect_error(pairing, pending.device_code) == "expired_token"


def test_who_asks_too_often_is_slowed_down(pairing, clock):
    pending = pairing.start("TV", "")
    clock.now += INTERVAL_S
    assert collect_error(pairing, pending.device_code) == "authorization_pending"
    clock.now += 0.1
    assert collect_error(pairing, pending.device_code) == "slow_down"


def test_codes_expire(pairing, clock):
    pending = pairing.start("TV", "")
    clock.now += EXPIRES_IN_S + 1
    assert not pairing.approve(pending.user_code)
    assert collect_error(pairing, pending.device_code) == "expired_token"


def test_a_code_may_be_typed_in_any_way(pairing):
    code = pairing.start("TV", "").user_code
    assert set(code) <= set(CODE_ALPHABET)
    assert pairing.waiting(f" {code[:4].lower()}-{code[4:]} ") is not None
    assert pairing.waiting("BBBB-BBBB" if code != "BBBBBBBB" else "CCCCCCCC") is None


def test_a_crowd_cannot_fill_the_memory(pairing, clock):
    for number in range(PENDING_LIMIT):
        pairing.start("TV", f"10.0.0.{number}")
    with pytest.raises(TooManyPairingsError):
        pairing.start("TV", "10.0.1.1")
    clock.now += EXPIRES_IN_S + 1
    pairing.start("TV", "10.0.1.1")


def test_one_address_cannot_keep_the_others_out(pairing):
    first = pairing.start("TV", "10.0.0.1")
    for _ in range(PENDING_LIMIT * 2):
        pairing.start("TV", "10.0.0.1")
    assert collect_error(pairing, first.device_code) == "expired_token"
    other = pairing.start("TV", "10.0.0.2")
    assert pairing.waiting(other.user_code) is not None


def test_an_invitation_pairs(pairing, devices):
    paired = pairing.accept(devices.invite(Role.OWNER), "Browser")
    assert paired.role is Role.OWNER
    with pytest.raises(PairingError, match="invalid_grant"):
        pairing.accept("never given out", "Browser")
