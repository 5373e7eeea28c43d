# ruff: noqa: PTH102, PTH104, PTH105, PTH106, PTH107, PTH116, T201
"""Stores that are far away, on this machine: each in a process of its own, until its standard input ends.

    python -m tests.vault.servers s3|sftp|webdav DIRECTORY

prints the port that it listens on, on 127.0.0.1. They are real servers and hold no test's opinion; the S3 one is
moto's, which keeps its objects in memory.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USER, PASSWORD = "lanterne", "only for tests"


@contextlib.contextmanager
def running(kind: str, directory: Path) -> Iterator[int]:
    """Run a server; yields its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.vault.servers", kind, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.stdin = None
            server.terminate()


def _say(port: int) -> None:
    print(port, flush=True)
    sys.stdin.read()


def serve_s3() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _say(server.get_host_and_port()[1])
    server.stop()


def serve_webdav(directory: Path) -> None:
    from cheroot.wsgi import Server
    from wsgidav.fs_dav_provider import FilesystemProvider
    from wsgidav.wsgidav_app import WsgiDAVApp

    provider = FilesystemProvider(str(directory))
    config = {
        "provider_mapping": {"/dav": provider},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "verbose": 0,
        "logging": {"enable": False},
    }
    server = Server(("127.0.0.1", 0), WsgiDAVApp(config))
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    _say(server.bind_addr[1])


def serve_sftp(directory: Path) -> None:
    import socket

    import paramiko

    host_key = paramiko.ECDSAKey.generate()
    sftp = _sftp_of(directory)

    class Session(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password: str) -> int:
            right = (username, password) == (USER, PASSWORD)
            return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return paramiko.OPEN_SUCCEEDED

    def accept(listener: socket.socket) -> None:
        while True:
            connection = listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(connection)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, sftp)
            transport.start_server(server=Session())

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    _say(listener.getsockname()[1])


def _sftp_of(directory: Path) -> type:  # noqa: C901
    """The files of a folder, as OpenSSH's server shows them: renaming with and without replacing."""
    import paramiko

    def answered(work: Any) -> Any:
        def answer(self: object, *arguments: Any) -> Any:
            try:
                found = work(self, *arguments)
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)
            return paramiko.SFTP_OK if found is None else found

        return answer

    class Files(paramiko.SFTPServerInterface):
        def _at(self, path: str) -> str:
            return str(directory) + self.canonicalize(path)

        @answered
        def list_folder(self, path: str) -> Any:
            found = []
            for item in os.scandir(self._at(path)):
                attributes = paramiko.SFTPAttributes.from_stat(item.stat(follow_symlinks=False))
                attributes.filename = item.name
                found.append(attributes)
            return found

        @answered
        def stat(self, path: str) -> Any:
            return paramiko.SFTPAttributes.from_stat(os.stat(self._at(path)))

        lstat = stat

        @answered
        def open(self, path: str, flags: int, attr: Any) -> Any:
            fd = os.open(self._at(path), flags | getattr(os, "O_BINARY", 0), 0o666)
            mode = "wb" if flags & os.O_WRONLY else "r+b" if flags & os.O_RDWR else "rb"
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = handle.writefile = os.fdopen(fd, mode)
            handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(fd))
            return handle

        @answered
        def remove(self, path: str) -> Any:
            os.remove(self._at(path))

        @answered
        def rename(self, old: str, new: str) -> Any:
            if os.path.lexists(self._at(new)):
                raise FileExistsError(17, "exists")
            os.rename(self._at(old), self._at(new))

        @answered
        def posix_rename(self, old: str, new: str) -> Any:
            os.replace(self._at(old), self._at(new))

        @answered
        def mkdir(self, path: str, attr: Any) -> Any:
            os.mkdir(self._at(path))

        @answered
        def rmdir(self, path: str) -> Any:
            os.rmdir(self._at(path))

    return Files


if __name__ == "__main__":
    if sys.argv[1] == "s3":
        serve_s3()
    else:
        {"sftp": serve_sftp, "webdav": serve_webdav}[sys.argv[1]](Path(sys.argv[2]))
