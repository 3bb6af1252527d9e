"""boto3's paginators, all that botocore has for Lambda, each over at least two pages of what really is there."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import botocore
import botocore.loaders
import pytest
import uvloop

from emulator.wire.server import HttpServer
from tests.emulator.model_wide.api import Api
from tests.emulator.model_wide.populated import add_durable_execution, populate
from tests.emulator.model_wide.valid_inputs import QUEUE, ROLE, zip_file
from tests.emulator.operations.conftest import ACCOUNT, REGION

Members = dict[str, Any]
PAGINATORS = botocore.loaders.Loader().load_service_model("lambda", "paginators-1")["pagination"]


class World:
    """At least three of everything that is listed."""

    def __init__(self, api: Api) -> None:
        known = populate(api)
        self.signing = known.code_signing_configs[0]
        self.execution = known.durable_executions[0]
        self._publish(api, "one", 2)
        self._publish(api, "three", 2)
        for number in range(3):
            api.must("CreateAlias", FunctionName="one", Name=f"alias-{number}", FunctionVersion="1")
            api.must("CreateEventSourceMapping", FunctionName="one", EventSourceArn=f"{QUEUE}-{number}")
            api.must("PublishLayerVersion", LayerName="lib", Content={"ZipFile": zip_file()})
            api.must("PublishLayerVersion", LayerName=f"lib-{number}", Content={"ZipFile": zip_file()})
            api.must("PutFunctionEventInvokeConfig", FunctionName="one", Qualifier=f"alias-{number}",
                     MaximumRetryAttempts=0)  # fmt: skip
            api.must("CreateFunctionUrlConfig", FunctionName="one", Qualifier=f"alias-{number}", AuthType="NONE")
            api.must("CreateCodeSigningConfig", AllowedPublishers={"SigningProfileVersionArns": [
                f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/p{number}"]})  # fmt: skip
            api.must("CreateCapacityProvider", CapacityProviderName=f"provider-{number}",
                     VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": []},
                     PermissionsConfig={"CapacityProviderOperatorRoleArn": ROLE})  # fmt: skip
        for qualifier in ("2", "3"):
            api.must("PutProvisionedConcurrencyConfig", FunctionName="one", Qualifier=qualifier,
                     ProvisionedConcurrentExecutions=1)  # fmt: skip
        for name in ("one", "two", "three"):
            api.must("PutFunctionCodeSigningConfig", FunctionName=name, CodeSigningConfigArn=self.signing)
        self._progress(api)
        api.wait()

    def _publish(self, api: Api, name: str, times: int) -> None:
        for number in range(times):
            api.must("UpdateFunctionConfiguration", FunctionName=name, Timeout=10 + number)
            api.wait()
            api.must("PublishVersion", FunctionName=name)
            api.wait()

    def _progress(self, api: Api) -> None:
        """What the runner of durable executions will note; no operation does yet."""
        execution = api.resources().durable_executions[self.execution]
        for number in range(3):
            execution.note("StepStarted", api.clock.now(), {})
            started = {"StartTimestamp": api.clock.now(), "Type": "STEP", "Status": "SUCCEEDED"}
            execution.operations.append({"Id": f"operation-{number}", "Name": f"step-{number}", **started})
        add_durable_execution(api, "one", "1")


# What each list is asked of.
ASKED: dict[str, Members] = {
    "GetDurableExecutionHistory": {"DurableExecutionArn": "{execution}"},
    "GetDurableExecutionState": {"DurableExecutionArn": "{execution}", "CheckpointToken": "dG9rZW4="},
    "ListAliases": {"FunctionName": "one"},
    "ListCapacityProviders": {},
    "ListCodeSigningConfigs": {},
    "ListDurableExecutionsByFunction": {"FunctionName": "one"},
    "ListEventSourceMappings": {},
    "ListFunctionEventInvokeConfigs": {"FunctionName": "one"},
    "ListFunctionUrlConfigs": {"FunctionName": "one"},
    "ListFunctionVersionsByCapacityProvider": {"CapacityProviderName": "fleet"},
    "ListFunctions": {},
    "ListFunctionsByCodeSigningConfig": {"CodeSigningConfigArn": "{signing}"},
    "ListLayerVersions": {"LayerName": "lib"},
    "ListLayers": {},
    "ListProvisionedConcurrencyConfigs": {"FunctionName": "one"},
    "ListVersionsByFunction": {"FunctionName": "one"},
}


@pytest.fixture(scope="module")
def world(_session_api: Api) -> World:
    _session_api.begin_anew()
    return World(_session_api)


@pytest.fixture(scope="module")
def client(_session_api: Api, world: World) -> Iterator[Any]:
    """boto3 before the world, over a socket."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = HttpServer(_session_api.handle)
    port = asyncio.run_coroutine_threadsafe(server.start("127.0.0.1", 0), loop).result(5)
    yield boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="any",
    )
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_every_paginator_of_botocore_is_here():
    assert ASKED.keys() == PAGINATORS.keys()


