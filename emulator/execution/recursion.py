"""Recursive loops: how often a function has been invoked in one chain of requests (async.md §4).

The chain is told by `Lineage` in the trace header, which AWS's SDKs pass on from inside of a function. AWS's form is
`Lineage=1:<8 hex digits>:<number>` [rec: test_xray_trace_propagation, 2025-11-24]; that the digits name a function and
the number counts, and that several functions are parted by `|`, is how it is read here.
"""

import re
import zlib
from functools import lru_cache

from emulator.resources.function import Function

LONGEST_CHAIN = 16  # invocations of one function in one chain; the next is stopped [docs: invocation-recursion]

_ENTRY = re.compile(r"([0-9a-f]{8}):(\d{1,4})")


def lineage_for(function_arn: str, caller: str | None) -> str:
    """The Lineage that an invocation of the function is given, whose caller had the Lineage `caller`."""
    own = _name_of(function_arn)
    if caller is None:
        return f"1:{own}:0"
    counts = _counts(caller)
    counts[own] = counts.get(own, -1) + 1
    return "1:" + "|".join(f"{name}:{count}" for name, count in counts.items())


def is_loop(trace_header: str | None, function: Function) -> bool:
    """Whether one more invocation of the function would go beyond the longest chain that it allows."""
    if trace_header is None or "Lineage=" not in trace_header or function.recursive_loop == "Allow":
        return False
    lineage = trace_header.partition("Lineage=")[2].partition(";")[0]
    return _counts(lineage).get(_name_of(function.arn()), -1) + 1 >= LONGEST_CHAIN


def _counts(lineage: str) -> dict[str, int]:
    return {name: int(count) for name, count in _ENTRY.findall(lineage)}


@lru_cache(maxsize=1024)
def _name_of(function_arn: str) -> str:
    """Eight digits that are the same for all qualifiers of a function."""
    unqualified = ":".join(function_arn.split(":", 7)[:7])
    return f"{zlib.crc32(unqualified.encode()):08x}"
