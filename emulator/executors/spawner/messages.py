"""What server, spawner and inits say to one another: one JSON object per packet, with file descriptors beside it.

Sockets are SOCK_SEQPACKET: a packet is a message, and an empty read is the end of the other side.
"""

import json
import socket
from collections.abc import Sequence
from typing import Any

_PACKET = 256 * 1024  # a runtime's variables are at most a few KB, a file tree about ten
_DESCRIPTORS = 4

Message = dict[str, Any]


def channel() -> tuple[socket.socket, socket.socket]:
    """Two connected ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Sends one message. Raises OSError if nobody is at the other end."""
    socket.send_fds(end, [json.dumps(message, separators=(",", ":")).encode()], list(descriptors))


def receive(end: socket.socket) -> tuple[Message | None, list[int]]:
    """One message with its descriptors, which the caller must close; None when the other end is gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(end, _PACKET, _DESCRIPTORS)
    except ConnectionError:
        return None, []
    return (json.loads(data) if data else None), descriptors
