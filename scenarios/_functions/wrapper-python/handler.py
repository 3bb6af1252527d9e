import os


def handler(event, context):
    return {"WRAPPER_VAR": os.environ.get("WRAPPER_VAR"), "event": event}
