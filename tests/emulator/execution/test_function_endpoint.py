"""Which endpoint functions are told, if any."""

import pytest

from emulator.execution.function_endpoint import FunctionEndpoint
from emulator.execution.variables import extension_variables, function_variables
from emulator.executors.executor import Places

IN_PROCESS, IN_CONTAINER = "127.0.0.1:9001", "172.17.0.1:9001"


def endpoint(setting: str | None, host: str = "127.0.0.1") -> FunctionEndpoint:
    made = FunctionEndpoint(setting, host)
    made.port = 4566
    return made


def test_none_is_told_unless_it_is_asked_for():
    assert endpoint(None).variables(IN_PROCESS) == {}


@pytest.mark.parametrize(
    ("setting", "host", "runtime_api", "url"),
    [
        ("https://aws.example.com/x", "127.0.0.1", IN_PROCESS, "https://aws.example.com/x"),
        ("self", "127.0.0.1", IN_PROCESS, "http://127.0.0.1:4566"),
        ("self", "0.0.0.0", IN_PROCESS, "http://127.0.0.1:4566"),
        ("self", "0.0.0.0", IN_CONTAINER, "http://172.17.0.1:4566"),
        ("self", "192.168.7.7", IN_PROCESS, "http://192.168.7.7:4566"),
        ("self", "::1", IN_PROCESS, "http://[::1]:4566"),
    ],
)
def test_a_url_is_told_as_it_is_and_self_as_the_function_reaches_it(setting, host, runtime_api, url):
    assert endpoint(setting, host).variables(runtime_api) == {"AWS_ENDPOINT_URL": url}


def test_extensions_have_it_too_and_what_the_function_brings_counts(make_version):
    services = endpoint("self").variables(IN_PROCESS)
    assert function_variables(make_version(), Places(), IN_PROCESS, "", services=services).items() >= services.items()
    assert extension_variables(make_version(), Places(), IN_PROCESS, services=services).items() >= services.items()
    own = make_version(variables={"AWS_ENDPOINT_URL": "http://own"})
    assert function_variables(own, Places(), IN_PROCESS, "", services=services)["AWS_ENDPOINT_URL"] == "http://own"


def test_that_containers_do_not_reach_a_loopback_address_is_told():
    assert "--host is 127.0.0.1" in endpoint("self").remark("docker")
    assert "--host is 127.0.0.1" in endpoint("self").remark("auto")
    for silent in (endpoint("self", "0.0.0.0"), endpoint("http://elsewhere"), endpoint(None)):
        assert silent.remark("docker") == ""
    assert endpoint("self").remark("process") == ""
