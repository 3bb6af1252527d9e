"""One extension's side of the Extensions API: its state, and the events on their way to it. It knows no socket."""

import json
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

from emulator.pending import Pending
from emulator.runtime_api.extension_states import Call, State, after
from emulator.wire.messages import Response

_MAY_RUN = {State.STARTED, State.REGISTERED, State.READY, State.RUNNING}
INVOKE, SHUTDOWN = "INVOKE", "SHUTDOWN"  # event types

Answer = Response | Pending[Response]


class Extension:
    """An extension of one environment, from its start or registration to the next reset.

    `events` are the types that it subscribed to. `error_type` is what it gave as the reason of its failure, or what
    stood in the way of its start; None while all is well.
    """

    def __init__(self, name: str, *, external: bool) -> None:
        self.name = name
        self.external = external
        self.identifier = str(uuid.uuid4())
        self.state = State.STARTED
        self.events: tuple[str, ...] = ()
        self.error_type: str | None = None
        self._ended_as: State | None = None
        self._waiting: Pending[Response] | None = None
        self._events: deque[Response] = deque()

    @property
    def reported_state(self) -> State:
        """The state that AWS's log names: of one that crashed, that in which it did [log: 2026]."""
        return self._ended_as or self.state

    @property
    def idle(self) -> bool:
        """Whether it waits for an event, done with all that came before."""
        return self.state is State.READY

    @property
    def alive(self) -> bool:
        """Whether it takes part: it registered and has not failed."""
        return self.state in {State.REGISTERED, State.READY, State.RUNNING}

    def register(self, events: tuple[str, ...]) -> None:
        """It subscribes to these types. Raises TransitionRefusedError the second time."""
        self.state = after(self.state, Call.REGISTER, self.name)
        self.events = events

    def next(self) -> Answer:
        """It asks for an event. Raises TransitionRefusedError."""
        self.move(Call.NEXT)
        if self._events:
            self.move(Call.EVENT)
            return self._events.popleft()
        self._waiting = Pending()
        return self._waiting

    def give(self, event: Mapping[str, Any]) -> None:
        """Gives it an event, now if it waits for one, else when it asks."""
        headers = {"Content-Type": "application/json", "Lambda-Extension-Event-Identifier": str(uuid.uuid4())}
        response = Response(200, headers, json.dumps(event, separators=(",", ":")).encode())
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            self._events.append(response)
            return
        self.move(Call.EVENT)
        if not waiting.done():  # it may have hung up, or ended, while it waited
            waiting.set_result(response)

    def move(self, call: Call) -> None:
        """Something happened to it. Raises TransitionRefusedError if that cannot be in its state."""
        self.state = after(self.state, call, self.identifier)

    def ended(self) -> None:
        """Its process ended. One that has reported a failure is known by that."""
        if self.state in _MAY_RUN:
            self._ended_as = self.state
            self.move(Call.EXIT)

    def failed(self, call: Call, error_type: str) -> None:
        """It reported a failure, or could not be started. Raises TransitionRefusedError."""
        self.move(call)
        self.error_type = error_type


def invoke_event(deadline_ms: int, request_id: str, function_arn: str, trace: str) -> dict[str, Any]:
    """An INVOKE event (extensions-api.md §2). `deadline_ms` is since 1970, `trace` an X-Amzn-Trace-Id."""
    return {
        "eventType": INVOKE,
        "deadlineMs": deadline_ms,
        "requestId": request_id,
        "invokedFunctionArn": function_arn,
        "tracing": {"type": "X-Amzn-Trace-Id", "value": trace},
    }


def shutdown_event(deadline_ms: int, reason: str) -> dict[str, Any]:
    """A SHUTDOWN event (extensions-api.md §2). `reason` is spindown, timeout or failure."""
    return {"eventType": SHUTDOWN, "shutdownReason": reason, "deadlineMs": deadline_ms}
