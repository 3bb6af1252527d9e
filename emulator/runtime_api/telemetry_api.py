"""The calls by which extensions subscribe to telemetry: the Telemetry API, and the Logs API that it supersedes.

Success is 200 and the JSON string "OK"; what is wrong with a request is said with 400 (telemetry-logs-api.md §1).
"""

from typing import Protocol

from emulator.runtime_api import answers
from emulator.runtime_api.extension import Extension
from emulator.runtime_api.extensions_api import ExtensionsApi, RefusedError
from emulator.runtime_api.subscription import LOGS, TELEMETRY, Api, InvalidSubscriptionError, Subscription, parse
from emulator.wire.messages import Request, Response

APIS = {api.path: api for api in (TELEMETRY, LOGS)}


class Listener(Protocol):
    """Who carries out subscriptions."""

    def extension_subscribed(self, extension: Extension, subscription: Subscription) -> None:
        """An extension subscribed, for the first time or anew."""


class TelemetryApi:
    """Of one environment between two resets. `extensions` knows who may subscribe."""

    def __init__(self, extensions: ExtensionsApi, listener: Listener) -> None:
        self._extensions = extensions
        self._listener = listener
        self._chosen: dict[str, Api] = {}  # by the identifier of the extension
        self._closed = False

    def close(self) -> None:
        """From now on nobody can subscribe: Init is over."""
        self._closed = True

    def handle(self, request: Request, api: Api) -> Response:
        """Answers one request to the path of `api`."""
        if request.method != "PUT":
            return answers.method_not_allowed()
        try:
            extension = self._extensions.identified(request)
        except RefusedError as error:
            return error.response
        if self._closed:
            message = f"{api.name} API subscription is closed"
            return answers.error(403, message, f"{api.name}.SubscriptionClosed")
        try:
            subscription = parse(api, request.body)
        except InvalidSubscriptionError as error:
            return _invalid(str(error))
        chosen = self._chosen.setdefault(extension.identifier, api)
        if chosen is not api:  # [docs: runtimes-logs-api: who uses one API cannot use the other; not what it is told]
            return _invalid(f"the extension is subscribed by the {chosen.name} API already")
        self._listener.extension_subscribed(extension, subscription)
        return answers.json_answer(200, "OK")


def _invalid(message: str) -> Response:
    return answers.json_answer(400, {"errorType": "ValidationError", "errorMessage": message})
