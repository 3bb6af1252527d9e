"""What a runtime is told with an event: the headers of `next` (runtime-api.md §2)."""

import secrets
import time

from emulator.execution.invocation import Invocation
from emulator.runtime_api.session import Event


def event_for(invocation: Invocation, deadline_ms: int) -> Event:
    """The event of an invocation that must be over at `deadline_ms` (epoch)."""
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": trace_id(invocation.trace_header),
    }
    if invocation.client_context is not None:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return Event(invocation.request_id, headers, invocation.payload)


def trace_id(caller: str | None) -> str:
    """`Root=…;Parent=…;Sampled=…;Lineage=…`. What the caller said is kept; the rest is made up, Lineage always.

    [rec: test_xray_trace_propagation, 2025-11-24; remark in the test: the root is the caller's, and the service adds a
    Lineage of its own]
    """
    given = dict(part.strip().partition("=")[::2] for part in (caller or "").split(";") if "=" in part)
    root = given.get("Root") or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    parent = given.get("Parent") or secrets.token_hex(8)
    lineage = f"1:{secrets.token_hex(4)}:0"
    return f"Root={root};Parent={parent};Sampled={given.get('Sampled', '0')};Lineage={lineage}"
