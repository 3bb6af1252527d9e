"""Which operation a request asks for."""

from urllib.parse import quote

import pytest

from emulator.errors import AccessDeniedException
from emulator.protocol.routing import Router, parse_query

ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-function"
DURABLE = f"{ARN}:1/durable-execution/my-name/my-id"


@pytest.fixture(scope="module")
def router(model) -> Router:
    return Router(model.operations.values())


def test_every_template_leads_to_its_operation(model, router, operation_name):
    operation = model.operations[operation_name]
    query = "&".join(f"{name}={value}" for name, value in operation.fixed_query.items())
    labels = {part.strip("{}") for part in operation.path.split("/") if part.startswith("{")}
    route = router.route(operation.method, operation.path.replace("{", "a-").replace("}", ""), query)
    assert route.operation is operation
    assert route.labels == {label: f"a-{label}" for label in labels}


def test_every_label_may_be_an_arn_raw_or_encoded(model, router, operation_name):
    operation = model.operations[operation_name]
    query = "&".join(f"{name}={value}" for name, value in operation.fixed_query.items())
    for written in (ARN, quote(ARN, safe="")):
        parts = [written if part.startswith("{") else part for part in operation.path.split("/")]
        route = router.route(operation.method, "/".join(parts), query)
        assert route.operation is operation
        assert set(route.labels.values()) <= {ARN}


@pytest.mark.parametrize(
    ("method", "path", "query", "name"),
    [
        ("GET", "/2018-10-31/layers", "", "ListLayers"),
        ("GET", "/2018-10-31/layers", "find=LayerVersion&Arn=x", "GetLayerVersionByArn"),
        ("GET", "/2018-10-31/layers", "find=Other", "ListLayers"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency", "Qualifier=1", "GetProvisionedConcurrencyConfig"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency", "List=ALL", "ListProvisionedConcurrencyConfigs"),
        ("PUT", "/2019-09-30/functions/f/provisioned-concurrency", "List=ALL", "PutProvisionedConcurrencyConfig"),
        ("GET", "/2019-09-25/functions/f/event-invoke-config/list", "", "ListFunctionEventInvokeConfigs"),
        ("GET", "/2019-09-25/functions/list/event-invoke-config", "", "GetFunctionEventInvokeConfig"),
        ("PUT", "/2019-09-25/functions/f/event-invoke-config", "", "PutFunctionEventInvokeConfig"),
        ("POST", "/2019-09-25/functions/f/event-invoke-config", "", "UpdateFunctionEventInvokeConfig"),
        ("GET", "/2021-10-31/functions/f/url", "", "GetFunctionUrlConfig"),
        ("GET", "/2021-10-31/functions/f/urls", "", "ListFunctionUrlConfigs"),
    ],
)
def test_operations_that_share_a_path_are_told_apart(router, method, path, query, name):
    assert router.route(method, path, query).operation.name == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/2015-03-31/functions/", "ListFunctions"),
        ("/2015-03-31/functions/f/", "GetFunction"),
        ("/2015-03-31/event-source-mappings/", "ListEventSourceMappings"),
    ],
)
def test_a_slash_at_the_end_makes_no_difference(router, path, name):
    assert router.route("GET", path, "").operation.name == name


@pytest.mark.parametrize(
    ("method", "ending", "name"),
    [
        ("GET", "", "GetDurableExecution"),
        ("GET", "/history", "GetDurableExecutionHistory"),
        ("GET", "/state", "GetDurableExecutionState"),
        ("POST", "/checkpoint", "CheckpointDurableExecution"),
        ("POST", "/stop", "StopDurableExecution"),
    ],
)
def test_an_arn_with_slashes_may_come_raw(router, method, ending, name):
    route = router.route(method, f"/2025-12-01/durable-executions/{DURABLE}{ending}", "")
    assert route.operation.name == name
    assert route.labels == {"DurableExecutionArn": DURABLE}


@pytest.mark.parametrize(("method", "ending"), [("DELETE", "/history"), ("GET", "/stop"), ("PUT", "")])
def test_the_end_of_a_path_is_no_part_of_an_arn(router, method, ending):
    with pytest.raises(AccessDeniedException):
        router.route(method, f"/2025-12-01/durable-executions/{quote(DURABLE, safe='')}{ending}", "")


def test_a_runtime_arn_with_slashes_may_come_raw(router):
    arn = "arn:aws:lambda:us-east-1:123456789012:runtime/my-runtime"
    route = router.route("GET", f"/2026-07-09/resource-policy/{arn}", "")
    assert (route.operation.name, route.labels) == ("GetResourcePolicy", {"ResourceArn": arn})


@pytest.mark.parametrize(
    ("written", "meant"), [("a%20b", "a b"), ("%F0%9F%8D%8B", "🍋"), ("a+b", "a+b"), ("%2e%2e", ".."), ("100%", "100%")]
)
def test_labels_are_decoded(router, written, meant):
    assert router.route("GET", f"/2015-03-31/functions/{written}", "").labels == {"FunctionName": meant}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/2015-03-31"),
        ("GET", "/2014-11-13/functions"),
        ("PATCH", "/2015-03-31/functions/f"),
        ("GET", "/2015-03-31/functions/f/invocations"),
        ("POST", "/2015-03-31/functions//invocations"),
        ("GET", "//2015-03-31/functions"),
        ("GET", "/2015-03-31/functions/f/unknown"),
        ("GET", f"/2025-12-01/durable-executions/{DURABLE}/"[:-1].replace("durable-executions", "durable")),
    ],
)
def test_what_no_operation_has_is_refused_as_aws_does(router, method, path):
    with pytest.raises(AccessDeniedException, match="Unable to determine service/operation name to be authorized"):
        router.route(method, path, "")


def test_query_values_are_decoded_and_kept_in_order():
    assert parse_query("tagKeys=a%20b&tagKeys=c&Marker=&MaxItems=1") == {
        "tagKeys": ["a b", "c"],
        "Marker": [""],
        "MaxItems": ["1"],
    }
