"""`import`, `export` and `ls` as their user runs them: on a terminal, stopped by Ctrl-C, with what they say."""

import contextlib
import os
import re
import signal
import subprocess
import sys

import pytest

from tests.lanterne import PASSPHRASE, Place
from tests.tvapp.conftest import CHUNK_SIZE, FAST_SCRYPT
from tests.tvapp.transfers import look, make_tree, put_link, require_sound, traces
from vault import Vault


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path).prepare()
    Vault.create(place.vault, PASSPHRASE, scrypt_cost=FAST_SCRYPT).close()
    return place


def run(place, *arguments):
    return place.run(*arguments, LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file))


class Terminal:
    """A command on a terminal: its stderr is one."""

    def __init__(self, place, *arguments):
        self._reader, writer = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tvapp", *arguments],
            env=place.environment(
                LANTERNE_PASSPHRASE_FILE=str(place.passphrase_file), TERM="xterm", COLUMNS="150"
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=writer,
        )
        os.close(writer)
        self.said = b""

    def read_until(self, pattern: bytes) -> None:
        while not re.search(pattern, self.said) and self._read():
            pass
        assert re.search(pattern, self.said), self.said[-2000:]

    def finish(self) -> int:
        while self._read():
            pass
        os.close(self._reader)
        return self.process.wait(30)

    def _read(self) -> bool:
        try:
            piece = os.read(self._reader, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            return False
        self.said += piece
        return bool(piece)


def test_the_bar_on_a_terminal_shows_names_bytes_rate_and_files(place, tmp_path):
    source = make_tree(tmp_path / "source", {"sea[red].mkv": bytes(50 * CHUNK_SIZE), "b": b"b"})
    terminal = Terminal(place, "import", str(source))
    assert terminal.finish() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.said.decode())
    assert "1.6/1.6 MB" in text
    assert re.search(r"[\d.]+ [kMG]?B/s", text)
    assert "2/2 files" in text
    assert "sea[red].mkv" in text


def test_without_a_terminal_no_name_is_written_but_of_what_failed(place, tmp_path):
    source = make_tree(tmp_path / "source", {"secret.bin": b"film"})
    result = run(place, "import", "--all", str(source))
    assert "secret" not in result.stdout + result.stderr
    assert result.stderr == "stored 1, had 0 already; 4 bytes written and read back\n"


@pytest.fixture
def signals_that_count():
    """A suite that runs under `nohup` would hand its deafness down."""
    before = signal.signal(signal.SIGHUP, lambda *_: None)
    yield
    signal.signal(signal.SIGHUP, before)


def staged_size(place) -> int:
    """Bytes of the largest file that is on its way into the vault."""
    size = 0
    for folder, _, names in os.walk(place.vault.with_name("vault.lanterne-tmp")):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size = max(size, os.lstat(f"{folder}/{name}").st_size)
    return size


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("signals_that_count")
def test_a_stopped_import_cleans_up_says_so_and_goes_on(place, tmp_path, sign):
    source = make_tree(tmp_path / "source", {"a": b"small", "b": bytes(400 << 20)})
    before = traces(source)
    terminal = Terminal(place, "import", str(source))
    terminal.read_until(rb"419\.4 MB")
    # Its bar comes ten times a second at best; on a busy machine the file is stored before it says so.
    while staged_size(place) < 1 << 20:
        assert terminal.process.poll() is None
        os.sched_yield()
    terminal.process.send_signal(sign)
    assert terminal.finish() == 1
    said = terminal.said.decode().replace("\r\n", "\n")
    assert "stored 1, had 0 already" in said
    assert said.endswith(
        "lanterne: 1 file not reached\n"
        "lanterne: stopped; what was done stays, the same command goes on with the rest\n"
    )
    assert not place.vault.with_name("vault.lanterne-tmp").exists()
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        require_sound(vault)
        assert [path for path, _ in vault.walk()] == ["/source", "/source/a"]
    os.truncate(source / "b", 1 << 20)
    assert "stored 1, had 1 already" in run(place, "import", str(source)).stderr
    assert traces(source).keys() == before.keys()


def test_a_dry_run_says_what_would_happen_and_does_nothing(place, tmp_path):
    source = make_tree(tmp_path / "source", {"a": b"a", "b": b"b", "Folder/c": b"c", ".hidden": b""})
    assert run(place, "import", str(source / "a"), str(source / "b"), "--to", "/source").returncode == 0
    (source / "b").write_bytes(b"B")
    os.mkfifo(source / "pipe")
    result = run(place, "import", str(source), "--dry-run")
    assert result.returncode == 1
    assert result.stdout.splitlines() == ["make  /source/Folder", "have  /source/a", "store /source/Folder/c"]
    assert "left out 1 hidden" in result.stderr
    assert "source/b: it is in the vault already and is another file" in result.stderr
    assert "a named pipe" in result.stderr
    assert place.done("ls", "/source").splitlines() == ["a", "b"]