@pytest.fixture(params=sorted(PAGINATORS))
def listing(request: pytest.FixtureRequest, client: Any, world: World) -> tuple[Any, str, Members]:
    """A paginator, the member that holds the entries, and what it is asked of."""
    operation = request.param
    asked = {name: value.format_map(vars(world)) for name, value in ASKED[operation].items()}
    return client.get_paginator(_snake(operation)), PAGINATORS[operation]["result_key"], asked


def test_pages_are_full_but_the_last_and_together_hold_everything(listing):
    paginator, key, asked = listing
    everything = next(iter(paginator.paginate(**asked)))[key]
    assert len(everything) >= 3
    assert len({json.dumps(entry, default=str, sort_keys=True) for entry in everything}) == len(everything)
    for size in (1, 2):
        pages = [page[key] for page in paginator.paginate(**asked, PaginationConfig={"PageSize": size})]
        assert len(pages) >= 2
        assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
        assert [entry for page in pages for entry in page] == everything


def test_a_list_can_be_resumed_where_it_was_left(listing):
    paginator, key, asked = listing
    begun = paginator.paginate(**asked, PaginationConfig={"MaxItems": 2, "PageSize": 1}).build_full_result()
    rest = paginator.paginate(**asked, PaginationConfig={"StartingToken": begun["NextToken"]}).build_full_result()
    everything = paginator.paginate(**asked).build_full_result()[key]
    assert [*begun[key], *rest[key]] == everything


def test_the_last_page_has_no_marker(listing):
    paginator, _, asked = listing
    assert "NextMarker" not in list(paginator.paginate(**asked, PaginationConfig={"PageSize": 2}))[-1]


@pytest.mark.parametrize("marker", ["no marker", "W10=", "e30=", "WyJhIiwgMSwgMl0=", "bnVsbA==", "W251bGxd", "ÿ"])
def test_a_marker_that_no_page_has_given_out_is_refused(client, listing, marker):
    """AWS's words are not known. Whatever it is, it is the caller's mistake."""
    paginator, _, asked = listing
    operation = paginator._model.name
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        getattr(client, _snake(operation))(**asked, Marker=marker)


def test_an_entry_that_is_deleted_between_two_pages_is_not_missed_by_the_next(client):
    for name in ("aa-1", "aa-2", "aa-3"):
        client.create_function(
            FunctionName=name, Role=ROLE, Runtime="python3.13", Handler="i.h", Code={"ZipFile": zip_file()}
        )
    first = client.list_functions(MaxItems=2)
    assert [function["FunctionName"] for function in first["Functions"]] == ["aa-1", "aa-2"]
    client.delete_function(FunctionName="aa-2")
    second = client.list_functions(MaxItems=1, Marker=first["NextMarker"])
    assert [function["FunctionName"] for function in second["Functions"]] == ["aa-3"]
    for name in ("aa-1", "aa-3"):
        client.delete_function(FunctionName=name)


def _snake(operation: str) -> str:
    return botocore.xform_name(operation)
