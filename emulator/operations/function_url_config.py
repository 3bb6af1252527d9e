"""CreateFunctionUrlConfig, GetFunctionUrlConfig, UpdateFunctionUrlConfig, DeleteFunctionUrlConfig, List….

Requests to the URLs are answered by `emulator.function_urls`.
"""

from emulator import quotas
from emulator.errors import InvalidParameterValueException, ResourceConflictException, ResourceNotFoundException
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.target import Target, read_target
from emulator.resources.function import Function
from emulator.resources.function_url import FunctionUrl


def create_function_url_config(call: Call, members: Members) -> Members:
    """Give `$LATEST` or an alias a URL. Versions have none: the model's patterns let no number through."""
    target, function = _find_written(call, members)
    if target.qualifier in function.urls:
        raise ResourceConflictException.url_exists(target.arn(target.qualifier))
    if function.latest.tenancy_config is not None:
        raise InvalidParameterValueException.isolated_tenants("Function URLs")
    moment = call.clock.now()
    url = FunctionUrl(
        function_arn=target.arn(target.qualifier),
        region=call.region,
        auth_type=members["AuthType"],
        created=moment,
        modified=moment,
        cors=members.get("Cors") or None,
        invoke_mode=members.get("InvokeMode"),
    )
    function.urls[target.qualifier] = url
    return url.describe_created()


def update_function_url_config(call: Call, members: Members) -> Members:
    """Change what is given and keep the rest [rec: test_lambda_update_function_url_config, 2025-11-24].

    Cors is replaced as a whole; an empty one takes it away. Neither is evidenced.
    """
    target, function = _find_written(call, members)
    url = function.urls.get(target.qualifier)
    if url is None:
        raise ResourceNotFoundException.requested()
    url.auth_type = members.get("AuthType", url.auth_type)
    url.invoke_mode = members.get("InvokeMode", url.invoke_mode)
    if "Cors" in members:
        url.cors = members["Cors"] or None
    url.modified = call.clock.now()
    return url.describe_updated()


def get_function_url_config(call: Call, members: Members) -> Members:
    """The URL of `$LATEST` or of an alias."""
    function, qualifier = _find_configured(call, members)
    return function.urls[qualifier].describe()


def delete_function_url_config(call: Call, members: Members) -> Members:
    """Take a URL away for good. Without a qualifier it is that of `$LATEST` alone; aliases keep theirs.

    [rec: test_url_config_deletion_without_qualifier, 2025-11-25]. A qualifier that contradicts the name makes AWS fail
    [rec: test_url_config_exceptions]; here it is refused as by the operations beside this one.
    """
    function, qualifier = _find_configured(call, members)
    del function.urls[qualifier]
    return {}


def list_function_url_configs(call: Call, members: Members) -> Members:
    """The URLs of a function, by ARN.

    What AWS says of a missing function is not known; here it is what is said when one is written.
    """
    target = read_target(call, members["FunctionName"])
    function = call.resources.functions.get(target.name)
    if function is None:
        raise ResourceNotFoundException.url_function()
    urls = sorted(function.urls.values(), key=_place)
    shown, more = page(urls, _place, members, quotas.CONFIGS_PER_PAGE)
    return {"FunctionUrlConfigs": [url.describe() for url in shown], **more}


def _place(url: FunctionUrl) -> tuple[str]:
    return (url.function_arn,)


def _find_written(call: Call, members: Members) -> tuple[Target, Function]:
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function = call.resources.functions.get(target.name)
    if function is None or function.find(target.qualifier) is None:
        raise ResourceNotFoundException.url_function()
    return target, function


def _find_configured(call: Call, members: Members) -> tuple[Function, str | None]:
    """The function and the alias, where there is a URL. AWS does not tell what is missing, if something is."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function = call.resources.functions.get(target.name)
    if function is None or target.qualifier not in function.urls:
        raise ResourceNotFoundException.requested()
    return function, target.qualifier
