"""When an event is attempted again, and when it is given up (async.md §1).

Pure decisions. An age and a delay are seconds of AWS's time; whoever waits scales them.
"""

from emulator.execution.events.event import Condition
from emulator.resources.event_invoke_config import EventInvokeConfig
from emulator.resources.function import Function

_RETRY_DELAYS = (60.0, 120.0)  # after the first and after the second failure
_MOST_RETRIES = len(_RETRY_DELAYS)
_OLDEST = 21_600.0
_LONGEST_WAIT = 300.0
FIRST_WAIT = 1.0  # before an event for which there was no room is tried again


def config_of(function: Function, qualifier: str | None) -> EventInvokeConfig | None:
    """The settings that count: those of what was invoked, never the function's for one of its versions.

    [rec: test_assess_lambda_destination_invocation, 2025-11-24]
    """
    return function.event_invoke_configs.get(qualifier or "$LATEST")


def oldest(config: EventInvokeConfig | None) -> float:
    """The age at which an event is given up."""
    return _OLDEST if config is None or config.maximum_event_age is None else float(config.maximum_event_age)


def after_function_error(attempts: int, age: float, config: EventInvokeConfig | None) -> float | Condition:
    """What follows on the function error of attempt number `attempts`: the delay of the next one, or the end.

    An event is given up as soon as its next attempt would come too late, not when that time has come
    [rec: test_maxeventage, 2025-11-27: an age of 60 s leaves one attempt, 90 s leaves two].
    """
    retries = config.maximum_retry_attempts if config is not None else None
    if attempts > (_MOST_RETRIES if retries is None else retries):
        return Condition.RETRIES_EXHAUSTED
    delay = _RETRY_DELAYS[attempts - 1]
    return Condition.EVENT_AGE_EXCEEDED if age + delay > oldest(config) else delay


def after_waiting(wait: float) -> float:
    """How long to wait after `wait` was not enough for there to be room."""
    return min(wait * 2, _LONGEST_WAIT)
