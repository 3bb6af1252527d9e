"""A function and its versions, as they are stored, and as AWS describes them.

A `FunctionVersion` is everything an execution environment is started from. Changing a function makes a new one with a
new key, so whoever still holds the old one (a running invocation, a pool) goes on with what it started from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from emulator import arn, clock, ids
from emulator.resources.alias import Alias
from emulator.resources.code import CodePackage, ContainerImage
from emulator.resources.condition import MEMBERS, Condition, Event, after
from emulator.resources.event_invoke_config import EventInvokeConfig
from emulator.resources.function_scaling import FunctionScaling
from emulator.resources.function_url import FunctionUrl
from emulator.resources.policy import Policy
from emulator.resources.provisioned_concurrency import ProvisionedConcurrency
from emulator.resources.runtime import CUSTOM, runtime_version

__all__ = ["CodePackage", "Function", "FunctionVersion", "LayerReference"]

Changes = Mapping[str, Any]  # fields of a FunctionVersion and their new values

# Lists leave these out, and keep everything else (functions.md §1) [rec: test_list_functions, 2025-11-25].
_NOT_LISTED = frozenset(
    {
        "State", "StateReason", "StateReasonCode",
        "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode",
        "RuntimeVersionConfig",
    }
)  # fmt: skip

_PLACES = {arn.LATEST: -1, arn.LATEST_PUBLISHED: 0}


@dataclass(slots=True, frozen=True)
class LayerReference:
    """A layer version that a function uses; its content outlives the layer [rec: test_layer_lifecycle, 2025-11-25].

    What it holds is unpacked into /opt, one layer after the other in the order of the function's list.
    """

    arn: str
    code: CodePackage


@dataclass(slots=True)
class FunctionVersion:
    """The code and configuration of `$LATEST` or of one published version: everything an environment is started from.

    `key` names this code and this configuration and changes with every update of either: environments of another key
    are never used for it. `condition`, `revision_id` and how its runtime is updated are all that changes in place.
    """

    account_id: str
    region: str
    name: str
    version: str  # "$LATEST", "$LATEST.PUBLISHED", or "1", "2", …
    role: str
    runtime: str | None  # None for an image
    handler: str | None  # None for an image
    code: CodePackage
    architectures: list[str]
    timeout: int = 3  # seconds
    memory_size: int = 128  # MB
    ephemeral_storage: int = 512  # MB
    variables: dict[str, str] | None = None  # None: the function never had any
    log_format: str = "Text"
    application_log_level: str | None = None
    system_log_level: str | None = None
    log_group: str = ""
    tracing_mode: str = "PassThrough"
    description: str = ""
    layers: tuple[LayerReference, ...] = ()
    image: ContainerImage | None = None  # for PackageType Image
    image_config: dict[str, Any] | None = None  # EntryPoint, Command, WorkingDirectory
    vpc_config: dict[str, Any] | None = None  # SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack, VpcId if known
    dead_letter_arn: str | None = None
    kms_key_arn: str | None = None
    file_systems: tuple[dict[str, Any], ...] = ()
    snap_start: str = "None"  # or "PublishedVersions"
    tenancy_config: dict[str, Any] | None = None
    durable_config: dict[str, Any] | None = None
    capacity_provider_config: dict[str, Any] | None = None
    accelerator_config: dict[str, Any] | None = None
    runtime_config: dict[str, Any] | None = None  # RuntimeArn, RuntimeAlias; goes with the runtime `custom`
    update_runtime_on: str = "Auto"  # or "FunctionUpdate", or "Manual", which goes with a pinned runtime version
    pinned_runtime_version_arn: str | None = None
    last_modified: datetime = field(default_factory=lambda: datetime.now(UTC))
    condition: Condition = Condition.CREATING
    revision_id: str = field(default_factory=ids.revision_id)
    key: str = field(default_factory=ids.version_key)

    @property
    def arn(self) -> str:
        """The qualified ARN of this version."""
        return arn.function_arn(self.region, self.account_id, self.name, self.version)

    @property
    def place(self) -> int:
        """Where it stands among the versions of its function: `$LATEST`, `$LATEST.PUBLISHED`, then the numbers."""
        return _PLACES[self.version] if self.version in _PLACES else int(self.version)

    @property
    def package_type(self) -> str:
        return "Zip" if self.image is None else "Image"

    @property
    def state(self) -> str:
        """AWS's State: `Pending`, `Active`, …"""
        return MEMBERS[self.condition]["State"]

    @property
    def capacity_provider_arn(self) -> str | None:
        """The capacity provider that this is to run on; None for an ordinary function."""
        config = self.capacity_provider_config or {}
        arn_of_provider: str | None = config.get("LambdaManagedInstancesCapacityProviderConfig", {}).get(
            "CapacityProviderArn"
        )
        return arn_of_provider

    @property
    def code_folders(self) -> list[str]:
        """The folders of the host that it runs straight from: of its code, and of its layers."""
        packages = (self.code, *(layer.code for layer in self.layers))
        return [package.folder for package in packages if package.folder is not None]

    @property
    def layers_size(self) -> int:
        """Bytes that the layers hold, unzipped."""
        return sum(layer.code.unzipped_size for layer in self.layers)

    @property
    def runtime_version_arn(self) -> str | None:
        """The runtime version that this runs on; None for an image, which brings its own, and for a customer's."""
        if self.runtime is None or self.runtime == CUSTOM:
            return None
        digest = runtime_version(self.runtime, self.architectures[0])
        return self.pinned_runtime_version_arn or arn.runtime_version_arn(self.region, digest)

    def derive(self, moment: datetime, condition: Condition, changes: Changes) -> "FunctionVersion":
        """A new version with `changes`, a key and a RevisionId of its own."""
        own: dict[str, Any] = {"last_modified": moment, "condition": condition}
        return replace(self, **changes, **own, revision_id=ids.revision_id(), key=ids.version_key())

    def describe(self, qualifier: str | None = None) -> dict[str, Any]:
        """AWS's FunctionConfiguration. `qualifier` is the one the ARN bears: none, a version, or an alias."""
        code = self.code.current()
        members = {
            "FunctionName": self.name,
            "FunctionArn": arn.function_arn(self.region, self.account_id, self.name, qualifier),
            "Runtime": self.runtime,
            "Role": self.role,
            "Handler": self.handler,
            "CodeSize": code.size,
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory_size,
            "LastModified": clock.iso_milliseconds(self.last_modified),
            "CodeSha256": code.sha256,
            "Version": self.version,
            "VpcConfig": self._describe_vpc(),
            "DeadLetterConfig": self.dead_letter_arn and {"TargetArn": self.dead_letter_arn},
            "Environment": None if self.variables is None else {"Variables": dict(self.variables)},
            "KMSKeyArn": self.kms_key_arn,
            "TracingConfig": {"Mode": self.tracing_mode},
            "RevisionId": self.revision_id,
            "Layers": [{"Arn": layer.arn, "CodeSize": layer.code.current().size} for layer in self.layers] or None,
            **MEMBERS[self.condition],
            "FileSystemConfigs": list(self.file_systems) or None,
            "PackageType": self.package_type,
            "ImageConfigResponse": {"ImageConfig": self.image_config} if self.image_config else None,
            "Architectures": list(self.architectures),
            "EphemeralStorage": {"Size": self.ephemeral_storage},
            "SnapStart": self._describe_snap_start(),
            "RuntimeVersionConfig": self.runtime_version_arn and {"RuntimeVersionArn": self.runtime_version_arn},
            "LoggingConfig": self._describe_logging(),
            "TenancyConfig": self.tenancy_config,
            "DurableConfig": self.durable_config,
            "CapacityProviderConfig": self.capacity_provider_config,
            "AcceleratorConfig": self.accelerator_config,
            "RuntimeConfig": self.runtime_config,
        }
        return {name: value for name, value in members.items() if value is not None}

    def describe_listed(self, qualifier: str | None = None) -> dict[str, Any]:
        """An entry of ListFunctions or ListVersionsByFunction."""
        return {name: value for name, value in self.describe(qualifier).items() if name not in _NOT_LISTED}

    def _describe_logging(self) -> dict[str, str]:
        levels = {"ApplicationLogLevel": self.application_log_level, "SystemLogLevel": self.system_log_level}
        given = {name: level for name, level in levels.items() if level is not None}
        return {"LogFormat": self.log_format, **given, "LogGroup": self.log_group}

    def _describe_snap_start(self) -> dict[str, str]:
        # Only a published version is optimised (functions.md §5) [model: SnapStartResponse].
        optimised = self.snap_start == "PublishedVersions" and self.version != arn.LATEST
        return {"ApplyOn": self.snap_start, "OptimizationStatus": "On" if optimised else "Off"}

    def _describe_vpc(self) -> dict[str, Any] | None:
        if self.vpc_config is None:
            return None
        # The VPC of a subnet is EC2's knowledge; where nobody has it, the same subnets always get the same id.
        subnets = self.vpc_config.get("SubnetIds", [])
        unknown = "vpc-" + ids.stable_digest("vpc", *sorted(subnets))[:17] if subnets else ""
        return {
            "SubnetIds": subnets,
            "SecurityGroupIds": self.vpc_config.get("SecurityGroupIds", []),
            "VpcId": self.vpc_config.get("VpcId", unknown),
            "Ipv6AllowedForDualStack": self.vpc_config.get("Ipv6AllowedForDualStack", False),
        }


