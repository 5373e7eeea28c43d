"""Into the vault: whole, once, verified, and the sources untouched."""

import contextlib
import errno
import hashlib
import io
import os
import socket
import tempfile
import threading
import unicodedata
from pathlib import Path

import pytest

from library import AlteredError, Library
from tests.library.material import put_older_chunk
from tests.tvapp.conftest import CHUNK_SIZE
from tests.tvapp.transfers import (
    OLD_NS,
    bring,
    contents_of,
    failures_of,
    make_tree,
    new_vault,
    put_link,
    require_sound,
    traces,
)
from tvapp.transfer import (
    Importer,
    NoRoomError,
    RefusedError,
    Watcher,
    plan_import,
    require_room,
    survey,
)
from vault import NodeKind

TREE = {
    "Holidays/Beach/notes.txt": b"sun and sand",
    "Holidays/Beach/empty.bin": b"",
    "Holidays/big.bin": bytes(range(251)) * (3 * CHUNK_SIZE // 251 + 1),
    "Holidays/Nothing in here": None,
}


@pytest.fixture
def vault(tmp_path):
    with new_vault(tmp_path / "vault") as vault:
        yield vault


@pytest.fixture
def library(vault, tmp_path):
    with Library(vault, tmp_path / "state") as library:
        yield library


@pytest.fixture
def source(tmp_path):
    return make_tree(tmp_path / "source", TREE)


def test_a_tree_is_in_the_vault_as_it_was(vault, library, source):
    report = bring(vault, library, source / "Holidays", to="Archive//2009/")
    assert (report.stored_count, report.skipped_count, report.is_whole) == (3, 0, True)
    assert contents_of(vault) == {
        "/Archive": None,
        "/Archive/2009": None,
        **{f"/Archive/2009/{path}": content for path, content in TREE.items()},
        "/Archive/2009/Holidays": None,
        "/Archive/2009/Holidays/Beach": None,
    }
    require_sound(vault)


def test_times_and_digests_are_kept(vault, library, source):
    bring(vault, library, source / "Holidays")
    for path, content in TREE.items():
        if content is not None:
            mtime_ns = (source / path).stat().st_mtime_ns
            assert mtime_ns % 1000  # to the nanosecond, as this disk has it
            assert library.stored_sha256(f"/{path}") == hashlib.sha256(content).digest()
            with vault.open(vault.find(f"/{path}")) as reader:
                assert library.seal_of(reader).original_mtime_ns == mtime_ns
            assert vault.find(f"/{path}").mtime_ns == mtime_ns


def test_what_was_stored_is_known_to_the_last_chunk(vault, library, source):
    bring(vault, library, source / "Holidays")
    library.scan()
    item_id = library.find_path("/Holidays/big.bin").id
    with library.open(item_id) as reader:
        assert reader.read() == TREE["Holidays/big.bin"]
    put_older_chunk(vault, "/Holidays/big.bin", 2)
    with library.open(item_id) as reader, pytest.raises(AlteredError):
        reader.read()


def test_what_was_there_already_is_known_from_then_on(vault, library, source, tmp_path):
    bring(vault, library, source / "Holidays")
    with Library(vault, tmp_path / "another state") as forgetful:
        bring(vault, forgetful, source / "Holidays")
        forgetful.scan()
        put_older_chunk(vault, "/Holidays/big.bin", 2)
        item_id = forgetful.find_path("/Holidays/big.bin").id
        with forgetful.open(item_id) as reader, pytest.raises(AlteredError):
            reader.read()


@pytest.mark.parametrize("removed", ["by hand", "by an app"])
def test_what_was_removed_and_is_imported_again_can_be_opened_at_once(vault, library, source, removed):
    bring(vault, library, source / "Holidays")
    library.scan()
    node = vault.find("/Holidays/big.bin")
    if removed == "by hand":
        (vault.location / node.stored_path).unlink()
    else:
        vault.remove(node)
    assert bring(vault, library, source / "Holidays").stored_count == 1
    with library.open(library.find_path("/Holidays/big.bin").id) as reader:
        assert reader.read() == TREE["Holidays/big.bin"]
    library.scan()
    assert library.find_path("/Holidays/big.bin").problem is None
    assert list(library.integrity.findings()) == []


def test_the_sources_show_no_trace(vault, library, source):
    before = traces(source)
    bring(vault, library, source / "Holidays")
    bring(vault, library, source / "Holidays")
    assert traces(source) == before


def test_not_even_their_times_of_access(vault, library, source):
    long_ago = OLD_NS - 10**18  # of late accesses the system keeps no note anyway
    paths = list(source.rglob("*"))  # looking into a folder leaves a trace there, too
    for path in paths:
        os.utime(path, ns=(long_ago, path.stat().st_mtime_ns))
    bring(vault, library, source / "Holidays")
    bring(vault, library, source / "Holidays")
    assert {path.stat().st_atime_ns for path in paths} == {long_ago}


def test_what_is_there_is_skipped_by_its_digest_without_reading_the_vault(vault, library, source):
    bring(vault, library, source / "Holidays")
    # Damage in the middle, which only reading the whole file would show.
    node = vault.find("/Holidays/big.bin")
    stored = vault.location / node.stored_path
    content = bytearray(stored.read_bytes())
    content[68 + CHUNK_SIZE + 100] ^= 1
    stored.write_bytes(content)
    report = bring(vault, library, source / "Holidays")
    assert (report.stored_count, report.skipped_count, report.failures) == (0, 3, [])


def test_without_the_digest_the_vault_is_read(vault, library, source, tmp_path):
    bring(vault, library, source / "Holidays")
    with Library(vault, tmp_path / "another state") as forgetful:
        report = bring(vault, forgetful, source / "Holidays")
        assert (report.stored_count, report.skipped_count) == (0, 3)
        assert forgetful.stored_sha256("/Holidays/big.bin") is not None  # known from now on
    (source / "Holidays/Beach/notes.txt").write_bytes(b"sun and SAND")
    with Library(vault, tmp_path / "a third state") as forgetful:
        report = bring(vault, forgetful, source / "Holidays")
        assert failures_of(report, source) == {"Holidays/Beach/notes.txt": "ExistsError"}
        assert report.skipped_count == 2
    assert contents_of(vault)["/Holidays/Beach/notes.txt"] == b"sun and sand"


def test_damage_in_the_vault_is_said_where_it_is_met(vault, library, source, tmp_path):
    bring(vault, library, source / "Holidays")
    stored = vault.location / vault.find("/Holidays/big.bin").stored_path
    content = bytearray(stored.read_bytes())
    content[68 + CHUNK_SIZE + 100] ^= 1
    stored.write_bytes(content)
    with Library(vault, tmp_path / "another state") as forgetful:
        report = bring(vault, forgetful, source / "Holidays")
    assert failures_of(report, source) == {"Holidays/big.bin": "AuthenticationError"}


class SpoiledDisk:
    """Spoils what was written as soon as it is on the disk: outside our code, as a bad disk does."""

    def __init__(self, monkeypatch, vault):
        self.spoil_next = 0
        real = os.posix_fadvise

        def fadvise(fd, offset, length, advice):
            if self.spoil_next > 0:
                self.spoil_next -= 1
                path = Path(f"/proc/self/fd/{fd}").readlink()
                content = bytearray(path.read_bytes())
                content[-1] ^= 1
                path.write_bytes(content)
            real(fd, offset, length, advice)

        monkeypatch.setattr(os, "posix_fadvise", fadvise)


def test_every_file_is_read_back_from_the_disk(vault, library, source, monkeypatch):
    disk = SpoiledDisk(monkeypatch, vault)
    disk.spoil_next = 1
    report = bring(vault, library, source / "Holidays")
    assert failures_of(report, source) == {"Holidays/big.bin": "VerificationError"}
    assert report.stored_count == 2
    assert "/Holidays/big.bin" not in contents_of(vault)  # nothing damaged stays
    require_sound(vault)
    assert bring(vault, library, source / "Holidays").stored_count == 1


def test_what_is_read_back_is_compared_with_what_was_read(vault, library, source, monkeypatch):
    real = vault.write_file

    def swap(folder_id, name, source, **options):
        """Somebody with the key puts another file in the place of what was just written."""
        node = real(folder_id, name, source, **options)
        if name != "notes.txt":
            return node
        return real(folder_id, name, io.BytesIO(b"sun and SAND"), replace=True)

    monkeypatch.setattr(vault, "write_file", swap)
    report = bring(vault, library, source / "Holidays")
    assert failures_of(report, source) == {"Holidays/Beach/notes.txt": "VerificationError"}


class Writer:
    """Another program, that writes to a source while it is read."""

    def __init__(self, path: Path, times: int, change) -> None:
        self.path, self.times, self.change, self.seen = path, times, change, 0.0

    def on_bytes(self, size: float) -> None:
        if size > 0 and self.times > 0:
            self.times -= 1
            self.change(self.path)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def rewrite(path: Path) -> None:
    """The same size, other bytes."""
    content = bytearray(path.read_bytes())
    content[0] ^= 255
    path.write_bytes(content)
    os.utime(path, ns=(OLD_NS, OLD_NS + content[0]))


def replace(path: Path) -> None:
    """As programs save: a new file is put in the old one's place."""
    status = path.stat()
    fresh = path.with_name("fresh")
    fresh.write_bytes(bytes(reversed(path.read_bytes())))
    os.utime(fresh, ns=(status.st_atime_ns, status.st_mtime_ns))
    fresh.rename(path)


@pytest.mark.parametrize("change", [grow, rewrite, replace])
def test_a_source_that_changes_once_is_read_once_more(vault, library, tmp_path, change):
    source = make_tree(tmp_path / "source", {"log.txt": b"a" * (20 * CHUNK_SIZE) + b"b"})
    writer = Writer(source / "log.txt", 1, change)
    size = (source / "log.txt").stat().st_size
    counted = []

    def on_bytes(count):
        counted.append(count)
        writer.on_bytes(count)

    report = bring(vault, library, source, watcher=Watcher(on_bytes=on_bytes))
    assert (report.stored_count, report.failures) == (1, [])
    assert sum(counted) == size
    assert contents_of(vault)["/source/log.txt"] == (source / "log.txt").read_bytes()
    require_sound(vault)


def test_a_source_that_keeps_changing_is_reported_and_nothing_of_it_stored(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {"log.txt": b"a" * (20 * CHUNK_SIZE), "other.txt": b"calm"})
    writer = Writer(source / "log.txt", 10**6, grow)
    report = bring(vault, library, source, watcher=Watcher(on_bytes=writer.on_bytes))
    assert failures_of(report, source)["log.txt"] == "SourceChangedError"
    assert contents_of(vault) == {"/source": None, "/source/other.txt": b"calm"}
    require_sound(vault)


def test_what_is_no_file_is_said_and_never_waited_for(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {"a.txt": b"a", "z.txt": b"z", "Folder": None})
    os.mkfifo(source / "pipe")
    (source / "link to a file").symlink_to("a.txt")
    (source / "link to a folder").symlink_to("Folder")
    (source / "broken link").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(os.path.relpath(source / "socket"))
        report = bring(vault, library, source)
    assert failures_of(report, source) == {"pipe": "NotAFileError", "socket": "NotAFileError"}
    assert "named pipe" in str(report.failures[0].error)
    assert sorted(Path(remark.name).name for remark in report.remarks) == [
        "broken link",
        "link to a file",
        "link to a folder",
    ]
    assert contents_of(vault) == {
        "/source": None,
        "/source/Folder": None,
        "/source/a.txt": b"a",
        "/source/z.txt": b"z",
    }


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {"a.txt": b"a"})
    plan = plan_import([source], "/", vault.location)
    (source / "a.txt").unlink()
    os.mkfifo(source / "a.txt")
    report = Importer(vault, library).run(plan, survey(vault, plan))
    assert failures_of(report, source) == {"a.txt": "NotAFileError"}


