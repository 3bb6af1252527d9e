"""Code signing configurations: who must have signed the code that functions are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator import arn, clock, ids

ENFORCE = "Enforce"


@dataclass(slots=True)
class CodeSigningConfig:
    """A code signing configuration. `policy` is `Warn` (deploy all the same) or `Enforce`."""

    account_id: str
    region: str
    signing_profile_version_arns: Sequence[str]
    last_modified: datetime
    description: str = ""
    policy: str = "Warn"  # [model: UntrustedArtifactOnDeployment documentation]
    tags: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=ids.code_signing_config_id)

    @property
    def arn(self) -> str:
        return arn.code_signing_config_arn(self.region, self.account_id, self.id)

    def describe(self) -> dict[str, Any]:
        """AWS's CodeSigningConfig [rec: test_function_code_signing_config, 2025-11-25]."""
        return {
            "CodeSigningConfigId": self.id,
            "CodeSigningConfigArn": self.arn,
            "Description": self.description,
            "AllowedPublishers": {"SigningProfileVersionArns": list(self.signing_profile_version_arns)},
            "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": self.policy},
            "LastModified": clock.iso_milliseconds(self.last_modified),
        }