def test_what_is_said_of_what_was_left_out_and_what_failed(place, tmp_path):
    source = make_tree(tmp_path / "source", {"a": b"a", ".hidden": b"", "esc\x1b[31m": b""})
    (source / "link").symlink_to("a")
    result = run(place, "import", str(source), str(tmp_path / "absent"))
    assert result.returncode == 1
    left_out = "left out 1 hidden or system files and folders (--all takes them)"
    assert result.stderr.splitlines() == [
        "stored 1, had 0 already; 1 bytes written and read back; " + left_out,
        f"lanterne: {source}/link: a link, left out",
        f"lanterne: {source}/esc\\x1b[31m: a name must not hold a slash or control characters",
        f"lanterne: {tmp_path}/absent: no such file or folder",
    ]


def test_only_what_cannot_be_stored_needs_no_passphrase(place, tmp_path):
    result = place.run("import", str(tmp_path / "absent"))
    assert (result.returncode, result.stderr) == (
        1,
        f"lanterne: {tmp_path}/absent: no such file or folder\n",
    )


def test_the_vault_is_refused_as_a_source_and_as_a_target(place, tmp_path):
    for arguments in (["import", str(tmp_path)], ["import", str(place.vault / "d")]):
        result = run(place, *arguments)
        assert result.returncode == 1
        assert "nothing was imported" in result.stderr
    result = run(place, "export", "/", "--to", str(place.vault / "out"))
    assert result.returncode == 1
    assert "nothing was exported" in result.stderr
    assert not (place.vault / "out").exists()


def test_an_export_goes_on_with_skip_existing(place, tmp_path):
    source = make_tree(tmp_path / "source", {"a": b"a", "b/c": b"c", "empty": None})
    run(place, "import", str(source))
    out = tmp_path / "out"
    assert "wrote 2 files (2 bytes)" in run(place, "export", "/", "--to", str(out)).stderr
    assert look(out / "source") == look(source)
    (out / "source/a").unlink()
    result = run(place, "export", "/", "--to", str(out))
    assert result.returncode == 1
    assert result.stderr.splitlines() == ["wrote 1 file (1 bytes)", "lanterne: /source/b/c: exists already"]
    result = run(place, "export", "/", "--to", str(out), "--skip-existing")
    assert (result.returncode, result.stderr) == (0, "wrote 0 files (0 bytes), had 2 already\n")


def test_everything_comes_out_without_an_index(place, tmp_path):
    source = make_tree(tmp_path / "source", {"a": b"a", "b/c": b"c"})
    run(place, "import", str(source))
    (tmp_path / "no folder").write_bytes(b"")
    out = tmp_path / "out"
    result = run(place, "export", "/", "--to", str(out), "--state", str(tmp_path / "no folder" / "state"))
    assert result.returncode == 0
    assert "going on without the index" in result.stderr
    assert look(out / "source") == look(source)


def test_links_come_out_when_they_are_asked_for(place, tmp_path):
    with Vault.unlock(place.vault, PASSPHRASE) as vault:
        put_link(vault, "", "away", "../../etc")
        put_link(vault, "", "near", "film")
    result = run(place, "export", "/", "--to", str(tmp_path / "out"))
    assert result.returncode == 0
    assert result.stderr.count("a link, left out") == 2
    result = run(place, "export", "/", "--to", str(tmp_path / "out"), "--symlinks")
    assert "/away: a link that would lead out" in result.stderr
    assert look(tmp_path / "out") == {"near": ("link", "film")}


def test_ls_shows_sizes_and_times(place, tmp_path):
    source = make_tree(tmp_path / "source", {"a": bytes(98309), "Folder/b": b""})
    os.utime(source / "a", (1_000_000_000, 1_000_000_000))
    run(place, "import", str(source))
    environment = {"LANTERNE_PASSPHRASE_FILE": str(place.passphrase_file), "TZ": "UTC"}
    lines = place.run("ls", "-l", "/source", **environment).stdout.splitlines()
    assert lines[1] == "file             98309 2001-09-09 01:46 a"
    assert re.fullmatch(r"folder +- 20\d\d-\d\d-\d\d \d\d:\d\d Folder/", lines[0])
    lines = place.run("ls", "--human", "/source", **environment).stdout.splitlines()
    assert lines[1] == "file       98.3 kB 2001-09-09 01:46 a"
