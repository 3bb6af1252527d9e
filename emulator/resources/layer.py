"""Layers and their versions, as they are stored, and as AWS describes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator import arn, clock
from emulator.resources.code import CodePackage
from emulator.resources.policy import Policy


@dataclass(slots=True)
class LayerVersion:
    """One published layer version. Its policy is all that ever changes.

    Members that the publisher left out are None and are not described.
    """

    account_id: str
    region: str
    layer_name: str
    number: int
    code: CodePackage
    created: datetime
    description: str = ""
    license_info: str | None = None
    compatible_runtimes: list[str] | None = None
    compatible_architectures: list[str] | None = None
    policy: Policy | None = None

    @property
    def arn(self) -> str:
        return arn.layer_arn(self.region, self.account_id, self.layer_name, self.number)

    @property
    def layer_arn(self) -> str:
        return arn.layer_arn(self.region, self.account_id, self.layer_name)

    def fits(self, runtime: str | None, architecture: str | None) -> bool:
        """Whether its publisher said that it works with these; None asks for nothing."""
        return (runtime is None or runtime in (self.compatible_runtimes or ())) and (
            architecture is None or architecture in (self.compatible_architectures or ())
        )

    def describe(self, location: str) -> dict[str, Any]:
        """AWS's answer to PublishLayerVersion and GetLayerVersion. `location` is a link to the content."""
        code = self.code.current()
        content = {"Location": location, "CodeSha256": code.sha256, "CodeSize": code.size}
        return {"Content": content, "LayerArn": self.layer_arn, **self.describe_listed()}

    def describe_listed(self) -> dict[str, Any]:
        """An entry of ListLayerVersions: neither the content nor the layer [rec: test_layer_lifecycle, 2025-11-25]."""
        members = {
            "LayerVersionArn": self.arn,
            "Version": self.number,
            "Description": self.description,
            "CreatedDate": clock.iso_milliseconds(self.created),
            "CompatibleArchitectures": self.compatible_architectures,
            "CompatibleRuntimes": self.compatible_runtimes,
            "LicenseInfo": self.license_info,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(slots=True)
class Layer:
    """A layer: its versions by number, in ascending order.

    It stays when its last version is deleted, because numbers are never given twice
    [rec: test_layer_lifecycle, 2025-11-25].
    """

    name: str
    versions: dict[int, LayerVersion] = field(default_factory=dict)
    _last_number: int = 0

    def next_number(self) -> int:
        """The number that the next version gets."""
        return self._last_number + 1

    def add(self, version: LayerVersion) -> None:
        """Keep a version that bears `next_number()`."""
        self._last_number = version.number
        self.versions[version.number] = version

    def newest(self, runtime: str | None = None, architecture: str | None = None) -> list[LayerVersion]:
        """The versions that fit, newest first."""
        return [version for version in reversed(self.versions.values()) if version.fits(runtime, architecture)]
