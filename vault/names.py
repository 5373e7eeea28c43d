"""Folder ids and file names, sealed and opened.

A name is sealed (AES-SIV, deterministic) for the folder it lies in; a folder's id gives the place of its
contents through a hash. A sealed name that is too long is shortened to its hash, and stored in full beside.

Source: Cryptomator vault format 8, file name encryption; RFC 5297 (AES-SIV).
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from vault.errors import ForeignNameError, NameRefusedError, SelfTestError
from vault.masterkey import Masterkey
from vault.opened_names import OpenedNames

ROOT_ID = ""
SEALED_SUFFIX = ".c9r"
SHORTENED_SUFFIX = ".c9s"
MAX_FOLDER_ID_SIZE = 36
MAX_LONG_NAME_SIZE = 10 * 1024
# base64url(SHA-1), which ends in one "=".
SHORTENED_SIZE = 28
_SIV_SIZE = 16
_MIN_SEALED_SIZE = 24
_MAX_NAME_SIZE = (MAX_LONG_NAME_SIZE - len(SEALED_SUFFIX)) // 4 * 3 - _SIV_SIZE
_NO_NAMES = {b"", b".", b".."}
# In UTF-8 these bytes are no part of any other character.
_NOT_IN_NAMES = bytes([*range(0x20), 0x7F, *b"/"])
# The letters of base64url as the decoder wants them; what only plain base64 has becomes what no base64 has.
_PLAIN_BASE64 = bytes.maketrans(b"-_+/", b"+/!!")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+(={0,2})")


class NameCipher:
    """Seals and opens the names of one vault. Safe to share between threads."""

    def __init__(self, masterkey: Masterkey) -> None:
        # mac before enc, the other way round than in the raw masterkey.
        self._siv = AESSIV(masterkey.mac + masterkey.enc)
        self._opened = OpenedNames()

    def content_path(self, folder_id: str) -> str:
        """Return where the contents of a folder lie, relative to the vault: `d/XX/YYYY...`."""
        # An id that is no text leads somewhere too: to where no folder is.
        sealed = self._siv.encrypt(folder_id.encode(errors="surrogatepass"), None)
        digest = base64.b32encode(hashlib.sha1(sealed, usedforsecurity=False).digest()).decode()
        return f"d/{digest[:2]}/{digest[2:]}"

    def seal_name(self, name: str, folder_id: str) -> str:
        """Return the sealed name, with its suffix. The same name in the same folder is always the same."""
        plaintext = unicodedata.normalize("NFC", name).encode()
        # One associated element even in the root, where it is empty: "none" gives another result.
        sealed = self._siv.encrypt(plaintext, [folder_id.encode()])
        return base64.urlsafe_b64encode(sealed).decode() + SEALED_SUFFIX

    def open_name(self, sealed_name: str, folder_id: str) -> str:
        """Return the name that a sealed name (with its suffix) stands for, NFC unless another program sealed it.

        Raises:
            ForeignNameError: This vault did not seal it for this folder.
            NameRefusedError: It stands for a name that no file may have.
        """
        if not sealed_name.endswith(SEALED_SUFFIX):
            raise ForeignNameError("a stored name without its suffix")
        try:
            spelling = sealed_name[: -len(SEALED_SUFFIX)].encode("ascii").translate(_PLAIN_BASE64)
            sealed = binascii.a2b_base64(spelling)
            # The decoder skips junk and spare bits; only the one true spelling is ours.
            if binascii.b2a_base64(sealed, newline=False) != spelling:
                raise ForeignNameError("a stored name in a wrong spelling")
            plaintext = self._siv.decrypt(sealed, [folder_id.encode()])
            name = plaintext.decode()
        except (InvalidTag, ValueError) as error:
            raise ForeignNameError("a stored name that this vault did not seal for this folder") from error
        _check_plaintext(plaintext)
        return name

    def open_names(self, sealed_names: Iterable[str], folder_id: str) -> Mapping[str, str]:
        """Return what the sealed names in a folder stand for, by sealed name, without those that `open_name` refuses.

        Large folders are remembered until `forget`: to open a name takes as long as to look at its file.
        """
        known = self._opened.of_folder(folder_id)
        opened: dict[str, str] = {}
        for sealed_name in sealed_names:
            name = known.get(sealed_name)
            if name is None:
                try:
                    name = self.open_name(sealed_name, folder_id)
                except (ForeignNameError, NameRefusedError):
                    continue
            opened[sealed_name] = name
        self._opened.keep(folder_id, opened)
        return opened

    def forget(self) -> None:
        """Let go of the names that were opened, and keep none from now on; safe twice."""
        self._opened.forget()

    def open_conflicting_name(self, sealed_name: str, folder_id: str) -> tuple[str, str]:
        """Return the name and the suffix of a copy that a sync program has made of a sealed name.

        Sync programs put their mark between our part and `.c9r`: "AbCd== (1).c9r", "AbCd-HOST.c9r".

        Raises:
            ForeignNameError: No part of it was sealed by this vault for this folder.
            NameRefusedError: It stands for a name that no file may have.
        """
        stem = sealed_name.removesuffix(SEALED_SUFFIX)
        for size in _possible_sizes(stem):
            try:
                return self.open_name(stem[:size] + SEALED_SUFFIX, folder_id), stem[size:]
            except ForeignNameError:
                continue
        raise ForeignNameError("a stored name that this vault did not seal for this folder")


def shorten(sealed_name: str) -> str:
    """Return the name under which a sealed name that is too long is stored."""
    digest = hashlib.sha1(sealed_name.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode() + SHORTENED_SUFFIX


def check_name(name: str) -> None:
    """Raise NameRefusedError for a name that no file may have."""
    try:
        plaintext = name.encode()
    except UnicodeEncodeError as error:
        raise NameRefusedError("a name must be text") from error
    _check_plaintext(plaintext)


def _check_plaintext(name: bytes) -> None:
    if name in _NO_NAMES:
        raise NameRefusedError("a name must not be empty, . or ..")
    if name.translate(None, _NOT_IN_NAMES) != name:
        raise NameRefusedError("a name must not hold a slash or control characters")
    if len(name) > _MAX_NAME_SIZE:
        raise NameRefusedError("a name is too long")


def parse_folder_id(data: bytes) -> str:
    """Return the folder id that a folder link (`dir.c9r`) holds. Nothing authenticates it.

    Raises:
        ForeignNameError: It is no folder id. An empty one would show the root again.
    """
    if not 1 <= len(data) <= MAX_FOLDER_ID_SIZE:
        raise ForeignNameError("a folder link of a wrong length")
    text = data.decode("ascii", errors="replace")
    if not text.isascii() or not text.isprintable():
        raise ForeignNameError("a folder link that is no id")
    return text


def self_test() -> None:
    """Check AES-SIV against two literal results that involve empty inputs.

    Some builds of OpenSSL drop an empty associated element (CVE-2023-2975), and some versions of its wrapper
    refuse an empty plaintext: a vault made with them can be opened by no other program.

    Raises:
        SelfTestError: The results are wrong.
    """
    names = NameCipher(Masterkey(b"\x55" * 32 + b"\x77" * 32))
    try:
        found = names.content_path(ROOT_ID), names.seal_name("hello.txt", ROOT_ID)
    except ValueError as error:
        raise SelfTestError("AES-SIV refuses empty inputs on this machine") from error
    if found != ("d/VL/WEHT553J5DR7OZLRJAYDIWFCXZABOD", "BweiJPhaXt21REROEq5FI8f78t8AGYisdQ==.c9r"):
        raise SelfTestError("AES-SIV gives wrong results on this machine")


def _possible_sizes(stem: str) -> list[int]:
    """How long the sealed part at the start of `stem` can be, most likely first."""
    match = _BASE64URL.match(stem)
    if match is None or stem.startswith("."):
        return []
    if match.group(1):
        return [match.end()] if match.end() % 4 == 0 else []
    # Without padding its end cannot be seen: "-HOST" is made of the same letters.
    return list(range(match.end() // 4 * 4, _MIN_SEALED_SIZE - 1, -4))
