"""Folding, natural order, titles and kinds: pure functions of names and first bytes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from library.folding import fold, natural_key
from library.items import ItemKind
from library.kinds import extension_of, kind_of, mime_of
from library.titles import title_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Été À L'ŒUVRE", "ete a l'oeuvre"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź Ærø Þór", "lodz aero thor"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("東京 Ночь", "東京 ночь"),
        ("İstanbul", "istanbul"),
    ],
)
def test_fold_drops_case_accents_and_width(text, folded):
    assert fold(text) == folded


@example("\u3385 \u0130 \u1e9e")
@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_natural_order():
    names = [
        "file10",
        "File2",
        "file02b",
        "file1",
        "étude",
        "Zebra",
        "file",
        "apple",
        "file100",
        "file-1",
        "file003",
    ]
    ordered = [
        "apple",
        "étude",
        "file",
        "file-1",
        "file1",
        "File2",
        "file02b",
        "file003",
        "file10",
        "file100",
        "Zebra",
    ]
    assert sorted(names, key=natural_key) == ordered


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_sort_as_numbers(a, b):
    assert (natural_key(f"x{a}.jpg") < natural_key(f"x{b}.jpg")) == (a < b)


@given(st.text(max_size=5000))
def test_keys_stay_short(name):
    assert len(natural_key(name)) <= 256


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("IMG_1034.heic", "IMG_1034"),
        ("DSC00042.JPG", "DSC00042"),
        ("holiday_in_rome.mp4", "holiday in rome"),
        ("The.Third.Man.1949.mkv", "The Third Man 1949"),
        ("Mr. Hulot.avi", "Mr. Hulot"),
        ("Film 2.0", "Film 2.0"),
        (".hidden", ".hidden"),
        ("...", "..."),
        ("noextension", "noextension"),
        ("a  b__c.m2ts", "a b c"),
        ("été.mov", "été"),
        ("_.jpg", "_.jpg"),
    ],
)
def test_titles(name, title):
    assert title_of(name) == title


@given(st.text(min_size=1))
def test_a_title_is_never_empty(name):
    assert title_of(name)


TS = (b"\x47" + bytes(187)) * 3
LETTERS = (b"G" + b"x" * 187) * 3


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.MP4", b"", ItemKind.VIDEO),
        ("a.jpg", b"\xff\xd8\xff\xe0", ItemKind.PHOTO),
        ("a.jpg", b"\0\0\0\x18ftypisom", ItemKind.VIDEO),
        ("a.mov", b"\0\0\0\x18ftypheic", ItemKind.PHOTO),
        ("a.ts", TS, ItemKind.VIDEO),
        ("a.ts", b"import { x } from 'y'" * 40, ItemKind.OTHER),
        ("a.ts", TS[100:512], ItemKind.VIDEO),
        ("a.ts", (b"\x47" + bytes(203))[1:] + (b"\x47" + bytes(203)) * 2, ItemKind.VIDEO),
        ("a.ts", LETTERS[100:512], ItemKind.OTHER),
        ("a.ts", bytes(512), ItemKind.OTHER),
        ("a.mod", TS[100:512], ItemKind.OTHER),
        ("a.m2ts", b"\0\0\0\0" + TS, ItemKind.VIDEO),
        ("a.vro", b"", ItemKind.VIDEO),
        ("a.wtv", b"", ItemKind.VIDEO),
        ("noextension", b"\x1aE\xdf\xa3", ItemKind.VIDEO),
        ("noextension", b"\x89PNG\r\n\x1a\n", ItemKind.PHOTO),
        ("noextension", b"hello", ItemKind.OTHER),
        ("a.txt", b"\xff\xd8\xff\xe0", ItemKind.OTHER),
        ("a.m4a", b"\0\0\0\x18ftypM4A ", ItemKind.OTHER),
        ("a.mp3", b"ID3", ItemKind.OTHER),
        ("a.heic", b"\0\0\0\x18ftypheic", ItemKind.PHOTO),
        ("a.webm", b"", ItemKind.VIDEO),
    ],
)
def test_kinds(name, head, kind):
    assert kind_of(name, head) is kind


@given(st.text(), st.binary(max_size=600))
def test_any_name_and_bytes_have_a_kind(name, head):
    assert kind_of(name, head) in (ItemKind.VIDEO, ItemKind.PHOTO, ItemKind.OTHER)
    assert "/" in mime_of(name)


def test_mime_types_do_not_depend_on_the_system():
    assert mime_of("a.mkv") == "video/x-matroska"
    assert mime_of("a.HEIC") == "image/heic"
    assert mime_of("a.pdf") == "application/pdf"
    assert mime_of("a") == mime_of("a.qqq") == "application/octet-stream"
    assert extension_of("archive.tar.GZ") == "gz"
