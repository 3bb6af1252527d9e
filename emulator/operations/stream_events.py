"""The events with which InvokeWithResponseStream answers: chunks of the response, and one that says how it ended."""

import base64
from collections import deque
from typing import Any

from emulator.execution.invocation import Outcome

Event = dict[str, Any]
"""One member of the model's InvokeWithResponseStreamResponseEvent, and what it holds."""


class StreamEvents:
    """The events of one invocation, as they come. `close` says that nobody reads any further."""

    def __init__(self, outcome: Outcome) -> None:
        self._stream = outcome.stream
        self._rest: deque[Event] = deque()
        if outcome.stream is None:
            if outcome.function_error is None:
                self._rest.append(_chunk(outcome.payload))
            self._rest.append(_completed(outcome))

    def __aiter__(self) -> "StreamEvents":
        return self

    async def __anext__(self) -> Event:
        stream = self._stream
        if stream is not None:
            async for data in stream:
                return _chunk(data)
            self._stream = None
            if stream.outcome is not None:
                return _completed(stream.outcome)
        if not self._rest:
            raise StopAsyncIteration
        return self._rest.popleft()

    def close(self) -> None:
        """The function runs on to its end, but what it writes is wanted no more."""
        if self._stream is not None:
            self._stream.close()


def _chunk(data: bytes) -> Event:
    return {"PayloadChunk": {"Payload": data}}


def _completed(outcome: Outcome) -> Event:
    """A function error comes with the end [model: InvokeWithResponseStreamCompleteEvent].

    Clients tell the code `Unhandled` apart [code: remotion-dev/remotion, of AWS's answers]; the details are what Invoke
    would answer, which is unsure.
    """
    end: Event = {}
    if outcome.function_error is not None:
        end |= {"ErrorCode": outcome.function_error, "ErrorDetails": outcome.payload.decode(errors="replace")}
    if outcome.log_tail is not None:
        end["LogResult"] = base64.b64encode(outcome.log_tail).decode()
    return {"InvokeComplete": end}
