import pathlib
import time

FILE = pathlib.Path("/tmp/lambda-parity-state.txt")

number = 0


def handler(event, context):
    global number
    if "set-number" in event:
        number = event["set-number"]
    elif "read-number" in event:
        return {"number": number}
    elif "write-file" in event:
        FILE.write_text(event["write-file"])
    elif "read-file" in event:
        return {"content": FILE.read_text() if FILE.exists() else None}
    elif "sleep" in event:
        time.sleep(event["sleep"])
    elif "raise" in event:
        raise RuntimeError(event["raise"])
