"""What a scenario made is removed again, also where the target says at first that it is busy with it."""

import pytest

from parity.deployment.removals import is_busy
from tests.parity.seen_answers import answer


@pytest.mark.parametrize(
    ("status", "error", "busy"),
    [
        (409, "ResourceConflictException", True),  # an update is in progress
        (400, "ResourceInUseException", True),  # a mapping is on its way to another state, or gone soon
        (400, "InvalidParameterValueException", False),
        (404, "ResourceNotFoundException", False),
        (204, "", False),
    ],
)
def test_what_is_busy_is_asked_for_again(status: int, error: str, busy: bool):
    assert is_busy(answer({}, status, x_amzn_errortype=error)) is busy
