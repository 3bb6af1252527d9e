"""Layers as callers name them: by name, by ARN, and in the `Layers` member of a function."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator import arn, quotas
from emulator.errors import AccessDeniedException, InvalidParameterValueException, ResourceNotFoundException
from emulator.operations.call import Call
from emulator.resources.function import LayerReference
from emulator.resources.layer import Layer, LayerVersion

GET_LAYER_VERSION = "lambda:GetLayerVersion"


@dataclass(slots=True, frozen=True)
class LayerTarget:
    """A layer of this region, of the caller's account or of another one."""

    account_id: str
    region: str
    name: str

    def arn(self, version: int | None = None) -> str:
        """The ARN of the layer, or of one of its versions."""
        return arn.layer_arn(self.region, self.account_id, self.name, version)


def read_layer(call: Call, layer_name: str) -> LayerTarget:
    """What `LayerName` names. Raises ResourceNotFoundException for another region."""
    named = arn.parse_layer(layer_name)
    if named is None:  # the model's pattern lets nothing through that cannot be read
        raise ResourceNotFoundException.requested()
    if named.region not in (None, call.region):
        raise ResourceNotFoundException.layer_of_other_region(str(named.region), call.region)
    return LayerTarget(named.account_id or call.account_id, call.region, named.name)


def read_own_layer(call: Call, layer_name: str) -> LayerTarget:
    """Like `read_layer`, for operations that are the owner's alone.

    Raises AccessDeniedException for a layer of another account, whether it exists or not: policies of layer versions
    cannot allow anything but GetLayerVersion [model: LayerPermissionAllowedAction].
    """
    target = read_layer(call, layer_name)
    if target.account_id != call.account_id:
        raise denied(call, f"lambda:{call.operation}", target.arn())
    return target


def find_layer(call: Call, target: LayerTarget) -> Layer | None:
    """The layer, None if nobody has published it."""
    own = target.account_id == call.account_id
    resources = call.resources if own else call.resources.of_account(target.account_id)
    return resources.layers.get(target.name) if resources is not None else None


def find_layer_version(call: Call, target: LayerTarget, number: int) -> LayerVersion | None:
    """The layer version, None if it is not there.

    Raises AccessDeniedException for one of another account whose policy does not let the caller in, or which is not
    there: AWS does not tell these apart [issues: aws-amplify/amplify-cli#8898, 2023].
    """
    layer = find_layer(call, target)
    found = layer.versions.get(number) if layer is not None else None
    if target.account_id == call.account_id:
        return found
    if found is None or found.policy is None or not found.policy.allows(call.account_id, GET_LAYER_VERSION):
        raise denied(call, GET_LAYER_VERSION, target.arn(number))
    return found


def denied(call: Call, action: str, resource: str) -> AccessDeniedException:
    """What a caller without permission is told. It is the account's root user, as callers have no other identity."""
    caller = arn.account_root_arn(call.partition, call.account_id)
    return AccessDeniedException.no_resource_policy(caller, action, resource)


def read_layers(call: Call, arns: Sequence[str]) -> tuple[LayerReference, ...]:
    """The layer versions that `arns` name, in their order, with what they hold.

    Raises InvalidParameterValueException, in AWS's words, for more than five, for another region, for a layer that is
    named twice, for one that does not exist, and if they are too large together; AccessDeniedException for one of
    another account that does not let the caller in.
    """
    if len(arns) > quotas.LAYERS:
        raise InvalidParameterValueException.too_many_layers(quotas.LAYERS)
    if any(_region(arn) not in ("", call.region) for arn in arns):  # AWS's own layers have no region
        raise InvalidParameterValueException.layer_region(call.region)
    _refuse_twice(arns)
    layers = tuple(_refer(call, arn) for arn in arns)
    if sum(layer.code.unzipped_size for layer in layers) > quotas.CODE_SIZE_UNZIPPED:
        raise InvalidParameterValueException.layers_size(quotas.CODE_SIZE_UNZIPPED)
    return layers


def _region(layer_version_arn: str) -> str:
    return layer_version_arn.split(":")[3]


def _refuse_twice(arns: Sequence[str]) -> None:
    # The first two that clash are named, in the order of the request [rec: test_layer_function_exceptions, 2025-11-25].
    first_of: dict[str, str] = {}
    for arn_of_version in arns:
        layer = arn_of_version.rpartition(":")[0]
        if layer in first_of:
            raise InvalidParameterValueException.same_layer_twice(first_of[layer], arn_of_version)
        first_of[layer] = arn_of_version


def _refer(call: Call, arn_of_version: str) -> LayerReference:
    named = arn.parse_layer(arn_of_version)
    found = None
    if named is not None and named.version is not None:  # AWS's own layers cannot be had here
        found = find_layer_version(call, read_layer(call, arn_of_version), named.version)
    if found is None:
        raise InvalidParameterValueException.missing_layer(arn_of_version)
    return LayerReference(found.arn, found.code)
