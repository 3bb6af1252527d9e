"""Where the SDKs of functions find AWS: AWS_ENDPOINT_URL, if the emulator was told to say anything of it.

AWS sets no such variable, so a function here has none either unless it is asked for. A function that brings its own
keeps that.
"""

from emulator.settings import OWN_ENDPOINT

_VARIABLE = "AWS_ENDPOINT_URL"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ANYWHERE = frozenset({"127.0.0.1", "localhost", "0.0.0.0", "::"})  # noqa: S104 (compared with, not listened on)


class FunctionEndpoint:
    """The endpoint of all functions: `setting` is a URL, `self` for this server, or None for AWS's own.

    `host` is the address that the server listens on. Its `port` is known when it does.
    """

    def __init__(self, setting: str | None, host: str) -> None:
        self._setting = setting
        self._host = host
        self.port = 0

    def variables(self, runtime_api: str) -> dict[str, str]:
        """The variable for a process that reaches its Runtime API at `runtime_api` (`host:port`), or none.

        The machine of the Runtime API is that of the server: from inside of a container it is the network's gateway,
        where the server has to listen too.
        """
        if self._setting is None:
            return {}
        return {_VARIABLE: self._own_url(runtime_api) if self._setting == OWN_ENDPOINT else self._setting}

    def remark(self, executor: str) -> str:
        """What the user should know of it where functions may run in containers; empty where there is nothing."""
        unreachable = self._setting == OWN_ENDPOINT and self._host in _LOOPBACK and executor != "process"
        if not unreachable:
            return ""
        return f"Functions in containers do not reach the AWS_ENDPOINT_URL of `self` while --host is {self._host}."

    def _own_url(self, runtime_api: str) -> str:
        host = runtime_api.rpartition(":")[0] if self._host in _ANYWHERE else self._host
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"
