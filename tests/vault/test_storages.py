"""What every storage does, whatever it is made of: one suite for all."""

import gc
from collections.abc import Callable, Iterator

import pytest

from tests.vault.places import KINDS, Places
from tests.vault.vaults import pattern
from vault import remote_files
from vault.errors import NodeExistsError, NodeNotFoundError
from vault.storage import Entry, Storage

ROOT = "d/AA/" + "B" * 30
OTHER = "d/AC/" + "D" * 30
MARK = {"dirid.c9r": b"mark"}


@pytest.fixture(params=KINDS)
def opener(
    request: pytest.FixtureRequest, places: Places, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Storage]]:
    # The least that S3 takes for a part; elsewhere less, so that several parts are sent soon.
    monkeypatch.setattr(remote_files, "PART_SIZE", 5 << 20 if request.param == "s3" else 200_000)
    with places.opener(request.param) as open_storage:
        yield open_storage


@pytest.fixture
def storage(opener: Callable[[], Storage]) -> Iterator[Storage]:
    opened = opener()
    opened.put_folder(ROOT, MARK)
    yield opened
    opened.close()


def names(storage: Storage, path: str = ROOT) -> dict[str, int | None]:
    """What lies in a folder: sizes of files by name, None for folders."""
    return {entry.name: None if entry.is_folder else entry.size for entry in storage.list(path)}


def put(storage: Storage, path: str, data: bytes, piece: int = 100_000, **options: bool) -> None:
    """Store a file in pieces, as the vault does."""
    upload = storage.upload(path)
    try:
        for start in range(0, len(data), piece):
            upload.write(memoryview(data)[start : start + piece])
        storage.put_file(path, upload, replace=options.get("replace", False))
    finally:
        upload.discard()


def whole(storage: Storage, path: str) -> bytes:
    file = storage.open(path)
    buffer = bytearray(file.size)
    assert file.read_into(0, memoryview(buffer)) == file.size
    file.close()
    return bytes(buffer)


def test_what_is_stored_is_listed_and_read(storage: Storage) -> None:
    for name, size in {"a.c9r": 1, "b.c9r": 300_000}.items():
        put(storage, f"{ROOT}/{name}", pattern(size))
    storage.put_folder(f"{ROOT}/f.c9r", {"dir.c9r": b"id"})
    assert names(storage) == {"dirid.c9r": 4, "a.c9r": 1, "b.c9r": 300_000, "f.c9r": None}
    nested = storage.list_nested(ROOT)
    assert {name: size for name, size, _ in nested.files} == {"dirid.c9r": 4, "a.c9r": 1, "b.c9r": 300_000}
    assert {folder.name: [e.name for e in folder.inside or ()] for folder in nested.folders} == {
        "f.c9r": ["dir.c9r"]
    }
    assert whole(storage, f"{ROOT}/b.c9r") == pattern(300_000)
    assert storage.read(f"{ROOT}/f.c9r/dir.c9r", 100) == b"id"
    assert storage.read(f"{ROOT}/b.c9r", 10) == pattern(10)


def test_what_is_not_there_is_said_to_be_absent(storage: Storage) -> None:
    assert storage.stat(f"{ROOT}/x.c9r") is None
    assert storage.stat(OTHER) is None
    put(storage, f"{ROOT}/a.c9r", b"a")
    assert storage.stat(f"{ROOT}/a.c9r/dir.c9r") is None
    for use in (
        lambda: storage.list(OTHER),
        lambda: storage.list_nested(OTHER),
        lambda: storage.read(f"{ROOT}/x.c9r", 10),
        lambda: storage.open(f"{ROOT}/x.c9r"),
        lambda: storage.open(ROOT),
    ):
        with pytest.raises(NodeNotFoundError):
            use()
    found = storage.read_each([f"{ROOT}/a.c9r", f"{ROOT}/x.c9r", f"{ROOT}/dirid.c9r"], 10)
    assert [type(each) for each in found] == [bytes, NodeNotFoundError, bytes]
    seen = storage.stat_each([ROOT, OTHER, f"{ROOT}/a.c9r"])
    assert [each and (each.is_folder, each.size) for each in seen] == [(True, 0), None, (False, 1)]


