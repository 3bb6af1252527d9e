"""PutFunctionCodeSigningConfig, GetFunctionCodeSigningConfig, DeleteFunctionCodeSigningConfig."""

from emulator.operations.call import Call, Members
from emulator.operations.code_signing import find_config, refuse_image
from emulator.operations.target import find_function, read_target
from emulator.resources.function import Function


def put_function_code_signing_config(call: Call, members: Members) -> Members:
    """Say which code signing configuration a function has. It counts from the next deployment on [model]."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    config = find_config(call, members["CodeSigningConfigArn"], function.latest.package_type)
    function.code_signing_config_arn = config.arn
    return _describe(function)


def get_function_code_signing_config(call: Call, members: Members) -> Members:
    """The code signing configuration of a function.

    Without one, the answer is a success that lacks the ARN: infrastructure tools read it so. Whether AWS names the
    function then is not known.
    """
    function = find_function(call, read_target(call, members["FunctionName"]))
    refuse_image(function.latest.package_type)
    return _describe(function)


def delete_function_code_signing_config(call: Call, members: Members) -> Members:
    """Take the code signing configuration away from a function, if it has one."""
    function = find_function(call, read_target(call, members["FunctionName"]))
    refuse_image(function.latest.package_type)
    function.code_signing_config_arn = None
    return {}


def _describe(function: Function) -> Members:
    """The function under its bare name [rec: test_function_code_signing_config, 2025-11-25]."""
    return {"CodeSigningConfigArn": function.code_signing_config_arn, "FunctionName": function.name}