def test_a_link_that_is_named_stands_for_what_it_points_to(vault, library, tmp_path):
    make_tree(tmp_path / "disk", {"film.mkv": b"film"})
    (tmp_path / "Videos").symlink_to("disk")
    assert bring(vault, library, tmp_path / "Videos").is_whole
    assert contents_of(vault) == {"/Videos": None, "/Videos/film.mkv": b"film"}


def test_a_folder_without_a_name_of_its_own(vault, library, source, monkeypatch):
    monkeypatch.chdir(source / "Holidays" / "Beach")
    assert bring(vault, library, Path(), to="/a").is_whole
    assert bring(vault, library, Path(".."), to="/b").is_whole
    assert "/a/Beach/notes.txt" in contents_of(vault)
    assert "/b/Holidays/Beach/notes.txt" in contents_of(vault)


def test_names_that_no_vault_has_are_said_and_the_rest_goes_on(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {"good": b"1", "line\nbreak": b"2", "bell\a/inside": b"3"})
    (Path(os.fsdecode(os.fsencode(source) + b"/\xff\xfe.jpg"))).write_bytes(b"4")
    report = bring(vault, library, source)
    assert failures_of(report, source) == {
        "line\nbreak": "NameRefusedError",
        "bell\a": "NameRefusedError",
        "\udcff\udcfe.jpg": "NameRefusedError",
    }
    assert contents_of(vault) == {"/source": None, "/source/good": b"1"}


