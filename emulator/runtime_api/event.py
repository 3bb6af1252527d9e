"""What a runtime is told with an event: the headers of `next` (runtime-api.md §2)."""

import random
import time

from emulator.execution.invocation import Invocation
from emulator.execution.recursion import lineage_for
from emulator.runtime_api.session import Event

_bits = random.getrandbits  # names of traces guard nothing


def event_for(invocation: Invocation, deadline_ms: int) -> Event:
    """The event of an invocation that must be over at `deadline_ms` (epoch)."""
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": trace_id(invocation.function_arn, invocation.trace_header),
    }
    if invocation.client_context is not None:
        # A header is one line. A line break in JSON is white space: inside of a text it would be escaped.
        one_line = invocation.client_context.replace("\r", " ").replace("\n", " ")
        headers["Lambda-Runtime-Client-Context"] = one_line
    if invocation.tenant_id is not None:
        headers["Lambda-Runtime-Aws-Tenant-Id"] = invocation.tenant_id
    return Event(invocation.request_id, headers, invocation.payload)


def trace_id(function_arn: str, caller: str | None) -> str:
    """`Root=…;Parent=…;Sampled=…;Lineage=…`. What the caller said is kept; the rest is made up, Lineage always.

    [rec: test_xray_trace_propagation, 2025-11-24; remark in the test: the root is the caller's, and the service adds a
    Lineage of its own]
    """
    root, parent, sampled, lineage = f"1-{int(time.time()):08x}-{_bits(96):024x}", f"{_bits(64):016x}", "0", None
    if caller:
        given = dict(part.strip().partition("=")[::2] for part in caller.split(";") if "=" in part)
        root, parent = given.get("Root") or root, given.get("Parent") or parent
        sampled, lineage = given.get("Sampled", sampled), given.get("Lineage")
    return f"Root={root};Parent={parent};Sampled={sampled};Lineage={lineage_for(function_arn, lineage)}"
