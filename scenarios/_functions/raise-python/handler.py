class OrderRejected(Exception):
    """An application's own exception."""


class Silent(Exception):
    """An exception whose text is empty."""

    def __str__(self):
        return ""


def chained(message):
    try:
        raise KeyError("first")
    except KeyError as error:
        raise RuntimeError(message) from error


def recurse(message):
    return recurse(message)


def fail(kind, message):
    if kind == "own":
        raise OrderRejected(message)
    if kind == "silent":
        raise Silent(message)
    if kind == "chained":
        chained(message)
    if kind == "recursion":
        recurse(message)
    if kind == "group":
        raise ExceptionGroup(message, [ValueError("one"), TypeError("two")])
    raise {"value": ValueError, "key": KeyError, "os": OSError, "stop": StopIteration}[kind](message)


def handler(event, context):
    fail(event["kind"], event["message"])
