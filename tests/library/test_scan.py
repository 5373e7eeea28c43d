"""Scans of real vaults: what is read, what is kept, what is said of broken files."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading

import pytest
from PIL import Image, ImageStat

from library import ItemNotFoundError, ItemQuery, Library, ScanProgress, VaultAwayError
from library.examination import DAMAGED, INCOMPLETE
from library.records import SHRUNK
from tests.library.material import exif_of, flip_byte, flip_bytes, new_vault, photo, put, stored_file, video
from tests.shared_media import MEDIA, needs_media
from vault import VaultLockedError

CHUNK = 32 * 1024 + 28


def everything(library):
    """Return all items by path."""
    items = {}
    for kind in ("folder", "video", "photo", "other"):
        items |= {item.path: item for item in library.items(ItemQuery(kind=kind, limit=500)).items}
    return items


@pytest.fixture
def openings(vault):
    """The names of the files that were opened, in order."""
    names = []
    really_open = vault.open

    def counting(node):
        names.append(node.name)
        return really_open(node)

    vault.open = counting
    return names


@pytest.fixture
def filled(vault):
    put(vault, "/Holidays/Rome/IMG_0001.jpg", photo((600, 400), exif=exif_of(taken="2019:04:24 22:24:00")))
    put(vault, "/Holidays/clip_of_rome.mkv", video(form="matroska"))
    put(vault, "/notes.txt", b"buy milk")
    return vault


def test_what_a_scan_finds(filled, library):
    seen = []
    report = library.scan(seen.append)
    assert (report.added_count, report.read_count, report.problem_count) == (3, 3, 0)
    assert not report.cancelled
    assert seen[0] == ScanProgress(0, None)
    assert [one.done for one in seen[1:]] == sorted(one.done for one in seen[1:])
    assert seen[-1] == ScanProgress(3, 3)
    items = everything(library)
    assert set(items) == {
        "/Holidays",
        "/Holidays/Rome",
        "/Holidays/Rome/IMG_0001.jpg",
        "/Holidays/clip_of_rome.mkv",
        "/notes.txt",
    }
    picture = items["/Holidays/Rome/IMG_0001.jpg"]
    assert (picture.kind, picture.title, picture.mime) == ("photo", "IMG_0001", "image/jpeg")
    assert (picture.width, picture.height, picture.taken_at) == (600, 400, "2019-04-24T22:24:00")
    film = items["/Holidays/clip_of_rome.mkv"]
    assert (film.kind, film.title, film.mime) == ("video", "clip of rome", "video/x-matroska")
    assert (film.width, film.height, film.duration_s) == (64, 48, pytest.approx(1, abs=0.2))
    assert film.has_image
    assert picture.has_image
    text = items["/notes.txt"]
    assert (text.kind, text.mime, text.size, text.has_image) == ("other", "text/plain", 8, False)
    assert items["/Holidays"].child_count == 2
    assert not any(item.problem for item in items.values())


def test_an_unchanged_vault_is_not_read_again(filled, library, openings):
    library.scan()
    assert set(openings) == {"IMG_0001.jpg", "clip_of_rome.mkv", "notes.txt"}
    openings.clear()
    report = library.scan()
    assert openings == []
    assert (report.unchanged_count, report.read_count) == (3, 0)


def test_only_what_is_new_is_read(filled, library, openings):
    library.scan()
    openings.clear()
    put(filled, "/notes.txt", b"buy milk and bread", replace=True)
    put(filled, "/new.jpg", photo())
    report = library.scan()
    assert set(openings) == {"notes.txt", "new.jpg"}
    assert (report.added_count, report.changed_count, report.unchanged_count) == (1, 1, 2)
    assert library.find_path("/notes.txt").size == 18


def test_a_touched_file_is_recognised_by_its_first_bytes(filled, library, openings):
    library.scan()
    before = library.find_path("/Holidays/Rome/IMG_0001.jpg")
    openings.clear()
    os.utime(stored_file(filled, before.path), ns=(10**18, 10**18))
    report = library.scan()
    assert openings == ["IMG_0001.jpg"]
    assert (report.unchanged_count, report.read_count) == (3, 0)
    assert library.find_path(before.path).id == before.id
    openings.clear()
    library.scan()
    assert openings == []


def test_ids_stay_when_files_and_folders_move(filled, library, openings):
    library.scan()
    before = everything(library)
    openings.clear()
    rome = filled.find("/Holidays/Rome")
    filled.rename(rome, "", "Roma")
    filled.rename(filled.find("/Holidays/clip_of_rome.mkv"), rome.own_id, "film.mkv")
    report = library.scan()
    after = everything(library)
    assert after["/Roma"].id == before["/Holidays/Rome"].id
    assert after["/Roma/IMG_0001.jpg"].id == before["/Holidays/Rome/IMG_0001.jpg"].id
    assert after["/Roma/film.mkv"].id == before["/Holidays/clip_of_rome.mkv"].id
    assert after["/Roma/film.mkv"].title == "film"
    assert after["/Roma/film.mkv"].duration_s == before["/Holidays/clip_of_rome.mkv"].duration_s
    assert (report.moved_count, report.read_count, report.removed_count) == (1, 0, 0)
    assert openings == ["film.mkv"]
    assert library.image(after["/Roma/film.mkv"].id, 440)


def test_two_files_that_change_names(vault, library):
    put(vault, "/a.txt", b"first")
    put(vault, "/b.txt", b"other")
    library.scan()
    first, other = library.find_path("/a.txt").id, library.find_path("/b.txt").id
    vault.rename(vault.find("/a.txt"), "", "c.txt")
    vault.rename(vault.find("/b.txt"), "", "a.txt")
    vault.rename(vault.find("/c.txt"), "", "b.txt")
    # Else only times could tell them apart, and a rename keeps those.
    os.utime(stored_file(vault, "/a.txt"), ns=(1, 1))
    os.utime(stored_file(vault, "/b.txt"), ns=(2, 2))
    library.scan()
    assert (library.find_path("/b.txt").id, library.find_path("/a.txt").id) == (first, other)


def test_a_new_file_under_the_name_of_a_moved_one(vault, library):
    put(vault, "/a.txt", b"first")
    library.scan()
    first = library.find_path("/a.txt").id
    vault.rename(vault.find("/a.txt"), "", "b.txt")
    put(vault, "/a.txt", b"second, longer")
    library.scan()
    assert library.find_path("/b.txt").id == first
    second = library.find_path("/a.txt").id
    assert second != first
    with library.open(second) as reader:
        assert reader.read() == b"second, longer"


def test_ids_are_the_same_after_a_rebuild(filled, state, tmp_path):
    found = []
    for folder in (state, tmp_path / "other"):
        with Library(filled, folder) as library:
            library.scan()
            found.append({path: (item.id, item.added_at) for path, item in everything(library).items()})
    assert found[0] == found[1]


def test_what_comes_later_was_added_later(filled, library):
    os.utime(stored_file(filled, "/notes.txt"), ns=(10**18, 10**18))
    library.scan()
    put(filled, "/new.txt", b"new")
    os.utime(stored_file(filled, "/new.txt"), ns=(9 * 10**17, 9 * 10**17))
    library.scan()
    assert library.find_path("/notes.txt").added_at == "2001-09-09T01:46:40Z"
    newest, *_ = library.items(ItemQuery(kind="other", sort="-added")).items
    assert newest.path == "/new.txt"
    assert newest.modified_at == "1998-07-09T16:00:00Z"


def test_what_is_gone_is_removed(filled, library):
    library.scan()
    image_id = library.find_path("/Holidays/Rome/IMG_0001.jpg").id
    filled.remove(filled.find("/Holidays"))
    report = library.scan()
    assert report.removed_count == 4
    assert set(everything(library)) == {"/notes.txt"}
    with pytest.raises(ItemNotFoundError):
        library.image(image_id, 440)


def test_nothing_is_removed_while_the_vault_is_away(filled, library, tmp_path):
    library.scan()
    before = everything(library)
    filled.directory.rename(tmp_path / "unplugged")
    for empty in (False, True):  # an empty mount point looks like an empty folder
        if empty:
            filled.directory.mkdir()
        with pytest.raises(VaultAwayError):
            library.scan()
        assert everything(library) == before


def test_nothing_is_removed_when_the_vault_goes_in_the_middle(filled, library, tmp_path):
    library.scan()
    before = everything(library)
    really_list = filled.list_folder

    def pull_the_plug(folder_id):
        if folder_id:
            shutil.rmtree(filled.directory, ignore_errors=True)
        return really_list(folder_id)

    filled.list_folder = pull_the_plug
    with pytest.raises(VaultAwayError):
        library.scan()
    assert everything(library) == before


def test_what_lies_in_a_folder_that_cannot_be_read_stays(filled, library):
    put(filled, "/Holidays/Rome/deep/er/file.txt", b"deep")
    library.scan()
    before = everything(library)
    names = filled.find("/Holidays/Rome").own_id
    really_list = filled.list_folder
    contents = stored_file(filled, "/Holidays/Rome/IMG_0001.jpg").parent
    contents.rename(contents.with_name("away"))
    filled.remove(filled.find("/notes.txt"))
    report = library.scan()
    assert report.removed_count == 1
    after = everything(library)
    assert set(after) == set(before) - {"/notes.txt"}
    assert after["/Holidays/Rome"].problem
    contents.with_name("away").rename(contents)
    report = library.scan()
    assert (report.removed_count, report.read_count) == (0, 0)
    assert library.find_path("/Holidays/Rome").problem is None
    assert [node.name for node in really_list(names)] == ["IMG_0001.jpg", "deep"]


def test_a_locked_vault_keeps_its_items(filled, library):
    library.scan()
    before = everything(library)
    filled.close()
    with pytest.raises(VaultLockedError):
        library.scan()
    assert everything(library) == before


def test_broken_files_are_told_and_the_scan_goes_on(vault, library):
    noise = os.urandom(3 * 32 * 1024)
    put(vault, "/good.jpg", photo())
    put(vault, "/not really.jpg", b"hello")
    put(vault, "/not really.mp4", b"hello" * 1000)
    put(vault, "/half.jpg", photo((300, 300), exif=exif_of(taken="2019:04:24 22:24:00"))[:700])
    put(vault, "/flipped.jpg", photo() + noise)
    put(vault, "/flipped.mkv", video(3, "640x480", "matroska"))
    put(vault, "/header.txt", b"x")
    put(vault, "/cut.mkv", video(3, "640x480", "matroska"))
    put(vault, "/nothing.mp4", b"")
    put(vault, "/good.mkv", video(form="matroska"))
    flip_byte(stored_file(vault, "/flipped.jpg"), 68 + CHUNK + 100)
    flip_byte(stored_file(vault, "/flipped.mkv"), 68 + 100)
    flip_byte(stored_file(vault, "/header.txt"), 3)
    os.truncate(stored_file(vault, "/cut.mkv"), 68 + CHUNK + 5)
    os.utime(stored_file(vault, "/cut.mkv"), ns=(10**18, 10**18))  # else it may still be arriving
    report = library.scan()
    problems = {path: item.problem for path, item in everything(library).items()}
    assert problems == {
        "/good.jpg": None,
        "/good.mkv": None,
        "/not really.jpg": "this is not a picture that can be read",
        "/not really.mp4": "this is not a video but text",
        "/half.jpg": "the picture is damaged or incomplete",
        "/flipped.jpg": str(DAMAGED),
        "/flipped.mkv": str(DAMAGED),
        "/header.txt": str(DAMAGED),
        "/cut.mkv": str(INCOMPLETE),
        "/nothing.mp4": "the file is empty",
    }
    assert report.problem_count == 8
    assert library.scan().read_count == 0  # once is enough


def test_why_something_is_no_video_is_said(vault, library):
    film = video(form="mp4")
    put(vault, "/noise.mp4", bytes(100) + os.urandom(5000))
    put(vault, "/list.mp4", b"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    put(vault, "/cut.mp4", film[: film.index(b"moov") - 4])
    put(vault, "/song.mp3", b"<!DOCTYPE html><title>404</title>")
    put(vault, "/reserved.mkv", bytes(50_000))
    library.scan()
    assert {path: item.problem for path, item in everything(library).items()} == {
        "/noise.mp4": "this is not a video that can be read",
        "/list.mp4": "this is not a video but a playlist, which names videos that lie elsewhere",
        "/cut.mp4": "the file was cut short or never finished: its index is missing",
        "/song.mp3": "this is not a sound but a page of the web, such as a refused download leaves",
        "/reserved.mkv": "the file begins with nothing but zeros: it was never filled",
    }


def test_what_failed_by_the_machine_is_tried_once_more(vault, state, monkeypatch):
    put(vault, "/good.jpg", photo())
    put(vault, "/good.mkv", video(form="matroska"))
    with monkeypatch.context() as patch, Library(vault, state) as library:
        patch.setattr(sys, "executable", "/bin/false")  # no helper starts
        assert library.scan().problem_count == 2
        assert library.find_path("/good.jpg").problem == "the picture made its decoder fail"
    with Library(vault, state) as library:
        assert library.scan().read_count == 2
        assert not [item.problem for item in everything(library).values() if item.problem]
    put(vault, "/bad.jpg", photo())
    with monkeypatch.context() as patch, Library(vault, state) as library:
        patch.setattr(sys, "executable", "/bin/false")
        assert [library.scan().read_count for _ in range(3)] == [1, 1, 0]


def test_a_file_that_lost_its_end_is_told(vault, library):
    contents = video(3, "640x480", "matroska") * 2
    assert len(contents) > 3 * 32 * 1024
    put(vault, "/film.mkv", contents)
    library.scan()
    film = library.find_path("/film.mkv")
    assert film.problem is None
    stored = stored_file(vault, "/film.mkv")
    whole = stored.read_bytes()
    # At a chunk's edge: nothing in the format tells; only the seal record knows.
    os.truncate(stored, 68 + 2 * CHUNK)
    library.scan()
    assert library.find_path("/film.mkv").problem == str(SHRUNK)
    assert library.find_path("/film.mkv").id == film.id
    library.scan()
    assert library.find_path("/film.mkv").problem == str(SHRUNK)
    stored.write_bytes(whole)
    library.scan()
    assert library.find_path("/film.mkv").problem is None


def test_a_scan_can_be_stopped_and_goes_on_later(vault, library):
    for number in range(6):
        put(vault, f"/{number}.jpg", photo())
    stop = threading.Event()

    def stop_soon(progress):
        if progress.done == 2:
            stop.set()

    report = library.scan(stop_soon, stop)
    assert report.cancelled
    assert 2 <= report.read_count < 6
    assert len(everything(library)) == 6  # listed already
    again = library.scan()
    assert again.read_count == 6 - report.read_count
    assert all(item.has_image for item in everything(library).values())
    assert library.scan(None, stop).cancelled


def test_scans_take_turns(filled, state, library):
    """Two libraries on one state folder, as the command line beside the server."""
    with Library(filled, state) as other:
        reports = []
        threads = [
            threading.Thread(target=lambda one=one: reports.append(one.scan())) for one in (library, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(report.read_count for report in reports) == [0, 3]
        assert everything(other) == everything(library)


def test_the_sound_of_a_film_is_not_a_video(vault, library):
    put(vault, "/song.mp3", b"ID3")
    put(vault, "/README", b"text")
    library.scan()
    assert {item.kind for item in everything(library).values()} == {"other"}


@pytest.mark.parametrize(
    ("filters", "lowest"), [("fade=st=2:d=0.1", 60), ("null", 60), ("lutyuv=y=16:u=128:v=128", 0)]
)
def test_black_beginnings_are_no_posters(vault, library, filters, lowest):
    put(vault, "/film.mkv", video(8, form="matroska", filters=filters))
    library.scan()
    film = library.find_path("/film.mkv")
    for width in (440, 1920):
        with Image.open(io.BytesIO(library.image(film.id, width))) as poster:
            assert ImageStat.Stat(poster.convert("L")).mean[0] >= lowest


def test_what_is_known_of_a_film_damaged_in_the_middle_is_kept(vault, library, tmp_path):
    # Noise, so that it is large; its index at the front, so that the probe does not meet the damage.
    argv = ["ffmpeg", "-v", "error", "-nostdin", "-i", "pipe:0", "-vf", "noise=alls=60:allf=t"]
    argv += [
        "-preset",
        "ultrafast",
        "-g",
        "10",
        "-crf",
        "10",
        "-movflags",
        "faststart",
        str(tmp_path / "film.mp4"),
    ]
    subprocess.run(argv, input=video(3, "640x480", "matroska"), check=True)
    film = (tmp_path / "film.mp4").read_bytes()
    put(vault, "/film.mp4", film)
    chunk_count = len(film) // (32 * 1024)
    assert chunk_count > 50
    flip_bytes(
        stored_file(vault, "/film.mp4"),
        [68 + n * CHUNK + 500 for n in range(chunk_count // 10, chunk_count // 2)],
    )
    library.scan()
    item = library.find_path("/film.mp4")
    assert item.problem == str(DAMAGED)
    assert (item.width, item.height) == (640, 480)
    assert item.media


@pytest.fixture(scope="module")
def camera_items(tmp_path_factory):
    folder = tmp_path_factory.mktemp("camera")
    with (
        new_vault(folder / "vault") as vault,
        contextlib.closing(Library(vault, folder / "state")) as library,
    ):
        for source in [*(MEDIA / "photos").iterdir(), *(MEDIA / "videos").iterdir()]:
            put(vault, f"/{source.name}", source.read_bytes())
        library.scan()
        items = everything(library)
        images = {path: library.image(item.id, 440) for path, item in items.items()}
    return items, images


CAMERA = {
    "/HTC One.jpg": ("photo", "2013-05-29T09:33:20", 2688, 1520, None),
    "/Canon EOS 7D.jpg": ("photo", "2010-12-12T12:41:35", 600, 900, None),
    "/IMG_1034.heic": ("photo", "2018-02-05T15:11:44", 4032, 3024, (23.17792, 113.39432)),
    "/cheers_1440x960.heic": ("photo", None, 1440, 960, None),
    "/Issue 649.avif": ("photo", "2015-10-11T14:41:44", 5472, 3648, None),
    "/Landscape_3.jpg": ("photo", None, 1800, 1200, None),
    "/Landscape_6.jpg": ("photo", None, 1800, 1200, None),
    "/Portrait_8.jpg": ("photo", None, 1200, 1800, None),
    "/with-gps.mov": ("video", ..., 320, 568, (32.0929, 34.862)),
    "/with-gps.mp4": ("video", "2017-02-22T08:20:28Z", 1920, 1080, (51.4169, -0.0806)),
    "/Sony ILCE-7M3 (A7M3).mts": ("video", "2019-04-24T22:24:00+02:00", 1920, 1080, None),
    "/MVI_4823.AVI": ("video", "2012-09-10T20:52:00", 640, 480, None),
    "/sample_iTunes.mov": ("video", ..., 640, 480, None),
    "/bigbuckbunny.mp4": ("video", None, 1280, 720, None),
}


@needs_media
@pytest.mark.parametrize("path", CAMERA)
def test_camera_files(camera_items, path):
    items, images = camera_items
    item = items[path]
    kind, taken_at, width, height, location = CAMERA[path]
    assert (item.kind, item.width, item.height, item.problem) == (kind, width, height, None)
    assert taken_at is ... or item.taken_at == taken_at
    assert item.location == (pytest.approx(location, abs=1e-4) if location else None)
    with Image.open(io.BytesIO(images[path])) as image:
        assert image.width == min(440, width)
        assert (image.width > image.height) == (width > height)


@needs_media
def test_camera_files_have_no_problems(camera_items):
    items, images = camera_items
    assert len(items) == len(images) == 16
    assert not [path for path, item in items.items() if item.problem or not item.has_image]
