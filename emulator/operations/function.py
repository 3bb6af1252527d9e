"""CreateFunction, GetFunction, DeleteFunction, ListFunctions, ListFunctionsByCodeSigningConfig."""

import asyncio
import re

from emulator import arn, quotas
from emulator.errors import InvalidParameterValueException, ResourceConflictException
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.code_signing import find_config, find_config_by_arn, refuse_untrusted
from emulator.operations.configuration import check_configuration, read_configuration
from emulator.operations.dependencies import Found, look_up
from emulator.operations.package import read_package, refuse_oversized_package
from emulator.operations.pages import page
from emulator.operations.publishing import publish, refuse_publication, refuse_publish_to
from emulator.operations.settling import settle_later
from emulator.operations.tag import check_tags
from emulator.operations.target import find_function, find_version, read_target, resources_of
from emulator.resources.code import CodePackage
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion
from emulator.resources.store import RegionResources

_ALIAS_NAME = re.compile(r"(?!\d+$)[a-zA-Z0-9-_]+")


def create_function(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Create a function, and with Publish its version 1. It is Pending until it has settled."""
    refuse_oversized_package(members["Code"])
    target = read_target(call, members["FunctionName"])
    if len(target.name) > quotas.FUNCTION_NAME_LENGTH:
        raise InvalidParameterValueException.too_long_function_name(target.name, quotas.FUNCTION_NAME_LENGTH)
    refuse_publish_to(members, managed="CapacityProviderConfig" in members)
    check_configuration(members)
    _check_package_type(members)
    check_tags(members.get("Tags", {}))
    _refuse_taken(call, target.name)
    signing = _read_code_signing(call, target.name, members)
    question = look_up(call, members, members["Code"])
    return answer_after(question, lambda found: _create(call, target.name, signing, members, found or Found()))


def _refuse_taken(call: Call, name: str) -> None:
    if name in call.resources.functions:
        raise ResourceConflictException.function_exists(name)


def _create(call: Call, name: str, signing: str | None, members: Members, found: Found) -> Members:
    _refuse_taken(call, name)
    function = Function(
        _new_version(call, name, found.completed(members), found.package),
        tags=dict(members.get("Tags", {})),
        code_signing_config_arn=signing,
        last_number=call.resources.used_numbers.get(name, 0),
    )
    if members.get("Publish"):
        refuse_publication(call, function, members, 2 * function.latest.code.size)
    call.resources.functions[name] = function
    settle_later(call, function, function.latest)
    if not members.get("Publish"):
        return function.latest.describe()
    published = publish(call, function, members, Condition.CREATING)
    # The version, under the unqualified ARN [rec: test_publish_version_on_create, 2025-11-25].
    return published.describe()


def _check_package_type(members: Members) -> None:
    if members.get("PackageType", "Zip") == "Image":
        if {"Runtime", "Handler", "Layers"} & members.keys():
            raise InvalidParameterValueException.refused_for_image()
        if not members["Code"].get("ImageUri"):
            raise InvalidParameterValueException.no_source()
    elif members["Code"].get("ImageUri") or "ImageConfig" in members:
        raise InvalidParameterValueException.refused_for_zip()
    elif not {"Runtime", "Handler"} <= members.keys():
        raise InvalidParameterValueException.runtime_and_handler()


def _read_code_signing(call: Call, name: str, members: Members) -> str | None:
    if not members.get("CodeSigningConfigArn"):
        return None
    config = find_config(call, members["CodeSigningConfigArn"], members.get("PackageType", "Zip"))
    refuse_untrusted(call, config.arn, name)
    return config.arn


def _new_version(call: Call, name: str, members: Members, stored: CodePackage | None) -> FunctionVersion:
    blank = FunctionVersion(
        account_id=call.account_id,
        region=call.region,
        name=name,
        version=arn.LATEST,
        role=members["Role"],
        runtime=None,
        handler=None,
        code=CodePackage(b"", "", 0),
        architectures=list(members.get("Architectures", ["x86_64"])),
        log_group=f"/aws/lambda/{name}",
    )
    changes = read_configuration(call, members, blank)
    layers_size = sum(layer.code.unzipped_size for layer in changes.get("layers", ()))
    changes |= read_package(call, members["Code"], layers_size, stored)
    return blank.derive(call.clock.now(), Condition.CREATING, changes)


def get_function(call: Call, members: Members) -> Members:
    """A version's configuration, a link to its code, and the function's tags and reserved concurrency."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function, version = find_version(call, target)
    answer: Members = {
        "Configuration": version.describe(target.qualifier),
        "Code": _describe_code(call, version),
    }
    if function.tags:  # absent when the last one is gone [rec: test_tag_lifecycle, 2025-11-25]
        answer["Tags"] = dict(function.tags)
    if function.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved_concurrency}
    return answer


