"""PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig, Get…, Delete…, ListFunctionEventInvokeConfigs."""

import asyncio
from collections.abc import Mapping
from typing import Any

from emulator import arn, quotas
from emulator.errors import InvalidParameterValueException, ResourceNotFoundException
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.destination import ask_for_destinations, check_destination, check_destination_services
from emulator.operations.pages import page
from emulator.operations.target import Target, read_target
from emulator.resources.event_invoke_config import EventInvokeConfig
from emulator.resources.function import Function

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def put_function_event_invoke_config(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Say how asynchronous invocations of `$LATEST`, a version or an alias are handled. What is not said is removed."""

    def put() -> Members:
        target, qualifier, function = _find_written(call, members)
        config = EventInvokeConfig(target.arn(qualifier), call.clock.now())
        _configure(config, members)
        function.event_invoke_configs[qualifier] = config
        return config.describe()

    _check_destinations(call, members)
    return answer_after(ask_for_destinations(call, members.get("DestinationConfig", {})), lambda _: put())


def update_function_event_invoke_config(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Change what is said and keep the rest."""

    def update() -> Members:
        config = _find_changed(call, members)
        _configure(config, members)
        config.last_modified = call.clock.now()
        return config.describe()

    _find_changed(call, members)
    _check_destinations(call, members)
    return answer_after(ask_for_destinations(call, members.get("DestinationConfig", {})), lambda _: update())


def get_function_event_invoke_config(call: Call, members: Members) -> Members:
    """The settings of `$LATEST`, of a version or of an alias."""
    function, qualifier = _find_configured(call, members)
    return function.event_invoke_configs[qualifier].describe()


def delete_function_event_invoke_config(call: Call, members: Members) -> Members:
    """Take the settings away."""
    function, qualifier = _find_configured(call, members)
    del function.event_invoke_configs[qualifier]
    return {}


def list_function_event_invoke_configs(call: Call, members: Members) -> Members:
    """The settings of a function with all its versions and aliases; their order on AWS is not known."""
    target = read_target(call, members["FunctionName"])
    function = call.resources.functions.get(target.name)
    if function is None:
        raise ResourceNotFoundException.invoked_function()
    configs = sorted(function.event_invoke_configs.values(), key=_place)
    shown, more = page(configs, _place, members, quotas.CONFIGS_PER_PAGE)
    return {"FunctionEventInvokeConfigs": [config.describe() for config in shown], **more}


def _place(config: EventInvokeConfig) -> tuple[str]:
    return (config.function_arn,)


def _find_written(call: Call, members: Mapping[str, Any]) -> tuple[Target, str, Function]:
    # Before the function is looked up [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25, for Put].
    if not any(setting in members for setting in _SETTINGS):
        raise InvalidParameterValueException.no_event_invoke_setting()
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function = call.resources.functions.get(target.name)
    if function is None or function.find(target.qualifier) is None:
        raise ResourceNotFoundException.invoked_function()
    return target, target.qualifier or arn.LATEST, function


def _find_configured(call: Call, members: Members) -> tuple[Function, str]:
    """The function and the qualifier, where there is a config. AWS does not tell what is missing, if something is."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    qualifier = target.qualifier or arn.LATEST
    function = call.resources.functions.get(target.name)
    if function is None or qualifier not in function.event_invoke_configs:
        raise ResourceNotFoundException.event_invoke_config(target.arn(qualifier))
    return function, qualifier


def _find_changed(call: Call, members: Members) -> EventInvokeConfig:
    target, qualifier, function = _find_written(call, members)
    config = function.event_invoke_configs.get(qualifier)
    if config is None:
        raise ResourceNotFoundException.event_invoke_config(target.arn(qualifier))
    return config


def _check_destinations(call: Call, members: Mapping[str, Any]) -> None:
    target, _, _ = _find_written(call, members)
    config = members.get("DestinationConfig", {})
    check_destination_services(config)
    for side in ("OnSuccess", "OnFailure"):
        check_destination(call, config.get(side, {}).get("Destination"), target.name)


def _configure(config: EventInvokeConfig, members: Mapping[str, Any]) -> None:
    given = members.get("DestinationConfig", {})
    # An empty text is no destination [model: DestinationArn allows it].
    if "OnSuccess" in given:
        config.on_success = given["OnSuccess"].get("Destination") or None
    if "OnFailure" in given:
        config.on_failure = given["OnFailure"].get("Destination") or None
    config.maximum_retry_attempts = members.get("MaximumRetryAttempts", config.maximum_retry_attempts)
    config.maximum_event_age = members.get("MaximumEventAgeInSeconds", config.maximum_event_age)
