import json
import os
import threading
import time
import urllib.error
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"
PATIENCE = 5


def ask(path, body=None, **headers):
    request = urllib.request.Request(f"{API}/{path}", body and json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def register(*events):
    status, headers, body = ask("register", {"events": events}, **{"Lambda-Extension-Name": "inside"})
    return headers.get("Lambda-Extension-Identifier"), [status, body]


def listen(identifier):
    while True:
        heard.append(ask("event/next", **{"Lambda-Extension-Identifier": identifier})[2])


heard = []
_, shutdown = register("SHUTDOWN")
identifier, first = register("INVOKE")
_, second = register("INVOKE")
threading.Thread(target=listen, args=(identifier,), daemon=True).start()


def handler(event, context):
    deadline = time.monotonic() + PATIENCE
    while len(heard) < event.get("events", 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if event.get("register"):
        return register("INVOKE")[1]
    return {
        "registrations": [shutdown, first, second],
        "events": [one["eventType"] for one in heard],
        "request": bool(heard) and heard[-1]["requestId"] == context.aws_request_id,
    }