def _describe_code(call: Call, version: FunctionVersion) -> Members:
    if version.image is not None:
        return {
            "RepositoryType": "ECR",
            "ImageUri": version.image.uri,
            "ResolvedImageUri": version.image.resolved_uri,
        }
    location = call.resources.code_links.link(call.base_url, version.code, call.clock.now())
    return {"RepositoryType": "S3", "Location": location}


def delete_function(call: Call, members: Members) -> Members:
    """Delete a function with all its versions and aliases, or the one version that the qualifier names.

    What is configured for them goes too, event source mappings stay [model]. What runs goes on to its end.
    """
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    # By its form alone, before anything is looked up [rec: test_function_name_and_qualifier_validation, 2024-08-22].
    if target.qualifier and _ALIAS_NAME.fullmatch(target.qualifier):
        raise InvalidParameterValueException.alias_deletion()
    function = find_function(call, target)
    if target.qualifier == arn.LATEST:
        raise InvalidParameterValueException.latest_deletion()
    if target.qualifier is None:
        _delete_all(call, resources_of(call, target), function)
    else:
        _delete_version(call, function, target.qualifier)
    return {"StatusCode": 204}


def _delete_all(call: Call, resources: RegionResources, function: Function) -> None:
    del resources.functions[function.name]
    if function.last_number:
        resources.used_numbers[function.name] = function.last_number
    function.deleted = True
    for qualifier in function.provisioned:
        call.dispatcher.release(function.arn(qualifier))
    for version in {version.key: version for version in (function.running, *function.all_versions())}.values():
        call.dispatcher.retire(version.key)


def _delete_version(call: Call, function: Function, number: str) -> None:
    aliases = [alias.name for alias in function.aliases_of(number)]
    if aliases:
        raise ResourceConflictException.version_referenced(aliases)
    # One that does not exist is as good as deleted [rec: test_delete_on_nonexisting_version, 2025-11-25].
    version = function.versions.pop(number, None)
    if version is not None:
        function.forget(number)
        call.dispatcher.release(function.arn(number))
        call.dispatcher.retire(version.key)


def list_functions(call: Call, members: Members) -> Members:
    """`$LATEST` of every function, by name; with FunctionVersion=ALL every version of each, under its own ARN."""
    if members.get("MasterRegion", "ALL") not in ("ALL", call.region):
        return {"Functions": []}  # replicas for Lambda@Edge, of which there are none
    every = members.get("FunctionVersion") == "ALL"
    versions = [
        version
        for _, function in sorted(call.resources.functions.items())
        for version in (function.all_versions() if every else [function.latest])
    ]
    shown, more = page(versions, _place, members, quotas.FUNCTIONS_PER_PAGE)
    return {"Functions": [version.describe_listed(version.version if every else None) for version in shown], **more}


def list_functions_by_code_signing_config(call: Call, members: Members) -> Members:
    """The functions that have a code signing configuration, by name, as unqualified ARNs."""
    config = find_config_by_arn(call, members["CodeSigningConfigArn"])
    functions = [
        function
        for _, function in sorted(call.resources.functions.items())
        if function.code_signing_config_arn == config.arn
    ]
    shown, more = page(functions, lambda function: (function.name,), members, quotas.CODE_SIGNING_PER_PAGE)
    return {"FunctionArns": [function.arn() for function in shown], **more}


def _place(version: FunctionVersion) -> tuple[str, int]:
    return version.name, version.place