def _contents(version: FunctionVersion) -> list[str]:
    """Digests of what it runs from, at this moment."""
    return [package.current().sha256 for package in (version.code, *(layer.code for layer in version.layers))]


@dataclass(slots=True)
class Function:
    """A function: `$LATEST`, its published versions, its aliases, and what belongs to all of them.

    `latest` is `$LATEST` as it is described. `running` is `$LATEST` as it is run: while an update is in progress, that
    is the code and configuration from before. `versions` is keyed by number, or `$LATEST.PUBLISHED`.
    `reserved_concurrency` is None where nothing is reserved, and 0 where nothing may run; it holds for all versions
    together and may change at any time, so read it at every admission. `policies` is keyed by what each is about: the
    number of a version, the name of an alias, or None for the function as such; nobody has an empty policy. `urls` are
    keyed likewise; `event_invoke_configs`, `provisioned` and `scaling` by qualifier, `$LATEST` included. `last_number`
    is that of the version that was published last.
    """

    latest: FunctionVersion
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, FunctionVersion] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    recursive_loop: str = "Terminate"
    code_signing_config_arn: str | None = None
    policies: dict[str | None, Policy] = field(default_factory=dict)
    event_invoke_configs: dict[str, EventInvokeConfig] = field(default_factory=dict)
    urls: dict[str | None, FunctionUrl] = field(default_factory=dict)
    provisioned: dict[str, ProvisionedConcurrency] = field(default_factory=dict)
    scaling: dict[str, FunctionScaling] = field(default_factory=dict)
    last_number: int = 0
    deleted: bool = False
    orphaned_urls: list[str] = field(default_factory=list)  # ids of the URLs of aliases that were deleted
    running: FunctionVersion = field(init=False)
    # By PublishTo: the key of `$LATEST` when it was last published there, and the number it got.
    _published: dict[str | None, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.running = self.latest

    @property
    def name(self) -> str:
        return self.latest.name

    @property
    def account_id(self) -> str:
        return self.latest.account_id

    @property
    def region(self) -> str:
        return self.latest.region

    def arn(self, qualifier: str | None = None) -> str:
        """The ARN of this function, or of one of its versions or aliases."""
        return arn.function_arn(self.region, self.account_id, self.name, qualifier)

    def all_versions(self) -> list[FunctionVersion]:
        """`$LATEST`, then `$LATEST.PUBLISHED` if there is one, and the numbered versions in ascending order."""
        if arn.LATEST_PUBLISHED not in self.versions:
            return [self.latest, *self.versions.values()]
        return [self.latest, *sorted(self.versions.values(), key=lambda version: version.place)]

    def find(self, qualifier: str | None) -> FunctionVersion | None:
        """The version that `qualifier` names, as it is described; an alias stands for its main version."""
        if qualifier is None or qualifier == arn.LATEST:
            return self.latest
        alias = self.aliases.get(qualifier)
        return self.find(alias.function_version) if alias else self.versions.get(qualifier)

    def choose(self, qualifier: str | None) -> FunctionVersion | None:
        """The version that serves one invocation of `qualifier`, as it runs; an alias with weights decides anew.

        On managed instances `$LATEST` cannot run, and who names no version means `$LATEST.PUBLISHED`
        [docs: lambda-managed-instances-version-publishing].
        """
        if qualifier is None and self.running.capacity_provider_config is not None:
            return self.versions.get(arn.LATEST_PUBLISHED, self.running)
        if qualifier is None or qualifier == arn.LATEST:
            return self.running
        alias = self.aliases.get(qualifier)
        return self.choose(alias.choose()) if alias else self.versions.get(qualifier)

    def forget(self, qualifier: str) -> None:
        """Delete what belongs to a version or an alias that is being deleted."""
        if (url := self.urls.get(qualifier)) is not None:
            self.orphaned_urls.append(url.id)
        for belongings in (self.policies, self.event_invoke_configs, self.urls, self.provisioned, self.scaling):
            belongings.pop(qualifier, None)

    def provisioned_concurrency(self) -> int:
        """Executions that all versions and aliases together ask to have ready."""
        return sum(provisioned.requested for provisioned in self.provisioned.values())

    def update(self, moment: datetime, changes: Changes) -> FunctionVersion:
        """Begin an update of `$LATEST`. It is described at once, and runs when it has settled."""
        condition = after(self.latest.condition, Event.UPDATED)
        self.latest = self.latest.derive(moment, condition, changes)
        return self.latest

    def settle(self, version: FunctionVersion) -> FunctionVersion | None:
        """End the creation or the update of `version`. Returns the version that no longer runs because of it, if any.

        The RevisionId changes here for the second time [rec: test_redundant_updates, 2025-11-25].
        """
        version.condition = after(version.condition, Event.SETTLED)
        version.revision_id = ids.revision_id()
        if version is not self.latest or version is self.running:
            return None
        replaced, self.running = self.running, version
        return replaced

    def publish(
        self, moment: datetime, condition: Condition, description: str | None = None, publish_to: str | None = None
    ) -> FunctionVersion:
        """Make a new version of what `$LATEST` holds now. Without a description it has that of `$LATEST`.

        `publish_to` is AWS's PublishTo: with `LATEST_PUBLISHED` the version takes the place of the last one of these.
        What runs straight from a folder is published as that stands now: a version never changes. Raises
        CodeFolderError if it cannot be read.
        """
        pinned = {
            "code": self.latest.code.pinned(),
            "layers": tuple(LayerReference(layer.arn, layer.code.pinned()) for layer in self.latest.layers),
        }
        number = arn.LATEST_PUBLISHED if publish_to else self._next_number()
        changes = {"version": number} if description is None else {"version": number, "description": description}
        self.versions[number] = self.latest.derive(moment, condition, pinned | changes)
        self._published[publish_to] = (self.latest.key, number)
        return self.versions[number]

    def _next_number(self) -> str:
        self.last_number += 1
        return str(self.last_number)

    def published(self, publish_to: str | None = None) -> FunctionVersion | None:
        """The version that holds what `$LATEST` holds now, if it was published since its last update.

        What counts is whether an update was made, not whether it changed anything: an update to the same code makes a
        new version possible [issues: getmoto/moto#8379, whose author verified it against AWS in 2024].
        """
        key, number = self._published.get(publish_to, ("", ""))
        published = self.versions.get(number) if key == self.latest.key else None
        if published is None or not self.latest.code_folders:
            return published
        return published if _contents(published) == _contents(self.latest) else None

    def aliases_of(self, version: str) -> Iterator[Alias]:
        """The aliases that refer to a version, as their main one or by weight."""
        return (alias for alias in self.aliases.values() if version in alias.versions())
