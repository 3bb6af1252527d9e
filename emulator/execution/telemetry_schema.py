"""One event as a subscriber gets it: `{"time", "type", "record"}`, by the version of the schema that it asked for.

telemetry-logs-api.md §3. The Logs API knows fewer kinds than the Telemetry API, and tells less of some; a line that is
a JSON object is one for subscribers since 2022-12-13 if the function logs in JSON, and a text for all others.
"""

import json
from typing import Any

from emulator.execution.log_frames import Record
from emulator.execution.platform_log import End, PlatformEvent, iso_time
from emulator.execution.telemetry_events import Fault
from emulator.runtime_api.subscription import LOGS, Subscription

_LOGS_2020 = {"start", "report", "extension", "logsSubscription", "logsDropped", "fault"}
_LOGS_2021 = _LOGS_2020 | {"runtimeDone"}
_LOGS_MEMBERS = {
    "start": ("requestId", "version"),
    "runtimeDone": ("requestId", "status"),
    "report": ("requestId", "metrics"),
}
_NOT_IN_TELEMETRY = {"start": ("functionArn",)}  # newer than any schema (telemetry-logs-api.md §3)
_FIRST_WITH_OBJECTS = "2022-12-13"

Entry = dict[str, Any]


def entries(
    content: Record | PlatformEvent, time_ms: int, source: str, subscription: Subscription, *, logs_json: bool
) -> list[Entry]:
    """What a subscriber gets for one event of the log: nothing, an entry, or two.

    `source` is "function" or "extension" for a line, "platform" for what Lambda reports. `logs_json` says whether the
    function's LogFormat is JSON.
    """
    if source not in subscription.types:
        return []
    time = iso_time(time_ms)
    if isinstance(content, Record):
        objects = logs_json and subscription.api is not LOGS and subscription.schema >= _FIRST_WITH_OBJECTS
        return [{"time": time, "type": source, "record": _line(content, objects=objects)}]
    if subscription.api is LOGS:
        return [{"time": time, **entry} for entry in _for_logs_api(content, subscription.schema)]
    if content.kind in {"fault", "logsSubscription"}:
        return []
    hidden = _NOT_IN_TELEMETRY.get(content.kind, ())
    record = {name: value for name, value in content.record().items() if name not in hidden}
    return [{"time": time, "type": f"platform.{content.kind}", "record": record}]


def _line(record: Record, *, objects: bool) -> Any:
    text = record.message.decode("utf-8", "replace")
    if objects and text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text


def _for_logs_api(event: PlatformEvent, schema: str) -> list[Entry]:
    entries: list[Entry] = []
    if event.kind in (_LOGS_2020 if schema == LOGS.default_schema else _LOGS_2021):
        entries.append({"type": f"platform.{event.kind}", "record": _logs_record(event)})
    if isinstance(event, End):
        entries.append({"type": "platform.end", "record": {"requestId": event.request_id}})
    return entries


def _logs_record(event: PlatformEvent) -> Any:
    if isinstance(event, Fault):
        return event.text().rstrip("\n")
    members = _LOGS_MEMBERS.get(event.kind)
    record = event.record()
    if record.get("status") == "error":  # this API has another word for it [docs: runtimes-logs-api]
        record["status"] = "failure"
    return record if members is None else {name: record[name] for name in members}
