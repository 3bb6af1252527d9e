"""ListFunctionVersionsByCapacityProvider."""

from emulator import quotas
from emulator.operations.call import Call, Members
from emulator.operations.capacity_provider import find_capacity_provider, versions_on
from emulator.operations.pages import page
from emulator.resources.function import FunctionVersion


def list_function_versions_by_capacity_provider(call: Call, members: Members) -> Members:
    """The function versions that are configured to run on a capacity provider, each with its State.

    Whether AWS lists `$LATEST`, which cannot run there, is not known.
    """
    provider = find_capacity_provider(call, members["CapacityProviderName"])
    shown, more = page(list(versions_on(call, provider)), _place, members, quotas.CONFIGS_PER_PAGE)
    versions = [{"FunctionArn": version.arn, "State": version.state} for version in shown]
    return {"CapacityProviderArn": provider.arn, "FunctionVersions": versions, **more}


def _place(version: FunctionVersion) -> tuple[str, int]:
    return version.name, version.place
