import os


def handler(event, context):
    hidden = sorted(name for name in event.get("hide", []) if name in os.environ)
    return {"environment": {name: value for name, value in os.environ.items() if name not in hidden}, "hidden": hidden}
