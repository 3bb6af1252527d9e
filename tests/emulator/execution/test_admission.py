"""Reserved concurrency is guarantee and ceiling; everyone else shares the rest of the account's."""

import pytest

from emulator.execution.admission import ACCOUNT, RESERVED, refusal, throttled


@pytest.mark.parametrize(
    ("running", "reserved", "unreserved_running", "reserved_in_account", "reason"),
    [
        pytest.param(0, None, 0, 0, None, id="nothing runs"),
        pytest.param(999, None, 999, 0, None, id="the thousandth runs"),
        pytest.param(0, None, 1000, 0, ACCOUNT, id="the account is full"),
        pytest.param(0, None, 100, 900, ACCOUNT, id="what others reserved is not free"),
        pytest.param(0, None, 99, 900, None, id="the last unreserved one"),
        pytest.param(0, 1, 1000, 1, None, id="a reservation holds when the account is full"),
        pytest.param(1, 1, 0, 1, RESERVED, id="a reservation is a ceiling"),
        pytest.param(0, 0, 0, 0, RESERVED, id="nothing is reserved: nothing runs"),
    ],
)
def test_refusal(running, reserved, unreserved_running, reserved_in_account, reason):
    assert refusal(running, reserved, unreserved_running, reserved_in_account) == reason


def test_the_exception_is_aws_s():  # [rec: test_reserved_concurrency, 2025-11-25]
    error = throttled(RESERVED)
    assert (error.code, error.message) == ("TooManyRequestsException", "Rate Exceeded.")
    assert error.members == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}