def test_nothing_is_overwritten_unless_asked(storage: Storage) -> None:
    path = f"{ROOT}/a.c9r"
    put(storage, path, b"old")
    with pytest.raises(NodeExistsError):
        put(storage, path, b"new")
    assert whole(storage, path) == b"old"
    put(storage, path, b"new!", replace=True)
    assert whole(storage, path) == b"new!"
    storage.put_folder(f"{ROOT}/f.c9s", {"name.c9s": b"n", "contents.c9r": b"c"})
    with pytest.raises(NodeExistsError):
        storage.put_folder(f"{ROOT}/f.c9s", {"name.c9s": b"other"})
    with pytest.raises(NodeExistsError):
        put(storage, f"{ROOT}/f.c9s", b"file")
    for taken in (path, f"{ROOT}/f.c9s"):
        with pytest.raises(NodeExistsError):
            storage.move(f"{ROOT}/dirid.c9r", taken)
    with pytest.raises(NodeExistsError):
        storage.relocate(path, f"{ROOT}/f.c9s/contents.c9r", {"name.c9s": b"other"})
    assert storage.read(f"{ROOT}/f.c9s/name.c9s", 9) == b"n"
    assert whole(storage, path) == b"new!"


@pytest.mark.parametrize("parts", [0, 1.5])
def test_an_upload_is_seen_when_it_is_stored_and_not_before(storage: Storage, parts: float) -> None:
    size = 70 + int(parts * remote_files.PART_SIZE)
    data = pattern(size)
    for path, replace in ((f"{ROOT}/a.c9r", False), (f"{ROOT}/a.c9r", True)):
        before = names(storage)
        upload = storage.upload(path)
        for start in range(0, size, 150_000):
            upload.write(data[start : start + 150_000])
        assert names(storage) == before
        storage.put_file(path, upload, replace=replace)
        upload.discard()
        upload.discard()
        assert names(storage) == {"dirid.c9r": 4, "a.c9r": size}
    assert whole(storage, f"{ROOT}/a.c9r") == data


@pytest.mark.parametrize("parts", [0, 1.5])
def test_an_upload_that_is_dropped_is_never_seen(storage: Storage, parts: float) -> None:
    size = 70 + int(parts * remote_files.PART_SIZE)
    upload = storage.upload(f"{ROOT}/a.c9r")
    for start in range(0, size, 1 << 20):
        upload.write(pattern(min(1 << 20, size - start)))
    upload.discard()
    upload.discard()
    del upload
    gc.collect()
    assert names(storage) == {"dirid.c9r": 4}


@pytest.mark.parametrize("opener", ["memory", "s3"], indirect=True)
def test_an_upload_that_is_forgotten_is_never_seen(storage: Storage) -> None:
    """Not even when the garbage collector closes what is still open."""
    upload = storage.upload(f"{ROOT}/a.c9r")
    upload.write(pattern(2 * remote_files.PART_SIZE))
    upload.write(b"rest")
    del upload
    gc.collect()
    assert names(storage) == {"dirid.c9r": 4}


def test_a_long_upload_goes_into_a_folder(storage: Storage) -> None:
    data = pattern(remote_files.PART_SIZE + 1)
    path = f"{ROOT}/f.c9s"
    upload = storage.upload(f"{path}/contents.c9r")
    upload.write(data)
    storage.put_folder(path, {"name.c9s": b"n", "contents.c9r": upload})
    upload.discard()
    assert names(storage, path) == {"name.c9s": 1, "contents.c9r": len(data)}
    assert whole(storage, f"{path}/contents.c9r") == data


def test_a_folder_and_its_contents_come_and_go_together(storage: Storage) -> None:
    link = f"{ROOT}/f.c9r"
    storage.put_linked(OTHER, MARK, link, {"dir.c9r": b"id"})
    assert names(storage, OTHER) == {"dirid.c9r": 4}
    third = "d/EE/" + "F" * 30
    with pytest.raises(NodeExistsError):
        storage.put_linked(third, MARK, link, {"dir.c9r": b"other"})
    assert storage.stat(third) is None
    put(storage, f"{OTHER}/a.c9r", b"a")
    storage.remove_linked(link, [OTHER, third])
    assert names(storage) == {"dirid.c9r": 4}
    assert storage.stat(OTHER) is None


