"""Whether a function may run once more now, and the `Reason` if it may not (invoke.md §5).

A function with reserved concurrency runs against its reservation alone, which is guarantee and ceiling at once. All
others share what is left of the account's limit (environment.md §7). What runs in provisioned concurrency has been
counted when it was provisioned: it is admitted without a question as long as a provisioned environment is free.

The concurrency limits always hold. The limits to how often a function may be called, and to how fast it may get more
environments, hold only with the setting `rate_limits`: they are documented in numbers, but no answer of AWS that shows
them is published, and a local call takes a hundredth of the time that a call over a network takes, so a client that
AWS never throttles would be throttled here.

Which reasons follow from the model's names (ThrottleReason) and not from any recording: all but RESERVED.
CallerRateLimitExceeded and ConcurrentSnapshotCreateLimitExceeded never come from here: the first guards AWS's control
plane from its callers, and there are no snapshots.
"""

import math

from emulator import quotas
from emulator.errors import TooManyRequestsException

ACCOUNT = "ConcurrentInvocationLimitExceeded"
ACCOUNT_RATE = "FunctionInvocationRateLimitExceeded"
RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"  # [rec: test_reserved_concurrency, 2025-11-25]
RESERVED_RATE = "ReservedFunctionInvocationRateLimitExceeded"


def refusal(running: int, reserved: int | None, unreserved_running: int, unreserved: int) -> str | None:
    """The `Reason` for which AWS refuses one more invocation now; None if it runs.

    `running` counts the function's invocations on demand, `reserved` is what its reservation leaves for them, None
    without one. `unreserved_running` counts the invocations on demand of all functions without a reservation, which
    share `unreserved`.
    """
    if reserved is not None:
        return RESERVED if running >= reserved else None
    return ACCOUNT if unreserved_running >= unreserved else None


def rate_reason(reserved: int | None) -> str:
    """The `Reason` for which AWS refuses an invocation that comes too soon after others."""
    return ACCOUNT_RATE if reserved is None else RESERVED_RATE


def scaling_reason(reserved: int | None) -> str:
    """The `Reason` if a function grows too fast. Unsure: no page names it; it is concurrency that is not there yet."""
    return ACCOUNT if reserved is None else RESERVED


def tenant_environments(concurrency: int) -> int:
    """How many environments, idle ones too, the tenants of a function may have together.

    [docs: tenant-isolation-troubleshooting: 2,500 for every 1,000 concurrent executions of the function]
    """
    return math.ceil(concurrency * quotas.TENANT_ENVIRONMENTS_PER_CONCURRENCY)


def throttled(reason: str) -> TooManyRequestsException:
    """The exception for a refusal."""
    return TooManyRequestsException.throttled(reason)
