"""Values as AWS shows them: the way Java prints them."""

from collections.abc import Callable
from typing import Any

from parity.lambda_model import shape_named

_HIDDEN = "*** Sensitive Data Redacted ***"  # unsure: the form that AWS's framework uses elsewhere


def printed(name: str, value: Any) -> str:
    """A value of the shape of that name: `[a, b]`, `{k=v}`, `Filter(pattern=x)`, strings without quotes."""
    if value is None:
        return "null"
    shape = shape_named(name)
    match shape["type"]:
        case "list":
            return f"[{', '.join(printed(shape['member']['shape'], item) for item in value)}]"
        case "map":
            inner = shape["value"]["shape"]
            return f"{{{', '.join(f'{key}={printed(inner, item)}' for key, item in value.items())}}}"
        case "structure":
            members = (
                f"{member[:1].lower()}{member[1:]}={_shown(reference['shape'], value.get(member))}"
                for member, reference in shape["members"].items()
            )
            return f"{name}({', '.join(members)})"
        case kind:
            return _SINGLE.get(kind, str)(value)


_SINGLE: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: "true" if value else "false",
    "double": lambda value: str(float(value)),
    "float": lambda value: str(float(value)),
}


def _shown(name: str, value: Any) -> str:
    return _HIDDEN if value is not None and shape_named(name).get("sensitive") else printed(name, value)
