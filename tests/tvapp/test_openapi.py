"""The description of the API, and the API held against it by made-up requests."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tvapp.roles import Role


@pytest.fixture(scope="module")
def description(house):
    return house.client().get("/api/openapi.json").json


def test_it_names_the_routes_of_the_contract(description):
    paths = description["paths"]
    for path in (
        "/healthz",
        "/api/v1/unlock",
        "/api/v1/lock",
        "/api/v1/items",
        "/api/v1/items/{item_id}",
        "/api/v1/items/{item_id}/file",
        "/api/v1/items/{item_id}/image",
        "/api/v1/items/{item_id}/hls/master.m3u8",
        "/api/v1/pair",
        "/api/v1/pair/token",
        "/api/v1/pair/approve",
    ):
        assert path in paths
    assert description["openapi"].startswith("3.")
    assert description["info"]["title"] == "Lanterne"


PAIRED_AS = Role.TV
# Five attempts to unlock are all there are, and a code for pairing is one of fifty.
LEFT_OUT = ("/api/v1/unlock", "/api/v1/pair")


@pytest.fixture(scope="module")
def fuzzer(house):
    """The token of a device that asks strange things."""
    _, token = house.devices.add("fuzzer", PAIRED_AS)
    return {"Authorization": f"Bearer {token}", "Host": "localhost"}


def test_no_made_up_request_breaks_the_server(house, fuzzer):
    """Every route, with generated parameters: never a 500; what is answered is as described."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", house.app, headers=fuzzer)
    asked = [result.ok() for result in schema.exclude(path=LEFT_OUT).get_all_operations()]
    assert len(asked) > 8
    for operation in asked:
        ask(operation.as_strategy(), fuzzer)


def ask(cases, headers):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases)
    def check(case):
        response = case.call(headers=headers)
        assert response.status_code < 500, (case.formatted_path, response.text)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]
        else:
            case.validate_response(response, checks=[response_schema_conformance, content_type_conformance])

    check()
