"""AWS as the SDK sees it: answers at the HTTP layer under botocore, where nothing of the harness is replaced.

`FakeAws` is a handler of botocore's `before-send` event. It knows accounts, roles that take time to become usable,
functions that are Pending first, throttling, expired credentials, and it tells secrets in its answers as AWS does. What
it holds can be kept in a file, so that one process can be killed and another one can look at what it left.

As a program it is the `parity` command line on top of that fake: `python -m tests.parity.fake_aws STATE record --aws`,
where STATE is the file, or `-` for none.
"""

import io
import json
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSResponse

ACCOUNT = "847120563911"
ACCESS_KEY = "ASIA3X7QPLM2VNBWEKRT"
SECRET_KEY = "wJq7rXUtnFEMI8K7MDENGbPxRfiCYzQkLmNoPqR1"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEJ3" + "x9TzLq4Vn8Rk2Wp6" * 12
ADDRESS = "54.239.28.85"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_SESSION_TOKEN": SESSION_TOKEN,
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
SECRETS = (ACCOUNT, ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, ADDRESS, "X-Amz-Signature")


@dataclass
class Moods:
    """What the fake is to do beside answering. Counts go down as they are used up."""

    throttle: dict[str, int] = field(default_factory=dict)  # operation → how many times it is throttled first
    refusals_of_a_new_role: int = 0  # how many CreateFunction calls a role is too new for
    polls_until_active: int = 1
    identity_error: str | None = None  # STS answers with this error
    lambda_error: dict[str, str] = field(default_factory=dict)  # operation → error that it always answers with
    answered_by: str | None = None  # the host that the answers say they come from
    delay: float = 0.0  # seconds that each Lambda call takes


@dataclass
class Holdings:
    """What exists on the account."""

    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    log_groups: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)

    def is_empty(self) -> bool:
        return not (self.roles or self.functions or self.log_groups or self.queues)


