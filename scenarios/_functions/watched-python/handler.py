import json
import os
import time
from pathlib import Path

KEPT = Path("/tmp/watcher")
PATIENCE = 5


def handler(event, context):
    print("watched")
    KEPT.mkdir(exist_ok=True)
    (KEPT / "running").touch()
    time.sleep(event.get("sleep", 0))
    if "exit" in event:
        os._exit(event["exit"])
    lines = wait_for(event)
    if "to" in event:
        lines = lines[: 1 + next(number for number, line in enumerate(lines) if event["to"] in json.dumps(line))]
    return [line[event["member"]] if "member" in event else line for line in lines[event.get("from", 0) :]]


def wait_for(event):
    deadline = time.monotonic() + PATIENCE
    while True:
        path = KEPT / event.get("read", "events")
        text = path.read_text() if path.exists() else ""
        lines = [json.loads(line) for line in text.splitlines()]
        if len(lines) >= event.get("lines", 0) and event.get("until", "") in text:
            return lines
        if time.monotonic() > deadline:
            return lines
        time.sleep(0.01)
