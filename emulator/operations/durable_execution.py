"""The operations on durable executions: Get, List…ByFunction, Stop, Pause, Resume, Delete, Checkpoint.

Running executions comes with a later issue. Until then nothing starts one, so whatever is asked of one is answered as
AWS answers for an execution that is not there; what is written here holds for every execution in the store all the
same.
"""

from datetime import datetime, timedelta

from emulator import quotas
from emulator.clock import Clock
from emulator.errors import (
    InvalidParameterValueException,
    NotYetError,
    ResourceConflictException,
    ResourceNotFoundException,
)
from emulator.operations.call import Call, Members
from emulator.operations.pages import page
from emulator.operations.target import find_version, read_target
from emulator.resources.durable_execution import DurableExecution, Event, Status

_DEFAULT_PAGE = 100  # entries, where MaxItems is absent or 0 [model: ItemCount documentation]
_CLIENT_TOKEN_LIFE = timedelta(minutes=15)  # [model: ClientToken documentation]


def get_durable_execution(call: Call, members: Members) -> Members:
    """An execution as it is; its payloads too, unless IncludeExecutionData is false."""
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    return execution.describe(with_data=members.get("IncludeExecutionData", True))


def list_durable_executions_by_function(call: Call, members: Members) -> Members:
    """The executions of a function, or of the version that the qualifier names; the newest first unless reversed."""
    target = read_target(call, members["FunctionName"], members.get("Qualifier"))
    function, version = find_version(call, target)
    found = [
        execution
        for execution in call.resources.durable_executions.values()
        if execution.function_arn.startswith(function.arn() + ":")
        and (target.qualifier is None or execution.version == version.version)
        and _matches(execution, members)
    ]
    direction = 1 if members.get("ReverseOrder") else -1

    def place(execution: DurableExecution) -> tuple[int, str]:
        return direction * round(execution.started.timestamp() * 1_000_000), execution.arn

    shown, more = page(sorted(found, key=place), place, with_page_size(members), quotas.DURABLE_PER_PAGE)
    return {"DurableExecutions": [execution.describe_listed() for execution in shown], **more}


def stop_durable_execution(call: Call, members: Members) -> Members:
    """End an execution that runs or is paused; it is STOPPED at once, and for good."""
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    if not execution.allows(Event.STOP):
        raise InvalidParameterValueException.ended_durable_execution(execution.status.value)
    moment = call.clock.now()
    error = dict(members.get("Error", {}))
    execution.meet(Event.STOP)
    execution.ended, execution.error = moment, error or None
    execution.note("ExecutionStopped", moment, {"Error": {"Payload": error, "Truncated": False}})
    return {"StopTimestamp": moment}


def pause_durable_execution(call: Call, members: Members) -> Members:
    """Have a running execution wait. It still is RUNNING when this is answered, and PAUSED when that has settled.

    While its function runs it is PAUSING, until the next checkpoint [model]. Repeating a call with the same
    ClientToken does nothing.
    """
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    moment = call.clock.now()
    if not _is_repeated(execution, members, moment):
        _require(execution, Event.PAUSE)
        details = {
            "PauseRequestTimestamp": moment,
            "Reason": members.get("Reason"),
            "ExecutionTimeoutPaused": members.get("ExecutionTimeoutPaused", True),
        }
        call.clock.call_later(call.settings.settle_seconds, _pause, call.clock, execution, details)
    return {}


def resume_durable_execution(call: Call, members: Members) -> Members:
    """Have a paused execution go on, or one that is PAUSING not pause. It is RUNNING when that has settled."""
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    moment = call.clock.now()
    if not _is_repeated(execution, members, moment):
        _require(execution, Event.RESUME)
        details = {"ResumeRequestTimestamp": moment, "Reason": members.get("Reason")}
        call.clock.call_later(call.settings.settle_seconds, _resume, call.clock, execution, details)
    return {}


def delete_durable_execution(call: Call, members: Members) -> Members:
    """Delete an execution that has ended, with all its data. It is DELETING until that has settled."""
    execution = find_durable_execution(call, members["DurableExecutionArn"])
    _require(execution, Event.DELETE)
    execution.meet(Event.DELETE)
    call.clock.call_later(call.settings.settle_seconds, call.resources.durable_executions.pop, execution.arn, None)
    return {"DeletionRequestTimestamp": call.clock.now()}


def checkpoint_durable_execution(call: Call, members: Members) -> Members:
    """Save the progress of an execution. Nothing runs here that could have a token to do it with."""
    find_by_token(call, members)
    raise NotYetError("Checkpoints of durable executions come with a later issue.")


def find_durable_execution(call: Call, arn: str) -> DurableExecution:
    """The execution that an ARN names. Raises ResourceNotFoundException."""
    execution = call.resources.durable_executions.get(arn)
    if execution is None:
        raise ResourceNotFoundException.durable_execution(arn)
    return execution


def find_by_token(call: Call, members: Members) -> DurableExecution:
    """The execution that an ARN names, for whoever has its checkpoint token.

    Raises InvalidParameterValueException, also if there is none: these operations declare no 404 [model].
    """
    execution = call.resources.durable_executions.get(members["DurableExecutionArn"])
    if execution is None or execution.checkpoint_token != members["CheckpointToken"]:
        raise InvalidParameterValueException.checkpoint_token()
    return execution


def with_page_size(members: Members) -> Members:
    """`members` with the MaxItems that durable lists have where none is asked for."""
    return {**members, "MaxItems": members.get("MaxItems") or _DEFAULT_PAGE}


def _matches(execution: DurableExecution, members: Members) -> bool:
    after, before = members.get("StartedAfter"), members.get("StartedBefore")
    return (
        members.get("DurableExecutionName") in (None, execution.name)
        and execution.status.value in members.get("Statuses", [execution.status.value])
        and (after is None or execution.started > after)
        and (before is None or execution.started < before)
    )


def _is_repeated(execution: DurableExecution, members: Members, moment: datetime) -> bool:
    token = members.get("ClientToken")
    if token is None:
        return False
    first = execution.client_tokens.get(token)
    if first is not None and moment - first < _CLIENT_TOKEN_LIFE:
        return True
    execution.client_tokens[token] = moment
    return False


def _require(execution: DurableExecution, event: Event) -> None:
    if not execution.allows(event):
        raise ResourceConflictException.durable_execution_status(execution.status.value)


def _pause(clock: Clock, execution: DurableExecution, details: Members) -> None:
    event = Event.PAUSE_AFTER_CHECKPOINT if execution.invoking else Event.PAUSE
    if execution.allows(event):  # it may have ended meanwhile
        execution.meet(event)
        execution.pause = details
        if execution.status is Status.PAUSED:
            execution.note("ExecutionPaused", clock.now(), details)


def _resume(clock: Clock, execution: DurableExecution, details: Members) -> None:
    if execution.allows(Event.RESUME):
        execution.meet(Event.RESUME)
        execution.note("ExecutionResumed", clock.now(), details)
