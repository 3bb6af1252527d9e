"""PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, DeleteLayerVersion, ListLayerVersions."""

import asyncio
from collections.abc import Mapping
from typing import Any

from emulator import arn, quotas
from emulator.errors import (
    CodeStorageExceededException,
    InvalidParameterValueException,
    ResourceNotFoundException,
)
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.layers import LayerTarget, find_layer, find_layer_version, read_layer, read_own_layer
from emulator.operations.pages import page
from emulator.operations.stored_package import fetch_package, location_of
from emulator.resources.code import CodePackage, refuse_oversized_content, refuse_oversized_zip, zip_package
from emulator.resources.layer import Layer, LayerVersion


def publish_layer_version(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Publish a layer, or a new version of one, even if nothing in it is new [rec: test_layer_lifecycle]."""
    refuse_oversized_zip(members["Content"].get("ZipFile"))
    target = read_own_layer(call, members["LayerName"])
    location = location_of(call, members["Content"])
    question = fetch_package(call, location) if location is not None else None
    return answer_after(question, lambda stored: _publish(call, target, members, stored))


def _publish(call: Call, target: LayerTarget, members: Members, stored: CodePackage | None) -> Members:
    code = _read_content(members["Content"], stored)
    if call.resources.total_code_size() + code.size > quotas.TOTAL_CODE_SIZE:
        raise CodeStorageExceededException.limit()
    layer = call.resources.layers.setdefault(target.name, Layer(target.name))
    version = LayerVersion(
        account_id=target.account_id,
        region=target.region,
        layer_name=target.name,
        number=layer.next_number(),
        code=code,
        created=call.clock.now(),
        description=members.get("Description", ""),
        license_info=members.get("LicenseInfo"),
        compatible_runtimes=members.get("CompatibleRuntimes"),
        compatible_architectures=members.get("CompatibleArchitectures"),
    )
    layer.add(version)
    return _describe(call, version)


def _read_content(content: Mapping[str, Any], stored: CodePackage | None) -> CodePackage:
    """The package that `Content` holds, or that S3 had (`stored`)."""
    if "ZipFile" in content and "S3Bucket" in content:
        raise InvalidParameterValueException.several_layer_sources()
    if stored is not None:
        refuse_oversized_content(stored)
        return stored
    if "ZipFile" not in content:
        raise InvalidParameterValueException.no_layer_source()
    # In the words for functions, which AWS uses for the size at least [issues: agutoli/serverless-layers#138, 2023].
    return zip_package(content["ZipFile"])


def get_layer_version(call: Call, members: Members) -> Members:
    """A layer version, with a link to its content; another account's too, if its policy says so."""
    _refuse_number(members["VersionNumber"])
    target = read_layer(call, members["LayerName"])
    return _answer(call, find_layer_version(call, target, members["VersionNumber"]))


def get_layer_version_by_arn(call: Call, members: Members) -> Members:
    """The same, by the ARN of the version."""
    named = arn.parse_layer(members["Arn"])
    if named is None or named.version is None:  # one of AWS's own layers, of which there are none here
        raise ResourceNotFoundException.requested()
    return _answer(call, find_layer_version(call, read_layer(call, members["Arn"]), named.version))


def delete_layer_version(call: Call, members: Members) -> Members:
    """Delete a layer version; functions keep it, and its number is not given again [rec: test_layer_lifecycle].

    One that is not there is as good as deleted [rec: test_layer_exceptions, 2026-01-12].
    """
    _refuse_number(members["VersionNumber"])
    layer = find_layer(call, read_own_layer(call, members["LayerName"]))
    if layer is not None:
        layer.versions.pop(members["VersionNumber"], None)
    return {}


def list_layer_versions(call: Call, members: Members) -> Members:
    """The versions of a layer that fit, newest first; none of a layer that is not there [rec: test_layer_exceptions].

    Not for other accounts, whatever the policies say [issues: bakdata/aws-lambda-r-runtime#49, 2020].
    """
    layer = find_layer(call, read_own_layer(call, members["LayerName"]))
    fitting = layer.newest(members.get("CompatibleRuntime"), members.get("CompatibleArchitecture")) if layer else []
    shown, more = page(fitting, _place, members, quotas.LAYERS_PER_PAGE)
    return {"LayerVersions": [version.describe_listed() for version in shown], **more}


def _place(version: LayerVersion) -> tuple[int]:
    return (-version.number,)


def _refuse_number(number: int) -> None:
    # Before anything is looked up [rec: test_layer_exceptions, 2026-01-12].
    if number < 1:
        raise InvalidParameterValueException.layer_version_number()


def _answer(call: Call, version: LayerVersion | None) -> Members:
    if version is None:
        raise ResourceNotFoundException.requested()
    return _describe(call, version)


def _describe(call: Call, version: LayerVersion) -> Members:
    return version.describe(call.resources.code_links.link(call.base_url, version.code, call.clock.now()))
