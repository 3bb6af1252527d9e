"""The variables that a function sees, held against the set that AWS showed."""

import base64
import json
from pathlib import Path

import pytest

from emulator.execution.variables import function_variables
from emulator.executors.executor import Places

RECORDINGS = Path(__file__).parents[4] / "shared/aws-recordings/test_lambda.snapshot.json"
TEST = "tests/aws/services/lambda_/test_lambda.py::TestLambdaBehavior::test_lambda_init_environment"


def variables(version, **places) -> dict[str, str]:
    return function_variables(version, Places(**places), "127.0.0.1:9001", "2026/11/23/[$LATEST]00")


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the published recordings are not here")
def test_the_set_is_the_recorded_one(make_version):
    recorded = json.loads(RECORDINGS.read_text())[TEST]["recorded-content"]["lambda-init-inspection"]
    expected = recorded["Payload"]["environment"]
    del expected["_X_AMZN_TRACE_ID"]  # comes with each event
    seen = variables(make_version(handler="handler.handler"))
    del expected["PYTHONPATH"]  # set by the bootstrap, for the function's own children
    assert set(seen) == set(expected)
    fixed = {name: value for name, value in expected.items() if "<" not in value}
    assert {name: seen[name] for name in fixed} == fixed


def test_variables_of_the_function_come_through(make_version):
    assert variables(make_version(variables={"Hello": "World"}))["Hello"] == "World"


def test_unreserved_variables_can_be_replaced_and_reserved_ones_cannot(make_version):
    seen = variables(make_version(variables={"TZ": "Europe/Berlin", "LAMBDA_TASK_ROOT": "/elsewhere"}))
    assert (seen["TZ"], seen["LAMBDA_TASK_ROOT"]) == ("Europe/Berlin", "/var/task")


def test_an_os_only_runtime_has_no_execution_env(make_version):
    seen = variables(make_version(runtime="provided.al2023"))
    assert "AWS_EXECUTION_ENV" not in seen
    assert "LC_CTYPE" not in seen


def test_advanced_logging_sets_its_variables(make_version):
    assert "AWS_LAMBDA_LOG_FORMAT" not in variables(make_version())
    seen = variables(make_version(log_format="JSON", application_log_level="DEBUG"))
    assert (seen["AWS_LAMBDA_LOG_FORMAT"], seen["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "DEBUG")


def test_the_access_key_bears_the_account(make_version):
    key = variables(make_version())["AWS_ACCESS_KEY_ID"]
    number = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    assert (key[:4], len(key)) == ("ASIA", 20)
    assert (number & 0x7FFFFFFFFF80) >> 7 == 123456789012


def test_places_of_a_bare_host_are_told(make_version):
    seen = variables(make_version(), task_root="/x/code", layers="/x/opt")
    assert seen["LAMBDA_TASK_ROOT"] == seen["PWD"] == "/x/code"
    assert seen["PATH"].endswith(":/x/opt/bin")


def test_node_looks_for_packages_in_layers_and_beside_the_runtime(make_version):
    node = make_version(runtime="nodejs22.x")
    assert variables(node)["NODE_PATH"] == (
        "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
    )
    assert variables(node, layers="/x/opt")["NODE_PATH"].startswith("/x/opt/nodejs/node22/node_modules:/x/opt/")
    assert variables(make_version(runtime="nodejs22.x", variables={"NODE_PATH": "/a"}))["NODE_PATH"] == "/a"
    assert "NODE_PATH" not in variables(make_version())
