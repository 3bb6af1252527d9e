"""Which of the APIs of an environment a request is for. All of them listen on one port, AWS_LAMBDA_RUNTIME_API."""

from emulator.runtime_api import answers
from emulator.runtime_api.extensions_api import PREFIX, ExtensionsApi
from emulator.runtime_api.session import Answer, RuntimeSession
from emulator.runtime_api.telemetry_api import APIS, TelemetryApi
from emulator.wire.messages import Request

_RUNTIME = "/2018-06-01/"


class EnvironmentApi:
    """The APIs of one environment between two resets. `handle` is what an HttpServer serves."""

    def __init__(self, runtime: RuntimeSession, extensions: ExtensionsApi, telemetry: TelemetryApi) -> None:
        self._runtime = runtime
        self._extensions = extensions
        self._telemetry = telemetry

    def handle(self, request: Request) -> Answer:
        """Answers one request."""
        path = request.path
        if path.startswith(_RUNTIME):
            return self._runtime.handle(request)
        if path.startswith(PREFIX):
            return self._extensions.handle(request)
        api = APIS.get(path.removesuffix("/"))  # the schema reference prints the slash, all others do not
        return answers.NOT_FOUND if api is None else self._telemetry.handle(request, api)
