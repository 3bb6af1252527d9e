"""Reserved concurrency is guarantee and ceiling; everyone else shares the rest of the account's."""

import pytest

from emulator.execution.admission import (
    ACCOUNT,
    ACCOUNT_RATE,
    RESERVED,
    RESERVED_RATE,
    rate_reason,
    refusal,
    scaling_reason,
    tenant_environments,
    throttled,
)


@pytest.mark.parametrize(
    ("running", "reserved", "unreserved_running", "unreserved", "reason"),
    [
        pytest.param(0, None, 0, 1000, None, id="nothing runs"),
        pytest.param(999, None, 999, 1000, None, id="the thousandth runs"),
        pytest.param(0, None, 1000, 1000, ACCOUNT, id="the account is full"),
        pytest.param(0, None, 100, 100, ACCOUNT, id="what others reserved is not free"),
        pytest.param(0, None, 99, 100, None, id="the last unreserved one"),
        pytest.param(0, 1, 1000, 999, None, id="a reservation holds when the account is full"),
        pytest.param(1, 1, 0, 999, RESERVED, id="a reservation is a ceiling"),
        pytest.param(0, 0, 0, 1000, RESERVED, id="nothing is reserved: nothing runs"),
    ],
)
def test_refusal(running, reserved, unreserved_running, unreserved, reason):
    assert refusal(running, reserved, unreserved_running, unreserved) == reason


def test_every_limit_has_its_reason():  # [model: ThrottleReason]
    assert [rate_reason(None), rate_reason(1)] == [ACCOUNT_RATE, RESERVED_RATE]
    assert [scaling_reason(None), scaling_reason(1)] == [ACCOUNT, RESERVED]


@pytest.mark.parametrize(("concurrency", "environments"), [(1000, 2500), (100, 250), (1, 3), (0, 0)])
def test_tenants_may_have_so_many_environments(concurrency, environments):  # [docs: tenant-isolation-troubleshooting]
    assert tenant_environments(concurrency) == environments


def test_the_exception_is_aws_s():  # [rec: test_reserved_concurrency, 2025-11-25]
    error = throttled(RESERVED)
    assert (error.code, error.message) == ("TooManyRequestsException", "Rate Exceeded.")
    assert error.members == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}
