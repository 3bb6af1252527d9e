"""Everything that one run found out, as JSON.

    {"format": 1, "date": "2026-01-31", "form": "full", "machine": {…}, "candidates": {name: what it is},
     "left_out": {name: why}, "metrics": {name: {"title", "unit"}}, "values": {metric: {candidate: number}},
     "failures": {measure: {candidate: why}}, "targets": [{"metric", "target", "value", "met"}]}

It holds nothing that names the machine: no host, no path, no user.
"""

import datetime
import os
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.candidates.candidate import Candidate
from benchmarks.measures import METRICS
from benchmarks.running import Results
from benchmarks.targets import in_words, judge

Record = dict[str, Any]


def make_record(results: Results, candidates: Iterable[Candidate], left_out: Mapping[str, str], form: str) -> Record:
    """See the module."""
    judgements = judge(results.values)
    return {
        "format": 1,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "form": form,
        "machine": _machine(),
        "candidates": {candidate.name: candidate.says for candidate in candidates},
        "left_out": dict(left_out),
        "metrics": {
            name: {"title": metric.title, "unit": metric.unit}
            for name, metric in METRICS.items()
            if name in results.values
        },
        "values": {
            metric: {candidate: _rounded(value) for candidate, value in by_candidate.items()}
            for metric, by_candidate in results.values.items()
        },
        "failures": results.failures,
        "targets": [
            {
                "metric": judgement.target.metric,
                "target": in_words(judgement.target, judgement.target.bound),
                "value": None if judgement.value is None else _rounded(judgement.value),
                "met": judgement.met,
            }
            for judgement in judgements
        ],
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _machine() -> dict[str, Any]:
    return {
        "processors": os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {re.match(r'[0-9.]*', platform.release())[0]}",  # type: ignore[index]
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
