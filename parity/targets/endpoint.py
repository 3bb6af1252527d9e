"""Any emulator behind a URL, as a target."""

import json
import os
import socket
import urllib.request
from typing import Any, Self
from urllib.parse import urlsplit

import boto3.session
from botocore.config import Config
from botocore.credentials import Credentials

from parity.errors import ParityError, TargetUnreachable
from parity.targets.target import DEFAULT_ACCOUNT, DEFAULT_REGION, SDK_ERRORS, Target, new_session, sdk_config
from parity.targets.wire_capture import Wire

_DUMMY = Credentials(DEFAULT_ACCOUNT, "parity")


class Endpoint(Target):
    """Any emulator behind a URL.

    It is asked with dummy credentials whose access key is an account id, never with the user's own, and nothing in the
    user's AWS settings has a say.
    """

    evidence = "endpoint"

    def __init__(self, url: str, *, region: str = DEFAULT_REGION) -> None:
        super().__init__()
        self.region = region
        self._session = _session_without_settings()
        self._aim(url)

    def __enter__(self) -> Self:
        try:
            socket.create_connection((self._host, self._port), timeout=5).close()
        except OSError as error:
            raise TargetUnreachable(f"nothing answers at {self.url} ({error})") from None
        self.account_id = self._account()
        return self

    def health(self) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(self._proxies()))
        try:
            with opener.open(f"{self.url}/_parity/health", timeout=5) as answer:
                health = json.load(answer)
        except (OSError, ValueError):
            return {}
        return health if isinstance(health, dict) else {}

    def boto3_client(self, service: str = "lambda") -> Any:
        """An ordinary boto3 client of this endpoint, for tests that use it as an application would."""
        return boto3.session.Session(botocore_session=_session_without_settings()).client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.account_id,
            aws_secret_access_key=_DUMMY.secret_key,
            config=Config(proxies=self._proxies()),
        )

    def _aim(self, url: str) -> None:
        self.url = self.name = url.rstrip("/")
        parts = urlsplit(self.url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise ParityError(f"`{url}` is no URL of an endpoint; expected the form http://HOST:PORT")
        self._host, self._port = parts.hostname, port or (443 if parts.scheme == "https" else 80)

    def _account(self) -> str:
        """The account that the endpoint puts in ARNs: what its STS says, or our access key where it has none."""
        try:
            identity = self.client("sts").get_caller_identity()
        except (*SDK_ERRORS, ValueError):
            return DEFAULT_ACCOUNT
        return str(identity.get("Account") or DEFAULT_ACCOUNT)

    def _make_client(self, service: str, *, read_timeout: float, **settings: Any) -> Any:
        return self._session.create_client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            aws_access_key_id=_DUMMY.access_key,
            aws_secret_access_key=_DUMMY.secret_key,
            config=sdk_config(read_timeout, proxies=self._proxies(), s3={"addressing_style": "path"}, **settings),
        )

    def _make_wire(self) -> Wire:
        client = self._make_client("lambda", read_timeout=120, parameter_validation=False)
        return Wire(client, _DUMMY, proxies=self._proxies(), all_hosts_here=True)

    def _proxies(self) -> dict[str, str] | None:
        """No proxy between us and this machine, whatever the environment says."""
        return {} if self._host in ("localhost", "127.0.0.1", "::1") else None


def _session_without_settings() -> Any:
    """A session that reads no profile and no file of the user: a broken ~/.aws must not break a local run."""
    nothing = (None, None, None, None)
    no_file = (None, None, os.devnull, None)
    return new_session(profile=nothing, config_file=no_file, credentials_file=no_file, ca_bundle=nothing)
