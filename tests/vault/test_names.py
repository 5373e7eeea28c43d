"""Names sealed and opened: the round trip, the hostile, and anything at all."""

import base64
import unicodedata

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import assume, given
from hypothesis import strategies as st

from vault import names as names_module
from vault.errors import ForeignNameError, NameRefusedError, SelfTestError, VaultError
from vault.masterkey import Masterkey
from vault.names import NameCipher, check_name, parse_folder_id, self_test, shorten

MASTERKEY = Masterkey(bytes(range(64)))
NAMES = NameCipher(MASTERKEY)
FOLDER = "918acfbd-a467-3f77-93f1-f4a44f9cfe9c"

good_names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80).filter(
    lambda name: "/" not in name and name not in {".", ".."}
)
folder_ids = st.sampled_from(["", FOLDER])
marks = st.sampled_from(
    [
        " (1)",
        "-HOST",
        ".sync-conflict-20261122-101500-ABCDEFG",
        " (Ann's conflicted copy 2026-11-22)",
        "_2",
        " Kopie",
    ]
)


def seal_raw(plaintext: bytes, folder_id: str = "") -> str:
    """A stored name as a forger with the key would make it."""
    siv = AESSIV(MASTERKEY.mac + MASTERKEY.enc)
    return base64.urlsafe_b64encode(siv.encrypt(plaintext, [folder_id.encode()])).decode() + ".c9r"


@given(good_names, folder_ids)
def test_a_sealed_name_opens_to_its_nfc(name: str, folder_id: str) -> None:
    sealed = NAMES.seal_name(name, folder_id)
    assert NAMES.open_name(sealed, folder_id) == unicodedata.normalize("NFC", name)
    assert NAMES.seal_name(unicodedata.normalize("NFD", name), folder_id) == sealed
    assert len(sealed) == 4 * -(-(len(unicodedata.normalize("NFC", name).encode()) + 16) // 3) + 4


@given(good_names)
def test_a_name_belongs_to_its_folder(name: str) -> None:
    for folder_id, other in (("", FOLDER), (FOLDER, "")):
        with pytest.raises(ForeignNameError):
            NAMES.open_name(NAMES.seal_name(name, folder_id), other)


@given(good_names, marks, folder_ids)
def test_what_a_sync_program_marks_is_still_known(name: str, mark: str, folder_id: str) -> None:
    sealed = NAMES.seal_name(name, folder_id).removesuffix(".c9r")
    found = NAMES.open_conflicting_name(f"{sealed}{mark}.c9r", folder_id)
    assert found == (unicodedata.normalize("NFC", name), mark)


@pytest.mark.parametrize(
    "plaintext",
    [b"", b".", b"..", b"a/b", b"/", b"../../etc/passwd", b"a\0b", b"a\nb", b"\x1b[2J", b"\x7f", b"x" * 7700],
)
def test_a_hostile_name_is_refused_on_the_way_in_and_out(plaintext: bytes) -> None:
    with pytest.raises(NameRefusedError) as caught:
        check_name(plaintext.decode())
    with pytest.raises(NameRefusedError):
        NAMES.open_name(seal_raw(plaintext), "")
    assert len(plaintext) < 3 or plaintext.decode() not in str(caught.value)


def test_names_that_are_no_text_are_refused() -> None:
    with pytest.raises(ForeignNameError):
        NAMES.open_name(seal_raw(b"\xff\xfe"), "")
    with pytest.raises(NameRefusedError):
        check_name("a\ud800b")


def test_only_one_spelling_of_a_stored_name_is_ours() -> None:
    sealed = NAMES.seal_name("hello.txt", "")
    stem = sealed.removesuffix(".c9r")
    raw = base64.urlsafe_b64decode(stem)
    spare_bits = stem.rstrip("=")[:-1] + chr(ord(stem.rstrip("=")[-1]) + 1) + "=" * stem.count("=")
    assert base64.urlsafe_b64decode(spare_bits) == raw
    for other in (
        f"{stem}=",
        stem.rstrip("="),
        f"\n{stem}",
        f" {stem}",
        f"{stem[:5]}!{stem[5:]}",
        spare_bits,
    ):
        with pytest.raises(ForeignNameError):
            NAMES.open_name(other + ".c9r", "")
    with pytest.raises(ForeignNameError):
        NAMES.open_name(stem, "")


@pytest.mark.parametrize(("ours", "theirs"), [("-", "+"), ("_", "/")])
def test_plain_base64_is_no_spelling_of_ours(ours: str, theirs: str) -> None:
    sealed = next(name for name in (NAMES.seal_name(str(n), "") for n in range(1000)) if ours in name)
    for other in (
        sealed.replace(ours, theirs, 1),
        sealed.replace(ours, theirs),
        sealed.replace(ours, "!", 1),
    ):
        with pytest.raises(ForeignNameError):
            NAMES.open_name(other, "")


@pytest.mark.parametrize("size", [2, 5, 8, 11, 14])
def test_padding_where_none_belongs_is_refused(size: int) -> None:
    stem = NAMES.seal_name("x" * size, "").removesuffix(".c9r")
    assert not stem.endswith("=")
    for padding in ("=", "==", "===", "===="):
        with pytest.raises(ForeignNameError):
            NAMES.open_name(f"{stem}{padding}.c9r", "")


@given(st.text(max_size=40) | st.text(st.sampled_from(". /\x00\x1f\x20\x7e\x7f\x80\x9f\xaféa"), max_size=4))
def test_a_name_is_refused_for_what_is_in_it_and_nothing_else(name: str) -> None:
    refused = name in {"", ".", ".."} or any(
        c < " " or c in "/\x7f" or "\ud800" <= c <= "\udfff" for c in name
    )
    if refused:
        with pytest.raises(NameRefusedError):
            check_name(name)
    else:
        check_name(name)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,80}={0,3}.{0,9}\.c9r", fullmatch=True))
