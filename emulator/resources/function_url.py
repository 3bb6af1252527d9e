"""Function URLs as they are configured; what they answer is the matter of `emulator.function_urls`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator import clock, ids


@dataclass(slots=True)
class FunctionUrl:
    """The URL of `$LATEST` or of one alias; `function_arn` bears the alias. A deleted URL never comes back [model].

    `invoke_mode` is None until somebody sets it, and BUFFERED then. `cors` is as AWS spells it.
    """

    function_arn: str
    region: str
    auth_type: str  # "NONE" or "AWS_IAM"
    created: datetime
    modified: datetime
    cors: dict[str, Any] | None = None
    invoke_mode: str | None = None
    id: str = field(default_factory=ids.url_id)

    @property
    def url(self) -> str:
        """`https://<32 letters and digits>.lambda-url.us-east-1.on.aws/` [docs: urls-configuration]."""
        return f"https://{self.id}.lambda-url.{self.region}.on.aws/"

    def describe_created(self) -> dict[str, Any]:
        """The answer of CreateFunctionUrlConfig: no LastModifiedTime, and InvokeMode only if it was given.

        [rec: test_url_config_lifecycle, test_lambda_update_function_url_config, 2025-11]
        """
        members = {
            "FunctionUrl": self.url,
            "FunctionArn": self.function_arn,
            "AuthType": self.auth_type,
            "Cors": self.cors,
            "CreationTime": clock.iso_microseconds(self.created),
            "InvokeMode": self.invoke_mode,
        }
        return {name: value for name, value in members.items() if value is not None}

    def describe_updated(self) -> dict[str, Any]:
        """The answer of UpdateFunctionUrlConfig: InvokeMode only if it was ever set [same tests]."""
        return {**self.describe_created(), "LastModifiedTime": clock.iso_microseconds(self.modified)}

    def describe(self) -> dict[str, Any]:
        """AWS's FunctionUrlConfig, complete."""
        return {**self.describe_updated(), "InvokeMode": self.invoke_mode or "BUFFERED"}
