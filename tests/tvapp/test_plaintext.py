"""The bytes of an item, by any range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tvapp.conftest import CHUNK_SIZE

PATHS = ("/three chunks.bin", "/two whole chunks.bin")
near_edge = st.builds(lambda n, off: max(0, n * CHUNK_SIZE + off), st.integers(0, 4), st.integers(-2, 2))


@pytest.fixture(scope="module")
def get(house):
    client = house.client()

    def get(path, **headers):
        address = f"/api/v1/items/{house.item_id(path)}/file"
        return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return get


@pytest.mark.parametrize(
    "path", ["/three chunks.bin", "/two whole chunks.bin", "/empty.bin", "/Films/Harvest.mp4"]
)
def test_the_whole_file(get, contents, path):
    response = get(path)
    assert response.status_code == 200
    assert response.data == contents[path]
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.content_length == len(contents[path])


@given(path=st.sampled_from(PATHS), first=near_edge, last=near_edge)
def test_any_range(get, contents, path, first, last):
    whole = contents[path]
    response = get(path, Range=f"bytes={first}-{last}")
    if last < first:  # RFC 9110, section 14.1.1: an invalid range is ignored
        assert response.status_code in {200, 416}
    elif first >= len(whole):
        assert response.status_code == 416
        assert response.headers["Content-Range"] == f"bytes */{len(whole)}"
    else:
        stop = min(last + 1, len(whole))
        assert response.status_code == 206
        assert response.data == whole[first:stop]
        assert response.headers["Content-Range"] == f"bytes {first}-{stop - 1}/{len(whole)}"
        assert response.content_length == stop - first


@given(path=st.sampled_from(PATHS), first=near_edge)
def test_from_somewhere_to_the_end(get, contents, path, first):
    whole = contents[path]
    response = get(path, Range=f"bytes={first}-")
    if first >= len(whole):
        assert response.status_code == 416
    else:
        assert response.data == whole[first:]


@given(path=st.sampled_from(PATHS), length=near_edge)
def test_the_last_bytes(get, contents, path, length):
    response = get(path, Range=f"bytes=-{length}")
    if length == 0:  # a server may ignore a range that asks for nothing
        assert response.status_code in {200, 416}
    else:
        assert response.status_code == 206
        assert response.data == contents[path][-length:]


@given(st.text(alphabet="bytes=0123456789-, ", max_size=20))
def test_a_strange_range_never_breaks_anything(get, contents, text):
    response = get(PATHS[0], Range=text)
    assert response.status_code in {200, 206, 416}
    if response.status_code == 200:
        assert response.data == contents[PATHS[0]]


def test_past_the_end_of_an_empty_file(get):
    assert get("/empty.bin", Range="bytes=0-").status_code == 416


def test_several_ranges_give_the_whole(get, contents):
    response = get(PATHS[0], Range="bytes=0-1,5-6")
    assert response.status_code == 200
    assert response.data == contents[PATHS[0]]


def test_a_head_says_the_size_and_reads_nothing(house, contents):
    response = house.client().head(f"/api/v1/items/{house.item_id(PATHS[0])}/file")
    assert response.content_length == len(contents[PATHS[0]])
    assert response.data == b""


def test_what_the_client_has_is_not_sent_again(get, contents):
    tag = get(PATHS[0]).headers["ETag"]
    assert get(PATHS[0], If_None_Match=tag).status_code == 304
    assert get(PATHS[0], Range="bytes=0-9", If_Range=tag).status_code == 206
    for stale in ('"another"', f"W/{tag}"):
        changed = get(PATHS[0], Range="bytes=0-9", If_Range=stale)
        assert changed.status_code == 200
        assert changed.data == contents[PATHS[0]]


def test_conditions_come_before_ranges_and_carry_no_bytes(get):
    tag = get(PATHS[0]).headers["ETag"]
    failed = get(PATHS[0], Range="bytes=0-99", If_Match='"another"')
    assert failed.status_code == 412
    assert failed.data == b""
    assert get(PATHS[0], Range="bytes=9999999-", If_None_Match=tag).status_code == 304


def test_a_ticket_opens_its_item_only(house, contents):
    owner = house.client()
    film = house.item_id("/Films/Harvest.mp4")
    address = owner.get(f"/api/v1/items/{film}?profile=chromium").json["playback"]["file"]
    stranger = house.client(None)
    assert stranger.get(address).data == contents["/Films/Harvest.mp4"]
    assert stranger.get(address.replace(film, house.item_id(PATHS[0]))).status_code == 401
    forged = address[:-10] + ("A" if address[-10] != "A" else "B") + address[-9:]
    assert stranger.get(forged).status_code == 401


def test_nothing_is_kept_by_the_client(get):
    assert get(PATHS[0]).headers["Cache-Control"] == "no-store"
