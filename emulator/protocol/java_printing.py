"""Values as Java prints them, which is how AWS shows them in its sentences."""

from typing import Any

from emulator.protocol.model import ServiceModel


def printed(model: ServiceModel, name: str, value: Any) -> str:
    """A value of the shape `name` as text: `[a, b]`, `{k=v}`, `OnSuccess(destination=null)`, strings without quotes."""
    if value is None:
        return "null"
    shape = model.shapes[name]
    if shape.type == "structure":
        return _structure(model, name, value)
    if shape.member is not None:
        element = shape.member.shape
        return f"[{', '.join(printed(model, element, item) for item in value)}]"
    if shape.value is not None:
        of_values = shape.value.shape
        return f"{{{', '.join(f'{key}={printed(model, of_values, item)}' for key, item in value.items())}}}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    return str(value)


def _structure(model: ServiceModel, name: str, value: dict[str, Any]) -> str:
    # The form is recorded for `DestinationConfig(onSuccess=OnSuccess(destination=…), onFailure=null)`, there
    # with all of its members [rec: test_lambda_eventinvokeconfig_exceptions, 2025-11-25].
    members = (
        f"{member[:1].lower()}{member[1:]}={_secret_or(model, reference.shape, value.get(member))}"
        for member, reference in model.shapes[name].members.items()
    )
    return f"{name}({', '.join(members)})"


def _secret_or(model: ServiceModel, name: str, value: Any) -> str:
    if value is not None and model.shapes[name].sensitive:
        return "*** Sensitive Data Redacted ***"  # unsure: the form that the framework uses elsewhere
    return printed(model, name, value)
