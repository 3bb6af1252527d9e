"""boto3's waiters, all that botocore has for Lambda, each for something that really comes about, and for something that
does not."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore
import botocore.loaders
import pytest
from botocore.exceptions import WaiterError

from parity.targets import Emulator
from tests.emulator.model_wide.valid_inputs import ROLE, zip_file

WAITERS = sorted(botocore.loaders.Loader().load_service_model("lambda", "waiters-2")["waiters"])
PATIENT = {"Delay": 0.05, "MaxAttempts": 400}
IMPATIENT = {"Delay": 0.01, "MaxAttempts": 3}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with Emulator(arguments=("--settle-seconds", "0.2")) as emulator:
        yield boto3.client(
            "lambda",
            endpoint_url=emulator.url,
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="any",
        )


def create(client: Any, name: str) -> None:
    client.create_function(
        FunctionName=name, Role=ROLE, Runtime="python3.13", Handler="index.handler", Code={"ZipFile": zip_file()}
    )


def _wait_for_creation(client: Any, waiter: Any, name: str) -> None:
    create(client, name)
    waiter.wait(FunctionName=name, WaiterConfig=PATIENT)
    assert client.get_function(FunctionName=name)["Configuration"]["State"] == "Active"


def _wait_for_existence(client: Any, waiter: Any, name: str) -> None:
    created = threading.Timer(0.1, create, (client, name))
    created.start()
    waiter.wait(FunctionName=name, WaiterConfig=PATIENT)
    created.join()
    assert client.get_function(FunctionName=name)["Configuration"]["FunctionName"] == name


def _wait_for_update(client: Any, waiter: Any, name: str) -> None:
    _wait_for_creation(client, client.get_waiter("function_active_v2"), name)
    answer = client.update_function_configuration(FunctionName=name, Timeout=7)
    assert answer["LastUpdateStatus"] == "InProgress"
    waiter.wait(FunctionName=name, WaiterConfig=PATIENT)
    assert client.get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "Successful"


def _wait_for_version(client: Any, waiter: Any, name: str) -> None:
    _wait_for_creation(client, client.get_waiter("function_active_v2"), name)
    version = client.update_function_code(FunctionName=name, ZipFile=zip_file("x = 1"), Publish=True)
    assert version["State"] == "Pending"
    waiter.wait(FunctionName=name, Qualifier=version["Version"], WaiterConfig=PATIENT)
    got = client.get_function_configuration(FunctionName=name, Qualifier=version["Version"])
    assert got["State"] == "Active"


COMES_ABOUT: dict[str, Callable[[Any, Any, str], None]] = {
    "FunctionActive": _wait_for_creation,
    "FunctionActiveV2": _wait_for_creation,
    "FunctionExists": _wait_for_existence,
    "FunctionUpdated": _wait_for_update,
    "FunctionUpdatedV2": _wait_for_update,
    "PublishedVersionActive": _wait_for_version,
}


def test_every_waiter_of_botocore_is_here():
    assert sorted(COMES_ABOUT) == WAITERS


@pytest.mark.parametrize("waiter", WAITERS)
def test_what_comes_about(client: Any, waiter: str):
    COMES_ABOUT[waiter](client, client.get_waiter(botocore.xform_name(waiter)), f"waited-for-{waiter}")


@pytest.mark.parametrize("waiter", WAITERS)
def test_what_does_not(client: Any, waiter: str):
    qualifier = {"Qualifier": "1"} if waiter == "PublishedVersionActive" else {}
    with pytest.raises(WaiterError):
        client.get_waiter(botocore.xform_name(waiter)).wait(FunctionName="nobody", **qualifier, WaiterConfig=IMPATIENT)