class FakeAws:
    """The fake account. `calls` counts what was asked, by operation ("iam.CreateRole", "lambda.Invoke")."""

    def __init__(self, state: Path | None = None, moods: Moods | None = None) -> None:
        self.moods = moods or Moods()
        self.holds = Holdings()
        self.calls: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self.tags: dict[str, dict[str, str]] = {}  # of every role and queue there ever was
        self._state = state
        self._lock = threading.Lock()
        if state is not None and state.exists():
            kept = json.loads(state.read_text())
            self.holds, self.moods = Holdings(**kept["holds"]), Moods(**kept["moods"])

    def keep(self) -> None:
        if self._state is not None:
            text = json.dumps({"holds": asdict(self.holds), "moods": asdict(self.moods)})
            partial = self._state.with_suffix(".partial")
            partial.write_text(text)
            partial.replace(self._state)

    def __call__(self, request: Any, **_: Any) -> AWSResponse | None:
        url = urlsplit(request.url)
        host = url.hostname or ""
        if not host.endswith(".amazonaws.com"):
            return None  # another endpoint, which answers for itself
        service = host.split(".")[0]
        if service == "lambda" and self.moods.delay:
            time.sleep(self.moods.delay)
        with self._lock:
            self.hosts.add(host)
            status, headers, body = self._SERVICES[service](self, request, url)
            self.keep()
        answered_by = f"https://{self.moods.answered_by}/" if self.moods.answered_by else request.url
        return AWSResponse(answered_by, status, headers, _Raw(body))

    def _sts(self, request: Any, url: Any) -> "Answered":
        self.calls["sts.GetCallerIdentity"] += 1
        if self.moods.identity_error:
            return _xml_error(403, self.moods.identity_error, "The security token included in the request is expired")
        who = f"<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/someone</Arn><UserId>AIDAEXAMPLE</UserId>"
        return _xml("GetCallerIdentity", who)

    def _iam(self, request: Any, url: Any) -> "Answered":
        asked = {name: values[0] for name, values in parse_qs(_text(request.body)).items()}
        operation, name = asked["Action"], asked.get("RoleName", "")
        if self._is_throttled(f"iam.{operation}"):
            return _xml_error(400, "Throttling", "Rate exceeded")
        roles = self.holds.roles
        if operation == "ListRoles":
            return _xml(operation, f"<Roles>{''.join(map(_role_xml, roles))}</Roles><IsTruncated>false</IsTruncated>")
        if operation == "CreateRole":
            keys = [key for key in asked if re.fullmatch(r"Tags\.member\.\d+\.Key", key)]
            self.tags[name] = {asked[key]: asked[key[:-3] + "Value"] for key in keys}
            roles[name] = {"refusals": self.moods.refusals_of_a_new_role, "policies": []}
            return _xml(operation, _role_xml(name).replace("member>", "Role>"))
        if name not in roles:
            return _xml_error(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
        policies = roles[name]["policies"]
        match operation:
            case "PutRolePolicy":
                policies.append(asked["PolicyName"])
            case "DeleteRolePolicy":
                policies.remove(asked["PolicyName"])
            case "ListRolePolicies":
                listed = "".join(f"<member>{policy}</member>" for policy in policies)
                return _xml(operation, f"<PolicyNames>{listed}</PolicyNames><IsTruncated>false</IsTruncated>")
            case "DeleteRole":
                if policies:
                    return _xml_error(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
                del roles[name]
        return _xml(operation, "")

    def _json_service(self, request: Any, url: Any) -> "Answered":
        """SQS, CloudWatch Logs, DynamoDB, Kinesis: one path, the operation in a header."""
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        asked = json.loads(request.body or b"{}")
        self.calls[operation] += 1
        match operation:
            case "CreateQueue":
                self.holds.queues.append(asked["QueueName"])
                self.tags[asked["QueueName"]] = asked["tags"]
                return _json({"QueueUrl": f"https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{asked['QueueName']}"})
            case "GetQueueAttributes":
                name = asked["QueueUrl"].rpartition("/")[2]
                return _json({"Attributes": {"QueueArn": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{name}"}})
            case "DeleteQueue":
                self.holds.queues.remove(asked["QueueUrl"].rpartition("/")[2])
            case "ListQueues":
                return _json(
                    {"QueueUrls": [f"https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{q}" for q in self.holds.queues]}
                )
            case "DescribeLogGroups":
                return _json({"logGroups": [{"logGroupName": name} for name in self.holds.log_groups]})
            case "DeleteLogGroup":
                if asked["logGroupName"] not in self.holds.log_groups:
                    return _json({"__type": "ResourceNotFoundException", "message": "no such group"}, 400)
                self.holds.log_groups.remove(asked["logGroupName"])
            case "ListTables":
                return _json({"TableNames": []})
            case "ListStreams":
                return _json({"StreamNames": [], "HasMoreStreams": False})
        return _json({})

    def _sns(self, request: Any, url: Any) -> "Answered":
        return _xml("ListTopics", "<Topics/>")

    def _s3(self, request: Any, url: Any) -> "Answered":
        return 200, {}, b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"

    def _lambda(self, request: Any, url: Any) -> "Answered":
        asked = json.loads(request.body) if request.body and b"{" in request.body[:1] else {}
        line = f"{request.method} {url.path}"
        for pattern, operation, answer in _LAMBDA:
            match = re.fullmatch(pattern, line)
            if match is None:
                continue
            if self._is_throttled(f"lambda.{operation}"):
                return _error(429, "TooManyRequestsException", "Rate exceeded", Reason="CallerRateLimitExceeded")
            if operation in self.moods.lambda_error:
                return _error(
                    403, self.moods.lambda_error[operation], "The security token included in the request is expired"
                )
            name = unquote(match[1]).rpartition(":")[2] if match.groups() else ""
            if match.groups() and name not in self.holds.functions:
                arn = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{name}"
                return _error(
                    404, "ResourceNotFoundException", f"Function not found: {arn}", key="Message", Type="User"
                )
            return answer(self, name, asked)
        return _error(404, "UnknownOperationException", None)

    def _create_function(self, name: str, asked: dict[str, Any]) -> "Answered":
        role = self.holds.roles.get(asked["Role"].rpartition("/")[2])
        if role is None or role["refusals"] > 0:
            if role is not None:
                role["refusals"] -= 1
            text = "The role defined for the function cannot be assumed by Lambda."
            return _error(400, "InvalidParameterValueException", text)
        name = asked["FunctionName"]
        if name in self.holds.functions:
            return _error(409, "ResourceConflictException", f"Function already exist: {name}", key="Message")
        self.holds.functions[name] = {
            "FunctionName": name,
            "FunctionArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{name}",
            "Role": asked["Role"],
            "Runtime": asked["Runtime"],
            "Environment": asked.get("Environment", {}),
            "RevisionId": str(uuid.uuid4()),
            "LastModified": "2026-11-23T10:11:12.131+0000",
            "Version": "$LATEST",
            "polls": self.moods.polls_until_active,
        }
        return _json(self._described(name), 201)

    def _get_configuration(self, name: str, asked: dict[str, Any]) -> "Answered":
        function = self.holds.functions[name]
        function["polls"] = max(0, function["polls"] - 1)
        return _json(self._described(name))

    def _get_function(self, name: str, asked: dict[str, Any]) -> "Answered":
        signed = (
            f"X-Amz-Credential={ACCESS_KEY}%2F20261123&X-Amz-Security-Token={SESSION_TOKEN}&X-Amz-Signature="
            + "ab12" * 16
        )
        location = f"https://prod-04-2014-tasks.s3.eu-central-1.amazonaws.com/snapshots/{ACCOUNT}/{name}?{signed}"
        return _json({"Configuration": self._described(name), "Code": {"RepositoryType": "S3", "Location": location}})

    def _described(self, name: str) -> dict[str, Any]:
        function = dict(self.holds.functions[name])
        polls = function.pop("polls")
        return {**function, "State": "Pending" if polls else "Active"}

    def _invoke(self, name: str, asked: dict[str, Any]) -> "Answered":
        group = f"/aws/lambda/{name}"
        if group not in self.holds.log_groups:
            self.holds.log_groups.append(group)
        told = {
            "account": ACCOUNT,
            "key": ACCESS_KEY,
            "secret": SECRET_KEY,
            "token": SESSION_TOKEN,
            "address": ADDRESS,
            "text": f"caller {ADDRESS} of arn:aws:sts::{ACCOUNT}:assumed-role/x/{name}",
        }
        status, headers, body = _json(told)
        return status, {**headers, "x-amz-executed-version": "$LATEST"}, body

    def _delete_function(self, name: str, asked: dict[str, Any]) -> "Answered":
        del self.holds.functions[name]
        return 204, _request_id(), b""

    def _list_functions(self, name: str, asked: dict[str, Any]) -> "Answered":
        return _json({"Functions": [self._described(each) for each in self.holds.functions]})

    def _is_throttled(self, operation: str) -> bool:
        self.calls[operation] += 1
        left = self.moods.throttle.get(operation, 0)
        self.moods.throttle[operation] = max(0, left - 1)
        return left > 0

    _SERVICES: ClassVar[dict[str, Callable[["FakeAws", Any, Any], "Answered"]]] = {
        "sts": _sts,
        "iam": _iam,
        "lambda": _lambda,
        "sqs": _json_service,
        "logs": _json_service,
        "dynamodb": _json_service,
        "kinesis": _json_service,
        "sns": _sns,
        "s3": _s3,
    }


Answered = tuple[int, dict[str, str], bytes]

_FUNCTIONS = "/2015-03-31/functions"
_LAMBDA: tuple[tuple[str, str, Callable[[FakeAws, str, dict[str, Any]], Answered]], ...] = (
    (rf"POST {_FUNCTIONS}/?", "CreateFunction", FakeAws._create_function),
    (rf"GET {_FUNCTIONS}/?", "ListFunctions", FakeAws._list_functions),
    (rf"GET {_FUNCTIONS}/([^/]+)/configuration", "GetFunctionConfiguration", FakeAws._get_configuration),
    (rf"GET {_FUNCTIONS}/([^/]+)", "GetFunction", FakeAws._get_function),
    (rf"DELETE {_FUNCTIONS}/([^/]+)", "DeleteFunction", FakeAws._delete_function),
    (rf"POST {_FUNCTIONS}/([^/]+)/invocations", "Invoke", FakeAws._invoke),
    (
        r"GET /2015-03-31/event-source-mappings/?",
        "ListEventSourceMappings",
        lambda *_: _json({"EventSourceMappings": []}),
    ),
    (r"GET /2018-10-31/layers/?", "ListLayers", lambda *_: _json({"Layers": []})),
    (r"GET /2020-04-22/code-signing-configs/?", "ListCodeSigningConfigs", lambda *_: _json({"CodeSigningConfigs": []})),
)


class _Raw(io.BytesIO):
    """A body as urllib3 hands it out."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


def _text(body: bytes | str) -> str:
    return body if isinstance(body, str) else body.decode()


def _request_id() -> dict[str, str]:
    return {"content-type": "application/json", "x-amzn-requestid": str(uuid.uuid4())}


def _json(members: dict[str, Any], status: int = 200) -> Answered:
    return status, _request_id(), json.dumps(members).encode()


def _error(status: int, code: str, message: str | None, *, key: str = "message", **members: Any) -> Answered:
    return status, {**_request_id(), "x-amzn-errortype": code}, json.dumps({key: message, **members}).encode()


def _xml(operation: str, result: str) -> Answered:
    body = f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    return 200, {"content-type": "text/xml"}, body.encode()


def _xml_error(status: int, code: str, message: str) -> Answered:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f"<ErrorResponse>{error}</ErrorResponse>"
    return status, {"content-type": "text/xml"}, body.encode()


def _role_xml(name: str) -> str:
    members = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "RoleId": "AROAEXAMPLEEXAMPLE12",
        "CreateDate": "2026-11-23T10:11:12Z",
    }
    return "<member>" + "".join(f"<{key}>{value}</{key}>" for key, value in members.items()) + "</member>"


def install(fake: FakeAws) -> None:
    """Puts the fake under every botocore session that this process makes from now on."""
    from botocore import handlers

    handlers.BUILTIN_HANDLERS.append(("before-send", fake))


if __name__ == "__main__":
    from parity.cli import main

    install(FakeAws(None if sys.argv[1] == "-" else Path(sys.argv[1])))
    sys.argv[1:2] = []
    main(prog_name="parity")
