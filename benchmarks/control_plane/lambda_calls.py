"""Calls of any operation over one connection: botocore writes the request, and the answer is read as it comes."""

import json
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import botocore.awsrequest
import botocore.loaders
import botocore.model
import botocore.serialize

from benchmarks.http_client import Address, Connection

_HEADERS = (
    "Authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request, "
    f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\n"
)


class Reply(NamedTuple):
    """One answer; `members` is its JSON body, {} where there is none."""

    status: int
    members: dict[str, Any]

    @property
    def is_success(self) -> bool:
        return self.status < 300


class Caller:
    """One client's connection. It counts what it asks, and keeps every answer that is the server's failure."""

    def __init__(self, address: Address) -> None:
        self._connection = Connection(address)
        self.calls: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []

    def call(self, operation: str, /, **members: Any) -> Reply:
        """Raises MeasuringError if the connection breaks."""
        answer = self._connection.ask(_request(operation, members))
        self.calls[operation] += 1
        self.statuses[answer.status] += 1
        if answer.status >= 500:
            self.failures.append(f"{operation}: {answer.status} {answer.body[:300].decode(errors='replace')}")
        return Reply(answer.status, json.loads(answer.body) if answer.body else {})

    def all(self, operation: str, key: str, **members: Any) -> list[Any]:
        """All entries of a list, page by page."""
        entries: list[Any] = []
        marker: dict[str, str] = {}
        while True:
            reply = self.call(operation, **members, **marker)
            entries += reply.members.get(key, [])
            if "NextMarker" not in reply.members:
                return entries
            marker = {"Marker": reply.members["NextMarker"]}

    def close(self) -> None:
        self._connection.close()


def _request(operation: str, members: dict[str, Any]) -> bytes:
    serializer, service = _protocol()
    sent = serializer.serialize_to_request(members, service.operation_model(operation))
    request = botocore.awsrequest.AWSRequest(
        sent["method"], "http://127.0.0.1" + sent["url_path"], params=sent["query_string"], data=sent["body"]
    ).prepare()
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    path = request.url.removeprefix("http://127.0.0.1")
    head = f"{sent['method']} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@cache
def _protocol() -> tuple[Any, botocore.model.ServiceModel]:
    service = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("lambda", "service-2"))
    return botocore.serialize.create_serializer("rest-json", include_validation=False), service
