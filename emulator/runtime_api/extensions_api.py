"""The Extensions API of one environment between two resets: who is registered, and what each call is answered.

Pure protocol: it holds no socket and knows no process. Its owner says which external extensions were started, gives
events, and hears through a `Listener` what the extensions do. Refusals are those of extensions-api.md §4; all are 403.
"""

import json
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from emulator.quotas import EXTENSIONS
from emulator.runtime_api import answers
from emulator.runtime_api.extension import INVOKE, SHUTDOWN, Answer, Extension
from emulator.runtime_api.extension_states import Call, TransitionRefusedError
from emulator.wire.messages import Request, Response

PREFIX = "/2020-01-01/extension/"
IDENTIFIER = "lambda-extension-identifier"
_NAME, _FEATURES = "lambda-extension-name", "lambda-extension-accept-feature"
_ERROR_TYPE = "lambda-extension-function-error-type"
_METHODS = {"register": "POST", "event/next": "GET", "init/error": "POST", "exit/error": "POST"}


class Function(NamedTuple):
    """What an extension is told of the function when it registers."""

    name: str
    version: str
    handler: str
    account_id: str


class Listener(Protocol):
    """Who wants to know what the extensions do."""

    def extension_registered(self, extension: Extension) -> None:
        """One registered."""

    def extension_ready(self, extension: Extension) -> None:
        """One asked for an event, and there is none yet: it is done with what came before."""

    def extension_failed(self, extension: Extension, fatal: str) -> None:
        """One reported that it cannot go on: `fatal` is Extension.InitError or Extension.ExitError."""


class RefusedError(Exception):
    """A call that cannot be granted; `response` says so."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.response = answers.error(403, message, error_type)


class ExtensionsApi:
    """`external` are the names of the external extensions that are being started."""

    def __init__(self, function: Function, external: Iterable[str], listener: Listener) -> None:
        self._function = function
        self._listener = listener
        self._by_name = {name: Extension(name, external=True) for name in external}
        self._by_identifier: dict[str, Extension] = {}
        self._closed = False

    @property
    def all(self) -> list[Extension]:
        """Every extension that is known: the external ones, and the internal ones that registered."""
        return list(self._by_name.values())

    def close_registration(self) -> None:
        """From now on nobody can register: the runtime has asked for its first event."""
        self._closed = True

    def named(self, name: str) -> Extension:
        """The extension of that name. Raises KeyError."""
        return self._by_name[name]

    def identified(self, request: Request) -> Extension:
        """The extension that makes a request. Raises RefusedError."""
        identifier = request.headers.get(IDENTIFIER)
        if not identifier:
            raise RefusedError("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
        try:
            canonical = str(uuid.UUID(identifier))
        except ValueError:
            message = "Invalid Lambda-Extension-Identifier"
            raise RefusedError("Extension.InvalidExtensionIdentifier", message) from None
        extension = self._by_identifier.get(canonical)
        if extension is None:
            raise RefusedError("Extension.UnknownExtensionIdentifier", f"Unknown extension {canonical}")
        return extension

    def handle(self, request: Request) -> Answer:
        """Answers one request below PREFIX."""
        call = request.path[len(PREFIX) :]
        if call not in _METHODS:
            return answers.NOT_FOUND
        if request.method != _METHODS[call]:
            return answers.method_not_allowed()
        try:
            return self._register(request) if call == "register" else self._go_on(request, call)
        except RefusedError as error:
            return error.response
        except TransitionRefusedError as error:
            return RefusedError("Extension.InvalidExtensionState", str(error)).response

    # --- register ---

    def _register(self, request: Request) -> Response:
        name = request.headers.get(_NAME)
        if not name:
            raise RefusedError("Extension.InvalidExtensionName", "Empty extension name")
        events = _events(request.body)
        external = self._by_name.get(name)
        if external is not None and external.external:
            _check_events(events, (INVOKE, SHUTDOWN))
            extension = external
        else:
            _check_events(events, (INVOKE,))
            self._check_internal(name)
            extension = Extension(name, external=False)
        extension.register(events)
        self._by_name[name] = self._by_identifier[extension.identifier] = extension
        self._listener.extension_registered(extension)
        return self._registered(extension, request.headers.get(_FEATURES, ""))

    def _check_internal(self, name: str) -> None:
        if self._closed:
            raise RefusedError("Extension.RegistrationClosed", "Extension registration closed already")
        if name in self._by_name:
            message = "Extension with this name already registered"
            raise RefusedError("Extension.InvalidExtensionState", message)
        if len(self._by_name) >= EXTENSIONS:
            raise RefusedError("Extension.TooManyExtensions", f"Extension limit ({EXTENSIONS}) reached")

    def _registered(self, extension: Extension, features: str) -> Response:
        function = self._function
        members = {
            "functionName": function.name,
            "functionVersion": function.version,
            "handler": function.handler,
        }
        if "accountId" in {feature.strip() for feature in features.split(",")}:
            members["accountId"] = function.account_id
        return answers.json_answer(200, members, {"Lambda-Extension-Identifier": extension.identifier})

    # --- what a registered one may do ---

    def _go_on(self, request: Request, call: str) -> Answer:
        extension = self.identified(request)
        return self._next(extension) if call == "event/next" else self._report(extension, request, call)

    def _next(self, extension: Extension) -> Answer:
        answer = extension.next()
        if not isinstance(answer, Response):
            self._listener.extension_ready(extension)
        return answer

    def _report(self, extension: Extension, request: Request, call: str) -> Response:
        error_type = request.headers.get(_ERROR_TYPE)
        if not error_type:
            raise RefusedError("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
        during_init = call == "init/error"
        extension.failed(Call.INIT_ERROR if during_init else Call.EXIT_ERROR, error_type)
        self._listener.extension_failed(extension, "Extension.InitError" if during_init else "Extension.ExitError")
        return answers.ACCEPTED


def _events(body: bytes) -> tuple[str, ...]:
    """The types of events that a registration asks for."""
    try:
        members: Any = json.loads(body)
    except ValueError as error:
        raise RefusedError("InvalidRequestFormat", str(error)) from None
    if not isinstance(members, dict):
        raise RefusedError("InvalidRequestFormat", "a JSON object is expected")
    if "configurationKeys" in members:
        message = "configurationKeys are deprecated; use environment variables instead"
        raise RefusedError("InvalidRequestFormat", message)
    events = members.get("events") or []
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise RefusedError("InvalidRequestFormat", "events must be a list of strings")
    return tuple(dict.fromkeys(events))


def _check_events(events: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for event in events:
        if event not in allowed:
            why = "ShutdownEventNotSupportedForInternalExtension" if event == SHUTDOWN else "ErrorInvalidEventType"
            raise RefusedError("Extension.InvalidEventType", f"{event}: {why}")
