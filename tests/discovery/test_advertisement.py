"""What is said, and the line that asks for it."""

import json
import unicodedata
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from zeroconf.asyncio import AsyncServiceInfo

from discovery import Advertisement, AdvertisementError, parse_advertisement
from discovery.advertisement import DEFAULT_NAME, NAME_LIMIT_SIZE, SERVICE_TYPE, TXT_RECORD

INSTALL_ID = uuid.UUID("6a2f0e4b-9a51-4f0c-8d2e-0123456789ab")


def advertisement(**changes):
    return Advertisement(**{"port": 8080, "install_id": INSTALL_ID, **changes})


def line(**changes):
    fields = {"name": "Home Box", "port": 8080, "install_id": str(INSTALL_ID), "addresses": None, **changes}
    return json.dumps({key: value for key, value in fields.items() if value is not ...}).encode() + b"\n"


def test_the_host_is_named_by_the_end_of_the_installation():
    assert advertisement().host_name == "homebox-89ab.local"


def test_the_txt_record_says_nothing_of_what_the_box_is():
    info = AsyncServiceInfo(SERVICE_TYPE, f"x.{SERVICE_TYPE}", port=1, properties=TXT_RECORD)
    assert info.text == b"\x09txtvers=1\x06path=/"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Home Box", "Home Box"),
        ("", DEFAULT_NAME),
        (" \t\n", DEFAULT_NAME),
        ("...", DEFAULT_NAME),
        ("  Living \u00a0 room\n", "Living room"),
        ("St. John's", "St John's"),
        ("a.b", "a b"),
        ("_sub", "sub"),
        ("\x00\x7fA\x1b[31m", "A [31m"),
        ("Cafe\u0301", "Café"),
        ("映画", "映画"),
        ("👩\u200d👧 box", "👩\u200d👧 box"),
    ],
)
def test_names_are_made_fit_for_the_wire(name, said):
    assert advertisement(name=name).instance_name() == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 63, "x" * 63),
        ("x" * 64, "x" * 63),
        ("é" * 32, "é" * 31),
        ("映" * 22, "映" * 21),
        ("x" * 62 + "é", "x" * 62),
        ("x" * 62 + " y", "x" * 62),
    ],
)
def test_long_names_are_cut_between_characters(name, said):
    assert advertisement(name=name).instance_name() == said


def test_a_taken_name_gets_a_number_that_fits():
    assert advertisement().instance_name(2) == "Home Box (2)"
    assert advertisement(name="映" * 30).instance_name(12) == "映" * 19 + " (12)"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 99))
@example("é" * 40, 2)
@example("_" * 70, 1)
def test_any_name_is_one_that_zeroconf_takes(name, number):
    said = advertisement(name=name).instance_name(number)
    assert 0 < len(said.encode()) <= NAME_LIMIT_SIZE
    assert "." not in said
    assert not any(unicodedata.category(character) == "Cc" for character in said)
    info = AsyncServiceInfo(SERVICE_TYPE, f"{said}.{SERVICE_TYPE}", port=1)
    assert info.get_name() == said


addresses = st.none() | st.lists(st.ip_addresses().map(str), min_size=1).map(tuple)


@given(
    st.builds(
        Advertisement,
        name=st.text(st.characters(exclude_categories=["Cs"])),
        port=st.integers(1, 65535),
        install_id=st.uuids(),
        addresses=addresses,
    )
)
def test_a_line_says_the_whole_advertisement(asked):
    formatted = asked.format()
    assert formatted.endswith(b"\n")
    assert formatted.count(b"\n") == 1
    assert parse_advertisement(formatted) == asked


def test_addresses_may_be_left_out():
    assert parse_advertisement(line(addresses=...)) == advertisement()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"", "not one line of JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe{", "not one line of JSON"),
        (b"[" * 10_000, "not one line of JSON"),
        (line(nmae="x"), "unknown key 'nmae'"),
        (line(passphrase="x"), "unknown key 'passphrase'"),
        (line(port=...), "port is missing"),
        (line(name=...), "name is missing"),
        (line(install_id=...), "install_id is missing"),
        (line(port=0), "port is not a number"),
        (line(port=65536), "port is not a number"),
        (line(port="8080"), "port is not a number"),
        (line(port=True), "port is not a number"),
        (line(port=80.0), "port is not a number"),
        (line(name=None), "name is not a text"),
        (line(name="\ud800"), "name is not Unicode"),
        (line(install_id="homebox"), "install_id is not a UUID"),
        (line(install_id=7), "install_id is not a UUID"),
        (line(addresses=[]), "addresses is neither"),
        (line(addresses="10.0.0.1"), "addresses is neither"),
        (line(addresses=["nas.local"]), "not an IP address"),
        (line(addresses=[7]), "not an IP address"),
    ],
)
def test_what_is_no_advertisement_is_refused_by_name(bad, message):
    with pytest.raises(AdvertisementError, match=message):
        parse_advertisement(bad)


plain_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = plain_values | st.lists(plain_values, max_size=2) | st.just({"a": [{}]})
near_lines = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("Box") | json_values,
        "port": st.just(8080) | json_values,
        "install_id": st.just(str(INSTALL_ID)) | json_values,
        "addresses": st.just(["10.0.0.1"]) | json_values,
        "extra": json_values,
    },
).map(lambda fields: json.dumps(fields).encode())


@given(st.binary() | near_lines)
def test_any_line_is_an_advertisement_or_refused(data):
    try:
        parsed = parse_advertisement(data)
    except AdvertisementError:
        return
    assert parse_advertisement(parsed.format()) == parsed
    assert parsed.instance_name()
