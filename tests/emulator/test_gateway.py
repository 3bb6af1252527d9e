"""From a request to an operation and back, with handlers of the test; and the whole front under real boto3."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import pytest
import uvloop

from emulator.errors import EmulatorError, NotYetError, ServiceError
from emulator.gateway import Gateway, Handler
from emulator.operations.call import Call
from emulator.protocol.model import Operation, ServiceModel, load_model
from emulator.protocol.signature import Caller
from emulator.wire.messages import Request, Response
from emulator.wire.server import HttpServer

SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/lambda/aws4_request, Signature=a"
}


class ResourceNotFoundException(ServiceError):
    """An exception that the model knows."""


def make_call(operation: Operation, caller: Caller, request_id: str, request: Request) -> Call:
    """A call without what the handlers of these tests do not use."""
    nothing: Any = None
    return Call(
        operation=operation.name,
        account_id=caller.account_id or "000000000000",
        region=caller.region or "us-east-1",
        request_id=request_id,
        request=request,
        resources=nothing,
        dispatcher=nothing,
        events=nothing,
        settings=nothing,
        clock=nothing,
    )


Make = Callable[..., Gateway]


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return load_model()


@pytest.fixture(scope="module")
def gateway(model: ServiceModel) -> Make:
    """`gateway(GetFunction=handler, …)`: a gateway that has these operations and no others."""

    def make(*, options: dict[str, Any] | None = None, **operations: Handler) -> Gateway:
        not_yet = frozenset(model.operations.keys() - operations.keys())
        return Gateway(model, operations, not_yet, make_call, **(options or {}))

    return make


def get(path: str, query: str = "", headers: dict[str, str] | None = None) -> Request:
    return Request("GET", path, query, SIGNED if headers is None else headers)


def said(response: Any) -> tuple[int, str | None, Any]:
    """Status, error type and decoded body of a response."""
    assert isinstance(response, Response)
    return response.status, response.headers.get("x-amzn-ErrorType"), json.loads(response.body or b"null")


class TestHandling:
    def test_gives_the_handler_its_input_and_the_call(self, gateway):
        seen = []
        front = gateway(GetFunction=lambda call, given: seen.append((call, given)) or {"Tags": {"a": "b"}})
        response = front.handle(get("/2015-03-31/functions/f%3A1", "Qualifier=1"))
        ((call, given),) = seen
        assert given == {"FunctionName": "f:1", "Qualifier": "1"}
        assert (call.operation, call.account_id, call.region) == ("GetFunction", "123456789012", "eu-west-1")
        assert response.headers["x-amzn-RequestId"] == call.request_id
        assert said(response) == (200, None, {"Tags": {"a": "b"}})

    def test_leaves_defaults_to_the_call_if_the_signature_says_nothing(self, gateway):
        front = gateway(GetAccountSettings=lambda call, _: {"AccountUsage": {"FunctionCount": int(call.account_id)}})
        response = front.handle(get("/2016-08-19/account-settings", headers={"authorization": "Bearer x"}))
        assert said(response) == (200, None, {"AccountUsage": {"FunctionCount": 0}})

    def test_gives_every_request_an_id_of_its_own(self, gateway):
        front = gateway(GetAccountSettings=lambda _, __: {})
        ids = {front.handle(get("/2016-08-19/account-settings")).headers["x-amzn-RequestId"] for _ in range(5)}
        assert len(ids) == 5


class TestRefusing:
    def test_without_a_signature(self, gateway):
        assert said(gateway().handle(get("/2015-03-31/functions", headers={}))) == (
            403,
            "MissingAuthenticationTokenException",
            {"message": "Missing Authentication Token"},
        )

    def test_an_unknown_path(self, gateway):
        assert said(gateway().handle(get("/2015-03-31/function"))) == (
            403,
            "AccessDeniedException",
            {"Message": "Unable to determine service/operation name to be authorized"},
        )

    def test_what_the_model_forbids_before_the_handler_sees_it(self, gateway):
        front = gateway(GetFunction=lambda _, __: pytest.fail("must not be called"))
        status, kind, body = said(front.handle(get("/2015-03-31/functions/a!")))
        assert (status, kind) == (400, "ValidationException")
        assert body["message"].startswith("1 validation error detected: Value 'a!' at 'functionName' failed")

    def test_what_is_no_json(self, gateway):
        front = gateway(CreateFunction=lambda _, __: {})
        response = front.handle(Request("POST", "/2015-03-31/functions", "", SIGNED, b"{"))
        assert said(response) == (400, "SerializationException", {"Message": None})

    def test_what_the_handler_refuses(self, gateway):
        def refuse(_: Call, __: dict) -> dict:
            raise ResourceNotFoundException("Function not found: f")

        assert said(gateway(GetFunction=refuse).handle(get("/2015-03-31/functions/f"))) == (
            404,
            "ResourceNotFoundException",
            {"Type": "User", "Message": "Function not found: f"},
        )

    @pytest.mark.parametrize(("size", "status"), [(10, 202), (11, 413)])
    def test_a_body_that_is_too_large_for_the_operation(self, gateway, size, status):
        limits = {"request_limits": {"Invoke": 10}}
        front = gateway(options=limits, Invoke=lambda _, __: {"StatusCode": 202})
        request = Request("POST", "/2015-03-31/functions/f/invocations", "", SIGNED, b"x" * size)
        response = front.handle(request)
        assert response.status == status
        if status == 413:
            assert said(response)[1:] == (
                "RequestEntityTooLargeException",
                {"Message": "Request must be smaller than 10 bytes for the InvokeFunction operation"},
            )


class TestOurOwnFailures:
    """None of them may be taken for an answer of AWS."""

    def test_an_operation_that_is_not_there_yet_is_501(self, gateway):
        response = gateway().handle(get("/2015-03-31/functions"))
        assert said(response) == (501, None, {"message": "lambda-parity does not implement ListFunctions yet."})

    @pytest.mark.parametrize(
        ("failure", "status"), [(EmulatorError("disk full"), 500), (NotYetError("no images"), 501)]
    )
    def test_a_failure_of_the_machine_is_plain(self, gateway, failure, status):
        def fail(_: Call, __: dict) -> dict:
            raise failure

        response = gateway(GetAccountSettings=fail).handle(get("/2016-08-19/account-settings"))
        assert said(response) == (status, None, {"message": str(failure)})

    @pytest.mark.parametrize("result", [ZeroDivisionError("oops"), {"Colour": "red"}, {"AccountLimit": object()}])
    def test_a_mistake_is_500_and_logged_with_its_traceback(self, gateway, caplog, result):
        def make_mistake(_: Call, __: dict) -> Any:
            if isinstance(result, Exception):
                raise result
            return result

        front = gateway(GetAccountSettings=make_mistake)
        response = front.handle(get("/2016-08-19/account-settings"))
        status, kind, body = said(response)
        assert (status, kind, body["Type"]) == (500, "ServiceException", "Service")
        assert "no answer of AWS" in body["Message"]
        assert response.headers["x-amzn-RequestId"] in body["Message"]
        assert "GET /2016-08-19/account-settings failed" in caplog.text
        assert "Traceback" in caplog.text


class TestLater:
    """Handlers that return a future."""

    PATH = "/2016-08-19/account-settings"

    def run(self, gateway: Make, settle: Callable[[asyncio.Future], object]) -> Any:
        async def main() -> Any:
            result: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            answer = gateway(GetAccountSettings=lambda _, __: result).handle(get(self.PATH))
            assert not isinstance(answer, Response)
            asyncio.get_running_loop().call_soon(settle, result)
            return await asyncio.wait_for(answer, 2)

        return asyncio.run(main())

    def test_are_answered_when_it_is_done(self, gateway):
        assert said(self.run(gateway, lambda result: result.set_result({}))) == (200, None, {})

    def test_may_refuse_with_it(self, gateway):
        response = self.run(gateway, lambda result: result.set_exception(ResourceNotFoundException("gone")))
        assert said(response) == (404, "ResourceNotFoundException", {"Type": "User", "Message": "gone"})

    def test_may_fail_with_it(self, gateway, caplog):
        assert said(self.run(gateway, lambda result: result.set_exception(ZeroDivisionError())))[0] == 500
        assert said(self.run(gateway, lambda result: result.set_result({"Colour": "red"})))[0] == 500

    def test_are_cancelled_with_it(self, gateway):
        with pytest.raises(asyncio.CancelledError):
            self.run(gateway, lambda result: result.cancel())

    def test_learn_that_the_client_is_gone(self, gateway):
        async def main() -> bool:
            result: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            answer = gateway(GetAccountSettings=lambda _, __: result).handle(get(self.PATH))
            answer.cancel()
            await asyncio.sleep(0)
            return result.cancelled()

        assert asyncio.run(main())


class TestLocalRoutes:
    @pytest.fixture
    def front(self, gateway) -> Gateway:
        routes = {
            "/_parity/health": lambda _: Response(200, {}, b"health"),
            "/_parity/": lambda request: Response(404, {}, request.path.encode()),
            "/_parity/code/": lambda _: Response(200, {}, b"zip"),
        }
        return gateway(options={"routes": routes})

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/_parity/health", b"health"),
            ("/_parity/health/", b"/_parity/health/"),
            ("/_parity/code/abc/def", b"zip"),
            ("/_parity/other", b"/_parity/other"),
        ],
    )
    def test_need_no_signature_and_the_longest_wins(self, front, path, body):
        assert front.handle(get(path, headers={})).body == body

    def test_leave_the_rest_to_the_api(self, front):
        assert front.handle(get("/2015-03-31/functions")).status == 501


@pytest.mark.parametrize(
    ("operations", "not_yet"),
    [(["GetFunction"], ["GetFunction"]), ([], ["Nonsense"]), (["Nonsense"], []), ([], [])],
)
def test_every_operation_of_the_model_stands_in_exactly_one_place(model, operations, not_yet):
    rest = frozenset(model.operations.keys() - {"GetFunction"})
    with pytest.raises(ValueError, match=r"GetFunction|Nonsense"):
        Gateway(model, {name: lambda _, __: {} for name in operations}, rest | frozenset(not_yet), make_call)


# --- Under boto3 ---


def create_function(_: Call, given: dict[str, Any]) -> dict[str, Any]:
    assert given["Code"]["ZipFile"] == b"\x00zip\xff"
    return {"FunctionName": given["FunctionName"], "CodeSize": 5, "Runtime": None, "State": "Pending"}


def invoke(call: Call, given: dict[str, Any]) -> "dict[str, Any] | asyncio.Future[dict[str, Any]]":
    answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": given.get("Payload", b"{}")}
    if given.get("LogType") == "Tail":
        answer["LogResult"] = "TG9n"
    if given["FunctionName"] == "missing":
        raise ResourceNotFoundException("Function not found: missing")
    if given["FunctionName"] == "slow":
        loop = asyncio.get_running_loop()
        later: asyncio.Future[dict[str, Any]] = loop.create_future()
        loop.call_later(0.01, later.set_result, answer)
        return later
    return answer


def list_functions(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    start = int(given.get("Marker", "0"))
    functions = [{"FunctionName": f"{call.account_id}-{call.region}-{number}"} for number in range(start, start + 2)]
    return {"Functions": functions, "NextMarker": str(start + 2) if start < 2 else None}


def stream(_: Call, given: dict[str, Any]) -> dict[str, Any]:
    async def events() -> Any:
        for byte in given["Payload"]:
            yield {"PayloadChunk": {"Payload": bytes([byte])}}
            await asyncio.sleep(0)
        yield {"InvokeComplete": {"LogResult": "TG9n"}}

    return {"StatusCode": 200, "ExecutedVersion": "1", "EventStream": events()}


@pytest.fixture(scope="module")
def client(gateway) -> Iterator[Any]:
    front = gateway(
        CreateFunction=create_function,
        Invoke=invoke,
        InvokeWithResponseStream=stream,
        ListFunctions=list_functions,
        UntagResource=lambda _, given: {} if given["TagKeys"] == ["a b", "c/d"] else pytest.fail(str(given)),
        DeleteFunction=lambda _, __: {"StatusCode": 204},
        GetEventSourceMapping=lambda _, given: {"UUID": given["UUID"], "LastModified": 1569284520.5},
    )
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = HttpServer(front.handle)
    port = asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result(5)
    yield boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-central-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="any",
        config=botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


class TestUnderBoto3:
    def test_create_function(self, client):
        role = "arn:aws:iam::111122223333:role/r"
        answer = client.create_function(FunctionName="f", Role=role, Code={"ZipFile": b"\x00zip\xff"})
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
        assert answer["CodeSize"] == 5
        assert "Runtime" not in answer

    @pytest.mark.parametrize("name", ["fast", "slow"])
    def test_invoke(self, client, name):
        answer = client.invoke(FunctionName=name, Payload=b'{"a": 1}', LogType="Tail")
        assert answer["Payload"].read() == b'{"a": 1}'
        assert (answer["StatusCode"], answer["ExecutedVersion"], answer["LogResult"]) == (200, "$LATEST", "TG9n")

    def test_invoke_of_a_big_payload(self, client):
        payload = json.dumps("x" * 6_000_000).encode()
        assert client.invoke(FunctionName="f", Payload=payload)["Payload"].read() == payload

    def test_a_modelled_error(self, client):
        with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
            client.invoke(FunctionName="missing")
        assert refused.value.response["Error"] == {
            "Code": "ResourceNotFoundException",
            "Message": "Function not found: missing",
        }
        assert refused.value.response["Type"] == "User"

    def test_an_unmodelled_error(self, client):
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            client.invoke(FunctionName="a!", Qualifier="b!")
        assert refused.value.response["Error"]["Code"] == "ValidationException"
        assert refused.value.response["Error"]["Message"].startswith(
            "2 validation errors detected: Value 'b!' at 'qual"
        )

    def test_an_operation_that_is_not_there_yet(self, client):
        with pytest.raises(botocore.exceptions.ClientError) as refused:
            client.get_account_settings()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert "does not implement GetAccountSettings yet" in str(refused.value)

    def test_paging_and_the_account_and_region_of_the_signature(self, client):
        pages = client.get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        assert names == [f"111122223333-eu-central-1-{number}" for number in range(4)]

    def test_lists_in_the_query_and_arns_in_the_path(self, client):
        arn = "arn:aws:lambda:eu-central-1:111122223333:function:f"
        answer = client.untag_resource(Resource=arn, TagKeys=["a b", "c/d"])
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204

    def test_an_empty_list_in_the_query_is_no_list(self, client):
        arn = "arn:aws:lambda:eu-central-1:111122223333:function:f"
        with pytest.raises(botocore.exceptions.ClientError, match="Value null at 'tagKeys'"):
            client.untag_resource(Resource=arn, TagKeys=[])

    def test_an_answer_without_a_body(self, client):
        assert client.delete_function(FunctionName="f")["StatusCode"] == 204

    def test_a_timestamp(self, client):
        uuid = "0d4c5f3a-0000-4000-8000-000000000000"
        assert client.get_event_source_mapping(UUID=uuid)["LastModified"].timestamp() == 1569284520.5

    def test_a_streamed_response(self, client):
        answer = client.invoke_with_response_stream(FunctionName="f", Payload=b"abc")
        events = list(answer["EventStream"])
        assert answer["ExecutedVersion"] == "1"
        assert b"".join(event["PayloadChunk"]["Payload"] for event in events if "PayloadChunk" in event) == b"abc"
        assert events[-1] == {"InvokeComplete": {"LogResult": "TG9n"}}