def test_moving_takes_all_along(storage: Storage) -> None:
    storage.put_folder(OTHER, MARK)
    put(storage, f"{ROOT}/a.c9r", b"a")
    storage.move(f"{ROOT}/a.c9r", f"{OTHER}/b.c9r")
    storage.put_folder(f"{ROOT}/f.c9r", {"dir.c9r": b"id"})
    storage.move(f"{ROOT}/f.c9r", f"{OTHER}/g.c9r")
    assert names(storage) == {"dirid.c9r": 4}
    assert names(storage, OTHER) == {"dirid.c9r": 4, "b.c9r": 1, "g.c9r": None}
    assert storage.read(f"{OTHER}/g.c9r/dir.c9r", 9) == b"id"
    with pytest.raises(NodeNotFoundError):
        storage.move(f"{ROOT}/a.c9r", f"{OTHER}/c.c9r")


@pytest.mark.parametrize("target", ["n.c9r", "n.c9s/contents.c9r", "n.c9r/dir.c9r"])
@pytest.mark.parametrize("source", ["o.c9r", "o.c9s/contents.c9r"])
def test_a_file_of_a_node_takes_its_folder_along(storage: Storage, source: str, target: str) -> None:
    shell, _, inner = source.partition("/")
    if inner:
        storage.put_folder(f"{ROOT}/{shell}", {"name.c9s": b"old", inner: b"contents"})
    else:
        put(storage, f"{ROOT}/{shell}", b"contents")
    new_shell, _, new_inner = target.partition("/")
    beside = {"name.c9s": b"new"} if new_shell.endswith(".c9s") else {}
    storage.relocate(f"{ROOT}/{source}", f"{ROOT}/{target}", beside)
    assert whole(storage, f"{ROOT}/{target}") == b"contents"
    assert names(storage) == {"dirid.c9r": 4, new_shell: None if new_inner else 8}
    if new_inner:
        assert set(names(storage, f"{ROOT}/{new_shell}")) == {new_inner, *beside}


def test_what_a_sync_program_put_beside_stays(storage: Storage) -> None:
    files = {"name.c9s": b"n", "contents.c9r": b"c", "contents (1).c9r": b"copy"}
    storage.put_folder(f"{ROOT}/o.c9s", files)
    storage.relocate(f"{ROOT}/o.c9s/contents.c9r", f"{ROOT}/n.c9r", {})
    assert set(names(storage, f"{ROOT}/o.c9s")) == {"name.c9s", "contents (1).c9r"}


def test_removing_leaves_nothing_and_may_be_done_twice(storage: Storage) -> None:
    put(storage, f"{ROOT}/a.c9r", b"a")
    storage.put_folder(f"{ROOT}/f.c9s", {"name.c9s": b"n", "contents.c9r": b"c"})
    for _ in range(2):
        storage.remove(f"{ROOT}/a.c9r")
        storage.remove(f"{ROOT}/f.c9s")
    assert names(storage) == {"dirid.c9r": 4}


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 800_000])
def test_ranges_are_what_lies_there(storage: Storage, size: int) -> None:
    data = pattern(size)
    storage.put_file(f"{ROOT}/a.c9r", data, replace=False)
    assert storage.read(f"{ROOT}/a.c9r", 10) == data[:10]
    file = storage.open(f"{ROOT}/a.c9r")
    assert file.size == size
    for start, length in [
        (0, 68),
        (size - 20, 40),
        (size // 2, 300_000),
        (1, size),
        (size + 5, 10),
        (100, 0),
    ]:
        start = max(start, 0)
        buffer = bytearray(length)
        count = file.read_into(start, memoryview(buffer))
        assert buffer[:count] == data[start : start + length]
    file.close()
    file.close()


def test_two_that_look_at_one_place_see_the_same(opener: Callable[[], Storage], storage: Storage) -> None:
    """No listing is kept, no file taken for what it was."""
    other = opener()
    assert names(other) == {"dirid.c9r": 4}
    put(storage, f"{ROOT}/a.c9r", b"a" * 100)
    assert names(other) == {"dirid.c9r": 4, "a.c9r": 100}
    assert whole(other, f"{ROOT}/a.c9r") == b"a" * 100
    put(storage, f"{ROOT}/a.c9r", b"b" * 101, replace=True)
    assert whole(other, f"{ROOT}/a.c9r") == b"b" * 101
    storage.remove(f"{ROOT}/a.c9r")
    assert names(other) == {"dirid.c9r": 4}
    assert isinstance(other.stat(ROOT), Entry)
