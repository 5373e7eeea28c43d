"""The feed gives bytes to our own user only: its addresses stand on command lines that everybody can read."""

import os
import socket
import subprocess
import sys

import pytest

from library.connection_owner import is_own_connection, owner_by_diag, owners_in_table

CONNECT = """
import os, socket, sys
"".encode("idna")  # loaded while our modules can still be read
os.setuid(int(sys.argv[1]))
connection = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
print("connected", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("uid", "own"), [(os.geteuid(), True), (65534, False)])
def test_a_connection_tells_whose_it_is(uid, own):
    if uid != os.geteuid() and os.geteuid() != 0:
        return  # only root can be somebody else
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", CONNECT, str(uid), str(listener.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            assert client.stdout.readline() == "connected\n"
            connection, peer = listener.accept()
            with connection:
                here = connection.getsockname()
                assert is_own_connection(connection) is own
                assert owners_in_table(peer) == {uid}
                assert owner_by_diag(peer, here) in {uid, None}  # None: a kernel without sock_diag for TCP
            client.stdin.close()


def test_a_connection_that_is_gone_is_nobodys():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = listener.getsockname()
        with socket.create_connection(here) as client:
            peer = client.getsockname()
        assert owner_by_diag((peer[0], 1), here) is None
        assert owners_in_table((peer[0], 1)) == set()
