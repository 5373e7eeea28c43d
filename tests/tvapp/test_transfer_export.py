"""Out of the vault: whole or not at all, nothing overwritten, nothing outside the folder that was named."""

import errno
import fcntl
import io
import os
import threading
from pathlib import Path

import pytest

from library import Library
from tests.library.material import put_older_chunk
from tests.tvapp.conftest import CHUNK_SIZE
from tests.tvapp.transfers import OLD_NS, bring, look, make_tree, new_vault, put_link, take
from tvapp.transfer import Exporter, RefusedError, Watcher, plan_export
from tvapp.transfer.links import stays_inside
from vault import Vault
from vault.masterkey import Masterkey
from vault.names import NameCipher

TREE = {
    "Beach/notes.txt": b"sun and sand",
    "Beach/empty.bin": b"",
    "big.bin": bytes(range(251)) * (9 * CHUNK_SIZE // 251 + 1),
    "Nothing in here": None,
    "n" * 255: b"as long as names can be",
    "note.part": b"a part",
    "note": b"a note",
}


def damage(vault: Vault, path: str, chunk_index: int = 1) -> None:
    stored = vault.location / vault.find(path).stored_path
    content = bytearray(stored.read_bytes())
    content[68 + chunk_index * (CHUNK_SIZE + 28) + 20] ^= 1
    stored.write_bytes(content)


def failed(report) -> dict[str, str]:
    return {failure.name: type(failure.error).__name__ for failure in report.failures}


@pytest.fixture
def vault(tmp_path):
    with new_vault(tmp_path / "vault") as vault:
        yield vault


@pytest.fixture
def library(vault, tmp_path):
    with Library(vault, tmp_path / "state") as library:
        yield library


@pytest.fixture
def source(vault, library, tmp_path):
    """What is in the vault, as it was before."""
    source = make_tree(tmp_path / "source", TREE)
    assert bring(vault, library, *source.iterdir()).is_whole
    return source


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_everything_comes_out_as_it_went_in(vault, library, source, out):
    report = take(vault, library, out)
    assert report.is_whole
    assert look(out) == look(source)


def test_a_folder_and_a_file_come_out_under_their_names(vault, library, source, out):
    assert take(vault, library, out, "Beach/", "/note", "/note").stored_count == 3
    assert sorted(look(out)) == ["Beach", "Beach/empty.bin", "Beach/notes.txt", "note"]


def test_times_come_from_the_index_and_else_from_the_vault(vault, library, source, out, tmp_path):
    stored = vault.location / vault.find("/note").stored_path
    os.utime(stored, ns=(OLD_NS, OLD_NS - 5 * 10**9))  # what a sync program makes of it
    take(vault, library, out, "/note")
    assert (out / "note").stat().st_mtime_ns == (source / "note").stat().st_mtime_ns
    with Library(vault, tmp_path / "another state") as forgetful:
        take(vault, forgetful, out / "again", "/note")
    assert (out / "again" / "note").stat().st_mtime_ns == OLD_NS - 5 * 10**9


def test_nothing_is_overwritten(vault, library, source, out):
    make_tree(out, {"note": b"mine", "Beach": b"a file"})
    (out / "big.bin").symlink_to("nowhere")
    before = look(out)
    report = take(vault, library, out)
    assert failed(report) == {"/note": "ExistsError", "/Beach": "ExistsError", "/big.bin": "ExistsError"}
    assert report.unreached_count == 2
    after = look(out)
    assert {name: after[name] for name in before} == before
    assert after["note.part"][0] == b"a part"


def test_what_is_there_and_the_same_is_passed_over(vault, library, source, out, tmp_path):
    take(vault, library, out)
    (out / "Beach/notes.txt").unlink()
    (out / "note").write_bytes(b"A NOTE")
    before = (out / "big.bin").stat()
    for number in range(2):
        with Library(vault, tmp_path / f"state {number}") as seals:
            report = take(vault, library if number else seals, out, skip_existing=True)
        assert failed(report) == {"/note": "ExistsError"}
    assert (report.stored_count, report.skipped_count) == (0, 5)
    assert (out / "Beach/notes.txt").read_bytes() == b"sun and sand"
    assert (out / "big.bin").stat() == before
    assert (out / "note").read_bytes() == b"A NOTE"


def test_a_file_that_appears_meanwhile_is_not_overwritten(vault, library, source, out):
    def on_bytes(_size):
        if out.exists() and not (out / "big.bin").exists():
            (out / "big.bin").write_bytes(b"mine")

    plan = plan_export(vault, ["/big.bin"])
    report = Exporter(vault, library, out).run(plan, Watcher(on_bytes=on_bytes))
    assert failed(report) == {"/big.bin": "ExistsError"}
    assert [path.read_bytes() for path in out.iterdir()] == [b"mine"]


def test_an_export_that_ended_between_two_steps_is_tidied_up_after(vault, library, source, out):
    take(vault, library, out, "/note")
    (out / "note.lanterne.part").hardlink_to(out / "note")
    assert take(vault, library, out, "/note", skip_existing=True).skipped_count == 1
    assert [path.name for path in out.iterdir()] == ["note"]


def test_nothing_below_a_folder_that_failed_is_tried(vault, library, out):
    deep = vault.make_folders("/a/b/c")
    vault.write_file(deep.own_id, "file", io.BytesIO(b"x"))
    make_tree(out, {"a": b"mine"})
    report = take(vault, library, out)
    assert failed(report) == {"/a": "ExistsError"}
    assert report.unreached_count == 1


def test_links_are_made_last(vault, library, source, out):
    put_link(vault, "", "A link", "note")

    def on_file(_name):
        assert not (out / "A link").is_symlink()

    plan = plan_export(vault, ["/"])
    assert Exporter(vault, library, out, symlinks=True).run(plan, Watcher(on_file=on_file)).is_whole
    assert (out / "A link").is_symlink()


def test_what_an_interrupted_export_left_is_done_anew(vault, library, source, out):
    make_tree(out, {"note.lanterne.part": b"half of something else"})
    assert take(vault, library, out).is_whole
    assert look(out) == look(source)


def test_two_exports_do_not_write_the_same_file(vault, library, source, out):
    make_tree(out, {"note.lanterne.part": b"on its way"})
    with (out / "note.lanterne.part").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        report = take(vault, library, out, "/note")
    assert failed(report) == {"/note": "TransferError"}
    assert look(out).keys() == {"note.lanterne.part"}


def test_damage_is_named_and_nothing_of_it_is_written(vault, library, source, out):
    damage(vault, "/big.bin", chunk_index=8)
    stored = vault.location / vault.find("/Beach/notes.txt").stored_path
    stored.write_bytes(stored.read_bytes()[:-1])
    report = take(vault, library, out)
    assert failed(report) == {"/big.bin": "AuthenticationError", "/Beach/notes.txt": "LastChunkError"}
    expected = look(source)
    del expected["big.bin"], expected["Beach/notes.txt"]
    assert look(out) == expected


def test_what_is_genuine_but_not_what_was_stored_is_named_and_nothing_of_it_is_written(
    vault, library, source, out
):
    put_older_chunk(vault, "/big.bin", 3)
    put_older_chunk(vault, "/note", 0)
    report = take(vault, library, out)
    assert failed(report) == {"/big.bin": "AlteredError", "/note": "AlteredError"}
    assert {failure.name: str(failure.error).partition(":")[0] for failure in report.failures} == {
        "/big.bin": "altered",
        "/note": "altered",
    }
    expected = look(source)
    del expected["big.bin"], expected["note"]
    assert look(out) == expected


def test_without_the_digest_nobody_can_tell(vault, library, source, out, tmp_path):
    put_older_chunk(vault, "/note", 0)
    with Library(vault, tmp_path / "another state") as forgetful:
        assert take(vault, forgetful, out, "/note").is_whole
    assert (out / "note").read_bytes() == bytes(len(b"a note"))


def test_what_is_known_not_to_be_whole_is_not_written(vault, library, source, out):
    library.scan()
    put_older_chunk(vault, "/note", 0)
    library.integrity.check_file(vault.find("/note"), lambda _size: True)
    stored = vault.location / vault.find("/big.bin").stored_path
    whole = stored.read_bytes()
    stored.write_bytes(whole[: 68 + 3 * (CHUNK_SIZE + 28)])  # at a chunk's edge: what is left is genuine
    library.scan()
    report = take(vault, library, out, "/note", "/big.bin")
    assert failed(report) == {"/note": "DamageError", "/big.bin": "DamageError"}
    assert list(look(out)) == []
    assert [str(failure.error).partition(":")[0] for failure in report.failures] == ["altered", "incomplete"]
    # It is whole again, though no scan has seen it yet.
    stored.write_bytes(whole)
    assert take(vault, library, out, "/big.bin").is_whole
    # And what a person accepts is what there is.
    library.integrity.accept("/note")
    assert take(vault, library, out, "/note").is_whole


def test_what_is_still_arriving_is_not_written_and_no_damage(vault, library, out):
    vault.write_file("", "new", io.BytesIO(bytes(4 * CHUNK_SIZE)))
    stored = vault.location / vault.find("/new").stored_path
    whole = stored.read_bytes()
    stored.write_bytes(whole[: 68 + 2 * (CHUNK_SIZE + 28)])
    library.scan()
    stored.write_bytes(whole[: 68 + 3 * (CHUNK_SIZE + 28)])
    library.scan()
    assert failed(take(vault, library, out)) == {"/new": "TransferError"}
    assert list(look(out)) == []


def test_an_index_that_cannot_be_read_keeps_nothing_back(vault, library, source, out):
    library.close()
    assert take(vault, library, out).is_whole
    assert {name: seen[0] for name, seen in look(out).items() if isinstance(seen, tuple)} == {
        name: seen[0] for name, seen in look(source).items() if isinstance(seen, tuple)
    }


def test_what_has_lost_its_place_or_its_name_is_named(vault, library, source, out):
    names = NameCipher(Masterkey(vault.export_masterkey()))
    beach = vault.find("/Beach")
    (vault.location / names.content_path(beach.own_id)).rename(vault.location / "elsewhere")
    link = vault.location / vault.find("/Nothing in here").stored_path / "dir.c9r"
    link.write_bytes(b"")
    note = vault.location / vault.find("/note").stored_path
    note.rename(note.with_name("A" * 40 + ".c9r"))
    report = take(vault, library, out)
    kinds = failed(report)
    lost_name = next(name for name in kinds if "AAAA" in name)
    assert kinds == {"/Beach": "DamageError", "/Nothing in here": "DamageError", lost_name: "DamageError"}
    assert sorted(look(out)) == ["Beach", "Nothing in here", "big.bin", "n" * 255, "note.part"]


def test_a_folder_that_has_itself_in_it_ends(vault, library, out):
    outer = vault.make_folder("", "outer")
    inner = vault.make_folder(outer.own_id, "inner")
    (vault.location / inner.stored_path / "dir.c9r").write_text(outer.own_id)
    report = take(vault, library, out)
    assert failed(report) == {"/outer/inner": "DamageError"}


def test_paths_that_are_not_there_and_names_that_would_meet(vault, library, source, out):
    report = take(vault, library, out, "/absent", "/note")
    assert failed(report) == {"/absent": "NodeNotFoundError"}
    assert report.stored_count == 1
    vault.write_file(vault.find("/Beach").own_id, "note", io.BytesIO(b"another"))
    with pytest.raises(RefusedError, match="the same name"):
        plan_export(vault, ["/note", "/Beach/note"])


def test_names_that_the_disk_refuses_are_named(vault, library, out):
    vault.write_file("", "n" * 300, io.BytesIO(b"too long"))
    folder = vault.make_folder("", "f" * 300)
    vault.write_file(folder.own_id, "inside", io.BytesIO(b"x"))
    vault.write_file("", "good", io.BytesIO(b"good"))
    report = take(vault, library, out)
    assert failed(report) == {f"/{'n' * 300}": "OSError", f"/{'f' * 300}": "OSError"}
    assert {failure.error.errno for failure in report.failures} == {errno.ENAMETOOLONG}
    assert (list(look(out)), report.unreached_count) == (["good"], 1)


def test_links_are_left_out_unless_asked_for_and_never_lead_outside(vault, library, source, out):
    beach = vault.find("/Beach").own_id
    put_link(vault, "", "to a note", "note")
    put_link(vault, beach, "up", "../note")
    put_link(vault, beach, "out", "../../secret")
    put_link(vault, "", "absolute", "/etc/passwd")
    put_link(vault, "", "winding", "Beach/../../secret")
    report = take(vault, library, out)
    assert report.is_whole
    assert len(report.remarks) == 5
    assert look(out) == look(source)

    report = take(vault, library, out, skip_existing=True, symlinks=True)
    assert sorted(remark.name for remark in report.remarks) == ["/Beach/out", "/absolute", "/winding"]
    added = {name: seen for name, seen in look(out).items() if name not in look(source)}
    assert added == {"to a note": ("link", "note"), "Beach/up": ("link", "../note")}
    assert take(vault, library, out, skip_existing=True, symlinks=True).failures == []
    assert failed(take(vault, library, out, "/to a note", symlinks=True)) == {"/to a note": "ExistsError"}


@pytest.mark.parametrize(
    ("target", "depth", "inside"),
    [
        ("a", 0, True),
        ("./a//b/.", 0, True),
        ("..", 0, False),
        ("..", 1, True),
        ("../../a", 1, False),
        ("../../a", 2, True),
        ("a/..", 5, False),  # "a" may be a link itself
        ("/a", 5, False),
        ("", 0, False),
        ("a\0b", 0, False),
    ],
)
def test_where_links_lead(target, depth, inside):
    assert stays_inside(target, depth) is inside


def test_no_file_is_written_through_a_link(vault, library, source, out, tmp_path):
    (tmp_path / "secret").mkdir()
    out.mkdir()
    (out / "Beach").symlink_to(tmp_path / "secret")
    report = take(vault, library, out)
    assert failed(report) == {"/Beach": "ExistsError"}
    assert list((tmp_path / "secret").iterdir()) == []


def test_nothing_is_exported_into_the_vault(vault, library, source, tmp_path):
    (tmp_path / "way in").symlink_to(vault.location)
    for place in (vault.location, vault.location / "new", tmp_path / "way in" / "d"):
        with pytest.raises(RefusedError, match="in the vault"):
            take(vault, library, place)


def test_a_folder_that_cannot_be_made_is_said(vault, library, source, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RefusedError, match="Not a directory"):
        take(vault, library, tmp_path / "file" / "below")


def test_a_full_disk_ends_it_and_leaves_nothing_half(vault, library, source, out, monkeypatch):
    real = os.write
    left = 4 * CHUNK_SIZE

    def write(fd, data):
        nonlocal left
        left -= len(data)
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data)

    monkeypatch.setattr(os, "write", write)
    report = take(vault, library, out)
    assert report.ended_by.errno == errno.ENOSPC
    assert report.unreached_count + report.stored_count == 6
    for name, seen in look(out).items():
        assert seen == look(source)[name]


