import datetime
import decimal
import enum
import io
import uuid


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


VALUES = {
    "none": None,
    "true": True,
    "integer": 7,
    "large-integer": 2**70,
    "float": 0.1,
    "whole-float": 3.0,
    "exponent": 1e22,
    "not-a-number": float("nan"),
    "infinity": float("inf"),
    "text": "text",
    "unicode": "Grüße, 世界 🌍",
    "lone-surrogate": "\ud83c",
    "controls": "tab\tnewline\nnull\x00",
    "slash": "</script>",
    "list": [1, "two", None],
    "tuple": (1, 2),
    "integer-keys": {1: "one", None: "none", True: "true"},
    "empty": {},
    "nested": {"a": [{"b": {"c": []}}]},
    "bytes": b"bytes",
    "decimal": decimal.Decimal("1.50"),
    "int-enum": Level.LOW,
    "set": {1},
    "datetime": datetime.datetime(2026, 1, 2, 3, 4, 5),
    "uuid": uuid.UUID(int=1),
    "enum": Colour.RED,
    "exception": ValueError("returned, not raised"),
    "object": object,
    "file": io.BytesIO(b"file"),
    "tuple-keys": {(1, 2): 3},
    "generator": (number for number in range(2)),
}


def handler(event, context):
    if event["kind"] == "circular":
        circle = []
        circle.append(circle)
        return circle
    return VALUES[event["kind"]]