def test_names_that_are_the_same_in_the_vault(vault, library, tmp_path):
    nfc, nfd = unicodedata.normalize("NFC", "Zürich"), unicodedata.normalize("NFD", "Zürich")
    source = make_tree(
        tmp_path / "source",
        {nfc + ".txt": b"one", nfd + ".txt": b"two", f"{nfc}/a": b"a", f"{nfd}/b": b"b", f"{nfd}/a": b"c"},
    )
    report = bring(vault, library, source)
    # One of each pair is stored, whichever comes first; the other is named; nothing is put over another.
    assert len(report.failures) == 2
    assert {type(failure.error).__name__ for failure in report.failures} == {"ExistsError"}
    shown = contents_of(vault)
    assert shown[f"/source/{nfc}.txt"] in {b"one", b"two"}
    assert shown[f"/source/{nfc}/b"] == b"b"
    assert [remark.words for remark in report.remarks] == ["put together with a folder of the same name"]


def test_names_that_differ_by_case_are_both_stored_and_said(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {"Film.mkv": b"one", "film.mkv": b"two"})
    report = bring(vault, library, source)
    assert (report.stored_count, len(report.remarks)) == (2, 1)
    later = make_tree(tmp_path / "later", {"FILM.MKV": b"three"})
    report = bring(vault, library, later / "FILM.MKV", to="/source")
    assert (report.stored_count, len(report.remarks)) == (1, 1)
    assert len(contents_of(vault)) == 4


