"""Whoever is killed at whatever moment: the caller gets an answer or AWS's error, the next call works, /tmp is kept.

A call takes some twenty milliseconds, so the moments before, while and after it runs are all met. `PARITY_KILLS` sets
how many are tried.
"""

import base64
import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.integration import process_tree
from tests.integration.serving import Server, serving

# An external extension that takes every event, in AWS's words.
EXTENSION = """#!/usr/bin/env python3
import json, os, urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"

def ask(path, body=None, **headers):
    request = urllib.request.Request(f"{API}/{path}", body, headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()

events = b'{"events": ["INVOKE", "SHUTDOWN"]}'
headers, _ = ask("register", events, **{"Lambda-Extension-Name": os.path.basename(__file__)})
identified = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
while json.loads(ask("event/next", **identified)[1])["eventType"] != "SHUTDOWN":
    pass
"""

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
KILLS = int(os.environ.get("PARITY_KILLS", "15"))

CODE = """
import os, time
KEPT = os.environ.get("TMPDIR", "/tmp") + "/kept"

def handler(event, context):
    with open(KEPT, "a") as file:
        file.write(event["mark"] + "\\n")
    time.sleep(0.02)
    with open(KEPT) as file:
        return file.read().split()
"""


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name.startswith("extensions/") else 0o644) << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


class Victims:
    """A function of a running emulator, its environments, and who can be killed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = server.client("lambda")
        self.marks = 0
        self.names = 0
        layer = self.client.publish_layer_version(
            LayerName="extended", Content={"ZipFile": zipped({"extensions/listener": EXTENSION})}
        )
        self.layer = layer["LayerVersionArn"]
        self.renew()

    def renew(self) -> None:
        """A function whose environment nobody has harmed yet."""
        self.names += 1
        self.name = f"kept-{self.names}"
        self.client.create_function(
            FunctionName=self.name,
            Runtime=RUNTIME,
            Role="arn:aws:iam::000000000000:role/r",
            Handler="index.handler",
            Timeout=10,
            Layers=[self.layer],
            Code={"ZipFile": zipped({"index.py": CODE})},
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=self.name, WaiterConfig={"Delay": 0.02})

    def call(self) -> tuple[str, Any, str | None]:
        """The mark that the call leaves in /tmp, and what it was answered."""
        self.marks += 1
        mark = f"m{self.marks}"
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps({"mark": mark}), LogType="Tail")
        assert base64.b64decode(answer["LogResult"]).count(b"REPORT RequestId") == 1
        return mark, json.loads(answer["Payload"].read()), answer.get("FunctionError")

    def victims(self, role: str) -> list[int]:
        server = self.server.process.pid
        if role == "spawner":
            return process_tree.spawners(server)
        if role == "init":
            return process_tree.inits(server)
        extended = {True: "extension", False: "runtime"}
        programs = process_tree.programs(server)
        return [one for one in programs if extended[b"extensions/" in process_tree.command_line(one)] == role]


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    with serving("--settle-seconds", "0", "--freeze-after-ms", "10") as server:
        yield Victims(server)


# What the caller is told, by whom was killed; an init takes both along, and whichever is noticed first is named.
KILLED = {"Runtime.ExitError": "Runtime exited with error: signal: killed", "Extension.Crash": "signal: killed"}
ERRORS = {"runtime": {"Runtime.ExitError"}, "extension": {"Extension.Crash"}, "init": KILLED.keys(), "spawner": set()}


@pytest.mark.slow
@settings(
    max_examples=KILLS,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(role=st.sampled_from(sorted(ERRORS)), moment=st.floats(-0.03, 0.05))
@example(role="init", moment=0.01)
@example(role="runtime", moment=0.01)
@example(role="extension", moment=0.01)
def test_a_kill_costs_one_call_at_most_and_nothing_of_tmp(victims, role, moment):
    first, _, error = victims.call()
    assert error is None
    doomed = victims.victims(role)
    with ThreadPoolExecutor(1) as thread:
        if moment < -0.015:
            time.sleep(0.03)  # then it is frozen
        if moment < 0:  # before the call; perhaps so shortly that nobody has noticed yet
            [process_tree.kill(process) for process in doomed]
            time.sleep(-moment)
        asked = thread.submit(victims.call)
        if moment >= 0:
            time.sleep(moment)
            [process_tree.kill(process) for process in doomed]
        mark, payload, error = asked.result(15)
    last, kept, later_error = victims.call()
    if role != "spawner" and later_error is not None:  # the kill came when the call was over, and was not noticed yet
        assert error is None
        error, payload = later_error, kept
        last, kept, later_error = victims.call()
    assert later_error is None
    assert {first, last} <= set(kept)
    if error is None:
        assert {first, mark} <= set(payload)
    else:
        assert error == "Unhandled"
        assert payload["errorType"] in ERRORS[role]
        assert payload["errorMessage"].endswith(f"Error: {KILLED[payload['errorType']]}")
    if role == "spawner":  # with it goes what would keep /tmp for the next init; see the spawner's docstring
        victims.renew()
