"""CreateCapacityProvider, GetCapacityProvider, UpdateCapacityProvider, DeleteCapacityProvider, ListCapacityProviders.

Running functions on managed instances comes with a later issue.
"""

from collections.abc import Iterator

from emulator import arn, quotas
from emulator.errors import (
    CapacityProviderLimitExceededException,
    FunctionVersionsPerCapacityProviderLimitExceededException,
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.tag import check_tags
from emulator.resources.capacity_provider import CapacityProvider, Event
from emulator.resources.function import FunctionVersion


def create_capacity_provider(call: Call, members: Members) -> Members:
    """Make a capacity provider. It is Pending until it has settled. Subnets, groups and the role are not looked up."""
    name = members["CapacityProviderName"].rpartition(":")[2]
    if len(name) > quotas.CAPACITY_PROVIDER_NAME_LENGTH:
        raise InvalidParameterValueException.too_long_capacity_provider_name(name, quotas.CAPACITY_PROVIDER_NAME_LENGTH)
    requirements = members.get("InstanceRequirements", {})
    if requirements.get("AllowedInstanceTypes") and requirements.get("ExcludedInstanceTypes"):
        raise InvalidParameterValueException.instance_types()
    check_tags(members.get("Tags", {}))
    if name in call.resources.capacity_providers:
        raise ResourceConflictException.capacity_provider_exists(call.resources.capacity_providers[name].arn)
    if len(call.resources.capacity_providers) >= quotas.CAPACITY_PROVIDERS:
        raise CapacityProviderLimitExceededException.limit()
    provider = CapacityProvider(
        account_id=call.account_id,
        region=call.region,
        name=name,
        vpc_config=members["VpcConfig"],
        permissions_config=members["PermissionsConfig"],
        last_modified=call.clock.now(),
        instance_requirements=members.get("InstanceRequirements"),
        kms_key_arn=members.get("KmsKeyArn"),
        tags=dict(members.get("Tags", {})),
    )
    _configure(provider, members)
    call.resources.capacity_providers[name] = provider
    call.clock.call_later(call.settings.settle_seconds, provider.meet, Event.SETTLED)
    return {"CapacityProvider": provider.describe()}


def get_capacity_provider(call: Call, members: Members) -> Members:
    """A capacity provider as it is."""
    return {"CapacityProvider": find_capacity_provider(call, members["CapacityProviderName"]).describe()}


def update_capacity_provider(call: Call, members: Members) -> Members:
    """Change how a provider scales, what it tags and what it logs. What is not given is kept."""
    provider = find_capacity_provider(call, members["CapacityProviderName"])
    _require(provider, Event.UPDATED)
    provider.meet(Event.UPDATED)
    _configure(provider, members)
    provider.last_modified = call.clock.now()
    return {"CapacityProvider": provider.describe()}


def delete_capacity_provider(call: Call, members: Members) -> Members:
    """Delete a provider that no function version uses. It is Deleting until that has settled."""
    provider = find_capacity_provider(call, members["CapacityProviderName"])
    _require(provider, Event.DELETED)
    if any(versions_on(call, provider)):
        raise ResourceConflictException.capacity_provider_in_use(provider.arn)
    provider.meet(Event.DELETED)
    call.clock.call_later(call.settings.settle_seconds, call.resources.capacity_providers.pop, provider.name, None)
    return {"CapacityProvider": provider.describe()}


def list_capacity_providers(call: Call, members: Members) -> Members:
    """The capacity providers of the region by name, of one state if that is asked. Their order on AWS is not known."""
    wanted = members.get("State")
    providers = sorted(call.resources.capacity_providers.values(), key=_place)
    found = [provider for provider in providers if wanted in (None, provider.state.value)]
    shown, more = page(found, _place, members, quotas.CONFIGS_PER_PAGE)
    return {"CapacityProviders": [provider.describe() for provider in shown], **more}


def find_capacity_provider(call: Call, named: str) -> CapacityProvider:
    """The provider that a name or an ARN stands for. Raises ResourceNotFoundException.

    The sentence is that of the tag operations [rec: test_tag_exceptions, 2025-11-25]; here by analogy only.
    """
    name = named.rpartition(":")[2]
    own_arn = arn.capacity_provider_arn(call.region, call.account_id, name)
    provider = call.resources.capacity_providers.get(name) if named in (name, own_arn) else None
    if provider is None:
        raise ResourceNotFoundException.tagged("Capacity provider", own_arn if named == name else named)
    return provider


def versions_on(call: Call, provider: CapacityProvider) -> Iterator[FunctionVersion]:
    """The function versions, `$LATEST` included, that are configured to run on `provider`, by name and number."""
    for _, function in sorted(call.resources.functions.items()):
        for version in function.all_versions():
            if version.capacity_provider_arn == provider.arn:
                yield version


def refuse_full_provider(call: Call, latest: FunctionVersion) -> None:
    """Raises FunctionVersionsPerCapacityProviderLimitExceededException if nothing more can be published on a provider.

    It is that of `latest`; an ordinary function has none.
    """
    provider = call.resources.capacity_providers.get(str(latest.capacity_provider_arn).rpartition(":")[2])
    if provider is None:
        return
    published = sum(version.version != arn.LATEST for version in versions_on(call, provider))
    if published >= quotas.CAPACITY_PROVIDER_VERSIONS:
        raise FunctionVersionsPerCapacityProviderLimitExceededException.limit()


def _place(provider: CapacityProvider) -> tuple[str]:
    return (provider.name,)


def _require(provider: CapacityProvider, event: Event) -> None:
    if not provider.allows(event):
        raise ResourceConflictException.capacity_provider_state(provider.state.value)


def _configure(provider: CapacityProvider, members: Members) -> None:
    provider.scale(members.get("CapacityProviderScalingConfig", {}))
    provider.propagate_tags = members.get("PropagateTags", provider.propagate_tags)
    provider.telemetry_config = members.get("TelemetryConfig", provider.telemetry_config)
