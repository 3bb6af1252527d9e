"""Turns published recordings back into answers as AWS may have sent them, to see whether they attest themselves.

Placeholders become values of their kind, the same one wherever a numbered placeholder stands again.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parity.observation import Answer, Observation
from tests.parity.seen_answers import ACCOUNT, PREFIX, REGION, answer, seen, uuid

FOLDER = Path(__file__).parents[3] / "shared" / "aws-recordings"

_TIME = "2026-11-23T10:00:00.000"
_WHOLE: dict[str, Any] = {
    "date": f"{_TIME}+0000",
    "timestamp": f"{_TIME}Z",
    "<datetime>": 1700000000.5,
    "datetime": 1700000000.5,
    "<code-size>": 262,
    "<location>": "https://awslambda.s3.amazonaws.com/x?X-Amz-Signature=abc",
    "<layer-location>": "https://awslambda.s3.amazonaws.com/y?X-Amz-Signature=abc",
    "lambda-url": f"https://abcdef.lambda-url.{REGION}.on.aws/",
    "<function-url>": f"https://abcdef.lambda-url.{REGION}.on.aws/",
}


def _sha(number: str) -> str:
    return base64.b64encode(hashlib.sha256(number.encode()).digest()).decode()


_INSIDE = [
    (r"<<code-sha-256>:(\d+)>|<code-sha256:(\d+)>", lambda match: _sha(match[1] or match[2])),
    (r"^code-sha256$|^<code-sha256>$", lambda match: _sha("0")),
    (r"<uuid:(\d+)>", lambda match: uuid(int(match[1]))),
    (r"<uuid>|<request-id>|<timeout_error_msg>", lambda match: uuid(99)),
    (r"(?<=:runtime:)<resource:(\d+)>", lambda match: f"{int(match[1]):064x}"),
    (r"<resource:(\d+)>", lambda match: f"{PREFIX}-resource{match[1]}"),
    (r"<function-name:(\d+)>", lambda match: f"{PREFIX}-fn{match[1]}"),
    (r"<(function-name|fn-name|input-fn-name|resource-name)>", lambda match: f"{PREFIX}-{match[1]}"),
    (r"<a:len\((\d+)\)>", lambda match: "a" * int(match[1])),
    (r"(?<!\d)111111111111(?!\d)", lambda match: ACCOUNT),
    (r"<region>", lambda match: REGION),
    (r"<partition>", lambda match: "aws"),
    (r"<wrong-region>", lambda match: "ap-south-1"),
    (r"<alias-name>", lambda match: "live"),
    (r"<description>|<license-info>", lambda match: "a text"),
    (r"<repo_uri(_2)?>", lambda match: f"example/image{match[1] or ''}"),
    (r"<log-stream-name:1>", lambda match: "2026/11/23/[1]" + "ab" * 16),
    (r"(?<![\w-])date(?=[\t ])", lambda match: f"{_TIME}Z"),
]


def live(value: Any) -> Any:
    """The value with something that could have stood there in place of each placeholder."""
    if isinstance(value, dict):
        return {key: live(item) for key, item in value.items()}
    if isinstance(value, list):
        return [live(item) for item in value]
    if not isinstance(value, str):
        return value
    if value in _WHOLE:
        return _WHOLE[value]
    for pattern, replacement in _INSIDE:
        value = re.sub(pattern, replacement, value)
    return value


def tests_of(file: Path) -> Iterator[tuple[str, list[tuple[Any, Observation]]]]:
    """Each recorded test of a file: the answers in it, as recorded and as a step may have seen them."""
    for test, entry in json.loads(file.read_bytes()).items():
        found = []
        for value in entry["recorded-content"].values():
            recorded = value.get("CreateFunctionResponse", value) if isinstance(value, dict) else None
            sent = _answer(recorded) if isinstance(recorded, dict) else None
            if sent is not None:
                found.append((recorded, seen(f"s{len(found)}", sent[1], path=sent[0])))
        yield test, found


def _answer(recorded: dict[str, Any]) -> tuple[str, Answer] | None:
    """Path and answer, or None for what is no answer of Lambda."""
    path = "/2015-03-31/functions/x"
    if "Error" in recorded:
        body = {key: live(item) for key, item in recorded.items() if key not in ("Error", "ResponseMetadata")}
        body = body or {"message": live(recorded["Error"].get("Message"))}
        return path, answer(
            body, recorded["ResponseMetadata"]["HTTPStatusCode"], x_amzn_errortype=recorded["Error"]["Code"]
        )
    if recorded.keys() == {"Code", "Message"}:
        return path, answer({"message": live(recorded["Message"])}, 400, x_amzn_errortype=recorded["Code"])
    if recorded.keys() == {"Code", "Count", "Errors"}:
        count = recorded["Count"]
        message = f"{count} validation error{'s' * (count > 1)} detected: {'; '.join(live(recorded['Errors']))}"
        return path, answer({"message": message}, 400, x_amzn_errortype=recorded["Code"])
    if "ResponseMetadata" not in recorded:
        return None
    status = recorded["ResponseMetadata"]["HTTPStatusCode"]
    if "Payload" in recorded:
        return f"{path}/invocations", _invocation(recorded, status)
    body = {key: live(item) for key, item in recorded.items() if key != "ResponseMetadata"}
    if status == 204:
        body.pop("StatusCode", None)
    for member in ("Policy", "Statement"):
        if isinstance(body.get(member), dict):
            body[member] = json.dumps(body[member])
    return path, answer(body or b"", status)


def _invocation(recorded: dict[str, Any], status: int) -> Answer:
    payload = recorded["Payload"]
    body = live(payload).encode() if isinstance(payload, str) else json.dumps(live(payload)).encode()
    headers = {
        "x_amz_function_error": recorded.get("FunctionError"),
        "x_amz_executed_version": recorded.get("ExecutedVersion"),
    }
    if "LogResult" in recorded:
        headers["x_amz_log_result"] = base64.b64encode(b"START\nEND\n").decode()
    return answer(body, status, **{name: value for name, value in headers.items() if value})