def test_a_stop_leaves_nothing_half(vault, library, source, out):
    stopping = threading.Event()
    done = 0

    def on_bytes(size):
        nonlocal done
        done += size
        if done > 6 * CHUNK_SIZE:
            stopping.set()

    report = Exporter(vault, library, out, stopping=stopping).run(
        plan_export(vault, ["/"]), Watcher(on_bytes=on_bytes)
    )
    assert report.stopped
    assert "big.bin" not in look(out)
    assert not list(Path(out).glob("**/*.part")) or list(Path(out).glob("**/*.part")) == [out / "note.part"]
    assert take(vault, library, out, skip_existing=True).is_whole
    assert look(out) == look(source)


def test_very_deep_trees_come_out(vault, library, tmp_path, out):
    depth, name = 250, "a folder in a folder"
    folder_id = ""
    for _ in range(depth):
        folder_id = vault.make_folder(folder_id, name).own_id
    vault.write_file(folder_id, "file", io.BytesIO(b"deep down"))
    assert take(vault, library, out).is_whole
    folder_fd = os.open(out, os.O_RDONLY)
    for _ in range(depth):
        inner_fd = os.open(name, os.O_RDONLY, dir_fd=folder_fd)
        os.close(folder_fd)
        folder_fd = inner_fd
    fd = os.open("file", os.O_RDONLY, dir_fd=folder_fd)
    assert os.read(fd, 100) == b"deep down"
    os.close(fd)
    assert [entry.name for entry in os.scandir(folder_fd)] == ["file"]
    os.close(folder_fd)
    report = take(vault, library, out, skip_existing=True)
    assert (report.skipped_count, report.is_whole) == (1, True)
