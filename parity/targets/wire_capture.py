"""Sends requests of the Lambda API as an SDK does, and keeps what went over the wire.

The SDK signs and sends; what it makes of the answer is of no interest. Two of botocore's events show the wire:
`before-send` holds the request as it goes out, `before-parse` the answer as it came in, before any parser renamed,
dropped or defaulted a member. A streamed body is read to its end there, so that blobs and event streams are captured
like any other answer; one that ends too early is kept as far as it came, for that is what a client sees.
"""

import io
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    TokenRetrievalError,
)
from botocore.httpsession import URLLib3Session
from botocore.response import StreamingBody

from parity.errors import ParityError, TargetUnreachable
from parity.observation import Answer, Sent

_NO_CONNECTION = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
_NO_CREDENTIALS = (NoCredentialsError, CredentialRetrievalError, TokenRetrievalError)
_BROKEN = (ConnectionClosedError, ReadTimeoutError, ResponseStreamingError, HTTPClientError)
_CHUNK = 65536


class CannotAsk(Exception):
    """The SDK cannot put these members into a request (a raw `http` step can), or no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as it went out, the answer as it came in, and the host that gave it."""

    sent: Sent
    answer: Answer
    host: str = ""


@dataclass(frozen=True, slots=True)
class Bindings:
    """Which members of an answer are no members of its JSON body: headers, the status, or the body as a whole."""

    headers: dict[str, str] = field(default_factory=dict)
    status: str | None = None
    payload: str | None = None


class _Seen(threading.local):
    """What the current thread has seen of its call so far."""

    sent: Sent | None = None
    answer: Answer | None = None
    host: str = ""


class Wire:
    """The Lambda API of one target. Safe to use from many threads at once.

    `client` is a botocore Lambda client without parameter validation and retries; `credentials` sign raw requests.
    `check_url` raises for a URL that a raw request may not go to or be answered from. `all_hosts_here`: whatever host a
    request names, it goes to the target; so emulators, which serve function URLs by their names, need no name service.
    """

    def __init__(
        self,
        client: Any,
        credentials: Any,
        *,
        proxies: dict[str, str] | None = None,
        check_url: Callable[[str], None] = lambda _: None,
        all_hosts_here: bool = False,
    ) -> None:
        self._all_hosts_here = all_hosts_here
        self._client = client
        self._check_url = check_url
        self._credentials = credentials
        self._methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
        self._seen = _Seen()
        self._bindings: dict[str, Bindings] = {}
        config = client.meta.config
        self._session = URLLib3Session(
            proxies=proxies,
            timeout=(config.connect_timeout, config.read_timeout),
            max_pool_connections=config.max_pool_connections,
            # As botocore's own clients have it. Without, a body waits 40 ms for the acknowledgement of its head.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        client.meta.events.register("before-send.lambda", self._on_send)
        client.meta.events.register("before-parse.lambda", self._on_answer)

    @property
    def url(self) -> str:
        """Where requests go: scheme, host and port, without a slash at the end."""
        return str(self._client.meta.endpoint_url).rstrip("/")

    def call(self, operation: str, members: Mapping[str, Any]) -> Exchange:
        """Calls an operation of the API ("CreateAlias") and returns the exchange, whatever the status.

        Raises CannotAsk, TargetUnreachable, or ParityError for missing credentials.
        """
        self._seen.sent = self._seen.answer = None
        try:
            getattr(self._client, self._methods[operation])(**members)
        except ParityError:
            raise
        except Exception as error:
            # An error answer is raised by the SDK, and an odd one may break its parser: it is captured all the same.
            if self._seen.answer is None:
                raise _explained(error, operation) from error
        return self._exchange()

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, *, url: str | None = None
    ) -> Exchange:
        """Sends a raw request, signed: `path` as written, `body` text, bytes or any JSON value. Raises as `call`.

        With `url` it is for that function URL ("https://….lambda-url.eu-west-1.on.aws/") and not for the API.
        """
        base, named = self.url if url is None else url.rstrip("/"), dict(headers)
        if url is not None and self._all_hosts_here:
            base, named = self.url, {"Host": urlsplit(url).netloc, **named}
        request = AWSRequest(method=method, url=base + path, headers=named, data=_encoded(body))
        try:
            frozen = self._credentials.get_frozen_credentials()
            SigV4Auth(frozen, "lambda", self._client.meta.region_name).add_auth(request)
            return self._send(request.prepare())
        except (ParityError, CannotAsk):
            raise
        except Exception as error:
            raise _explained(error, f"{method} {path}") from error

    def bindings(self, operation: str | None) -> Bindings:
        """How the service model distributes the operation's answer over headers, status and body."""
        if operation is None:
            return Bindings()
        if operation not in self._bindings:
            model = self._client.meta.service_model.operation_model(operation)
            self._bindings[operation] = _bindings(model.output_shape)
        return self._bindings[operation]

    def _send(self, prepared: Any) -> Exchange:
        self._check_url(prepared.url)
        answers = self._client.meta.events.emit("before-send.lambda.Http", request=prepared)
        response = next((answer for _, answer in answers if answer is not None), None)
        if response is None:
            response = self._session.send(prepared)
        self._check_url(response.url)
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, response.content)
        return Exchange(_sent(prepared), answer, _host(response.url))

    def _exchange(self) -> Exchange:
        assert self._seen.sent is not None and self._seen.answer is not None
        return Exchange(self._seen.sent, self._seen.answer, self._seen.host)

    def _on_send(self, request: Any, **_: Any) -> None:
        self._seen.sent, self._seen.host = _sent(request), _host(request.url)

    def _on_answer(self, response_dict: dict[str, Any], **_: Any) -> None:
        body = response_dict["body"]
        if not isinstance(body, bytes):
            body = _read(body)
            response_dict["body"] = io.BytesIO(body)
        headers = {name.lower(): value for name, value in response_dict["headers"].items()}
        self._seen.answer = Answer(response_dict["status_code"], headers, body)


