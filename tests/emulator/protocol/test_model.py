"""What is read from botocore's model file."""

import subprocess
import sys

import pytest

from emulator.errors import EmulatorError
from emulator.protocol.model import load_model


def test_all_operations_are_there(model, botocore_model):
    assert sorted(model.operations) == sorted(botocore_model.operation_names)
    assert len(model.operations) == 91


def test_an_operation_has_its_request_line_and_shapes(model):
    operation = model.operations["ListProvisionedConcurrencyConfigs"]
    assert operation.method == "GET"
    assert operation.path == "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
    assert operation.fixed_query == {"List": "ALL"}
    assert operation.status == 200
    assert operation.input == "ListProvisionedConcurrencyConfigsRequest"
    assert "ResourceNotFoundException" in operation.errors
    assert model.operations["CreateFunction"].status == 201
    assert model.operations["TagResource"].output is None


@pytest.mark.parametrize(
    ("name", "status", "key", "fault"),
    [
        ("ResourceNotFoundException", 404, "Message", False),
        ("InvalidParameterValueException", 400, "message", False),
        ("TooManyRequestsException", 429, "message", False),
        ("ServiceException", 500, "Message", True),
        ("EC2AccessDeniedException", 502, "Message", True),
        ("ServiceQuotaExceededException", 402, "Message", False),
    ],
)
def test_an_error_has_its_status_and_the_spelling_of_its_message(model, name, status, key, fault):
    error = model.error(name)
    assert (error.status, error.message_key, error.fault) == (status, key, fault)


def test_an_error_says_which_of_its_members_are_headers(model):
    assert model.error("TooManyRequestsException").headers == {"retryAfterSeconds": "Retry-After"}


@pytest.mark.parametrize("name", ["ValidationException", "SerializationException", "Runtime"])
def test_what_is_no_error_of_the_model_is_none(model, name):
    assert model.error(name) is None


def test_it_loads_without_importing_botocore():
    """Which takes ten times as long as all the rest: a start of the server is a matter of some 60 ms."""
    code = (
        "import sys; from emulator.protocol.model import load_model; load_model();"
        "print(*(name for name in sys.modules if name.partition('.')[0] == 'botocore'))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], timeout=60, text=True) == "\n"


def test_it_is_loaded_once():
    assert load_model() is load_model()


def test_without_botocore_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EmulatorError, match="pip install botocore"):
        load_model.__wrapped__()