def test_two_sources_of_one_name(vault, library, tmp_path):
    one = make_tree(tmp_path / "one", {"x/a": b"1", "y": b"1", "z": b"1"})
    two = make_tree(tmp_path / "two", {"x/b": b"2", "y": b"2", "z/inside": b"2"})
    report = bring(vault, library, *one.iterdir(), *two.iterdir())
    assert failures_of(report, two) == {"y": "ExistsError", "z": "ExistsError"}
    shown = contents_of(vault)
    assert (shown["/x/a"], shown["/x/b"], shown["/y"], shown["/z"]) == (b"1", b"2", b"1", b"1")


def test_hidden_files_and_litter_are_left_out_and_counted(vault, library, tmp_path):
    litter = {
        ".hidden/a": b"",
        ".DS_Store": b"",
        "._film": b"",
        "Thumbs.db": b"",
        "@eaDir/x": b"",
        "Desktop.ini": b"",
    }
    source = make_tree(tmp_path / "source", {"film": b"film", **litter})
    report = bring(vault, library, source)
    assert (report.stored_count, report.left_out_count) == (1, 6)
    assert contents_of(vault) == {"/source": None, "/source/film": b"film"}
    report = bring(vault, library, source, everything=True)
    assert (report.stored_count, report.skipped_count, report.left_out_count) == (6, 1, 0)
    hidden = make_tree(tmp_path / ".named", {"a": b"a"})  # who names it means it
    assert bring(vault, library, hidden).stored_count == 1


