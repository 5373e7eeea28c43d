"""The passphrase of an unlock request is let go with the request: no object of ours or the framework's keeps it."""

import gc
import json
import sys
import types

import pytest

from tests.tvapp.conftest import FAST_SCRYPT, make_house
from vault import Vault

# In two halves, put together only where it is used: so that this module itself keeps no copy.
HEAD, TAIL = "the right", "one 7b1f"


@pytest.fixture
def house(tmp_path):
    Vault.create(tmp_path / "vault", HEAD + TAIL, scrypt_cost=FAST_SCRYPT).close()
    house = make_house(tmp_path)
    yield house
    house.household.close()


@pytest.fixture
def no_garbage_collection():
    """What only the garbage collector would let go counts as kept: it comes when it comes."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def holders() -> list[str]:
    """What refers to a text with the passphrase in it: objects, containers, frames of tracebacks."""
    running, frame = set(), sys._getframe()
    while frame is not None:
        running.add(id(frame))
        frame = frame.f_back
    return [
        thing.f_code.co_qualname if isinstance(thing, types.FrameType) else f"a {type(thing).__qualname__}"
        for thing in gc.get_objects()
        if id(thing) not in running and any(map(has_passphrase, gc.get_referents(thing)))
    ]


def has_passphrase(value: object) -> bool:
    if isinstance(value, str):
        return HEAD + TAIL in value
    return isinstance(value, bytes | bytearray) and (HEAD + TAIL).encode() in value


@pytest.mark.parametrize(("end", "status"), [(" wrong", 403), ("", 204)], ids=["wrong", "right"])
def test_nothing_keeps_a_passphrase(house, no_garbage_collection, end, status):
    client = house.client()
    assert client.post("/api/v1/unlock", json={"passphrase": HEAD + TAIL + end}).status_code == status
    assert holders() == []


def test_a_body_that_is_no_json_is_not_kept(house, no_garbage_collection):
    client = house.client()
    text = json.dumps({"passphrase": HEAD + TAIL})[:-1]
    assert client.post("/api/v1/unlock", data=text, content_type="application/json").status_code == 400
    del text
    assert holders() == []


def test_the_search_can_see(no_garbage_collection):
    kept = [HEAD + TAIL + "!"]
    assert holders() == ["a list"]
    del kept
