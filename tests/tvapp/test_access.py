"""Who may do what."""

import pytest

from tests.tvapp.conftest import PASSPHRASE
from tvapp.access import required_role
from tvapp.roles import Role

PUBLIC = {
    ("health.healthz", "GET"),
    ("pages.tv_page", "GET"),
    ("pages.asset", "GET"),
    ("pairing.pair", "POST"),
    ("pairing.token", "POST"),
    ("pairing.qr", "GET"),
}
PHONES_ONLY = {"pairing.waiting", "pairing.approve", "lock.lock"}
OWNERS_ONLY = {"server.server"}


def test_everything_needs_a_device_but_these(locked_house):
    app = locked_house.app
    public = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint != "openapi.spec" and required_role(app.view_functions[rule.endpoint]) is None
    }
    assert public == PUBLIC


def test_a_tv_may_not_do_what_phones_may(locked_house):
    app = locked_house.app
    strict = {name for name, view in app.view_functions.items() if (required_role(view) or Role.TV) > Role.TV}
    assert strict == PHONES_ONLY | OWNERS_ONLY
    stricter = {name for name in strict if required_role(app.view_functions[name]) is Role.OWNER}
    assert stricter == OWNERS_ONLY


@pytest.mark.parametrize(
    "address",
    ["/api/v1/items", "/api/v1/items/x", "/api/v1/items/x/file", "/api/v1/items/x/image", "/api/v1/me",
     "/api/v1/items/x/hls/master.m3u8", "/api/v1/scan", "/api/openapi.json"],
)  # fmt: skip
def test_a_stranger_gets_nothing(locked_house, address):
    response = locked_house.client(None).get(address)
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == "urn:lanterne:problem:not-paired"


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é" * 40])
def test_a_wrong_token_is_no_token(locked_house, token):
    client = locked_house.client(None)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_bearer_token_opens(locked_house):
    _, token = locked_house.devices.add("player", Role.TV)
    response = locked_house.client(None).get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert response.json["role"] == "tv"
    assert response.json["vault"] == "locked"


def test_a_revoked_device_is_out_at_once(locked_house):
    device, token = locked_house.devices.add("lost", Role.PHONE)
    headers = {"Authorization": f"Bearer {token}"}
    client = locked_house.client(None)
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    locked_house.devices.revoke(device.device_id)
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_tv_cannot_lock(locked_house):
    response = locked_house.client(Role.TV).post("/api/v1/lock")
    assert response.status_code == 403
    assert response.json["type"] == "urn:lanterne:problem:not-allowed"


def test_another_name_is_refused(locked_house):
    response = locked_house.client().get("/api/v1/me", headers={"Host": "evil.example"})
    assert response.status_code == 421


def test_another_site_cannot_use_the_cookie(locked_house):
    client = locked_house.client()
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/api/v1/lock", headers=headers).status_code == 401
    assert client.post("/api/v1/lock", headers={"Origin": "http://localhost"}).status_code == 204


def test_the_health_says_nothing_else(locked_house):
    client = locked_house.client(None)
    assert client.get("/healthz").json == {"status": "ok", "vault": "locked"}
    locked_house.unlock()
    assert client.get("/healthz").json == {"status": "ok", "vault": "unlocked"}


def test_the_cookie_is_out_of_reach_of_scripts_and_sites(locked_house):
    invitation = locked_house.devices.invite(Role.OWNER)
    body = {"grant_type": "urn:lanterne:params:grant-type:invitation", "invitation": invitation}
    client = locked_house.client(None)
    response = client.post("/api/v1/pair/token", json=body)
    assert response.status_code == 200
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/api/v1/me").json["role"] == "owner"
    again = locked_house.client(None).post("/api/v1/pair/token", json=body)
    assert again.status_code == 400
    assert again.json["error"] == "invalid_grant"


