"""Every request to the API comes through here: accept → route → parse → validate → operate → serialise.

What one operation needs for that (reader, serializer, handler) is compiled when it is first called. An
operation that can answer at once does so without a task or a turn of the event loop; one that cannot returns a
future.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from emulator import ids
from emulator.errors import (
    EmulatorError,
    MissingAuthenticationTokenException,
    NotYetError,
    RequestEntityTooLargeException,
    ServiceError,
    ServiceException,
)
from emulator.operations.call import Call
from emulator.pending import Eventual, Pending
from emulator.protocol.model import Operation, ServiceModel
from emulator.protocol.reading import RequestReader
from emulator.protocol.routing import Router
from emulator.protocol.serialization import REQUEST_ID_HEADER, ErrorSerializer, ResponseSerializer
from emulator.protocol.signature import Caller, caller_of
from emulator.wire.messages import Request, Response

Result = dict[str, Any]
Handler = Callable[[Call, dict[str, Any]], Result | Eventual[Result]]
MakeCall = Callable[[Operation, Caller, str, Request], Call]  # operation, caller, request id, request
LocalRoute = Callable[[Request], Response | Eventual[Response]]
Elsewhere = Callable[[Request, str], Response | Eventual[Response]]  # request, service that it is for

_log = logging.getLogger(__name__)

_S3_ALONE = "AWSAccessKeyId="  # in a URL presigned with signature version 2, as SDKs do for S3 and no other service
_LAMBDA = frozenset({"lambda", None})  # services that signatures name; None: a signature that cannot be read

# What AWS's sentences call an operation, where that is not its name in the API (logs of 2021–2026: invoke.md §4).
_PRINTED_NAMES = {"Invoke": "InvokeFunction"}

# Operations that run functions, and change nothing else.
_RUNNING = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})


@dataclass(slots=True, frozen=True)
class _Endpoint:
    """One operation, ready to be called."""

    reader: RequestReader
    handler: Handler
    serializer: ResponseSerializer
    limit: int | None  # bytes of the request's body
    changed: Callable[[], None] | None  # to be called once it has changed anything


class Gateway:
    """Answers requests to the Lambda API.

    `operations` are the handlers by name and `not_yet` the names of all other operations of the model, which are
    answered with 501. `make_call` builds what a handler is given beside its input. `routes` are paths outside of
    the API, exact or ending in `/` for everything below; they are asked first and need no signature. So is, before
    these, what is sent to a host whose name has the mark in `by_host` (`.lambda-url.`), whatever its path.
    `request_limits` are the greatest sizes of a request's body in bytes, by operation. `elsewhere` answers what is
    signed for another service; without it everything is taken for Lambda's. `changed` is called after each operation
    that may have changed a resource, before it is answered.
    """

    def __init__(
        self,
        model: ServiceModel,
        operations: Mapping[str, Handler],
        not_yet: frozenset[str],
        make_call: MakeCall,
        *,
        routes: Mapping[str, LocalRoute] | None = None,
        by_host: tuple[str, LocalRoute] | None = None,
        request_limits: Mapping[str, int] | None = None,
        elsewhere: Elsewhere | None = None,
        changed: Callable[[], None] | None = None,
    ) -> None:
        misplaced = (operations.keys() & not_yet) | ((operations.keys() | not_yet) ^ model.operations.keys())
        if misplaced:
            raise ValueError(f"not in exactly one place: {', '.join(sorted(misplaced))}")
        self._model = model
        self._operations = operations
        self._make_call = make_call
        self._routes = dict(routes or {})
        self._prefixes = tuple(sorted((path for path in self._routes if path.endswith("/")), key=len, reverse=True))
        self._host_mark = by_host[0] if by_host is not None else "\n"  # which no header holds
        self._host_route = by_host[1] if by_host is not None else None
        self._limits = dict(request_limits or {})
        self._elsewhere = elsewhere
        self._changed = changed
        self._router = Router(model.operations.values())
        self._errors = ErrorSerializer(model)
        self._endpoints: dict[str, _Endpoint] = {}

    def handle(self, request: Request) -> Response | Eventual[Response]:
        """The response to one request, or a future of it. Never raises."""
        path = request.path
        if self._host_mark in request.headers.get("host", "") and self._host_route is not None:
            return self._host_route(request)
        if path in self._routes or path.startswith(self._prefixes):
            return self._local_route(path)(request)
        request_id = ids.request_id()
        try:
            caller = caller_of(request) or _unsigned(request)
            if caller.service not in _LAMBDA and self._elsewhere is not None:
                return self._elsewhere(request, str(caller.service))
            route = self._router.route(request.method, path, request.query)
            endpoint = self._endpoints.get(route.operation.name) or self._prepare(route.operation)
            if endpoint.limit is not None and len(request.body) > endpoint.limit:
                _refuse_size(endpoint.limit, route.operation)
            given = endpoint.reader.read(request, route)
            result = endpoint.handler(self._make_call(route.operation, caller, request_id, request), given)
            if isinstance(result, dict):
                return self._answer(endpoint, result, request_id)
            # To cancel the response (the client is gone) is to cancel the result.
            coming = result if isinstance(result, Pending) else Pending.of(result)
            return coming.then(
                lambda result: self._answer(endpoint, result, request_id),
                lambda error: self._refusal(error, request_id),
            )
        except Exception as error:  # whatever it is, the caller gets an answer
            return self._refusal(error, request_id, request)

    def _local_route(self, path: str) -> LocalRoute:
        if found := self._routes.get(path):
            return found
        return next(self._routes[prefix] for prefix in self._prefixes if path.startswith(prefix))

    def _prepare(self, operation: Operation) -> _Endpoint:
        handler = self._operations.get(operation.name)
        if handler is None:
            raise NotYetError(f"lambda-parity does not implement {operation.name} yet.")
        endpoint = self._endpoints[operation.name] = _Endpoint(
            RequestReader(self._model, operation),
            handler,
            ResponseSerializer(self._model, operation),
            self._limits.get(operation.name),
            None if operation.method == "GET" or operation.name in _RUNNING else self._changed,
        )
        return endpoint

    @staticmethod
    def _answer(endpoint: _Endpoint, result: Result, request_id: str) -> Response:
        if endpoint.changed is not None:
            endpoint.changed()
        return endpoint.serializer.serialize(result, request_id)

    def _refusal(self, error: BaseException, request_id: str, request: Request | None = None) -> Response:
        if isinstance(error, ServiceError):
            return self._errors.serialize(error, request_id)
        if isinstance(error, EmulatorError):
            return _plain(error.status, str(error), request_id)
        where = f"{request.method} {request.path}" if request else "an operation"
        _log.error("%s failed (request id %s)", where, request_id, exc_info=error)
        return self._errors.serialize(ServiceException.unexpected(request_id), request_id)


def _unsigned(request: Request) -> Caller:
    if _S3_ALONE in request.query:
        return Caller(service="s3")
    raise MissingAuthenticationTokenException.unsigned()


def _refuse_size(limit: int, operation: Operation) -> NoReturn:
    raise RequestEntityTooLargeException.request(limit, _PRINTED_NAMES.get(operation.name, operation.name))


def _plain(status: int, message: str, request_id: str) -> Response:
    """A failure of ours. It bears no error type, so that nobody takes it for an answer of AWS."""
    headers = {"Content-Type": "application/json", REQUEST_ID_HEADER: request_id}
    return Response(status, headers, msgspec.json.encode({"message": message}))
