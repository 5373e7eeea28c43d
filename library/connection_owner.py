"""Whose the other end of a loopback connection is, as the system tells.

Source:
    sock_diag(7): one socket by its addresses and ports, in microseconds. proc(5), /proc/net/tcp: all of them, which
    takes milliseconds where there are many; it serves where the kernel has no sock_diag for TCP.
"""

import os
import socket
import struct
import sys
from pathlib import Path

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ANY = 0xFFFFFFFF  # states; a cookie that nobody knows
_MESSAGE = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_REQUEST = struct.Struct("=BBBxI")  # inet_diag_req_v2 up to the socket: family, protocol, extensions, states
_SOCKET = struct.Struct(
    "!HH4s12x4s12x"
)  # inet_diag_sockid: local port, remote port, local and remote address
_SOCKET_REST = struct.Struct("=III")  # interface, cookie
_UID = struct.Struct("=I")
_UID_OFFSET = _MESSAGE.size + 4 + _SOCKET.size + _SOCKET_REST.size + 12  # in inet_diag_msg
_ANSWER_SIZE = 4096
_TIME_WAIT = "06"  # a socket that is gone; it may bear the same port

Address = tuple[str, int]


def is_own_connection(connection: socket.socket) -> bool:
    """Return whether our own user opened the IPv4 loopback connection that we accepted, as far as the system tells.

    Raises:
        OSError: The connection is gone.
    """
    peer, here = connection.getpeername(), connection.getsockname()
    owner = owner_by_diag(peer, here)
    owners = owners_in_table(peer) if owner is None else {owner}
    return owners is None or owners == {os.geteuid()}


def owner_by_diag(local: Address, remote: Address) -> int | None:
    """Return the user id of a socket, None if there is no such socket or the system does not say."""
    if sys.platform != "linux":
        return None
    ends = _SOCKET.pack(local[1], remote[1], socket.inet_aton(local[0]), socket.inet_aton(remote[0]))
    question = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, _ANY)
    question += ends + _SOCKET_REST.pack(0, _ANY, _ANY)
    head = _MESSAGE.pack(_MESSAGE.size + len(question), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as netlink:
            netlink.send(head + question)
            answer = netlink.recv(_ANSWER_SIZE)
    except OSError:  # forbidden, or unknown to this kernel
        return None
    kind = _MESSAGE.unpack_from(answer)[1]
    return int(_UID.unpack_from(answer, _UID_OFFSET)[0]) if kind == _SOCK_DIAG_BY_FAMILY else None


def owners_in_table(local: Address) -> set[int] | None:
    """Return the user ids of the sockets with this address of their own, None where there is no table."""
    try:
        rows = Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:  # not Linux
        return None
    host = int.from_bytes(socket.inet_aton(local[0]), sys.byteorder)
    wanted = f"{host:08X}:{local[1]:04X}"
    sockets = (row.split() for row in rows)
    return {int(fields[7]) for fields in sockets if fields[1] == wanted and fields[3] != _TIME_WAIT}