def _sent(request: Any) -> Sent:
    url = urlsplit(request.url)
    return Sent(request.method, (url.path or "/") + (f"?{url.query}" if url.query else ""))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _read(stream: Any) -> bytes:
    body = stream if isinstance(stream, StreamingBody) else StreamingBody(stream, None)
    chunks = []
    try:
        while chunk := body.read(_CHUNK):
            chunks.append(chunk)
    except (IncompleteReadError, ResponseStreamingError):
        pass  # the stream broke off: what came is the answer
    return b"".join(chunks)


def _bindings(shape: Any) -> Bindings:
    if shape is None:
        return Bindings()
    where = {name: member.serialization for name, member in shape.members.items()}
    headers = {name: how["name"].lower() for name, how in where.items() if how.get("location") == "header"}
    status = next((name for name, how in where.items() if how.get("location") == "statusCode"), None)
    return Bindings(headers, status, shape.serialization.get("payload"))


def _encoded(body: Any) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
        case _:
            return json.dumps(body).encode()


def _explained(error: Exception, what: str) -> Exception:
    """The harness's own error for what the SDK raised without an answer."""
    if isinstance(error, ParityError):
        return error
    if isinstance(error, _NO_CREDENTIALS):
        return ParityError(f"no usable AWS credentials: {error}")
    if isinstance(error, _NO_CONNECTION):
        return TargetUnreachable(f"the target does not answer: {error}")
    if isinstance(error, _BROKEN):
        return CannotAsk(f"{what}: no whole answer came back: {error}")
    if isinstance(error, BotoCoreError):
        return CannotAsk(f"{what}: {error}")
    return CannotAsk(f"the SDK cannot send {what} like this ({type(error).__name__}: {error}); an `http` step can")
