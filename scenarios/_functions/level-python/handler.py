import logging


def handler(event, context):
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(logging, level)("%s record", level)
