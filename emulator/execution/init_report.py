"""What the log of an environment says when an init is over, well or not (telemetry-logs-api.md §4)."""

from emulator.execution.environment_log import EnvironmentLog
from emulator.execution.failures import Failure
from emulator.execution.generation import Generation
from emulator.execution.platform_log import InitReport
from emulator.execution.telemetry_events import ExtensionState, InitRuntimeDone


def report_init(
    log: EnvironmentLog,
    generation: Generation | None,
    *,
    phase: str,
    initialization_type: str,
    failure: Failure | None = None,
) -> None:
    """How each extension, the runtime and the whole came out of it. `phase` is "init", or "invoke" inside of one."""
    for extension in generation.extensions if generation is not None else ():
        log.write(
            ExtensionState(extension.name, extension.reported_state.value, extension.events, extension.error_type)
        )
    status = failure.status if failure is not None else "success"
    error_type = failure.error_type if failure is not None else None
    elapsed = generation.init_ms if generation is not None else 0.0
    if status == "timeout":  # the runtime's part names it otherwise than the whole [rie: rapid/handlers.go]
        log.write(InitRuntimeDone(phase, "error", "Runtime.Unknown", initialization_type))
        error_type = None
    else:
        log.write(InitRuntimeDone(phase, status, error_type, initialization_type))
    log.write(InitReport(elapsed, phase, status, error_type, initialization_type))
