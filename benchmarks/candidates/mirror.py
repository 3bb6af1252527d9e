"""No Lambda at all: a server that answers everything with the same bytes, so that what is left is our own client."""

import select
import socket
import sys
import time

from benchmarks.candidates.candidate import Candidate
from benchmarks.functions import ECHO
from benchmarks.processes import StartedProcess

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ECHO) + ECHO


class Mirror(Candidate):
    """This module as a program."""

    name = "client"
    says = "the measuring client alone, against a server that does nothing"

    groups = frozenset({"warm", "throughput"})

    def start(self) -> float:
        self._process = StartedProcess([sys.executable, "-m", "benchmarks.candidates.mirror"])
        self.address = "127.0.0.1", int(self._process.wait_for_line("Port "))
        return time.perf_counter() - self._process.began

    def new_function(self) -> str:
        return self.function()


def _serve() -> None:
    """Takes each read for a request, which is true of small ones."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    sys.stdout.write(f"Port {listener.getsockname()[1]}\n")
    sys.stdout.flush()
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    clients: dict[int, socket.socket] = {}
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                client, _ = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[client.fileno()] = client
                poll.register(client, select.EPOLLIN)
            elif clients[number].recv(65536):
                clients[number].send(_ANSWER)
            else:
                poll.unregister(number)
                clients.pop(number).close()


if __name__ == "__main__":
    _serve()
