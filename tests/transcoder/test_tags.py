import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder import tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-07-24T11:25:40+0300", "2019-07-24T11:25:40+03:00"),
        ("2017-02-22T08:20:28.000000Z", "2017-02-22T08:20:28Z"),
        ("2012-09-10 20:52:00", "2012-09-10T20:52:00"),
        ("2013:05:29 09:33:20", "2013-05-29T09:33:20"),
        ("2020-01-01T00:00:00-09:30", "2020-01-01T00:00:00-09:30"),
        ("1970-01-01T00:00:00.000000Z", None),
        ("1904-01-01T00:00:00Z", None),
        ("2012", None),
        ("2019-02-30T11:25:40Z", None),
        ("", None),
    ],
)
def test_times(text, expected):
    assert tags.parse_time(text) == expected


def test_apples_own_tag_knows_the_offset_and_comes_first():
    found = tags.taken_at(
        {
            "creation_time": "2019-07-24T08:25:57.000000Z",
            "com.apple.quicktime.creationdate": "2019-07-24T11:25:40+0300",
        }
    )
    assert found == "2019-07-24T11:25:40+03:00"


def test_an_unset_clock_gives_way_to_the_next_tag():
    assert (
        tags.taken_at({"DATE_RECORDED": "1970-01-01 00:00:00", "date": "2020-02-02 02:02:02"})
        == "2020-02-02T02:02:02"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+32.0929+034.8620+028.516/", (32.0929, 34.862)),
        ("+51.4169-000.0806/", (51.4169, -0.0806)),
        ("-3352.5+15112.25/", (-33.875, 151.20416666666668)),
        ("+404218-0740021/", (40.705, -74.00583333333333)),
        ("+99.0000+000.0000/", None),
        ("+00.0000+000.0000/", None),
        ("somewhere", None),
    ],
)
def test_places(text, expected):
    assert tags.parse_iso6709(text) == (pytest.approx(expected) if expected else None)


def test_a_camcorders_own_time():
    message = (
        bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")
        + b"MDPM"
        + bytes.fromhex("04 1313100000 1844201904 1924222400 70ff4b1f11")
    )
    assert tags.avchd_time(b"\x00\x00\x01\x06" + message) == "2019-04-24T22:24:00+02:00"


@given(st.text(), st.binary())
def test_nonsense_is_no_error(text, data):
    tags.parse_time(text)
    tags.parse_iso6709(text)
    tags.avchd_time(bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM" + data)
