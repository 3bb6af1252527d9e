"""Whether a function may run once more now: reserved, unreserved and account concurrency.

A function with reserved concurrency runs against its reservation alone, which is guarantee and ceiling at once. All
others share what is left of the account's limit (environment.md §7, invoke.md §5).
"""

from emulator import quotas
from emulator.errors import TooManyRequestsException

ACCOUNT = "ConcurrentInvocationLimitExceeded"
RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"


def refusal(running: int, reserved: int | None, unreserved_running: int, reserved_in_account: int) -> str | None:
    """The `Reason` for which AWS refuses one more invocation now; None if it runs.

    `running` counts invocations of this function, `reserved` is its reservation; `unreserved_running` counts those of
    all functions without one, `reserved_in_account` is the sum of all reservations.
    """
    if reserved is not None:
        return RESERVED if running >= reserved else None
    return ACCOUNT if unreserved_running >= quotas.CONCURRENT_EXECUTIONS - reserved_in_account else None


def throttled(reason: str) -> TooManyRequestsException:
    """The exception for a refusal."""
    return TooManyRequestsException.throttled(reason)
