"""The loop that the spawner and every init run: messages of the server, and ends of children, as they come."""

import math
import os
import select
import signal
import socket
from collections.abc import Callable

from emulator.executors.spawner import messages


def serve(
    control: socket.socket,
    obey: Callable[[messages.Message, list[int]], None],
    children_ended: Callable[[], object],
    on_time: Callable[[], float | None] = lambda: None,
) -> None:
    """Returns when the other end closes the socket.

    `obey` gets each message with its descriptors, which it must close; `children_ended` is called when one has.
    `on_time` is called after each of these and when its time has come: it says in how many seconds that will be.
    """
    woken, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the descriptor is written to
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        seconds = on_time()
        ready = {descriptor for descriptor, _ in poll.poll(None if seconds is None else math.ceil(seconds * 1000))}
        if woken in ready:
            os.read(woken, 4096)
            children_ended()
        if control.fileno() in ready:
            message, descriptors = messages.receive(control)
            if message is None:
                return
            obey(message, descriptors)