def test_a_screen_is_paired_by_its_code(locked_house):
    screen, phone = locked_house.client(None), locked_house.client(Role.PHONE)
    codes = screen.post("/api/v1/pair", json={"name": "Living room"}).json
    grant = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": codes["device_code"],
    }
    assert screen.post("/api/v1/pair/token", json=grant).json["error"] == "authorization_pending"
    seen = phone.get("/api/v1/pair/approve", query_string={"user_code": codes["user_code"]})
    assert seen.json == {"name": "Living room", "address": "127.0.0.1"}
    assert phone.post("/api/v1/pair/approve", json={"user_code": codes["user_code"]}).status_code == 204
    assert screen.post("/api/v1/pair/token", json=grant).json["role"] == "tv"
    assert screen.get("/api/v1/me").json["role"] == "tv"


def test_codes_cannot_be_guessed(locked_house):
    phone = locked_house.client(Role.PHONE)
    answers = [
        phone.post("/api/v1/pair/approve", json={"user_code": "BBBBBBBB"}).status_code for _ in range(12)
    ]
    assert answers[:10] == [404] * 10
    assert answers[-1] == 429
    right = locked_house.client(None).post("/api/v1/pair", json={}).json["user_code"]
    assert phone.post("/api/v1/pair/approve", json={"user_code": right}).status_code == 429


@pytest.mark.parametrize("name", ["\ud800", "tv \x1b[31mred", "", "x" * 61])
def test_a_name_is_plain_text(locked_house, name):
    response = locked_house.client(None).post("/api/v1/pair", json={"name": name})
    assert response.status_code == 422


def test_a_secret_is_plain_text(locked_house):
    body = {"grant_type": "urn:lanterne:params:grant-type:invitation", "invitation": "\ud800"}
    assert locked_house.client(None).post("/api/v1/pair/token", json=body).status_code == 422


def test_the_code_is_shown_as_a_picture(locked_house):
    response = locked_house.client(None).get("/api/v1/pair/qr?user_code=BCDFGHJK")
    assert response.mimetype == "image/svg+xml"
    assert b"<svg" in response.data


def test_a_wrong_passphrase_changes_nothing(locked_house):
    client = locked_house.client(Role.TV)
    response = client.post("/api/v1/unlock", json={"passphrase": "wrong"})
    assert response.status_code == 403
    assert response.json["type"] == "urn:lanterne:problem:wrong-passphrase"
    assert locked_house.household.locked
    assert client.post("/api/v1/unlock", json={"passphrase": PASSPHRASE}).status_code == 204
    assert not locked_house.household.locked
    assert client.post("/api/v1/unlock", json={"passphrase": "wrong"}).status_code == 403
    assert not locked_house.household.locked


def test_passphrases_cannot_be_guessed(locked_house):
    client = locked_house.client(Role.TV)
    answers = [client.post("/api/v1/unlock", json={"passphrase": "no"}) for _ in range(6)]
    assert [answer.status_code for answer in answers[:5]] == [403] * 5
    assert answers[5].status_code == 429
    assert 1 <= int(answers[5].headers["Retry-After"]) <= 20
    assert client.post("/api/v1/unlock", json={"passphrase": PASSPHRASE}).status_code == 429


def test_a_vault_that_went_away_is_said(locked_house):
    locked_house.settings.vault.rename(locked_house.settings.vault.with_name("elsewhere"))
    response = locked_house.client().post("/api/v1/unlock", json={"passphrase": PASSPHRASE})
    assert response.status_code == 503
    assert response.json["type"] == "urn:lanterne:problem:no-vault"


def test_locked_is_a_state_not_an_error(locked_house):
    response = locked_house.client().get("/api/v1/items")
    assert response.status_code == 423
    assert response.json["type"] == "urn:lanterne:problem:vault-locked"


@pytest.mark.parametrize("body", [None, {}, {"passphrase": 3}, {"passphrase": "x", "more": 1}])
def test_a_bad_body_is_said(locked_house, body):
    response = locked_house.client().post("/api/v1/unlock", json=body)
    assert response.status_code in {400, 415, 422}
    assert response.content_type == "application/problem+json"
