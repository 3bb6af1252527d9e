"""Which of a function's own lines its JSON log shows: ApplicationLogLevel [docs: monitoring-cloudwatchlogs-log-level].

The runtimes filter what goes through their loggers and say its level with it. Of anything else, Lambda looks at lines
that are JSON objects: their `level` counts in any case; a missing or unknown one is INFO, and so is each without a
`timestamp` in the form of RFC 3339. What is no JSON object has no level and is shown.
"""

from datetime import datetime
from typing import Any

import msgspec

from emulator.execution.log_frames import Record

_ORDER = {level: place for place, level in enumerate(("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"))}
_SYNONYMS = {"WARNING": "WARN", "CRITICAL": "FATAL"}  # what Python calls two of them
_TIMESTAMPS = ("timestamp", "time", "@timestamp")  # "the conventions of the runtime you are using"


def lets_through(application_level: str | None, record: Record) -> bool:
    """Whether a log with that ApplicationLogLevel (None: INFO, the default) shows a record."""
    lowest = _ORDER[application_level or "INFO"]
    level = record.level or _level_in(record.message)
    return level is None or _ORDER[level] >= lowest


def _level_in(line: bytes) -> str | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        fields = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    given = str(fields.get("level", "")).upper()
    level = _SYNONYMS.get(given, given)
    return level if level in _ORDER and any(_is_time(fields.get(name)) for name in _TIMESTAMPS) else "INFO"


def _is_time(timestamp: Any) -> bool:
    """Whether it is one as RFC 3339 writes it, which has an offset."""
    try:
        return datetime.fromisoformat(timestamp).tzinfo is not None
    except (TypeError, ValueError):
        return False
