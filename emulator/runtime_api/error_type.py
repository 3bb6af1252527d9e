"""Which error types a runtime may report (runtime-api.md §4). They appear in logs and telemetry alone."""

import re

_ALLOWED = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")


def reported_error_type(header: str) -> str:
    """The type under which an error is reported, from the header Lambda-Runtime-Function-Error-Type ("" if absent)."""
    if _ALLOWED.search(header):
        return header
    return "Function.Unknown" if header.startswith("Function.") else "Runtime.Unknown"
