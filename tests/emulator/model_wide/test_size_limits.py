"""Every size that AWS limits: just under it and at it a request is accepted, just over it AWS's words refuse it.

Sizes that the service model bounds are the business of `parity probe`; here is what a client meets beside them, on the
whole way from the bytes of a request. Evidence of each limit stands in quotas.py.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from emulator import quotas
from tests.emulator.model_wide.api import Answer, Api
from tests.emulator.model_wide.populated import populate
from tests.emulator.model_wide.valid_inputs import QUEUE, ROLE, zip_file
from tests.emulator.operations.conftest import zip_of_size

Members = dict[str, Any]
FUNCTION = {"FunctionName": "new", "Role": ROLE, "Runtime": "python3.13", "Handler": "index.handler"}
CREATED = FUNCTION | {"Code": {"ZipFile": zip_file()}}


class Limit(NamedTuple):
    """`members(n)` is a request whose size is `n`; `refusal` is what becomes of one more than `largest`."""

    operation: str
    members: Callable[[int], Members]
    largest: int
    refusal: tuple[str, str | None]  # the exception and the whole message, None where it is only ours


@pytest.fixture(autouse=True)
def _populated(api: Api) -> None:
    populate(api)


def refused(code: str, message: str | None = None) -> tuple[str, str | None]:
    return code, message


def invalid(message: str | None = None) -> tuple[str, str | None]:
    return "InvalidParameterValueException", message


def violation(value: Any, path: str, constraint: str) -> tuple[str, str]:
    text = f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
    return "ValidationException", text


def too_large(limit: int, operation: str) -> tuple[str, str]:
    return "RequestEntityTooLargeException", f"Request must be smaller than {limit} bytes for the {operation} operation"


def most(limit: int) -> str:
    return f"Member must have value less than or equal to {limit}"


def variables(size: int) -> Members:
    return {"Variables": {"A1": "x" * (size - len('{"A1":""}'))}}


def tags(count: int) -> dict[str, str]:
    return {f"key-{number}": "" for number in range(count)}


def filters(count: int) -> Members:
    return {"Filters": [{"Pattern": json.dumps({"body": {"a": [number]}})} for number in range(count)]}


def layers(api: Api, count: int) -> list[str]:
    published = [
        api.must("PublishLayerVersion", LayerName=f"layer-{number}", Content={"ZipFile": zip_file()})
        for number in range(count)
    ]
    return [layer["LayerVersionArn"] for layer in published]


def configure(**members: Any) -> Members:
    return {"FunctionName": "one"} | members


TOO_MANY_VARIABLES = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided "
    "exceeded the 4KB limit. String measured: "
)

LIMITS: dict[str, Limit] = {
    "variables of a new function": Limit(
        "CreateFunction",
        lambda n: CREATED | {"Environment": variables(n)},
        quotas.VARIABLES_SIZE,
        invalid(TOO_MANY_VARIABLES + json.dumps(variables(4097)["Variables"], separators=(",", ":"))),
    ),
    "variables of a changed function": Limit(
        "UpdateFunctionConfiguration",
        lambda n: configure(Environment=variables(n)),
        quotas.VARIABLES_SIZE,
        invalid(TOO_MANY_VARIABLES + json.dumps(variables(4097)["Variables"], separators=(",", ":"))),
    ),
    "name of a function": Limit(
        "CreateFunction",
        lambda n: CREATED | {"FunctionName": "f" * n},
        quotas.FUNCTION_NAME_LENGTH,
        invalid(violation("f" * 65, "functionName", "Member must have length less than or equal to 64")[1]),
    ),
    "timeout": Limit("CreateFunction", lambda n: CREATED | {"Timeout": n}, 900, violation(901, "timeout", most(900))),
    "memory": Limit(
        "CreateFunction", lambda n: CREATED | {"MemorySize": n}, 10_240, violation(10_241, "memorySize", most(10_240))
    ),
    "ephemeral storage": Limit(
        "UpdateFunctionConfiguration",
        lambda n: configure(EphemeralStorage={"Size": n}),
        10_240,
        violation(10_241, "ephemeralStorage.size", most(10_240)),
    ),
    "tags of a new function": Limit("CreateFunction", lambda n: CREATED | {"Tags": tags(n)}, quotas.TAGS, invalid()),
    "filters of a mapping": Limit(
        "CreateEventSourceMapping",
        lambda n: {"FunctionName": "two", "EventSourceArn": QUEUE, "FilterCriteria": filters(n)},
        quotas.EVENT_FILTERS,
        invalid(),
    ),
    "batch of a FIFO queue": Limit(
        "CreateEventSourceMapping",
        lambda n: {
            "FunctionName": "two",
            "EventSourceArn": f"{QUEUE}.fifo",
            "BatchSize": n,
        },
        quotas.FIFO_BATCH,
        invalid(),
    ),
    "reserved concurrency": Limit(
        "PutFunctionConcurrency",
        # "two" has 10 of its own, and one of "one" is provisioned.
        lambda n: {"FunctionName": "three", "ReservedConcurrentExecutions": n},
        1000 - quotas.UNRESERVED_MINIMUM - 10 - 1,
        invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            "below its minimum value of [100]."
        ),
    ),
    "provisioned concurrency": Limit(
        "PutProvisionedConcurrencyConfig",
        lambda n: {"FunctionName": "one", "Qualifier": "live", "ProvisionedConcurrentExecutions": n},
        1000 - quotas.UNRESERVED_MINIMUM - 10,
        invalid(),
    ),
    "versions of an alias": Limit(
        "CreateAlias",
        lambda n: {
            "FunctionName": "one",
            "Name": "many",
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {str(number): 0.1 for number in range(2, 2 + n)}},
        },
        1,
        invalid(),
    ),
    "event of a synchronous invocation": Limit(
        "Invoke",
        lambda n: {"FunctionName": "one", "Payload": b'"' + b"x" * (n - 2) + b'"'},
        quotas.SYNCHRONOUS_PAYLOAD,
        too_large(6_291_456, "InvokeFunction"),
    ),
    "event of a streamed invocation": Limit(
        "InvokeWithResponseStream",
        lambda n: {"FunctionName": "one", "Payload": b'"' + b"x" * (n - 2) + b'"'},
        quotas.SYNCHRONOUS_PAYLOAD,
        too_large(6_291_456, "InvokeFunction"),
    ),
    "event of an asynchronous invocation": Limit(
        "Invoke",
        lambda n: {"FunctionName": "one", "InvocationType": "Event", "Payload": b'"' + b"x" * (n - 2) + b'"'},
        quotas.ASYNCHRONOUS_PAYLOAD,
        refused(
            "RequestEntityTooLargeException",
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ),
    "event of InvokeAsync": Limit(
        "InvokeAsync",
        lambda n: {"FunctionName": "one", "InvokeArgs": b'"' + b"x" * (n - 2) + b'"'},
        quotas.INVOKE_ASYNC_PAYLOAD,
        too_large(262_144, "InvokeAsync"),
    ),
    "description": Limit(
        "CreateFunction",
        lambda n: CREATED | {"Description": "d" * n},
        256,
        violation("d" * 257, "description", "Member must have length less than or equal to 256"),
    ),
    "length of a handler": Limit(
        "CreateFunction",
        lambda n: CREATED | {"Handler": "h" * n},
        128,
        violation("h" * 129, "handler", "Member must have length less than or equal to 128"),
    ),
}


@pytest.fixture(params=LIMITS.values(), ids=LIMITS.keys())
def limit(request: pytest.FixtureRequest, api: Api) -> Iterator[Limit]:
    """Each limit; versions 2 and 3 of `one` are there for those who need them."""
    for timeout in (4, 5):
        api.must("UpdateFunctionConfiguration", FunctionName="one", Timeout=timeout)
        api.wait()
        api.must("PublishVersion", FunctionName="one")
    yield request.param


@pytest.mark.parametrize("under", [1, 0], ids=["just under", "at"])
def test_what_fits_is_accepted(api: Api, limit: Limit, under: int):
    answer = api.call(limit.operation, **limit.members(limit.largest - under))
    assert answer.is_success, answer


def test_one_more_is_refused(api: Api, limit: Limit):
    code, message = limit.refusal
    answer = api.call(limit.operation, **limit.members(limit.largest + 1))
    assert answer.code == code
    assert message in (None, answer.message)


def test_tags_are_counted_with_those_that_are_there(api: Api):
    arn = api.must("GetFunctionConfiguration", FunctionName="one")["FunctionArn"]  # one tag
    assert api.call("TagResource", Resource=arn, Tags=tags(49)).is_success
    assert api.call("TagResource", Resource=arn, Tags={"key-1": "other"}).is_success  # a new value is no new tag
    assert api.call("TagResource", Resource=arn, Tags={"more": ""}).code == "InvalidParameterValueException"


def test_five_layers(api: Api):
    six = layers(api, 6)
    assert api.call("UpdateFunctionConfiguration", FunctionName="one", Layers=six[:5]).is_success
    api.wait()
    answer = api.call("UpdateFunctionConfiguration", FunctionName="one", Layers=six)
    assert (answer.code, answer.message) == (
        "InvalidParameterValueException",
        "Cannot reference more than 5 layers.",
    )


def test_a_policy_holds_20_kb(api: Api):
    statement = {"FunctionName": "two", "Action": "lambda:InvokeFunction", "Principal": "222222222222"}
    added = []
    while (answer := api.call("AddPermission", **statement, StatementId=f"{len(added):0100d}")).is_success:
        added.append(answer)
    assert answer.code == "PolicyLengthExceededException"
    policy = api.must("GetPolicy", FunctionName="two")["Policy"]
    one_more = len(json.dumps(json.loads(added[-1].members["Statement"]), separators=(",", ":"))) + 1
    assert len(policy) <= quotas.POLICY_SIZE < len(policy) + one_more


def test_a_policy_that_is_put_holds_20_kb(api: Api):
    arn = api.must("GetFunctionConfiguration", FunctionName="two")["FunctionArn"]
    statement = {"Sid": "", "Effect": "Allow", "Principal": "*", "Action": "lambda:GetFunction", "Resource": arn}
    rest = len(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":")))

    def put(size: int) -> Answer:
        statement["Sid"] = "s" * (size - rest)
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
        assert len(policy) == size
        return api.call("PutResourcePolicy", ResourceArn=arn, Policy=policy)

    assert put(quotas.POLICY_SIZE).is_success
    assert put(quotas.POLICY_SIZE + 1).code == "ValidationException"


@pytest.mark.slow
@pytest.mark.parametrize(
    "of", [{"FunctionName": "one", "ZipFile": b""}, {"LayerName": "big", "Content": {}}], ids=["code", "layer"]
)
def test_what_a_package_holds_unzipped(api: Api, of: Members):
    def bring(package: bytes) -> Answer:
        if "LayerName" in of:
            return api.call("PublishLayerVersion", LayerName="big", Content={"ZipFile": package})
        return api.call("UpdateFunctionCode", FunctionName="one", ZipFile=package)

    assert bring(zip_of_size(quotas.CODE_SIZE_UNZIPPED)).is_success
    api.wait()
    answer = bring(zip_of_size(quotas.CODE_SIZE_UNZIPPED + 1))
    assert (answer.code, answer.message) == (
        "InvalidParameterValueException",
        "Unzipped size must be smaller than 262144000 bytes",
    )


def _stored_zip(size: int) -> bytes:
    """A zip of exactly so many bytes, which holds nearly as many."""

    def packed(content: int) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("zeros"), bytes(content))
        return buffer.getvalue()

    package = packed(size - len(packed(0)))
    assert len(package) == size
    return package


@pytest.mark.slow
def test_a_package_in_a_request(api: Api):
    """50 MB of zip fit; above that it is the zip that is too large, and above 70167211 bytes the request is."""
    fits = _stored_zip(quotas.CODE_SIZE_ZIPPED)
    code = FUNCTION | {"Code": {"ZipFile": fits}}
    answer = api.call("CreateFunction", **code, padding=quotas.CODE_REQUEST_SIZE + 1)
    assert (answer.code, answer.message) == too_large(70_167_211, "CreateFunction")
    assert api.call("CreateFunction", **code, padding=quotas.CODE_REQUEST_SIZE).is_success
    answer = api.call("CreateFunction", **FUNCTION, Code={"ZipFile": fits + b"0"})
    assert (answer.code, answer.message) == (
        "RequestEntityTooLargeException",
        "Zipped size must be smaller than 52428800 bytes",
    )


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "PublishLayerVersion"])
def test_the_same_limits_hold_for_all_that_bring_packages(api: Api, operation: str, monkeypatch: pytest.MonkeyPatch):
    """With a smaller zip in place of 50 MB, and white space for the rest of the request."""

    def bring(package: bytes, padding: int = 0) -> Answer:
        if operation == "PublishLayerVersion":
            return api.call(operation, LayerName="big", Content={"ZipFile": package}, padding=padding)
        return api.call(operation, FunctionName="one", ZipFile=package, padding=padding)

    answer = bring(_stored_zip(1000), padding=quotas.CODE_REQUEST_SIZE + 1)
    assert (answer.code, answer.message) == too_large(70_167_211, operation)
    monkeypatch.setattr(quotas, "CODE_SIZE_ZIPPED", 1000)
    answer = bring(_stored_zip(1001))
    assert (answer.code, answer.message) == (
        "RequestEntityTooLargeException",
        "Zipped size must be smaller than 1000 bytes",
    )
    assert bring(_stored_zip(1000)).is_success


def test_a_configuration_in_a_request(api: Api):
    """The whole request, whatever it says: what no operation knows counts too."""
    assert api.call("UpdateFunctionConfiguration", FunctionName="one", Timeout=7, padding=5120).is_success
    api.wait()
    answer = api.call("UpdateFunctionConfiguration", FunctionName="one", Timeout=7, padding=5121)
    assert (answer.code, answer.message) == too_large(5120, "UpdateFunctionConfiguration")


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionCode", "PublishVersion", "PublishLayerVersion"])
def test_the_code_of_an_account(api: Api, operation: str, monkeypatch: pytest.MonkeyPatch):
    """75 GB on AWS; here a byte less than what the request needs, and then that byte."""
    other = zip_file("def handler(event, context): return 2  # longer")
    members: dict[str, Members] = {
        "CreateFunction": FUNCTION | {"Code": {"ZipFile": other}},
        "UpdateFunctionCode": {"FunctionName": "two", "ZipFile": other},
        "PublishVersion": {"FunctionName": "two"},
        "PublishLayerVersion": {"LayerName": "big", "Content": {"ZipFile": other}},
    }
    used = api.must("GetAccountSettings")["AccountUsage"]["TotalCodeSize"]
    needed = len(zip_file()) if operation == "PublishVersion" else len(other)
    monkeypatch.setattr(quotas, "TOTAL_CODE_SIZE", used + needed - 1)
    assert api.call(operation, **members[operation]).code == "CodeStorageExceededException"
    assert api.must("GetAccountSettings")["AccountUsage"]["TotalCodeSize"] == used
    monkeypatch.setattr(quotas, "TOTAL_CODE_SIZE", used + needed)
    assert api.call(operation, **members[operation]).is_success
