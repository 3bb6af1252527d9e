"""ListLayers."""

from emulator import quotas
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.resources.layer import LayerVersion


def list_layers(call: Call, members: Members) -> Members:
    """The layers by name, each with its newest version that fits; those without one are left out.

    The order is not documented. A layer whose publisher said nothing of runtimes fits none of them [model].
    """
    runtime, architecture = members.get("CompatibleRuntime"), members.get("CompatibleArchitecture")
    fitting = [layer.newest(runtime, architecture) for _, layer in sorted(call.resources.layers.items())]
    newest = [versions[0] for versions in fitting if versions]
    shown, more = page(newest, _place, members, quotas.LAYERS_PER_PAGE)
    return {"Layers": [_describe(version) for version in shown], **more}


def _place(version: LayerVersion) -> tuple[str]:
    return (version.layer_name,)


def _describe(version: LayerVersion) -> Members:
    return {
        "LayerName": version.layer_name,
        "LayerArn": version.layer_arn,
        "LatestMatchingVersion": version.describe_listed(),
    }
