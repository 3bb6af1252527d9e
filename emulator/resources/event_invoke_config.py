"""How asynchronous invocations are retried, and where the records of them go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class EventInvokeConfig:
    """The settings of `$LATEST`, of one version or of one alias; `function_arn` bears the qualifier.

    What is None was not set; Lambda then retries twice, within six hours [model: PutFunctionEventInvokeConfig].
    Destinations are ARNs.
    """

    function_arn: str
    last_modified: datetime
    maximum_retry_attempts: int | None = None  # 0, 1 or 2
    maximum_event_age: int | None = None  # seconds, 60 to 21600
    on_success: str | None = None
    on_failure: str | None = None

    def describe(self) -> dict[str, Any]:
        """AWS's FunctionEventInvokeConfig. Both sides of DestinationConfig are always there, other members only if set.

        [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25]
        """
        members = {
            "LastModified": self.last_modified,
            "FunctionArn": self.function_arn,
            "MaximumRetryAttempts": self.maximum_retry_attempts,
            "MaximumEventAgeInSeconds": self.maximum_event_age,
            "DestinationConfig": {"OnSuccess": _describe(self.on_success), "OnFailure": _describe(self.on_failure)},
        }
        return {name: value for name, value in members.items() if value is not None}


def _describe(destination: str | None) -> dict[str, str]:
    return {} if destination is None else {"Destination": destination}
