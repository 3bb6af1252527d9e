"""The `Layers` member of a function: which layer versions it may use."""

from collections.abc import Sequence

from emulator import quotas
from emulator.errors import InvalidParameterValueException
from emulator.operations.call import Call
from emulator.resources.function import LayerReference
from emulator.resources.layer import LayerVersion


def read_layers(call: Call, arns: Sequence[str]) -> tuple[LayerReference, ...]:
    """The layer versions that `arns` name, in their order.

    Raises InvalidParameterValueException, in AWS's words, for more than five, for another region, for a layer that is
    named twice, and for one that does not exist.
    """
    if len(arns) > quotas.LAYERS:
        raise InvalidParameterValueException.too_many_layers(quotas.LAYERS)
    if any(_region(arn) not in ("", call.region) for arn in arns):  # AWS's own layers have no region
        raise InvalidParameterValueException.layer_region(call.region)
    _refuse_twice(arns)
    return tuple(_refer(call, arn) for arn in arns)


def _region(layer_version_arn: str) -> str:
    return layer_version_arn.split(":")[3]


def _refuse_twice(arns: Sequence[str]) -> None:
    # The first two that clash are named, in the order of the request [rec: test_layer_function_exceptions, 2025-11-25].
    first_of: dict[str, str] = {}
    for arn in arns:
        layer = arn.rpartition(":")[0]
        if layer in first_of:
            raise InvalidParameterValueException.same_layer_twice(first_of[layer], arn)
        first_of[layer] = arn


def _refer(call: Call, arn: str) -> LayerReference:
    found = _find(call, arn)
    if found is None:
        raise InvalidParameterValueException.missing_layer(arn)
    return LayerReference(found.arn, found.code_size, found.unzipped_size)


def _find(call: Call, arn: str) -> LayerVersion | None:
    # Layers of other accounts need a policy and a copy of their code; neither exists here.
    *_, name, number = arn.split(":")
    found = call.resources.layers.get(name, {}).get(int(number)) if number.isdigit() else None
    return found if found is not None and found.arn == arn else None
