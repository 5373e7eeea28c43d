"""What is remembered of contents that were known whole once."""

import hashlib
import os

import apsw
import pytest

from library import Library
from library.database import Database
from library.schema import INDEX_MIGRATIONS
from tests.library.material import photo, put, stored_file
from vault import NodeNotFoundError

CONTENTS = b"buy milk"
SHA256 = hashlib.sha256(CONTENTS).digest()
YEAR_2001_NS = 980_000_000 * 10**9


def test_what_an_import_notes_is_known_before_any_scan(vault, library):
    put(vault, "/notes.txt", CONTENTS)
    assert library.stored_sha256("/notes.txt") is None
    library.note_stored("/notes.txt", SHA256, YEAR_2001_NS + 7)
    assert library.stored_sha256("/notes.txt") == SHA256
    with vault.open(vault.find("/notes.txt")) as reader:
        assert library.seal_of(reader).original_mtime_ns == YEAR_2001_NS + 7


def test_the_time_of_the_original_is_the_item_s(vault, library):
    put(vault, "/notes.txt", CONTENTS)
    put(vault, "/other.txt", CONTENTS)
    library.note_stored("/notes.txt", SHA256, YEAR_2001_NS)
    library.scan()
    assert library.find_path("/notes.txt").modified_at == "2001-01-20T14:13:20Z"
    assert library.find_path("/other.txt").modified_at > "2001-01-20T14:13:20Z"


def test_it_stays_with_the_contents_wherever_they_are_moved(vault, library):
    put(vault, "/notes.txt", CONTENTS)
    library.note_stored("/notes.txt", SHA256, YEAR_2001_NS)
    library.scan()
    vault.rename(vault.find("/notes.txt"), vault.make_folders("/old").own_id, "shopping.txt")
    library.scan()
    assert library.stored_sha256("/old/shopping.txt") == SHA256
    assert library.find_path("/old/shopping.txt").modified_at == "2001-01-20T14:13:20Z"


def test_new_contents_under_the_same_name_are_other_contents(vault, library):
    put(vault, "/notes.txt", CONTENTS)
    library.note_stored("/notes.txt", SHA256, YEAR_2001_NS)
    put(vault, "/notes.txt", CONTENTS, replace=True)
    assert library.stored_sha256("/notes.txt") is None


def test_a_photo_is_read_whole_by_the_scan(vault, library):
    contents = photo()
    put(vault, "/a.jpg", contents)
    library.scan()
    assert library.stored_sha256("/a.jpg") == hashlib.sha256(contents).digest()


def test_the_scan_keeps_the_time_of_the_original(vault, library):
    contents = photo()
    put(vault, "/a.jpg", contents)
    library.note_stored("/a.jpg", hashlib.sha256(contents).digest(), YEAR_2001_NS)
    library.scan()
    assert library.find_path("/a.jpg").modified_at == "2001-01-20T14:13:20Z"


def test_only_files_and_digests_are_noted(vault, library):
    with pytest.raises(NodeNotFoundError):
        library.note_stored("/absent", SHA256)
    with pytest.raises(NodeNotFoundError):
        library.stored_sha256("/absent")
    put(vault, "/notes.txt", CONTENTS)
    with pytest.raises(ValueError, match="32 bytes"):
        library.note_stored("/notes.txt", b"short")


def test_a_state_folder_of_the_first_schema_keeps_what_it_knew(vault, state, monkeypatch):
    put(vault, "/a.jpg", photo())
    os.utime(stored_file(vault, "/a.jpg"), ns=(YEAR_2001_NS, YEAR_2001_NS))
    node = vault.find("/a.jpg")
    with vault.open(node) as reader:
        nonce = reader.header_nonce
    old = Database(state / "index.db", vault.derive_key("lanterne index"), INDEX_MIGRATIONS[:1])
    with old.writing() as connection:
        connection.execute(
            "INSERT INTO items (item_id, kind, name, path, title, mime, added_ns, folder_id, stored_path,"
            " stored_size, mtime_ns, header_nonce, sha256, list_key, name_key, title_key, search_text)"
            " VALUES ('a', 'photo', 'a.jpg', '/a.jpg', 'a', 'image/jpeg', 1, '', ?, ?, ?, ?, ?, '', '', '', '')",
            (node.stored_path, node.stored_size, node.mtime_ns, nonce, SHA256),
        )
    old.close()
    with Library(vault, state) as library:
        assert library.stored_sha256("/a.jpg") == SHA256
        assert library.find_path("/a.jpg").modified_at == "2001-01-20T14:13:20Z"


def test_the_columns_are_strict(vault, library):
    with pytest.raises(apsw.ConstraintError), library._index._database.writing() as connection:
        connection.execute("INSERT INTO seals VALUES (x'00', 1, 'text', NULL, NULL)")