def test_very_deep_trees(vault, library, tmp_path):
    depth, name = 250, "a folder in a folder"
    folder_fd = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):  # no path that long could be given to the system
        os.mkdir(name, dir_fd=folder_fd)
        inner_fd = os.open(name, os.O_RDONLY, dir_fd=folder_fd)
        os.close(folder_fd)
        folder_fd = inner_fd
    fd = os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=folder_fd)
    os.write(fd, b"deep down")
    os.close(fd)
    os.close(folder_fd)
    assert bring(vault, library, tmp_path / name).is_whole
    path = f"/{name}" * depth + "/file"
    with vault.open(vault.find(path)) as reader:
        assert reader.read() == b"deep down"


def test_the_vault_is_never_put_into_itself(vault, library, tmp_path):
    inside = next((vault.location / "d").iterdir())
    (tmp_path / "way in").symlink_to(vault.location / "d")
    for source, words in [
        (vault.location, "lies in the vault"),
        (inside, "lies in the vault"),
        (tmp_path / "way in", "lies in the vault"),
        (tmp_path, "has the vault itself in it"),
    ]:
        with pytest.raises(RefusedError, match=words):
            bring(vault, library, make_tree(tmp_path / "ok", {"a": b"a"}), source)
    assert contents_of(vault) == {}


def test_a_folder_to_import_to_must_be_one(vault, library, source):
    bring(vault, library, source / "Holidays/Beach/notes.txt")
    with pytest.raises(RefusedError, match="no folder"):
        bring(vault, library, source / "Holidays", to="/notes.txt")
    with pytest.raises(RefusedError, match="no folder"):
        bring(vault, library, source / "Holidays", to="/notes.txt/deeper")
    with pytest.raises(RefusedError, match="must not be"):
        bring(vault, library, source / "Holidays", to="/a/../b")
    assert list(contents_of(vault)) == ["/notes.txt"]


def test_files_and_folders_do_not_take_each_others_names(vault, library, tmp_path):
    bring(vault, library, make_tree(tmp_path / "first" / "x", {"a": b"1", "b/c": b"1"}))
    second = make_tree(
        tmp_path / "second" / "x", {"a/inside/deep": b"2", "a/too": b"2", "b": b"2", "d": b"2"}
    )
    report = bring(vault, library, second)
    assert failures_of(report, second) == {"a": "ExistsError", "b": "ExistsError"}
    assert (report.stored_count, report.unreached_count) == (1, 2)
    assert contents_of(vault) == {"/x": None, "/x/a": b"1", "/x/b": None, "/x/b/c": b"1", "/x/d": b"2"}


