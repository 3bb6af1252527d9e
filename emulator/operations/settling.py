"""The time that creations and updates take, and what happens when they are done."""

from typing import TYPE_CHECKING

from emulator.operations.call import Call
from emulator.resources.function import Function, FunctionVersion

if TYPE_CHECKING:
    from emulator.execution.dispatcher import Dispatcher


def settle_later(call: Call, function: Function, version: FunctionVersion) -> None:
    """Let the creation or update of `version` end after `settle_seconds`.

    The environments of the version that it replaces are retired then: until then they serve.
    """
    call.clock.call_later(call.settings.settle_seconds, _settle, call.dispatcher, function, version)


def _settle(dispatcher: "Dispatcher", function: Function, version: FunctionVersion) -> None:
    if function.deleted:
        return
    replaced = function.settle(version)
    if replaced is not None:
        dispatcher.retire(replaced.key)
