"""SendDurableExecutionCallbackSuccess, SendDurableExecutionCallbackFailure, SendDurableExecutionCallbackHeartbeat.

A callback's id is given out by a running execution. Running executions comes with a later issue, so there is no id that
could be known, and each of these answers what AWS answers for an unknown one.
"""

from typing import NoReturn

from emulator.errors import ResourceNotFoundException
from emulator.operations.call import Call, Members


def send_durable_execution_callback_success(call: Call, members: Members) -> Members:
    """Complete a callback with a result."""
    _find(call, members["CallbackId"])


def send_durable_execution_callback_failure(call: Call, members: Members) -> Members:
    """Complete a callback with an error."""
    _find(call, members["CallbackId"])


def send_durable_execution_callback_heartbeat(call: Call, members: Members) -> Members:
    """Say that the work on a callback goes on."""
    _find(call, members["CallbackId"])


def _find(_call: Call, callback_id: str) -> NoReturn:
    raise ResourceNotFoundException.callback(callback_id)