@contextlib.contextmanager
def as_nobody():
    """Be a user whom not everything is open to; that is who runs the tests, unless it is root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_must_not_be_read_is_named_and_the_rest_stored():
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        place.chmod(0o777)
        with (
            as_nobody(),
            new_vault(place / "vault") as vault,
            Library(vault, place / "state") as library,
        ):
            source = make_tree(place / "source", {"closed": b"x", "folder/b": b"b", "open": b"o"})
            (source / "closed").chmod(0)
            (source / "folder").chmod(0)
            report = bring(vault, library, source)
            (source / "folder").chmod(0o700)
            assert contents_of(vault) == {
                "/source": None,
                "/source/folder": None,
                "/source/open": b"o",
            }
    assert failures_of(report, source) == {"closed": "PermissionError", "folder": "PermissionError"}


def test_an_absent_source_keeps_no_other_back(vault, library, source):
    report = bring(vault, library, source / "absent", source / "Holidays")
    assert failures_of(report, source) == {"absent": "FileNotFoundError"}
    assert report.stored_count == 3


def test_room_is_counted_before_anything_is_written(vault, source, monkeypatch):
    plan = plan_import([source / "Holidays"], "/", vault.location)
    found = survey(vault, plan)
    real = os.statvfs(vault.location)
    need = sum(vault.stored_size(file.size) for file in plan.files)

    def with_free(size):
        fields = [*real]
        fields[1], fields[4] = 512, size // 512  # f_frsize, f_bavail
        monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))

    with_free(need)  # folders and the ends of blocks need room, too
    with pytest.raises(NoRoomError) as caught:
        require_room(vault, plan, found)
    assert caught.value.free_size <= need < caught.value.needed_size
    with_free(caught.value.needed_size)
    require_room(vault, plan, found)


def test_what_is_there_already_needs_no_room(vault, library, source, monkeypatch):
    bring(vault, library, source / "Holidays")
    plan = plan_import([source / "Holidays"], "/", vault.location)
    full = [*os.statvfs(vault.location)]
    full[4] = 0
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(full))
    require_room(vault, plan, survey(vault, plan))


def test_a_disk_that_fills_up_ends_it_without_debris(vault, library, tmp_path, monkeypatch):
    source = make_tree(tmp_path / "source", {f"{n}.bin": bytes([n]) * (9 * CHUNK_SIZE) for n in range(5)})
    left = 2.5 * 9 * CHUNK_SIZE
    real = os.write

    def write(fd, data):
        nonlocal left
        left -= len(data)
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        report = bring(vault, library, source)
    assert (report.stored_count, report.unreached_count) == (2, 3)
    assert "disk is full" in str(report.ended_by)
    assert sorted(contents_of(vault)) == ["/source", "/source/0.bin", "/source/1.bin"]
    require_sound(vault)
    report = bring(vault, library, source)
    assert (report.stored_count, report.skipped_count, report.is_whole) == (3, 2, True)


def test_a_stop_is_heeded_in_the_middle_of_a_file(vault, library, tmp_path):
    source = make_tree(tmp_path / "source", {f"{n}.bin": bytes([n]) * (20 * CHUNK_SIZE) for n in range(3)})
    stopping, done = threading.Event(), 0.0

    def on_bytes(size):
        nonlocal done
        done += size
        if done > 1.2 * 20 * CHUNK_SIZE:
            stopping.set()

    report = bring(vault, library, source, watcher=Watcher(on_bytes=on_bytes), stopping=stopping)
    assert (report.stopped, report.stored_count, report.unreached_count) == (True, 1, 2)
    assert sorted(contents_of(vault)) == ["/source", "/source/0.bin"]
    require_sound(vault)
    assert bring(vault, library, source).is_whole


@pytest.mark.parametrize("again", [False, True])
def test_a_watcher_is_told_of_exactly_all_bytes(vault, library, source, again):
    if again:
        bring(vault, library, source / "Holidays")
    counted, names = [], []
    bring(vault, library, source / "Holidays", watcher=Watcher(names.append, counted.append))
    assert sum(counted) == sum(len(content or b"") for content in TREE.values())
    assert names == ["big.bin", "empty.bin", "notes.txt"]


def test_an_index_that_cannot_be_written_keeps_no_file_back(vault, library, source):
    library.close()
    report = bring(vault, library, source / "Holidays")
    assert (report.stored_count, report.failures) == (3, [])
    assert [remark.name for remark in report.remarks] == ["the index"]
    assert bring(vault, library, source / "Holidays").skipped_count == 3


def test_links_in_the_vault_are_not_taken_for_files(vault, library, source, tmp_path):
    put_link(vault, "", "notes.txt", "elsewhere")
    report = bring(vault, library, source / "Holidays/Beach/notes.txt")
    assert "symlink" in str(report.failures[0].error)
    assert vault.find("/notes.txt").kind is NodeKind.SYMLINK