def test_any_stored_name_is_ours_or_refused(stored_name: str) -> None:
    for open_it in (NAMES.open_name, NAMES.open_conflicting_name):
        with pytest.raises((ForeignNameError, NameRefusedError)):
            open_it(stored_name, "")


@given(st.binary(max_size=60))
def test_any_sealed_plaintext_opens_or_is_refused(plaintext: bytes) -> None:
    try:
        name = NAMES.open_name(seal_raw(plaintext), "")
    except VaultError:
        return
    check_name(name)
    assert name == plaintext.decode()


@given(st.binary(max_size=50))
def test_any_folder_link_is_an_id_or_refused(data: bytes) -> None:
    try:
        folder_id = parse_folder_id(data)
    except ForeignNameError:
        return
    assert folder_id.encode() == data
    assert 1 <= len(folder_id) <= 36


@pytest.mark.parametrize("data", [b"", b"x" * 37, b"caf\xc3\xa9", b"a\nb", b"\0" * 36])
def test_a_folder_link_that_is_no_id_is_refused(data: bytes) -> None:
    with pytest.raises(ForeignNameError):
        parse_folder_id(data)


def test_the_place_of_a_folder_tells_nothing_of_its_id() -> None:
    path = NAMES.content_path("../../../etc")
    assert [len(part) for part in path.split("/")] == [1, 2, 30]
    assert NAMES.content_path("\ud800") != path


def test_a_shortened_name_has_its_hash_for_a_name() -> None:
    shortened = shorten("x" * 300 + ".c9r")
    assert len(shortened) == 32
    assert shortened.endswith("=.c9s")


@given(good_names, good_names)
def test_two_names_never_share_a_place(name: str, other: str) -> None:
    assume(unicodedata.normalize("NFC", name) != unicodedata.normalize("NFC", other))
    assert NAMES.seal_name(name, "") != NAMES.seal_name(other, "")


class DroppingSiv:
    """AES-SIV as CVE-2023-2975 had it: an empty associated element is dropped."""

    def __init__(self, key: bytes) -> None:
        self._siv = AESSIV(key)

    def encrypt(self, data: bytes, associated: list[bytes] | None) -> bytes:
        return self._siv.encrypt(data, [element for element in associated or [] if element] or None)


class RefusingSiv(DroppingSiv):
    """AES-SIV as older wrappers had it: an empty plaintext is refused."""

    def encrypt(self, data: bytes, associated: list[bytes] | None) -> bytes:
        if not data:
            raise ValueError("data must not be zero length")
        return super().encrypt(data, associated)


@pytest.mark.parametrize("broken", [DroppingSiv, RefusingSiv])
def test_a_wrong_aes_siv_is_found_at_start(broken: type, monkeypatch: pytest.MonkeyPatch) -> None:
    self_test()
    monkeypatch.setattr(names_module, "AESSIV", broken)
    with pytest.raises(SelfTestError):
        self_test()
