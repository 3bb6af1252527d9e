"""The function that is measured: it returns its event, after as many seconds as the event's `sleep` says."""

import base64
import io
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
HANDLER = "index.handler"
ECHO = b'{"answer":42}'  # the event of warm calls
SLEEP_200_MS = b'{"sleep":0.2}'

CODE = """import time


def handler(event, context):
    if "sleep" in event:
        time.sleep(event["sleep"])
    return event
"""


def write_to(folder: Path) -> None:
    """The code, unpacked."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.py").write_text(CODE)


def creation(name: str, code: str = CODE, timeout: int = 30) -> bytes:
    """The body of CreateFunction."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py")
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, code)
    return creation_of(name, {"ZipFile": base64.b64encode(buffer.getvalue()).decode()}, timeout)


def creation_of(name: str, code: Mapping[str, str], timeout: int = 30) -> bytes:
    """The body of CreateFunction with this member `Code`."""
    members = {
        "FunctionName": name,
        "Runtime": RUNTIME,
        "Role": "arn:aws:iam::000000000000:role/benchmarks",
        "Handler": HANDLER,
        "Timeout": timeout,
        "Code": code,
    }
    return json.dumps(members).encode()
